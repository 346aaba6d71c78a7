//! Values and types as text: as the language writes them, and as messages speak of them.

use std::fmt::Write as _;

use wpinfra_core::quote::quoted;
use wpinfra_core::value::Content;
use wpinfra_core::{Type, Value};

/// Writes a value as the language writes it, over several lines: what `console` and `output` print.
pub fn format_value(value: &Value) -> String {
    let mut out = String::new();
    write_value(&mut out, value, 0);
    out
}

fn write_value(out: &mut String, value: &Value, indent: usize) {
    if !value.is_known() {
        out.push_str("(known after apply)");
        return;
    }
    if value.is_sensitive() {
        out.push_str("(sensitive value)");
        return;
    }
    if value.marks().contains(wpinfra_core::Marks::EPHEMERAL) {
        out.push_str("(ephemeral value)");
        return;
    }
    match value.content() {
        Content::Null => out.push_str(&typed_null(value.ty())),
        Content::Unknown(_) => out.push_str("(known after apply)"),
        Content::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Content::Number(number) => {
            let _ = write!(out, "{number}");
        }
        Content::String(text) => write_string(out, text, indent),
        Content::Sequence(elements) => {
            let (open, close) = match value.ty() {
                Type::List(_) => ("tolist([", "])"),
                Type::Set(_) => ("toset([", "])"),
                Type::Tuple(_)
                | Type::Object(_)
                | Type::Map(_)
                | Type::Dynamic
                | Type::Bool
                | Type::Number
                | Type::String => ("[", "]"),
            };
            out.push_str(open);
            for element in elements.iter() {
                new_line(out, indent + 2);
                write_value(out, element, indent + 2);
                out.push(',');
            }
            if !elements.is_empty() {
                new_line(out, indent);
            }
            out.push_str(close);
        }
        Content::Mapping(elements) => {
            let (open, close) = if matches!(value.ty(), Type::Map(_)) { ("tomap({", "})") } else { ("{", "}") };
            out.push_str(open);
            for (key, element) in elements.iter() {
                new_line(out, indent + 2);
                write_string(out, key, indent + 2);
                out.push_str(" = ");
                write_value(out, element, indent + 2);
            }
            if !elements.is_empty() {
                new_line(out, indent);
            }
            out.push_str(close);
        }
    }
}

fn new_line(out: &mut String, indent: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
}

fn typed_null(ty: &Type) -> String {
    match ty {
        Type::Dynamic => "null".to_owned(),
        Type::Bool => "tobool(null)".to_owned(),
        Type::Number => "tonumber(null)".to_owned(),
        Type::String => "tostring(null)".to_owned(),
        Type::List(element) => format!("tolist(null) /* of {} */", element.friendly_name()),
        Type::Set(element) => format!("toset(null) /* of {} */", element.friendly_name()),
        Type::Map(element) => format!("tomap(null) /* of {} */", element.friendly_name()),
        Type::Tuple(_) | Type::Object(_) => format!("null /* {} */", ty.friendly_name()),
    }
}

/// Writes text of several lines as a heredoc whose marker does not occur in it, other text in quotes.
fn write_string(out: &mut String, text: &str, indent: usize) {
    if !text.contains('\n') {
        out.push_str(&quoted(text));
        return;
    }
    let mut marker = "EOT".to_owned();
    while text.lines().any(|line| line.trim() == marker) {
        marker.push('_');
    }
    let _ = write!(out, "<<{}{marker}", if indent > 0 { "-" } else { "" });
    for line in text.split('\n') {
        new_line(out, indent);
        out.push_str(line);
    }
    new_line(out, indent);
    out.push_str(&marker);
}

/// Says of a value what a message may say: `is 3`, `is a list of string with 2 elements`, `has a sensitive value`.
pub fn statement(value: &Value) -> String {
    if value.is_sensitive() {
        return "has a sensitive value".to_owned();
    }
    let count = |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    match value.content() {
        Content::Null => "is null".to_owned(),
        Content::Unknown(_) if *value.ty() == Type::Dynamic => "will be known only after apply".to_owned(),
        Content::Unknown(_) => format!("is {}, known only after apply", kind(value.ty())),
        Content::Bool(value) => format!("is {value}"),
        Content::Number(number) => format!("is {number}"),
        Content::String(text) => format!("is {}", quoted(&shortened(text))),
        Content::Sequence(elements) if elements.is_empty() => format!("is an empty {}", kind_word(value.ty())),
        Content::Sequence(elements) => {
            format!("is {} with {}", kind(value.ty()), count(elements.len(), "element", "elements"))
        }
        Content::Mapping(elements) if elements.is_empty() => format!("is an empty {}", kind_word(value.ty())),
        Content::Mapping(elements) if matches!(value.ty(), Type::Map(_)) => {
            format!("is {} with {}", kind(value.ty()), count(elements.len(), "element", "elements"))
        }
        Content::Mapping(elements) => {
            format!("is {} with {}", kind(value.ty()), count(elements.len(), "attribute", "attributes"))
        }
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 60 { text.to_owned() } else { text.chars().take(57).collect::<String>() + "…" }
}

/// Names a type with its article: `a list of string`, `an object`, `a value of any type`.
pub fn kind(ty: &Type) -> String {
    match ty {
        Type::Dynamic => "a value of a type not known yet".to_owned(),
        Type::Object(_) => "an object".to_owned(),
        Type::Bool | Type::Number | Type::String | Type::List(_) | Type::Set(_) | Type::Map(_) | Type::Tuple(_) => {
            format!("a {}", ty.friendly_name())
        }
    }
}

/// Names the kind of a type in one word: `list`, `object`.
pub fn kind_word(ty: &Type) -> &'static str {
    match ty {
        Type::Dynamic => "value",
        Type::Bool => "bool",
        Type::Number => "number",
        Type::String => "string",
        Type::List(_) => "list",
        Type::Set(_) => "set",
        Type::Map(_) => "map",
        Type::Tuple(_) => "tuple",
        Type::Object(_) => "object",
    }
}

/// Writes a type as the console's `type` does.
pub fn type_text(ty: &Type) -> String {
    let mut out = String::new();
    write_type(&mut out, ty, 0);
    out
}

fn write_type(out: &mut String, ty: &Type, indent: usize) {
    match ty {
        Type::Dynamic => out.push_str("dynamic"),
        Type::Bool | Type::Number | Type::String => out.push_str(kind_word(ty)),
        Type::List(element) | Type::Set(element) | Type::Map(element) => {
            let _ = write!(out, "{}(", kind_word(ty));
            if matches!(**element, Type::Tuple(_) | Type::Object(_)) {
                new_line(out, indent + 4);
                write_type(out, element, indent + 4);
                out.push(',');
                new_line(out, indent);
            } else {
                write_type(out, element, indent);
            }
            out.push(')');
        }
        Type::Tuple(elements) => {
            out.push_str("tuple([");
            for element in elements.iter() {
                new_line(out, indent + 4);
                write_type(out, element, indent + 4);
                out.push(',');
            }
            if !elements.is_empty() {
                new_line(out, indent);
            }
            out.push_str("])");
        }
        Type::Object(object) => {
            out.push_str("object({");
            for (name, ty) in &object.attributes {
                new_line(out, indent + 4);
                let _ = write!(out, "{name}: ");
                write_type(out, ty, indent + 4);
                out.push(',');
            }
            if !object.attributes.is_empty() {
                new_line(out, indent);
            }
            out.push_str("})");
        }
    }
}
