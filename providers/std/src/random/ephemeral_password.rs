//! `random_password` as an ephemeral value

use std::sync::Arc;

use wpinfra_core::provider::{EphemeralType, Opened, RemoteError, RemoteErrorKind, RemoteResult};
use wpinfra_core::{Diagnostics, Value};
use wpinfra_schema_derive::Model;

use super::password::hash;
use super::text::{self, TextRules};
use crate::entropy::{Draws, Entropy};

/// Draws a text that is kept secret, and recorded nowhere: another one each time.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "random_password", strict)]
pub(crate) struct EphemeralPassword {
    /// Number of characters, at least as many as the minimums ask for.
    #[attr(required, integer, range(1, i64::MAX))]
    length: i64,
    /// Whether special characters are allowed; true if not set.
    #[attr(optional, computed)]
    special: Option<bool>,
    /// Whether upper-case letters are allowed; true if not set.
    #[attr(optional, computed)]
    upper: Option<bool>,
    /// Whether lower-case letters are allowed; true if not set.
    #[attr(optional, computed)]
    lower: Option<bool>,
    /// Whether digits are allowed; true if not set.
    #[attr(optional, computed)]
    numeric: Option<bool>,
    /// Least number of digits; 0 if not set.
    #[attr(optional, computed, integer)]
    min_numeric: Option<i64>,
    /// Least number of upper-case letters; 0 if not set.
    #[attr(optional, computed, integer)]
    min_upper: Option<i64>,
    /// Least number of lower-case letters; 0 if not set.
    #[attr(optional, computed, integer)]
    min_lower: Option<i64>,
    /// Least number of special characters; 0 if not set.
    #[attr(optional, computed, integer)]
    min_special: Option<i64>,
    /// The special characters, instead of `!@#$%&*()-_=+[]{}<>:?`.
    #[attr(optional)]
    override_special: Option<String>,
    /// The password.
    #[attr(computed, sensitive)]
    result: Option<String>,
    /// The bcrypt hash of the first 72 bytes of the password.
    #[attr(computed, sensitive)]
    bcrypt_hash: Option<String>,
}

impl EphemeralPassword {
    /// Returns the arguments with what is meant where nothing is said.
    fn completed(&self) -> Self {
        let (allowed, least) = (|given: Option<bool>| given.or(Some(true)), |given: Option<i64>| given.or(Some(0)));
        Self {
            special: allowed(self.special),
            upper: allowed(self.upper),
            lower: allowed(self.lower),
            numeric: allowed(self.numeric),
            min_numeric: least(self.min_numeric),
            min_upper: least(self.min_upper),
            min_lower: least(self.min_lower),
            min_special: least(self.min_special),
            ..self.clone()
        }
    }

    fn rules(&self) -> TextRules {
        TextRules {
            length: self.length,
            upper: self.upper == Some(true),
            lower: self.lower == Some(true),
            numeric: self.numeric == Some(true),
            special: self.special == Some(true),
            min_upper: self.min_upper.unwrap_or_default(),
            min_lower: self.min_lower.unwrap_or_default(),
            min_numeric: self.min_numeric.unwrap_or_default(),
            min_special: self.min_special.unwrap_or_default(),
            override_special: self.override_special.clone(),
        }
    }
}

/// `random_password`
pub(crate) struct EphemeralPasswordType {
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl EphemeralType for EphemeralPasswordType {
    type Model = EphemeralPassword;
    type Client = ();

    fn validate(&self, config: &Value) -> Diagnostics {
        text::validate(config)
    }

    async fn open(&self, _client: &(), config: &EphemeralPassword) -> RemoteResult<Opened<EphemeralPassword>> {
        let config = config.completed();
        let drawn = config.rules().draw::<EphemeralPassword>(&mut Draws::from_entropy(&*self.entropy))?;
        let hash =
            hash(&*self.entropy, &drawn).map_err(|error| RemoteError::local(RemoteErrorKind::Bug, "bcrypt", error))?;
        Ok(Opened::of(EphemeralPassword { result: Some(drawn), bcrypt_hash: Some(hash), ..config }))
    }
}
