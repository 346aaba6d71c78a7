//! `random_password`

use std::sync::Arc;

use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};
use wpinfra_core::provider::{Draft, RemoteError, RemoteErrorKind, RemoteResult};
use wpinfra_core::{Diagnostics, Value};
use wpinfra_schema_derive::Model;

use super::keepers::{self, Keepers};
use super::text::{self, TextRules};
use crate::entropy::{Draws, Entropy};
use crate::local::LocalType;

/// The `id` of every password.
const ID: &str = "none";
/// Two to the power of this is the number of rounds of the hash.
const BCRYPT_COST: u32 = 10;
/// bcrypt looks at no more of a text.
const BCRYPT_BYTES: usize = 72;

/// Draws a text that is kept secret.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "random_password", version = 3, strict)]
pub(crate) struct RandomPassword {
    /// Values whose change draws a new password.
    #[attr(optional, replace_when = keepers::changed)]
    keepers: Keepers,
    /// Number of characters, at least as many as the minimums ask for.
    #[attr(required, replace, integer, range(1, i64::MAX))]
    length: i64,
    /// Whether special characters are allowed.
    #[attr(optional, computed, default = true, replace)]
    special: bool,
    /// Whether upper-case letters are allowed.
    #[attr(optional, computed, default = true, replace)]
    upper: bool,
    /// Whether lower-case letters are allowed.
    #[attr(optional, computed, default = true, replace)]
    lower: bool,
    /// Whether digits are allowed.
    #[attr(optional, computed, replace, deprecated = "Use \"numeric\" instead.")]
    number: bool,
    /// Whether digits are allowed; true if not set.
    #[attr(optional, computed, replace)]
    numeric: bool,
    /// Least number of digits.
    #[attr(optional, computed, default = 0, replace, integer)]
    min_numeric: i64,
    /// Least number of upper-case letters.
    #[attr(optional, computed, default = 0, replace, integer)]
    min_upper: i64,
    /// Least number of lower-case letters.
    #[attr(optional, computed, default = 0, replace, integer)]
    min_lower: i64,
    /// Least number of special characters.
    #[attr(optional, computed, default = 0, replace, integer)]
    min_special: i64,
    /// The special characters, instead of `!@#$%&*()-_=+[]{}<>:?`.
    #[attr(optional, replace_when = text::special_changed)]
    override_special: Option<String>,
    /// The password.
    #[attr(computed, sensitive)]
    result: Option<String>,
    /// The bcrypt hash of the first 72 bytes of the password.
    #[attr(computed, sensitive)]
    bcrypt_hash: Option<String>,
    /// Always `none`.
    #[attr(computed)]
    id: Option<String>,
}

impl RandomPassword {
    fn rules(&self) -> TextRules {
        TextRules {
            length: self.length,
            upper: self.upper,
            lower: self.lower,
            numeric: self.numeric,
            special: self.special,
            min_upper: self.min_upper,
            min_lower: self.min_lower,
            min_numeric: self.min_numeric,
            min_special: self.min_special,
            override_special: self.override_special.clone(),
        }
    }
}

/// `random_password`
pub(crate) struct RandomPasswordType {
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl LocalType for RandomPasswordType {
    type Model = RandomPassword;

    fn validate(&self, config: &Value) -> Diagnostics {
        text::validate(config)
    }

    fn plan(&self, draft: &mut Draft<'_>) {
        text::plan(draft);
    }

    /// Version 0 had no hash, versions before 2 no `numeric`, and some of version 2 a hash of something else.
    fn upgrade(&self, version: u64, mut attributes: Map<String, Json>) -> Map<String, Json> {
        if version < 2 {
            text::add_numeric(&mut attributes);
        }
        if version < 3
            && let Some(hash) = repaired_hash(&attributes)
        {
            attributes.insert("bcrypt_hash".to_owned(), Json::String(hash));
        }
        attributes
    }

    fn generate(&self, planned: &RandomPassword) -> RemoteResult<RandomPassword> {
        let drawn = planned.rules().draw::<RandomPassword>(&mut Draws::from_entropy(&*self.entropy))?;
        let hash =
            hash(&*self.entropy, &drawn).map_err(|error| RemoteError::local(RemoteErrorKind::Bug, "bcrypt", error))?;
        Ok(RandomPassword { id: Some(ID.to_owned()), result: Some(drawn), bcrypt_hash: Some(hash), ..planned.clone() })
    }

    fn import(&self, id: &str) -> Result<RandomPassword, String> {
        Ok(RandomPassword {
            // Terraform counts bytes here.
            length: i64::try_from(id.len()).map_err(|_| "The id is the password.".to_owned())?,
            special: true,
            upper: true,
            lower: true,
            number: true,
            numeric: true,
            result: Some(id.to_owned()),
            bcrypt_hash: Some(hash(&*self.entropy, id)?),
            id: Some(ID.to_owned()),
            ..RandomPassword::default()
        })
    }
}

/// Returns the bcrypt hash of a password with a salt of its own.
pub(super) fn hash(entropy: &dyn Entropy, password: &str) -> Result<String, String> {
    let mut salt = [0; 16];
    entropy.fill(&mut salt);
    bcrypt_hash(password, salt)
}

fn bcrypt_hash(password: &str, salt: [u8; 16]) -> Result<String, String> {
    let bytes = &password.as_bytes()[..password.len().min(BCRYPT_BYTES)];
    let hash = bcrypt::hash_with_salt(bytes, BCRYPT_COST, salt).map_err(|error| error.to_string())?;
    Ok(hash.format_for_version(bcrypt::Version::TwoA))
}

/// Returns the right hash where the recorded one is missing or wrong.
///
/// The salt follows from the password: planning reads the state more than once, and must see the same each time.
fn repaired_hash(attributes: &Map<String, Json>) -> Option<String> {
    let password = attributes.get("result")?.as_str()?;
    let bytes = &password.as_bytes()[..password.len().min(BCRYPT_BYTES)];
    let recorded = attributes.get("bcrypt_hash").and_then(Json::as_str);
    if recorded.is_some_and(|recorded| bcrypt::verify(bytes, recorded).unwrap_or(false)) {
        return None;
    }
    let digest = Sha256::new().chain_update(b"wpinfra bcrypt salt 1\0").chain_update(password).finalize();
    let mut salt = [0; 16];
    salt.copy_from_slice(&digest[..16]);
    bcrypt_hash(password, salt).ok()
}
