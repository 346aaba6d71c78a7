//! What `random_password` and `random_string` have in common.

use serde_json::{Map, Value as Json};
use wpinfra_core::model::Model;
use wpinfra_core::provider::{Draft, RemoteResult};
use wpinfra_core::{Diagnostic, Diagnostics, Path, Value};

use crate::entropy::Draws;
use crate::local::refused;

const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const NUMERIC: &str = "0123456789";
const SPECIAL: &str = "!@#$%&*()-_=+[]{}<>:?";

const MINIMUMS: [&str; 4] = ["min_upper", "min_lower", "min_numeric", "min_special"];
const CLASSES: [&str; 4] = ["special", "upper", "lower", "numeric"];

/// Which text to draw.
#[derive(Clone, Debug, Default)]
pub(crate) struct TextRules {
    pub(crate) length: i64,
    pub(crate) upper: bool,
    pub(crate) lower: bool,
    pub(crate) numeric: bool,
    pub(crate) special: bool,
    pub(crate) min_upper: i64,
    pub(crate) min_lower: i64,
    pub(crate) min_numeric: i64,
    pub(crate) min_special: i64,
    pub(crate) override_special: Option<String>,
}

impl TextRules {
    /// Draws a text: first as many of each class as must be, then any of the allowed characters; all in any order.
    ///
    /// A minimum holds also for a class that is not allowed otherwise, as in Terraform.
    pub(crate) fn draw<M: Model>(&self, draws: &mut Draws<'_>) -> RemoteResult<String> {
        let special = self.override_special.as_deref().filter(|special| !special.is_empty()).unwrap_or(SPECIAL);
        let classes = [
            (self.upper, self.min_upper, UPPER),
            (self.lower, self.min_lower, LOWER),
            (self.numeric, self.min_numeric, NUMERIC),
            (self.special, self.min_special, special),
        ];
        let allowed: Vec<char> = classes
            .iter()
            .filter(|(allowed, _, _)| *allowed)
            .flat_map(|(_, _, characters)| characters.chars())
            .collect();
        let mut drawn = Vec::new();
        for (_, minimum, characters) in classes {
            let characters: Vec<char> = characters.chars().collect();
            drawn.extend((0..minimum).map(|_| *draws.choose(&characters)));
        }
        let length = usize::try_from(self.length).unwrap_or(0);
        if drawn.len() > length {
            return Err(refused::<M>(format!("{} characters are too few for the minimums", self.length)));
        }
        if allowed.is_empty() && drawn.len() < length {
            return Err(refused::<M>("no characters are allowed"));
        }
        while drawn.len() < length {
            drawn.push(*draws.choose(&allowed));
        }
        draws.shuffle(&mut drawn);
        Ok(drawn.into_iter().collect())
    }
}

/// Checks that the minimums fit into the length, and that some class of characters is allowed.
pub(crate) fn validate(config: &Value) -> Diagnostics {
    let mut found = Diagnostics::new();
    let number =
        |name: &str| config.get(name).and_then(|value| value.as_number().and_then(wpinfra_core::Number::to_i64));
    let minimums: i64 = MINIMUMS.iter().filter_map(|name| number(name)).fold(0, i64::saturating_add);
    if let Some(length) = number("length").filter(|length| *length >= 1 && *length < minimums) {
        found.push(Diagnostic::error(
            "Length too small",
            format!(
                "The argument \"length\" is {length}, but min_upper, min_lower, min_numeric and min_special ask for {minimums} \
                 characters together. Raise the length or lower the minimums."
            ),
        ));
    }
    let switched_off = |name: &str| config.get(name).and_then(|value| value.as_bool()) == Some(false);
    let numeric_off = switched_off("numeric") || switched_off("number");
    if CLASSES.iter().all(|name| if *name == "numeric" { numeric_off } else { switched_off(name) }) {
        found.push(Diagnostic::error(
            "No characters allowed",
            "The arguments \"special\", \"upper\", \"lower\" and \"numeric\" are all false. Leave at least one of them true.",
        ));
    }
    let given = |name: &str| config.get(name).and_then(|value| value.as_bool());
    if let (Some(number), Some(numeric)) = (given("number"), given("numeric"))
        && number != numeric
    {
        found.push(Diagnostic::error(
            "Contradicting arguments",
            "The arguments \"number\" and \"numeric\" mean the same, but have different values. Use \"numeric\" alone.",
        ));
    }
    found
}

/// Makes `numeric` and its older name `number` one: each has the value of the other, or else true.
pub(crate) fn plan(draft: &mut Draft<'_>) {
    for (name, other) in [("number", "numeric"), ("numeric", "number")] {
        let config = |name: &str| draft.config.get(name).filter(|value| !value.is_null());
        if config(name).is_none() {
            let value = config(other).unwrap_or_else(|| Value::bool(true));
            draft.set(name, value);
        }
        let path = Path::root().attribute(name);
        if draft.prior.is_some() && draft.changes(name) && !draft.replace.contains(&path) {
            draft.replace.push(path);
        }
    }
}

/// Tells whether a change of `override_special` replaces: not from "" to null, and not while the new value is unknown.
pub(crate) fn special_changed(prior: &Value, planned: &Value) -> bool {
    planned.is_known() && !(planned.is_null() && prior.as_str() == Some(""))
}

/// Adds `numeric` to recorded attributes that have only `number`.
pub(crate) fn add_numeric(attributes: &mut Map<String, Json>) {
    if attributes.get("numeric").is_none_or(Json::is_null) {
        let number = attributes.get("number").filter(|number| !number.is_null()).cloned();
        attributes.insert("numeric".to_owned(), number.unwrap_or(Json::Bool(true)));
    }
}
