//! Conversion of values to types, as Terraform converts wherever a type is wanted.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::number::Number;
use crate::path::{Path, PathStep};
use crate::refinement::Refinement;
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
        Type::Dynamic | Type::List(_) | Type::Set(_) | Type::Map(_) | Type::Tuple(_) | Type::Object(_) => {
            format!("{} required", ty.friendly_name())
        }
    }
}

fn convert_at(value: &Value, ty: &Type, path: &mut Path) -> Result<Value, ConversionError> {
    if *ty == Type::Dynamic || *value.ty() == *ty {
        return Ok(value.clone());
    }
    let marks = value.marks();
    if !value.is_known() || value.is_null() {
        if !may_convert(value.ty(), ty) {
            return Err(ConversionError::new(path, required(ty)));
        }
        let concrete = filled(value.ty(), &ty.without_optional());
        let converted = if value.is_null() { Value::null(concrete) } else { unknown_of(value, concrete) };
        return Ok(converted.with_marks(marks));
    }
    if may_not_iterate(value, ty) {
        // What is unknown in a set may turn out to be one of the others, so nobody knows how many there are.
        let element = value.ty().element().cloned().unwrap_or(Type::Dynamic);
        return Ok(Value::unknown(filled(&Type::set(element), &ty.without_optional())).with_marks(marks));
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
            let (element, elements) = convert_elements(value, elements, element, path)?;
            Value::list(element, elements)
        }
        (Content::Sequence(elements), Type::Set(element)) => {
            let (element, elements) = convert_elements(value, elements, element, path)?;
            Value::set(element, elements)
        }
        (Content::Sequence(elements), Type::Tuple(types))
            if elements.len() == types.len() && matches!(value.ty(), Type::Tuple(_)) =>
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
            let (element, values) = convert_parts(value, parts, element, path)?;
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
    whole: &Value,
    elements: &[Value],
    element: &Type,
    path: &mut Path,
) -> Result<(Type, Vec<Value>), ConversionError> {
    let parts = elements.iter().enumerate().map(|(index, value)| (PathStep::Index(Value::number(index)), value));
    convert_parts(whole, parts.collect(), element, path)
}

/// Converts elements to one type; where that is open, to the type that all of them can have.
fn convert_parts(
    whole: &Value,
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
        let own = whole.ty().element().unwrap_or(&Type::Dynamic);
        return Ok((filled(own, &element.without_optional()), converted));
    }
    let types: Vec<Type> = converted.iter().map(|value| value.ty().clone()).collect();
    let open = |ty: &Type| *ty == Type::Dynamic;
    let unified = unify(&types).filter(|unified| !open(unified) || types.iter().all(open));
    let Some(unified) = unified else {
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
                let at = if matches!(value.ty(), Type::Map(_)) {
                    PathStep::Index(Value::string(name))
                } else {
                    PathStep::Attribute(Arc::clone(name))
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

/// Tells whether the number of elements in the result cannot be known although the value is.
fn may_not_iterate(value: &Value, ty: &Type) -> bool {
    matches!((value.ty(), ty), (Type::Set(_), Type::List(_))) && !value.is_wholly_known()
}

/// Returns an unknown value of the type with what is known of the value before its conversion.
fn unknown_of(value: &Value, ty: Type) -> Value {
    let known = value.refinement().cloned().unwrap_or_default();
    if *value.ty() == ty {
        return Value::refined(ty, known);
    }
    let (least, most) = match (value.ty(), &ty) {
        (Type::Tuple(elements), Type::List(_) | Type::Set(_)) => (Some(elements.len()), Some(elements.len())),
        (Type::Object(object), Type::Map(_)) => (Some(object.attributes.len()), Some(object.attributes.len())),
        (from, to) if from.is_collection() && to.is_collection() => (known.min_length, known.max_length),
        _ => (None, None),
    };
    // In a set, elements may fall together.
    let least = if matches!(ty, Type::Set(_)) { least.map(|least| least.min(1)) } else { least };
    let kept = Refinement { not_null: known.not_null, min_length: least, max_length: most, ..Refinement::default() };
    Value::refined(ty, kept)
}

/// Returns the wanted type with what it leaves open filled in from the type that a value has.
fn filled(from: &Type, wanted: &Type) -> Type {
    if *from == Type::Dynamic || !wanted.has_dynamic() {
        return wanted.clone();
    }
    let element_of = |from: &Type| match from {
        Type::List(element) | Type::Set(element) | Type::Map(element) => (**element).clone(),
        Type::Tuple(elements) => unify(elements).unwrap_or(Type::Dynamic),
        Type::Object(object) => {
            let attributes: Vec<Type> = object.attributes.values().cloned().collect();
            unify(&attributes).unwrap_or(Type::Dynamic)
        }
        Type::Dynamic | Type::Bool | Type::Number | Type::String => Type::Dynamic,
    };
    match wanted {
        Type::Dynamic => from.without_optional(),
        Type::List(element) => Type::list(filled(&element_of(from), element)),
        Type::Set(element) => Type::set(filled(&element_of(from), element)),
        Type::Map(element) => Type::map(filled(&element_of(from), element)),
        Type::Tuple(elements) => {
            let own: &[Type] = if let Type::Tuple(own) = from { own } else { &[] };
            let own = |index: usize| own.get(index).unwrap_or(&Type::Dynamic);
            Type::tuple(elements.iter().enumerate().map(|(index, wanted)| filled(own(index), wanted)))
        }
        Type::Object(object) => Type::object(object.attributes.iter().map(|(name, wanted)| {
            let own = if let Type::Map(element) = from { Some(&**element) } else { from.attribute(name) };
            (Arc::clone(name), own.map_or_else(|| wanted.clone(), |own| filled(own, wanted)))
        })),
        Type::Bool | Type::Number | Type::String => wanted.clone(),
    }
}

/// Tells whether some value of one type can be converted to another.
pub fn may_convert(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (Type::Dynamic, _)
        | (_, Type::Dynamic)
        | (Type::String, Type::Bool | Type::Number)
        | (Type::Bool | Type::Number, Type::String) => true,
        (Type::List(from) | Type::Set(from), Type::List(to) | Type::Set(to)) | (Type::Map(from), Type::Map(to)) => {
            may_convert(from, to)
        }
        (Type::Tuple(from), Type::List(to) | Type::Set(to)) => may_become_elements(from.iter(), to),
        (Type::Tuple(from), Type::Tuple(to)) => {
            from.len() == to.len() && from.iter().zip(to.iter()).all(|(from, to)| may_convert(from, to))
        }
        (Type::Object(from), Type::Map(to)) => may_become_elements(from.attributes.values(), to),
        (Type::Map(from), Type::Object(to)) => to.attributes.values().all(|to| may_convert(from, to)),
        (Type::Object(from), Type::Object(to)) => to.attributes.iter().all(|(name, to_type)| {
            from.attributes.get(name).map_or_else(|| to.optional.contains(name), |from| may_convert(from, to_type))
        }),
        _ => from == to,
    }
}

/// Tells whether values of the types can be elements of one collection.
fn may_become_elements<'t>(from: impl Iterator<Item = &'t Type> + Clone, element: &Type) -> bool {
    if *element != Type::Dynamic {
        return from.clone().all(|from| may_convert(from, element));
    }
    let types: Vec<Type> = from.cloned().collect();
    unify(&types).is_some_and(|unified| unified != Type::Dynamic || types.iter().all(|ty| *ty == Type::Dynamic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &Value, ty: &Type, expected: Result<&str, &str>) {
        let converted = convert(value, ty);
        let shown = converted.as_ref().map(|value| format!("{} {value:?}", value.ty()));
        match (&shown, expected) {
            (Ok(shown), Ok(expected)) => assert_eq!(shown, expected),
            (Err(error), Err(expected)) => assert_eq!(format!("{}{error}", error.path), expected),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn collections_take_structures() {
        let strings = Type::list(Type::String);
        let mixed = Value::tuple(vec![Value::number(1), Value::bool(true), Value::null(Type::Dynamic)]);
        check(&mixed, &strings, Ok(r#"list(string) list["1", "true", null(string)]"#));
        check(&mixed, &Type::list(Type::Dynamic), Err("all elements must have the same type"));
        check(&mixed, &Type::list(Type::Number), Err("[1]a number is required"));
        let empty = Value::tuple(Vec::new());
        check(&empty, &Type::list(Type::Dynamic), Ok("list(any) list[]"));
        check(&Value::list(Type::String, Vec::new()), &Type::set(Type::Dynamic), Ok("set(string) set[]"));
        let object = Value::object([("a", Value::number(1)), ("b", Value::string("x"))]);
        check(&object, &Type::map(Type::Dynamic), Ok(r#"map(string) map{"a": "1", "b": "x"}"#));
        check(&Value::set(Type::String, vec![Value::string("a")]), &Type::tuple([Type::String]), Err("tuple required"));
        check(
            &Value::list(Type::String, vec![Value::string("a")]),
            &Type::tuple([Type::String]),
            Err("tuple required"),
        );
    }

    #[test]
    fn what_is_known_of_unknown_values_is_kept() {
        let pair = Value::unknown(Type::tuple([Type::String, Type::Number]));
        let converted = convert(&pair, &Type::list(Type::Dynamic)).expect("can");
        assert_eq!(*converted.ty(), Type::list(Type::String));
        let known = converted.refinement().expect("length");
        assert_eq!((known.min_length, known.max_length), (Some(2), Some(2)));
        let number = Value::refined(Type::Number, Refinement::not_null());
        assert!(convert(&number, &Type::String).expect("can").is_definitely_not_null());
        let open = Value::set(Type::String, vec![Value::string("a"), Value::unknown(Type::String)]);
        assert!(!convert(&open, &Type::list(Type::String)).expect("can").is_known());
        assert!(convert(&Value::unknown(Type::Bool), &Type::Number).is_err());
    }
}
