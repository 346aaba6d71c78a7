//! Values as the language would write them.

use wpinfra_core::value::Content;
use wpinfra_core::{Marks, Type, Value};

use super::words;

/// Returns the value on one line.
pub(crate) fn literal(value: &Value) -> String {
    if let Some(hidden) = concealed(value) {
        return hidden.to_owned();
    }
    match value.content() {
        Content::Null => "null".to_owned(),
        Content::Unknown(_) => words::UNKNOWN.to_owned(),
        Content::Bool(value) => value.to_string(),
        Content::Number(number) => number.to_string(),
        Content::String(text) => quoted(text),
        Content::Sequence(elements) => {
            format!("[{}]", elements.iter().map(literal).collect::<Vec<_>>().join(", "))
        }
        Content::Mapping(elements) if elements.is_empty() => "{}".to_owned(),
        Content::Mapping(elements) => {
            let in_map = matches!(value.ty(), Type::Map(_));
            let entries = elements.iter().map(|(key, part)| format!("{} = {}", key_text(key, in_map), literal(part)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

/// Returns what stands for a value that must not be shown.
pub(crate) fn concealed(value: &Value) -> Option<&'static str> {
    if value.marks().contains(Marks::EPHEMERAL) {
        Some(words::EPHEMERAL)
    } else if value.is_sensitive() {
        Some(words::SENSITIVE)
    } else {
        None
    }
}

/// Returns a key as it stands before `=`: always quoted in maps, elsewhere only where it is no name.
pub(crate) fn key_text(key: &str, in_map: bool) -> String {
    if in_map || !is_identifier(key) { quoted(key) } else { key.to_owned() }
}

fn is_identifier(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && characters.all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

/// Returns a string in quotes, escaped as the language wants it.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for (index, character) in text.char_indices() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if text[index + 1..].starts_with('{') => {
                out.push(character);
                out.push(character);
            }
            // Control characters could move the cursor of a terminal.
            other if other.is_control() => append!(out, "\\u{:04x}", other as u32),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
