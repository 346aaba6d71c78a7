//! `random_bytes`

use std::fmt::Write;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wpinfra_core::model::Model;
use wpinfra_core::provider::RemoteResult;
use wpinfra_schema_derive::Model;

use super::keepers::{self, Keepers};
use crate::entropy::Entropy;
use crate::local::{LocalType, refused};

/// Draws bytes that are kept secret.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "random_bytes", strict)]
pub(crate) struct RandomBytes {
    /// Values whose change draws new bytes.
    #[attr(optional, replace_when = keepers::changed)]
    keepers: Keepers,
    /// Number of bytes.
    #[attr(required, replace, integer, range(1, i64::MAX))]
    length: i64,
    /// The bytes in base64, padded.
    #[attr(computed, sensitive)]
    base64: Option<String>,
    /// The bytes in hexadecimal digits, two for each.
    #[attr(computed, sensitive)]
    hex: Option<String>,
}

/// `random_bytes`
pub(crate) struct RandomBytesType {
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl LocalType for RandomBytesType {
    type Model = RandomBytes;

    fn generate(&self, planned: &RandomBytes) -> RemoteResult<RandomBytes> {
        let bytes = draw_bytes::<RandomBytes>(&*self.entropy, planned.length)?;
        Ok(with_bytes(planned, &bytes))
    }

    fn import(&self, id: &str) -> Result<RandomBytes, String> {
        let wanted = || "The id of random_bytes is the bytes in base64: 8/fu3q+2DcgSJ19i0jZ5Cw==".to_owned();
        let bytes = STANDARD.decode(id).map_err(|_| wanted())?;
        let length = i64::try_from(bytes.len()).map_err(|_| wanted())?;
        Ok(with_bytes(&RandomBytes { length, ..RandomBytes::default() }, &bytes))
    }
}

fn with_bytes(planned: &RandomBytes, bytes: &[u8]) -> RandomBytes {
    RandomBytes { base64: Some(STANDARD.encode(bytes)), hex: Some(hex(bytes)), ..planned.clone() }
}

/// Draws so many bytes.
pub(super) fn draw_bytes<M: Model>(entropy: &dyn Entropy, length: i64) -> RemoteResult<Vec<u8>> {
    let length = usize::try_from(length).ok().filter(|length| *length > 0);
    let length = length.ok_or_else(|| refused::<M>("the number of bytes must be 1 at the least"))?;
    let mut bytes = vec![0; length];
    entropy.fill(&mut bytes);
    Ok(bytes)
}

/// Writes each byte as two hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes everything");
        text
    })
}
