//! The canonical order of the elements of sets, which Terraform's users see in `for` expressions, lists made from sets and JSON.
//!
//! Numbers ascend, strings go by their bytes, false before true; all other elements go by a text of their content.
//! Unknown elements come after all known ones, and null after those.

use std::cmp::Ordering;

use crate::number_format::Notation;
use crate::quote::quoted;
use crate::types::Type;
use crate::value::{Content, Value};

/// Returns the elements in canonical order without duplicates.
pub(crate) fn canonical(mut elements: Vec<Value>) -> Vec<Value> {
    if elements.len() > 1 {
        elements.sort_by_cached_key(SortKey::of);
        // Two elements that are not known yet may turn out to be different.
        elements.dedup_by(|one, other| one == other && one.is_wholly_known());
    }
    elements
}

/// By what an element is sorted.
#[derive(PartialEq, Eq)]
enum SortKey {
    Bool(bool),
    Number(crate::number::Number),
    Text(String),
    Null,
    Unknown(String),
}

impl SortKey {
    fn of(value: &Value) -> Self {
        match value.content() {
            Content::Unknown(_) => Self::Unknown(format!("{value:?}")),
            Content::Null => Self::Null,
            Content::Bool(value) => Self::Bool(*value),
            Content::Number(number) => Self::Number(number.clone()),
            Content::String(text) => Self::Text(text.to_string()),
            Content::Sequence(_) | Content::Mapping(_) => {
                let mut text = String::new();
                write_content(&mut text, value);
                Self::Text(text)
            }
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Bool(_) => 0,
            Self::Number(_) => 1,
            Self::Text(_) => 2,
            Self::Unknown(_) => 3,
            Self::Null => 4,
        }
    }
}

impl Ord for SortKey {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) | (Self::Unknown(a), Self::Unknown(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for SortKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Writes the content as one text, so that elements of structured types have an order.
fn write_content(out: &mut String, value: &Value) {
    match value.content() {
        Content::Null => out.push('~'),
        Content::Unknown(_) => out.push('?'),
        Content::Bool(true) => out.push('T'),
        Content::Bool(false) => out.push('F'),
        // Ten digits only, as Terraform's own text has them.
        Content::Number(number) => out.push_str(&number.to_text(Notation::General, Some(10))),
        Content::String(text) => out.push_str(&quoted(text)),
        Content::Sequence(elements) => {
            let (open, close) = if matches!(value.ty(), Type::Tuple(_)) { ('<', '>') } else { ('[', ']') };
            out.push(open);
            for element in elements.iter() {
                write_content(out, element);
                out.push(';');
            }
            out.push(close);
        }
        Content::Mapping(elements) if matches!(value.ty(), Type::Map(_)) => {
            out.push('{');
            for (key, element) in elements.iter() {
                out.push_str(&quoted(key));
                out.push(':');
                write_content(out, element);
                out.push(';');
            }
            out.push('}');
        }
        Content::Mapping(elements) => {
            out.push('<');
            for element in elements.values() {
                write_content(out, element);
                out.push(';');
            }
            out.push('>');
        }
    }
}
