//! Checks of a configured value against its schema: formats, ranges, allowed values, relations between arguments.

use crate::path::Path;
use crate::schema::Schema;
use crate::value::Value;

/// Something wrong with a configured value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which argument.
    pub path: String,
    /// A fixed text.
    pub summary: &'static str,
    /// Sentences: what, why, what to do.
    pub detail: String,
}

/// Returns what is wrong with the value of a whole block; unknown parts are passed over.
pub fn check(_schema: &Schema, _config: &Value) -> Vec<(Path, Problem)> {
    Vec::new()
}
