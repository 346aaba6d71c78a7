//! `random_string`

use std::sync::Arc;

use serde_json::{Map, Value as Json};
use wpinfra_core::provider::{Draft, RemoteResult};
use wpinfra_core::{Diagnostics, Value};
use wpinfra_schema_derive::Model;

use super::keepers::{self, Keepers};
use super::text::{self, TextRules};
use crate::entropy::{Draws, Entropy};
use crate::local::LocalType;

/// Draws a text of letters, digits and other characters.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "random_string", version = 2, strict)]
pub(crate) struct RandomString {
    /// Values whose change draws a new text.
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
    /// The text.
    #[attr(computed)]
    result: Option<String>,
    /// The text.
    #[attr(computed)]
    id: Option<String>,
}

impl RandomString {
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

/// `random_string`
pub(crate) struct RandomStringType {
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl LocalType for RandomStringType {
    type Model = RandomString;

    fn validate(&self, config: &Value) -> Diagnostics {
        text::validate(config)
    }

    fn plan(&self, draft: &mut Draft<'_>) {
        text::plan(draft);
    }

    fn upgrade(&self, version: u64, mut attributes: Map<String, Json>) -> Map<String, Json> {
        if version < 2 {
            text::add_numeric(&mut attributes);
        }
        attributes
    }

    fn generate(&self, planned: &RandomString) -> RemoteResult<RandomString> {
        let drawn = planned.rules().draw::<RandomString>(&mut Draws::from_entropy(&*self.entropy))?;
        Ok(RandomString { id: Some(drawn.clone()), result: Some(drawn), ..planned.clone() })
    }

    fn import(&self, id: &str) -> Result<RandomString, String> {
        Ok(RandomString {
            // Terraform counts bytes here.
            length: i64::try_from(id.len()).map_err(|_| "The id is the text.".to_owned())?,
            special: true,
            upper: true,
            lower: true,
            number: true,
            numeric: true,
            result: Some(id.to_owned()),
            id: Some(id.to_owned()),
            ..RandomString::default()
        })
    }
}
