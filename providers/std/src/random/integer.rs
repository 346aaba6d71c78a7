//! `random_integer`

use std::sync::Arc;

use wpinfra_core::provider::RemoteResult;
use wpinfra_core::{Diagnostic, Diagnostics, Number, Value};
use wpinfra_schema_derive::Model;

use super::keepers::{self, Keepers};
use crate::entropy::{Draws, Entropy};
use crate::local::{LocalType, refused};

/// Draws a whole number from a range.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "random_integer", strict)]
pub(crate) struct RandomInteger {
    /// Values whose change draws a new number.
    #[attr(optional, replace_when = keepers::changed)]
    keepers: Keepers,
    /// Least possible number.
    #[attr(required, replace, integer)]
    min: i64,
    /// Greatest possible number.
    #[attr(required, replace, integer)]
    max: i64,
    /// Text that decides the number: the same one gives the same number.
    #[attr(optional, replace)]
    seed: Option<String>,
    /// The number.
    #[attr(computed)]
    result: Option<i64>,
    /// The number as text.
    #[attr(computed)]
    id: Option<String>,
}

/// `random_integer`
pub(crate) struct RandomIntegerType {
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl LocalType for RandomIntegerType {
    type Model = RandomInteger;

    fn validate(&self, config: &Value) -> Diagnostics {
        let number = |name: &str| config.get(name).and_then(|value| value.as_number().and_then(Number::to_i64));
        let mut found = Diagnostics::new();
        if let (Some(min), Some(max)) = (number("min"), number("max"))
            && max < min
        {
            found.push(Diagnostic::error(
                "Empty range",
                format!("There is no number from {min} to {max}: \"max\" must not be less than \"min\"."),
            ));
        }
        found
    }

    fn generate(&self, planned: &RandomInteger) -> RemoteResult<RandomInteger> {
        let RandomInteger { min, max, .. } = *planned;
        if max < min {
            return Err(refused::<RandomInteger>(format!("there is no number from {min} to {max}")));
        }
        let mut draws = Draws::from_seed(planned.seed.as_deref(), &*self.entropy);
        let distance = match max.abs_diff(min).checked_add(1) {
            Some(count) => draws.below(count),
            None => draws.any(),
        };
        let result = min.wrapping_add_unsigned(distance);
        Ok(RandomInteger { result: Some(result), id: Some(result.to_string()), ..planned.clone() })
    }

    fn import(&self, id: &str) -> Result<RandomInteger, String> {
        let wanted = || {
            "The id of a random_integer is its result, min and max, and its seed if it has one: 15390,1,50000"
                .to_owned()
        };
        let parts: Vec<&str> = id.split(',').collect();
        let (numbers, seed) = match parts.as_slice() {
            [numbers @ .., seed] if numbers.len() == 3 => (numbers, Some((*seed).to_owned())),
            numbers => (numbers, None),
        };
        let numbers: Vec<i64> =
            numbers.iter().map(|number| number.parse()).collect::<Result<_, _>>().map_err(|_| wanted())?;
        let [result, min, max] = *numbers.as_slice() else { return Err(wanted()) };
        Ok(RandomInteger { keepers: None, min, max, seed, result: Some(result), id: Some(result.to_string()) })
    }
}
