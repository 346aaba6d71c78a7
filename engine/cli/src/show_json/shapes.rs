//! Which parts of a value are unknown or sensitive, in the form of the value itself.

use serde_json::{Map, Value as Json};
use wpinfra_core::value::Content;
use wpinfra_core::{Path, PathStep, Type, Value, json};

/// Returns the value as JSON: unknown attributes are left out, unknown elements are null.
pub(super) fn known_parts(value: &Value) -> Option<Json> {
    match value.content() {
        Content::Unknown(_) => None,
        Content::Sequence(elements) => {
            Some(Json::Array(elements.iter().map(|part| known_parts(part).unwrap_or(Json::Null)).collect()))
        }
        Content::Mapping(parts) => {
            let parts = parts.iter().filter_map(|(name, part)| Some((name.to_string(), known_parts(part)?)));
            Some(Json::Object(parts.collect()))
        }
        Content::Null | Content::Bool(_) | Content::Number(_) | Content::String(_) => Some(json::to_json(value)),
    }
}

/// Returns `true` for what is unknown, and collections of what is in them.
pub(super) fn unknown_shape(value: &Value) -> Json {
    shape(value, &|part| !part.is_known())
}

/// Returns `true` for what is marked as sensitive, and collections of what is in them.
pub(crate) fn sensitive_shape(value: &Value) -> Json {
    shape(value, &Value::is_sensitive)
}

fn shape(value: &Value, is_so: &dyn Fn(&Value) -> bool) -> Json {
    if is_so(value) {
        return Json::Bool(true);
    }
    match value.content() {
        Content::Sequence(elements) => Json::Array(elements.iter().map(|part| shape(part, is_so)).collect()),
        Content::Mapping(parts) => {
            let parts = parts.iter().map(|(name, part)| (name.to_string(), shape(part, is_so)));
            Json::Object(parts.filter(|(_, part)| *part != Json::Bool(false)).collect())
        }
        Content::Unknown(_) => match value.ty() {
            Type::List(_) | Type::Set(_) | Type::Tuple(_) => Json::Array(Vec::new()),
            Type::Map(_) | Type::Object(_) => Json::Object(Map::new()),
            Type::Dynamic | Type::Bool | Type::Number | Type::String => Json::Bool(false),
        },
        Content::Null | Content::Bool(_) | Content::Number(_) | Content::String(_) => Json::Bool(false),
    }
}

/// Returns a path as a list of names and keys.
pub(super) fn path_to_json(path: &Path) -> Json {
    let steps = path.0.iter().map(|step| match step {
        PathStep::Attribute(name) => Json::String(name.to_string()),
        PathStep::Index(key) => json::to_json(key),
    });
    Json::Array(steps.collect())
}
