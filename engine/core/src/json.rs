//! Values and types as JSON: in state files, plans, `show -json`, `jsonencode` and `output -json`.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use crate::number::Number;
use crate::path::{Path, PathStep};
use crate::types::Type;
use crate::value::{Content, Value};

/// Returns the value as JSON, unknown parts and nulls as `null`; marks are not looked at.
///
/// A part whose type is `Dynamic` in a schema needs [`dynamic_to_json`] instead.
pub fn to_json(value: &Value) -> Json {
    match value.content() {
        Content::Null | Content::Unknown(_) => Json::Null,
        Content::Bool(value) => Json::Bool(*value),
        Content::Number(number) => number_to_json(number),
        Content::String(text) => Json::String(text.to_string()),
        Content::Sequence(elements) => Json::Array(elements.iter().map(to_json).collect()),
        Content::Mapping(elements) => {
            Json::Object(elements.iter().map(|(key, value)| (key.to_string(), to_json(value))).collect())
        }
    }
}

/// Returns the value as JSON of a type: parts that the type leaves open become `{"value": …, "type": …}`, as in state files.
pub fn to_json_as(value: &Value, ty: &Type) -> Json {
    match (ty, value.content()) {
        (_, Content::Unknown(_)) => Json::Null,
        (Type::Dynamic, Content::Null) if *value.ty() == Type::Dynamic => Json::Null,
        (Type::Dynamic, _) => json!({ "value": to_json(value), "type": type_to_json(value.ty()) }),
        (Type::List(element) | Type::Set(element), Content::Sequence(elements)) => {
            Json::Array(elements.iter().map(|value| to_json_as(value, element)).collect())
        }
        (Type::Tuple(types), Content::Sequence(elements)) => {
            Json::Array(elements.iter().zip(types.iter()).map(|(value, ty)| to_json_as(value, ty)).collect())
        }
        (Type::Map(element), Content::Mapping(elements)) => {
            Json::Object(elements.iter().map(|(key, value)| (key.to_string(), to_json_as(value, element))).collect())
        }
        (Type::Object(object), Content::Mapping(elements)) => Json::Object(
            elements
                .iter()
                .map(|(name, value)| {
                    let ty = object.attributes.get(name).unwrap_or(&Type::String);
                    (name.to_string(), to_json_as(value, ty))
                })
                .collect(),
        ),
        _ => to_json(value),
    }
}

fn number_to_json(number: &Number) -> Json {
    if number.is_infinite() {
        return Json::String(number.to_string());
    }
    // `arbitrary_precision` keeps every digit.
    serde_json::from_str(&number.to_string()).unwrap_or(Json::Null)
}

/// Why JSON does not fit a type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{wanted} is required", if path.is_empty() { String::new() } else { format!("{path}: ") })]
pub struct JsonError {
    /// The place in the JSON, as written in the language.
    pub path: String,
    /// What should stand there.
    pub wanted: String,
}

/// Reads a value of the type from JSON as [`to_json_as`] writes it.
///
/// Object attributes that lack are null, and unknown ones are passed over: a state may have been written with a slightly other schema.
pub fn from_json(json: &Json, ty: &Type) -> Result<Value, JsonError> {
    read(json, ty, &mut Path::root())
}

fn read(json: &Json, ty: &Type, path: &mut Path) -> Result<Value, JsonError> {
    let wrong = |path: &Path| JsonError { path: path.to_string(), wanted: ty.to_string() };
    if let Type::Dynamic = ty {
        return read_dynamic(json, path);
    }
    match (ty, json) {
        (_, Json::Null) => Ok(Value::null(ty.clone())),
        (Type::Bool, Json::Bool(value)) => Ok(Value::bool(*value)),
        (Type::Bool, Json::String(text)) if text == "true" || text == "false" => Ok(Value::bool(text == "true")),
        (Type::Number, Json::Number(number)) => {
            Number::parse(&number.to_string()).map(Value::number).map_err(|_| wrong(path))
        }
        (Type::Number, Json::String(text)) => Number::parse(text).map(Value::number).map_err(|_| wrong(path)),
        (Type::String, Json::String(text)) => Ok(Value::string(text)),
        (Type::String, Json::Number(number)) => Ok(Value::string(number.to_string())),
        (Type::String, Json::Bool(value)) => Ok(Value::string(value.to_string())),
        (Type::List(element), Json::Array(items)) => {
            Ok(Value::list((**element).clone(), read_all(items, |_| Some(element), path)?))
        }
        (Type::Set(element), Json::Array(items)) => {
            Ok(Value::set((**element).clone(), read_all(items, |_| Some(element), path)?))
        }
        (Type::Tuple(types), Json::Array(items)) if types.len() == items.len() => {
            Ok(Value::tuple(read_all(items, |index| types.get(index), path)?))
        }
        (Type::Map(element), Json::Object(items)) => {
            let read_one = |(key, item): (&String, &Json)| {
                path.0.push(PathStep::Index(Value::string(key)));
                let value = read(item, element, path)?;
                path.0.pop();
                Ok((Arc::from(key.as_str()), value))
            };
            let items: Vec<(Arc<str>, Value)> = items.iter().map(read_one).collect::<Result<_, _>>()?;
            Ok(Value::map((**element).clone(), items))
        }
        (Type::Object(object), Json::Object(items)) => {
            let read_one = |(name, ty): (&Arc<str>, &Type)| {
                path.0.push(PathStep::Attribute(Arc::clone(name)));
                let value = read(items.get(&**name).unwrap_or(&Json::Null), ty, path)?;
                path.0.pop();
                Ok((Arc::clone(name), value))
            };
            let items: Vec<(Arc<str>, Value)> = object.attributes.iter().map(read_one).collect::<Result<_, _>>()?;
            Ok(Value::object(items))
        }
        _ => Err(wrong(path)),
    }
}

fn read_all<'t>(
    items: &[Json],
    ty: impl Fn(usize) -> Option<&'t Type>,
    path: &mut Path,
) -> Result<Vec<Value>, JsonError> {
    let mut values = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        path.0.push(PathStep::Index(Value::number(index)));
        values.push(read(item, ty(index).unwrap_or(&Type::Dynamic), path)?);
        path.0.pop();
    }
    Ok(values)
}

fn read_dynamic(json: &Json, path: &mut Path) -> Result<Value, JsonError> {
    let Json::Object(wrapped) = json else {
        return Ok(implied(json));
    };
    match (wrapped.get("value"), wrapped.get("type").and_then(type_from_json)) {
        (Some(inner), Some(ty)) if wrapped.len() == 2 => read(inner, &ty, path),
        _ => Ok(implied(json)),
    }
}

/// Returns the value that JSON means by itself, as `jsondecode` does: arrays are tuples, objects are objects.
pub fn implied(json: &Json) -> Value {
    match json {
        Json::Null => Value::null(Type::Dynamic),
        Json::Bool(value) => Value::bool(*value),
        Json::Number(number) => {
            Number::parse(&number.to_string()).map_or_else(|_| Value::null(Type::Number), Value::number)
        }
        Json::String(text) => Value::string(text),
        Json::Array(items) => Value::tuple(items.iter().map(implied).collect()),
        Json::Object(items) => {
            Value::object(items.iter().map(|(name, value)| (Arc::from(name.as_str()), implied(value))))
        }
    }
}

/// Returns the type in cty's JSON form: `["list", "string"]`.
pub fn type_to_json(ty: &Type) -> Json {
    match ty {
        Type::Dynamic => json!("dynamic"),
        Type::Bool => json!("bool"),
        Type::Number => json!("number"),
        Type::String => json!("string"),
        Type::List(element) => json!(["list", type_to_json(element)]),
        Type::Set(element) => json!(["set", type_to_json(element)]),
        Type::Map(element) => json!(["map", type_to_json(element)]),
        Type::Tuple(elements) => json!(["tuple", elements.iter().map(type_to_json).collect::<Vec<_>>()]),
        Type::Object(object) => {
            let attributes: Map<String, Json> =
                object.attributes.iter().map(|(name, ty)| (name.to_string(), type_to_json(ty))).collect();
            if object.optional.is_empty() {
                json!(["object", attributes])
            } else {
                json!(["object", attributes, object.optional.iter().map(|name| &**name).collect::<Vec<_>>()])
            }
        }
    }
}

/// Reads a type from cty's JSON form; `None` if it is not one.
pub fn type_from_json(json: &Json) -> Option<Type> {
    match json {
        Json::String(name) => match name.as_str() {
            "dynamic" => Some(Type::Dynamic),
            "bool" => Some(Type::Bool),
            "number" => Some(Type::Number),
            "string" => Some(Type::String),
            _ => None,
        },
        Json::Array(parts) => {
            let (kind, inner) = (parts.first()?.as_str()?, parts.get(1)?);
            match kind {
                "list" => type_from_json(inner).map(Type::list),
                "set" => type_from_json(inner).map(Type::set),
                "map" => type_from_json(inner).map(Type::map),
                "tuple" => inner.as_array()?.iter().map(type_from_json).collect::<Option<Vec<_>>>().map(Type::tuple),
                "object" => {
                    let attributes = inner.as_object()?.iter();
                    let attributes = attributes.map(|(name, ty)| Some((Arc::from(name.as_str()), type_from_json(ty)?)));
                    attributes.collect::<Option<Vec<(Arc<str>, Type)>>>().map(Type::object)
                }
                _ => None,
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive_their_json() {
        let ty = Type::object([
            ("name", Type::String),
            ("sizes", Type::list(Type::Number)),
            ("tags", Type::map(Type::String)),
            ("input", Type::Dynamic),
        ]);
        let value = Value::object([
            ("name", Value::string("a")),
            (
                "sizes",
                Value::list(Type::Number, vec![Value::number(1), Value::number(Number::parse("0.1").expect("ok"))]),
            ),
            ("tags", Value::map(Type::String, [("k", Value::string("v"))])),
            ("input", Value::tuple(vec![Value::bool(true), Value::null(Type::String)])),
        ]);
        let json = to_json_as(&value, &ty);
        assert_eq!(json["input"], json!({"value": [true, null], "type": ["tuple", ["bool", "string"]]}));
        assert_eq!(from_json(&json, &ty).expect("fits"), value);
    }

    #[test]
    fn misfits_name_the_place() {
        let ty = Type::object([("sizes", Type::list(Type::Number))]);
        let error = from_json(&json!({"sizes": [1, "x"]}), &ty).expect_err("misfit");
        assert_eq!(error.to_string(), ".sizes[1]: number is required");
    }
}
