//! Functions of lists, tuples, maps and objects that take them apart or look into them.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "functions name the types that they take; all others are wrong, and so would be new ones"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use unicode_segmentation::UnicodeSegmentation;
use wpinfra_core::convert::convert;
use wpinfra_core::refinement::Refinement;
use wpinfra_core::unify::unify;
use wpinfra_core::{Number, Type, Value};

use super::FunctionError;
use super::signature::{Arguments, Parameter, Signature};
use crate::eval::equal;

pub(super) fn signatures() -> Vec<Signature> {
    let list = || Parameter::any("list");
    let bools = || [Parameter::new("list", Type::list(Type::Bool))];
    vec![
        Signature::new("alltrue", "Tells whether every element is true.", bools(), Type::Bool, |call| {
            Ok(decide(call, false))
        }),
        Signature::new("anytrue", "Tells whether any element is true.", bools(), Type::Bool, |call| {
            Ok(decide(call, true))
        }),
        Signature::new(
            "coalesce",
            "Returns the first argument that is neither null nor an empty string.",
            [],
            Type::Dynamic,
            coalesce,
        )
        .variadic(Parameter::any("vals").nullable().unknown().dynamic())
        .typed(|arguments| {
            if arguments.is_empty() {
                return Err(FunctionError::new("at least one argument is required"));
            }
            let types: Vec<Type> = arguments.iter().map(|value| value.ty().clone()).collect();
            unify(&types).ok_or_else(|| FunctionError::new("all arguments must have one type"))
        }),
        Signature::new(
            "coalescelist",
            "Returns the first list that is neither null nor empty.",
            [],
            Type::Dynamic,
            |call| {
                for value in call.values {
                    match value.elements() {
                        Some([_, ..]) => return Ok(value.clone()),
                        Some([]) => {}
                        None if value.is_null() => {}
                        None => return Ok(call.unknown()),
                    }
                }
                Err(FunctionError::new("all lists are null or empty"))
            },
        )
        .variadic(Parameter::any("vals").nullable().unknown().dynamic())
        .typed(type_of_coalesced_list),
        Signature::new(
            "contains",
            "Tells whether the value is an element of the list or set.",
            [list(), Parameter::any("value").dynamic()],
            Type::Dynamic,
            |call| Ok(contains(call)),
        )
        .typed(|arguments| match arguments[0].ty() {
            Type::List(_) | Type::Set(_) | Type::Tuple(_) => Ok(Type::Bool),
            _ => Err(FunctionError::argument(0, "must be a list, tuple or set")),
        }),
        Signature::new(
            "element",
            "Returns the element at the position; counting goes round at the end.",
            [list().marked(), Parameter::number("index")],
            Type::Dynamic,
            |call| {
                let list = call.value(0);
                let elements = call.elements(0);
                let at = wrapped_index(call.number(1), elements.len())?;
                Ok(elements[at].clone().with_marks(list.marks()))
            },
        )
        .typed(type_of_element)
        .may_be_null(),
        Signature::new(
            "index",
            "Returns the position of the first element that is equal to the value.",
            [list(), Parameter::any("value")],
            Type::Dynamic,
            index,
        )
        .typed(|arguments| match arguments[0].ty() {
            Type::List(_) | Type::Tuple(_) => Ok(Type::Number),
            _ => Err(FunctionError::argument(0, "must be a list or tuple")),
        }),
        Signature::new(
            "keys",
            "Returns the keys of a map, or the names of the attributes of an object, in order.",
            [Parameter::any("inputMap").unknown().marked()],
            Type::Dynamic,
            |call| Ok(keys(call)),
        )
        .typed(|arguments| match arguments[0].ty() {
            Type::Map(_) => Ok(Type::list(Type::String)),
            Type::Object(object) => Ok(Type::tuple(object.attributes.keys().map(|_| Type::String))),
            _ => Err(FunctionError::argument(0, "must be a map or object")),
        }),
        Signature::new(
            "length",
            "Returns the number of elements, attributes or characters.",
            [Parameter::any("value").unknown().marked().dynamic()],
            Type::Number,
            |call| Ok(length(call.value(0)).with_marks(call.value(0).marks())),
        )
        .typed(|arguments| match arguments[0].ty() {
            Type::Bool | Type::Number => {
                Err(FunctionError::argument(0, "must be a string, or something that has elements or attributes"))
            }
            _ => Ok(Type::Number),
        }),
        Signature::new(
            "lookup",
            "Returns the element of a map with the key, or a default where there is none.",
            [Parameter::any("inputMap").marked(), Parameter::string("key").marked()],
            Type::Dynamic,
            lookup,
        )
        .variadic(Parameter::any("default").nullable().unknown().marked().dynamic())
        .typed(type_of_lookup)
        .may_be_null(),
        Signature::new(
            "one",
            "Returns the only element of a list, tuple or set, or null if there is none.",
            [list()],
            Type::Dynamic,
            |call| match call.elements(0) {
                [] => Ok(Value::null(call.expected.clone())),
                [only] => Ok(only.clone()),
                _ => Err(too_many()),
            },
        )
        .typed(|arguments| match arguments[0].ty() {
            Type::List(element) | Type::Set(element) => Ok((**element).clone()),
            Type::Tuple(elements) => match &**elements {
                [] => Ok(Type::Dynamic),
                [only] => Ok(only.clone()),
                _ => Err(too_many()),
            },
            _ => Err(too_many()),
        })
        .may_be_null(),
        Signature::new(
            "values",
            "Returns the elements of a map, or the attributes of an object, in the order of their keys.",
            [Parameter::any("mapping").marked()],
            Type::Dynamic,
            |call| {
                let mapping = call.value(0);
                let elements: Vec<Value> = entries(mapping).values().cloned().collect();
                Ok(sequence(call.expected, elements).with_marks(mapping.marks()))
            },
        )
        .typed(|arguments| match arguments[0].ty() {
            Type::Map(element) => Ok(Type::list((**element).clone())),
            Type::Object(object) => Ok(Type::tuple(object.attributes.values().cloned())),
            _ => Err(FunctionError::argument(0, "must be a map or object")),
        }),
    ]
}

/// Returns the entries of a known map or object.
pub(super) fn entries(mapping: &Value) -> &BTreeMap<Arc<str>, Value> {
    mapping.mapping().expect("the type of the argument was checked to be that of a mapping")
}

/// Returns a list or tuple of the elements, as the type says.
pub(super) fn sequence(ty: &Type, elements: Vec<Value>) -> Value {
    match ty {
        Type::List(element) => Value::list((**element).clone(), elements),
        Type::Set(element) => Value::set((**element).clone(), elements),
        _ => Value::tuple(elements),
    }
}

/// Returns the first element that is `decisive`, or its opposite if there is none.
fn decide(call: &Arguments<'_>, decisive: bool) -> Value {
    let mut open = false;
    for element in call.elements(0) {
        if !element.is_known() {
            // A conjunction is open from here on whatever follows; a disjunction may yet be decided.
            if !decisive {
                return call.unknown();
            }
            open = true;
        } else if element.as_bool().unwrap_or(false) == decisive {
            return Value::bool(decisive);
        }
    }
    if open { call.unknown() } else { Value::bool(!decisive) }
}

fn coalesce(call: &Arguments<'_>) -> Result<Value, FunctionError> {
    for (index, value) in call.values.iter().enumerate() {
        let value = convert(value, call.expected)
            .map_err(|error| FunctionError::argument(index, format!("cannot become what the others are: {error}")))?;
        if !value.is_known() {
            return Ok(call.unknown());
        }
        if !value.is_null() && value.as_str() != Some("") {
            return Ok(value);
        }
    }
    Err(FunctionError::new("all arguments are null or empty strings"))
}

fn type_of_coalesced_list(arguments: &[Value]) -> Result<Type, FunctionError> {
    let Some((first, rest)) = arguments.split_first() else {
        return Err(FunctionError::new("at least one argument is required"));
    };
    for (index, value) in arguments.iter().enumerate() {
        if !value.is_known() {
            return Ok(Type::Dynamic);
        }
        if !matches!(value.ty(), Type::List(_) | Type::Tuple(_)) {
            return Err(FunctionError::argument(index, "must be a list or tuple"));
        }
    }
    Ok(if rest.iter().all(|value| value.ty() == first.ty()) { first.ty().clone() } else { Type::Dynamic })
}

fn contains(call: &Arguments<'_>) -> Value {
    let mut open = false;
    for element in call.elements(0) {
        match equal(call.value(1), element).as_bool() {
            Some(true) => return Value::bool(true),
            Some(false) => {}
            None => open = true,
        }
    }
    if open { Value::unknown(Type::Bool) } else { Value::bool(false) }
}

fn wrapped_index(index: &Number, length: usize) -> Result<usize, FunctionError> {
    if length == 0 {
        return Err(FunctionError::argument(0, "cannot take an element of an empty list"));
    }
    let index = super::signature::integer(index).map_err(|message| FunctionError::argument(1, message))?;
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    Ok(usize::try_from(index.rem_euclid(length)).unwrap_or(0))
}

fn type_of_element(arguments: &[Value]) -> Result<Type, FunctionError> {
    match arguments[0].ty() {
        Type::List(element) => Ok((**element).clone()),
        Type::Tuple(elements) => match arguments[1].as_number() {
            Some(index) => Ok(elements[wrapped_index(index, elements.len())?].clone()),
            None => Ok(Type::Dynamic),
        },
        other => {
            Err(FunctionError::argument(0, format!("cannot take elements by position from {}", other.friendly_name())))
        }
    }
}

fn index(call: &Arguments<'_>) -> Result<Value, FunctionError> {
    let elements = call.elements(0);
    if elements.is_empty() {
        return Err(FunctionError::argument(0, "cannot search in an empty list"));
    }
    for (at, element) in elements.iter().enumerate() {
        match equal(element, call.value(1)).as_bool() {
            Some(true) => return Ok(Value::number(at)),
            Some(false) => {}
            None => return Ok(call.unknown()),
        }
    }
    Err(FunctionError::new("no element is equal to the value"))
}

fn keys(call: &Arguments<'_>) -> Value {
    let mapping = call.value(0);
    let names: Vec<Value> = match (mapping.ty(), mapping.mapping()) {
        // The names of the attributes are in the type, so they are known in any case.
        (Type::Object(object), _) => object.attributes.keys().map(Value::string).collect(),
        (_, Some(entries)) => entries.keys().map(Value::string).collect(),
        (_, None) => return call.unknown().with_marks(mapping.marks()),
    };
    sequence(call.expected, names).with_marks(mapping.marks())
}

fn length(value: &Value) -> Value {
    let between = |least: Option<usize>, most: Option<usize>| {
        let refinement = Refinement {
            not_null: true,
            min_number: Some((Number::from(least.unwrap_or(0)), true)),
            max_number: most.map(|most| (Number::from(most), true)),
            ..Refinement::default()
        };
        Value::refined(Type::Number, refinement)
    };
    match (value.ty(), value.elements(), value.mapping()) {
        (Type::Tuple(elements), _, _) => Value::number(elements.len()),
        (Type::Object(object), _, _) => Value::number(object.attributes.len()),
        // Unknown elements of a set may turn out to be the same.
        (Type::Set(_), Some(elements), _) if elements.len() > 1 && !value.is_wholly_known() => {
            between(Some(1), Some(elements.len()))
        }
        (_, Some(elements), _) => Value::number(elements.len()),
        (_, _, Some(entries)) => Value::number(entries.len()),
        (Type::String, _, _) => match value.as_str() {
            Some(text) => Value::number(text.graphemes(true).count()),
            None => between(Some(0), None),
        },
        (Type::Dynamic, _, _) => Value::unknown(Type::Number),
        _ => {
            let known = value.refinement().cloned().unwrap_or_default();
            if known.min_length.is_some() && known.min_length == known.max_length {
                return Value::number(known.min_length.unwrap_or(0));
            }
            between(known.min_length, known.max_length)
        }
    }
}

fn type_of_lookup(arguments: &[Value]) -> Result<Type, FunctionError> {
    if arguments.len() > 3 {
        return Err(FunctionError::new("lookup takes two or three arguments"));
    }
    let default = arguments.get(2);
    match arguments[0].ty() {
        Type::Object(object) => {
            let Some(key) = arguments[1].as_str() else { return Ok(Type::Dynamic) };
            let found = object.attributes.get(key).or_else(|| default.map(Value::ty)).cloned();
            found.ok_or_else(|| FunctionError::argument(0, format!("the object has no attribute {key:?}")))
        }
        Type::Map(element) => match default.map(|default| convert(default, element)) {
            Some(Err(_)) => {
                Err(FunctionError::argument(2, "the default must have the type of the elements of the map"))
            }
            _ => Ok((**element).clone()),
        },
        _ => Err(FunctionError::argument(0, "must be a map or object")),
    }
}

fn lookup(call: &Arguments<'_>) -> Result<Value, FunctionError> {
    let (mapping, key) = (call.value(0), call.value(1));
    let marks = mapping.marks() | key.marks();
    if let Some(found) = entries(mapping).get(call.text(1)) {
        return Ok(found.clone().with_marks(marks));
    }
    let Some(default) = call.values.get(2) else {
        return Err(FunctionError::new(format!("the map has no key {:?}", call.text(1))));
    };
    let default = convert(default, call.expected)
        .map_err(|error| FunctionError::argument(2, format!("the default does not fit: {error}")))?;
    Ok(default.with_marks(marks))
}

fn too_many() -> FunctionError {
    FunctionError::argument(0, "must be a list, tuple or set with one element or none")
}
