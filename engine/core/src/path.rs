//! Ways from a value to a part of it.

use std::fmt;

use crate::value::Value;

/// One step from a value to a part of it.
#[derive(Clone, Debug, PartialEq)]
pub enum PathStep {
    /// The attribute of an object.
    Attribute(std::sync::Arc<str>),
    /// The element of a list or tuple (a number), of a map (a string) or of a set (the element itself).
    Index(Value),
}

/// A way from a value to a part of it; empty for the value itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Path(pub Vec<PathStep>);

impl Path {
    /// The path of the value itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// Returns the path with an attribute step at its end.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Self {
        let mut steps = self.0.clone();
        steps.push(PathStep::Attribute(name.into()));
        Self(steps)
    }

    /// Returns the path with an index step at its end.
    #[must_use]
    pub fn index(&self, key: Value) -> Self {
        let mut steps = self.0.clone();
        steps.push(PathStep::Index(key));
        Self(steps)
    }

    /// Tells whether `prefix` is the beginning of this path, or all of it.
    pub fn starts_with(&self, prefix: &Self) -> bool {
        self.0.starts_with(&prefix.0)
    }

    /// Returns the name of the first step if that is an attribute.
    pub fn first_attribute(&self) -> Option<&str> {
        match self.0.first() {
            Some(PathStep::Attribute(name)) => Some(name),
            Some(PathStep::Index(_)) | None => None,
        }
    }
}

/// Writes the path as it is written in the language after the address: `.default_action[0].type`.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.0 {
            match step {
                PathStep::Attribute(name) => write!(f, ".{name}")?,
                PathStep::Index(key) => match (key.as_str(), key.as_number()) {
                    (Some(text), _) => write!(f, "[{text:?}]")?,
                    (None, Some(number)) => write!(f, "[{number}]")?,
                    (None, None) => f.write_str("[…]")?,
                },
            }
        }
        Ok(())
    }
}
