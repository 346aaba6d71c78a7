//! `yamldecode`.

use std::collections::BTreeMap;
use std::sync::Arc;

use wpinfra_core::convert::convert;
use wpinfra_core::{Number, Type, Value};
use yaml_rust2::parser::{Event, Parser, Tag};
use yaml_rust2::scanner::{Marker, TScalarStyle};

use super::FunctionError;
use super::signature::{Parameter, Signature};
use super::time;
use crate::eval::limits;

pub(super) fn signatures() -> Vec<Signature> {
    vec![
        Signature::new(
            "yamldecode",
            "Reads the value that a YAML text means.",
            [Parameter::string("src")],
            Type::Dynamic,
            |call| decode(call.text(0)).map_err(|problem| FunctionError::argument(0, problem)),
        )
        .typed(|arguments| match arguments[0].as_str() {
            Some(text) => {
                let value = decode(text).map_err(|problem| FunctionError::argument(0, problem))?;
                Ok(value.ty().clone())
            }
            None => Ok(Type::Dynamic),
        })
        .may_be_null(),
    ]
}

fn decode(text: &str) -> Result<Value, String> {
    if let Some(control) = text.chars().find(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}')) {
        return Err(format!("has the control character {:?}", control.to_string()));
    }
    // One event after the other: the parser's own way over all of them would call itself for each level.
    let mut parser = Parser::new_from_str(text);
    let mut events = Vec::new();
    let mut depth = 0_u32;
    loop {
        let (event, marker) = parser.next_token().map_err(|error| format!("is not valid YAML: {error}"))?;
        match event {
            Event::StreamEnd => break,
            Event::SequenceStart(..) | Event::MappingStart(..) => depth += 1,
            Event::SequenceEnd | Event::MappingEnd => depth -= 1,
            Event::Scalar(..)
            | Event::Alias(_)
            | Event::DocumentStart
            | Event::DocumentEnd
            | Event::StreamStart
            | Event::Nothing => {}
        }
        if depth > limits::DEPTH {
            return Err(format!("has more than {} lists or mappings within each other", limits::DEPTH));
        }
        events.push((event, marker));
    }
    let documents = events.iter().filter(|(event, _)| *event == Event::DocumentStart).count();
    match documents {
        0 => return Err("has no document in it".to_owned()),
        1 => {}
        _ => return Err("has more than one document in it".to_owned()),
    }
    let mut reader = Reader { events: events.into_iter(), anchors: BTreeMap::new() };
    reader.skip_to_document();
    reader.value()
}

struct Reader {
    events: std::vec::IntoIter<(Event, Marker)>,
    /// Values by the number of their anchor; `None` while the value is being read.
    anchors: BTreeMap<usize, Option<Value>>,
}

impl Reader {
    fn skip_to_document(&mut self) {
        for (event, _) in self.events.by_ref() {
            if event == Event::DocumentStart {
                return;
            }
        }
    }

    fn value(&mut self) -> Result<Value, String> {
        self.next_value()?.ok_or_else(|| "ends too early".to_owned())
    }

    /// Reads a value; `None` at the end of the list or mapping around.
    fn next_value(&mut self) -> Result<Option<Value>, String> {
        let Some((event, marker)) = self.events.next() else { return Ok(None) };
        let at_line = |problem: String| format!("line {}: {problem}", marker.line());
        let (anchor, value) = match event {
            Event::Scalar(text, style, anchor, tag) => (anchor, scalar(&text, style, tag.as_ref()).map_err(at_line)?),
            Event::SequenceStart(anchor, tag) => {
                allow_tag(tag.as_ref(), "seq", "a list").map_err(at_line)?;
                self.anchors.insert(anchor, None);
                let mut elements = Vec::new();
                while let Some(element) = self.next_value()? {
                    elements.push(element);
                }
                (anchor, bounded(Value::tuple(elements)).map_err(at_line)?)
            }
            Event::MappingStart(anchor, tag) => {
                allow_tag(tag.as_ref(), "map", "a mapping").map_err(at_line)?;
                self.anchors.insert(anchor, None);
                (anchor, self.mapping().and_then(bounded).map_err(at_line)?)
            }
            Event::Alias(anchor) => {
                return match self.anchors.get(&anchor) {
                    Some(Some(value)) => Ok(Some(value.clone())),
                    Some(None) => Err(at_line("refers to an anchor around it".to_owned())),
                    None => Err(at_line("refers to an anchor that does not exist".to_owned())),
                };
            }
            Event::SequenceEnd
            | Event::MappingEnd
            | Event::DocumentStart
            | Event::DocumentEnd
            | Event::StreamStart
            | Event::StreamEnd
            | Event::Nothing => return Ok(None),
        };
        self.anchors.insert(anchor, Some(value.clone()));
        Ok(Some(value))
    }

    fn mapping(&mut self) -> Result<Value, String> {
        let mut attributes: BTreeMap<Arc<str>, Value> = BTreeMap::new();
        loop {
            // The key << takes in another mapping, but only where it is written without quotes.
            let merges = matches!(
                self.events.as_slice().first(),
                Some((Event::Scalar(text, TScalarStyle::Plain, _, None), _)) if text == "<<"
            );
            let Some(key) = self.next_value()? else { return Ok(Value::object(attributes)) };
            let value = self.value()?;
            if merges {
                let Some(merged) = value.mapping() else {
                    return Err("only a mapping can be taken in with <<".to_owned());
                };
                attributes.extend(merged.iter().map(|(key, value)| (Arc::clone(key), value.clone())));
                continue;
            }
            if key.is_null() {
                return Err("a key must not be null".to_owned());
            }
            let key = convert(&key, &Type::String).map_err(|_| "a key must be a string".to_owned())?;
            attributes.insert(key.as_str().unwrap_or("").into(), value);
        }
    }
}

/// Refuses a value that became too large, by references to what is large already.
fn bounded(value: Value) -> Result<Value, String> {
    let excess = limits::excess(&value);
    excess.map_or(Ok(value), |(_, detail)| Err(format!("is too large: {detail}")))
}

const STANDARD_TAGS: &str = "tag:yaml.org,2002:";

fn full_tag(tag: &Tag) -> String {
    if tag.handle == "!!" { format!("{STANDARD_TAGS}{}", tag.suffix) } else { format!("{}{}", tag.handle, tag.suffix) }
}

fn allow_tag(tag: Option<&Tag>, allowed: &str, what: &str) -> Result<(), String> {
    match tag.map(full_tag) {
        Some(tag) if tag != format!("{STANDARD_TAGS}{allowed}") => Err(format!("{what} cannot have the tag {tag:?}")),
        _ => Ok(()),
    }
}

fn scalar(text: &str, style: TScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    let tag = tag.map(full_tag);
    let short = match &tag {
        Some(tag) => Some(tag.strip_prefix(STANDARD_TAGS).ok_or_else(|| format!("the tag {tag:?} is not known"))?),
        None => None,
    };
    if style != TScalarStyle::Plain {
        return match short {
            None | Some("str" | "int" | "float" | "bool" | "null" | "timestamp" | "binary") => Ok(Value::string(text)),
            Some(other) => Err(format!("a text cannot have the tag {other:?}")),
        };
    }
    let wrong = |wanted: &str| format!("{text:?} is not {wanted}");
    match short {
        None => plain(text),
        Some("str") => Ok(Value::string(text)),
        Some("binary") => Ok(Value::string(text.split_ascii_whitespace().collect::<String>())),
        Some("int" | "float") => number(text)?.ok_or_else(|| wrong("a number")),
        Some("bool") => boolean(text).ok_or_else(|| wrong("a bool")),
        Some("null") if is_null(text) => Ok(Value::null(Type::Dynamic)),
        Some("timestamp") => timestamp(text).ok_or_else(|| wrong("a time")),
        Some(other) => Err(format!("a text cannot have the tag {other:?}")),
    }
}

/// Returns what a text without quotes means.
fn plain(text: &str) -> Result<Value, String> {
    if is_null(text) {
        return Ok(Value::null(Type::Dynamic));
    }
    let meant = boolean(text).map_or_else(|| number(text), |value| Ok(Some(value)))?;
    Ok(meant.or_else(|| timestamp(text)).unwrap_or_else(|| Value::string(text)))
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

fn boolean(text: &str) -> Option<Value> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(Value::bool(true)),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Some(Value::bool(false))
        }
        _ => None,
    }
}

fn number(text: &str) -> Result<Option<Value>, String> {
    match text {
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            return Ok(Some(Value::number(Number::infinite(false))));
        }
        "-.inf" | "-.Inf" | "-.INF" => return Ok(Some(Value::number(Number::infinite(true)))),
        ".nan" | ".NaN" | ".NAN" => return Err("only numbers are supported, not NaN".to_owned()),
        _ => {}
    }
    let (sign, magnitude) = match text.as_bytes().first() {
        Some(b'-') => ("-", &text[1..]),
        Some(b'+') => ("", &text[1..]),
        _ => ("", text),
    };
    for (prefix, base) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = magnitude.strip_prefix(prefix) {
            let digits = digits.bytes().all(|byte| byte.is_ascii_alphanumeric()).then_some(digits);
            let parsed = digits.and_then(|digits| num_bigint::BigInt::parse_bytes(digits.as_bytes(), base));
            return Ok(parsed
                .map(|parsed| Value::number(Number::from_integer(if sign.is_empty() { parsed } else { -parsed }))));
        }
    }
    if !magnitude.starts_with(|c: char| c.is_ascii_digit() || c == '.') || magnitude.contains('p') {
        return Ok(None);
    }
    Ok(Number::parse(&format!("{sign}{magnitude}")).ok().map(Value::number))
}

fn timestamp(text: &str) -> Option<Value> {
    time::from_yaml(text).map(Value::string)
}
