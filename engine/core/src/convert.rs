//! Conversion of values to types, as Terraform converts wherever a type is wanted.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::number::Number;
use crate::path::{Path, PathStep};
use crate::types::{ObjectType, Type};
use crate::unify::unify;
use crate::value::{Content, Value};

/// Why a value cannot have a type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConversionError {
    /// The part that does not fit, as written in the language after the value: `[0].name`.
    pub path: String,
    /// What is wanted there: `string required`, `attribute "name" is required`.
    pub message: String,
}

impl ConversionError {
    fn new(path: &Path, message: impl Into<String>) -> Self {
        Self { path: path.to_string(), message: message.into() }
    }
}

/// Returns the value as one of the type; marks stay where they were.
pub fn convert(value: &Value, ty: &Type) -> Result<Value, ConversionError> {
    convert_at(value, ty, &mut Path::root())
}

fn required(ty: &Type) -> String {
    match ty {
        Type::Bool => "a bool is required".to_owned(),
        Type::Number => "a number is required".to_owned(),
        Type::String => "string required".to_owned(),
        other => format!("{} required", other.friendly_name()),
    }
}

fn convert_at(value: &Value, ty: &Type, path: &mut Path) -> Result<Value, ConversionError> {
    if *ty == Type::Dynamic || *value.ty() == *ty {
        return Ok(value.clone());
    }
    let marks = value.marks();
    let concrete = ty.without_optional();
    if !value.is_known() {
        if !may_convert(value.ty(), ty) {
            return Err(ConversionError::new(path, required(ty)));
        }
        let kept = value.refinement().filter(|_| *value.ty() == concrete || !ty.has_dynamic());
        let refined = kept.cloned().unwrap_or_default();
        let refined = if concrete == *value.ty() {
            refined
        } else {
            // Only that it is not null outlives a change of the kind of type.
            crate::refinement::Refinement { not_null: refined.not_null, ..Default::default() }
        };
        return Ok(Value::refined(concrete, refined).with_marks(marks));
    }
    if value.is_null() {
        if !may_convert(value.ty(), ty) {
            return Err(ConversionError::new(path, required(ty)));
        }
        return Ok(Value::null(concrete).with_marks(marks));
    }
    let converted = match (value.content(), ty) {
        (Content::String(text), Type::Number) => {
            Number::parse(text).map(Value::number).map_err(|_| ConversionError::new(path, "a number is required"))?
        }
        (Content::String(text), Type::Bool) => match &**text {
            "true" | "1" => Value::bool(true),
            "false" | "0" => Value::bool(false),
            "True" | "TRUE" => {
                return Err(ConversionError::new(
                    path,
                    "a bool is required; to convert from string, use lowercase \"true\"",
                ));
            }
            "False" | "FALSE" => {
                return Err(ConversionError::new(
                    path,
                    "a bool is required; to convert from string, use lowercase \"false\"",
                ));
            }
            _ => return Err(ConversionError::new(path, "a bool is required")),
        },
        (Content::Number(number), Type::String) => Value::string(number.to_string()),
        (Content::Bool(value), Type::String) => Value::string(if *value { "true" } else { "false" }),
        (Content::Sequence(elements), Type::List(element)) => {
            let (element, elements) = convert_elements(elements, element, path)?;
            Value::list(element, elements)
        }
        (Content::Sequence(elements), Type::Set(element)) => {
            let (element, elements) = convert_elements(elements, element, path)?;
            Value::set(element, elements)
        }
        (Content::Sequence(elements), Type::Tuple(types))
            if elements.len() == types.len() && !matches!(value.ty(), Type::Set(_)) =>
        {
            let mut converted = Vec::with_capacity(elements.len());
            for (index, (element, ty)) in elements.iter().zip(types.iter()).enumerate() {
                converted
                    .push(step(path, PathStep::Index(Value::number(index)), |path| convert_at(element, ty, path))?);
            }
            Value::tuple(converted)
        }
        (Content::Mapping(elements), Type::Map(element)) => {
            let keys: Vec<Arc<str>> = elements.keys().cloned().collect();
            let parts: Vec<(PathStep, &Value)> = value.parts();
            let (element, values) = convert_parts(parts, element, path)?;
            Value::map(element, keys.into_iter().zip(values))
        }
        (Content::Mapping(elements), Type::Object(object)) => convert_object(value, elements, object, path)?,
        _ => return Err(ConversionError::new(path, required(ty))),
    };
    Ok(converted.with_marks(marks))
}

fn step<T>(
    path: &mut Path,
    step: PathStep,
    inner: impl FnOnce(&mut Path) -> Result<T, ConversionError>,
) -> Result<T, ConversionError> {
    path.0.push(step);
    let result = inner(path);
    path.0.pop();
    result
}

fn convert_elements(
    elements: &[Value],
    element: &Type,
    path: &mut Path,
) -> Result<(Type, Vec<Value>), ConversionError> {
    let parts = elements.iter().enumerate().map(|(index, value)| (PathStep::Index(Value::number(index)), value));
    convert_parts(parts.collect(), element, path)
}

/// Converts elements to one type; where that is open, to the type that all of them can have.
fn convert_parts(
    parts: Vec<(PathStep, &Value)>,
    element: &Type,
    path: &mut Path,
) -> Result<(Type, Vec<Value>), ConversionError> {
    let mut converted = Vec::with_capacity(parts.len());
    for (at, value) in parts {
        converted.push(step(path, at, |path| convert_at(value, element, path))?);
    }
    if !element.has_dynamic() {
        return Ok((element.without_optional(), converted));
    }
    if converted.is_empty() {
        return Ok((element.without_optional(), converted));
    }
    let types: Vec<Type> = converted.iter().map(|value| value.ty().clone()).collect();
    let Some(unified) = unify(&types) else {
        return Err(ConversionError::new(path, "all elements must have the same type"));
    };
    let converted: Result<Vec<Value>, ConversionError> =
        converted.iter().map(|value| convert_at(value, &unified, path)).collect();
    Ok((unified, converted?))
}

fn convert_object(
    value: &Value,
    elements: &BTreeMap<Arc<str>, Value>,
    object: &ObjectType,
    path: &mut Path,
) -> Result<Value, ConversionError> {
    let mut attributes = Vec::with_capacity(object.attributes.len());
    let mut missing = Vec::new();
    for (name, ty) in &object.attributes {
        let converted = match elements.get(name) {
            Some(found) => {
                let at = match value.ty() {
                    Type::Map(_) => PathStep::Index(Value::string(name)),
                    _ => PathStep::Attribute(Arc::clone(name)),
                };
                step(path, at, |path| convert_at(found, ty, path))?
            }
            None if object.optional.contains(name) => Value::null(ty.without_optional()),
            None => {
                missing.push(format!("{name:?}"));
                continue;
            }
        };
        attributes.push((Arc::clone(name), converted));
    }
    match missing.as_slice() {
        [] => Ok(Value::object(attributes)),
        [one] => Err(ConversionError::new(path, format!("attribute {one} is required"))),
        [first @ .., last] => {
            Err(ConversionError::new(path, format!("attributes {} and {last} are required", first.join(", "))))
        }
    }
}

/// Tells whether some value of one type can be converted to another.
pub fn may_convert(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (Type::Dynamic, _) | (_, Type::Dynamic) => true,
        (Type::String, Type::Bool | Type::Number) | (Type::Bool | Type::Number, Type::String) => true,
        (Type::List(from) | Type::Set(from), Type::List(to) | Type::Set(to)) | (Type::Map(from), Type::Map(to)) => {
            may_convert(from, to)
        }
        (Type::Tuple(from), Type::List(to) | Type::Set(to)) => from.iter().all(|from| may_convert(from, to)),
        (Type::Tuple(from), Type::Tuple(to)) => {
            from.len() == to.len() && from.iter().zip(to.iter()).all(|(from, to)| may_convert(from, to))
        }
        (Type::List(from), Type::Tuple(to)) => to.iter().all(|to| may_convert(from, to)),
        (Type::Object(from), Type::Map(to)) => from.attributes.values().all(|from| may_convert(from, to)),
        (Type::Map(from), Type::Object(to)) => to.attributes.values().all(|to| may_convert(from, to)),
        (Type::Object(from), Type::Object(to)) => to.attributes.iter().all(|(name, to_type)| {
            from.attributes.get(name).map_or_else(|| to.optional.contains(name), |from| may_convert(from, to_type))
        }),
        _ => from == to,
    }
}
