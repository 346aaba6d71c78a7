//! `jsonencode` and `jsondecode`.

use std::fmt::Write as _;

use wpinfra_core::json::implied;
use wpinfra_core::refinement::Refinement;
use wpinfra_core::value::Content;
use wpinfra_core::{Type, Value};

use super::FunctionError;
use super::signature::{Arguments, Parameter, Signature};

pub(super) fn signatures() -> Vec<Signature> {
    vec![
        Signature::new(
            "jsonencode",
            "Writes a value as JSON.",
            [Parameter::any("val").nullable().unknown().dynamic()],
            Type::String,
            |call| {
                let value = call.value(0);
                let mut has_end = true;
                value.walk(&mut |_, part| has_end &= part.as_number().is_none_or(|number| !number.is_infinite()));
                if !has_end {
                    return Err(FunctionError::argument(0, "an infinite number cannot be written as JSON"));
                }
                Ok(if value.is_wholly_known() { Value::string(encode(value)) } else { beginning(value) })
            },
        ),
        Signature::new(
            "jsondecode",
            "Reads the value that a JSON text means.",
            [Parameter::string("str")],
            Type::Dynamic,
            decode,
        )
        .typed(|arguments| match arguments[0].as_str() {
            Some(text) => Ok(parse(text)?.ty().clone()),
            None => Ok(Type::Dynamic),
        })
        .may_be_null(),
    ]
}

fn decode(call: &Arguments<'_>) -> Result<Value, FunctionError> {
    parse(call.text(0))
}

fn parse(text: &str) -> Result<Value, FunctionError> {
    let json: serde_json::Value = serde_json::from_str(text)
        .map_err(|error| FunctionError::argument(0, format!("is not valid JSON: {error}")))?;
    Ok(implied(&json))
}

/// Returns what is known of the JSON of a value that is not known in all of its parts.
fn beginning(value: &Value) -> Value {
    if !value.is_definitely_not_null() {
        return Value::refined(Type::String, Refinement::not_null());
    }
    let first = match value.ty() {
        Type::String => "\"",
        Type::Object(_) | Type::Map(_) => "{",
        Type::Tuple(_) | Type::List(_) | Type::Set(_) => "[",
        Type::Bool | Type::Number | Type::Dynamic => return Value::refined(Type::String, Refinement::not_null()),
    };
    Value::refined(Type::String, Refinement::with_prefix(first))
}

/// Writes a wholly known value as JSON without any white space.
pub(super) fn encode(value: &Value) -> String {
    let mut out = String::new();
    write_value(&mut out, value);
    out
}

fn write_value(out: &mut String, value: &Value) {
    match value.content() {
        Content::Null | Content::Unknown(_) => out.push_str("null"),
        Content::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Content::Number(number) => _ = write!(out, "{number}"),
        Content::String(text) => write_text(out, text),
        Content::Sequence(elements) => {
            out.push('[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_value(out, element);
            }
            out.push(']');
        }
        Content::Mapping(elements) => {
            out.push('{');
            for (index, (key, element)) in elements.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_text(out, key);
                out.push(':');
                write_value(out, element);
            }
            out.push('}');
        }
    }
}

/// Returns a text as JSON.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    write_text(&mut out, text);
    out
}

/// Writes a text with the escapes of Go's encoder, which keeps it safe inside of HTML too.
fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}
