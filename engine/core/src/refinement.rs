//! What is known about an unknown value.

use std::sync::Arc;

use crate::number::Number;

/// Facts about a value that is not known yet. The default says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Refinement {
    /// The value will not be null.
    pub not_null: bool,
    /// The string will begin with this text.
    pub prefix: Option<Arc<str>>,
    /// The collection will have at least so many elements.
    pub min_length: Option<usize>,
    /// The collection will have at most so many elements.
    pub max_length: Option<usize>,
    /// The number will not be below this bound; `true` if the bound itself is possible.
    pub min_number: Option<(Number, bool)>,
    /// The number will not be above this bound; `true` if the bound itself is possible.
    pub max_number: Option<(Number, bool)>,
}

impl Refinement {
    /// Says only that the value will not be null.
    pub fn not_null() -> Self {
        Self { not_null: true, ..Self::default() }
    }

    /// Says that the value is a string that will begin with `prefix`, and so is not null.
    pub fn with_prefix(prefix: impl Into<Arc<str>>) -> Self {
        Self { not_null: true, prefix: Some(prefix.into()), ..Self::default() }
    }

    /// Returns how many elements the collection will have, if that is known.
    pub fn exact_length(&self) -> Option<usize> {
        self.min_length.filter(|least| self.max_length == Some(*least))
    }

    /// Tells whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
