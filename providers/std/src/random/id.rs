//! `random_id`

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use num_bigint::BigUint;
use wpinfra_core::provider::RemoteResult;
use wpinfra_schema_derive::Model;

use super::bytes::{draw_bytes, hex};
use super::keepers::{self, Keepers};
use crate::entropy::Entropy;
use crate::local::LocalType;

/// Draws bytes and writes them in several ways, for use in names.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "random_id", strict)]
pub(crate) struct RandomId {
    /// Values whose change draws a new id.
    #[attr(optional, replace_when = keepers::changed)]
    keepers: Keepers,
    /// Number of bytes.
    #[attr(required, replace, integer, range(1, i64::MAX))]
    byte_length: i64,
    /// Text before each way of writing except `id`.
    #[attr(optional, replace)]
    prefix: Option<String>,
    /// The bytes in base64 with `-` and `_`, without padding.
    #[attr(computed)]
    b64_url: Option<String>,
    /// The bytes in base64 with `+` and `/`, padded.
    #[attr(computed)]
    b64_std: Option<String>,
    /// The bytes in hexadecimal digits, two for each.
    #[attr(computed)]
    hex: Option<String>,
    /// The bytes as one decimal number.
    #[attr(computed)]
    dec: Option<String>,
    /// As `b64_url`, without prefix.
    #[attr(computed)]
    id: Option<String>,
}

/// `random_id`
pub(crate) struct RandomIdType {
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl LocalType for RandomIdType {
    type Model = RandomId;

    fn generate(&self, planned: &RandomId) -> RemoteResult<RandomId> {
        let bytes = draw_bytes::<RandomId>(&*self.entropy, planned.byte_length)?;
        Ok(with_bytes(planned, &bytes))
    }

    fn import(&self, id: &str) -> Result<RandomId, String> {
        let (prefix, written) = id.rsplit_once(',').map_or((None, id), |(prefix, written)| (Some(prefix), written));
        let bytes = URL_SAFE_NO_PAD.decode(written).ok().filter(|bytes| !bytes.is_empty()).ok_or_else(|| {
            "The id of a random_id is its b64_url, after its prefix and a comma if it has one: my-prefix-,p-9hUg"
                .to_owned()
        })?;
        let imported = RandomId {
            byte_length: i64::try_from(bytes.len()).map_err(|_| "The id is too long.".to_owned())?,
            prefix: prefix.filter(|prefix| !prefix.is_empty()).map(str::to_owned),
            ..RandomId::default()
        };
        Ok(with_bytes(&imported, &bytes))
    }
}

fn with_bytes(planned: &RandomId, bytes: &[u8]) -> RandomId {
    let prefixed = |text: String| Some(format!("{}{text}", planned.prefix.as_deref().unwrap_or("")));
    RandomId {
        id: Some(URL_SAFE_NO_PAD.encode(bytes)),
        b64_url: prefixed(URL_SAFE_NO_PAD.encode(bytes)),
        b64_std: prefixed(STANDARD.encode(bytes)),
        hex: prefixed(hex(bytes)),
        dec: prefixed(BigUint::from_bytes_be(bytes).to_string()),
        ..planned.clone()
    }
}
