//! Functions that make new lists and maps from given ones.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "functions name the types that they take; all others are wrong, and so would be new ones"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use wpinfra_core::convert::convert;
use wpinfra_core::refinement::Refinement;
use wpinfra_core::unify::unify;
use wpinfra_core::{Marks, Type, Value};

use super::FunctionError;
use super::collection::{entries, sequence};
use super::numeric::count;
use super::signature::{Arguments, Parameter, Signature};
use crate::eval::equal;

pub(super) fn signatures() -> Vec<Signature> {
    let any_list = || Type::list(Type::Dynamic);
    let strings = || [Parameter::new("list", Type::list(Type::String))];
    vec![
        Signature::new(
            "chunklist",
            "Divides the list into lists of the given size.",
            [Parameter::new("list", any_list()).marked(), Parameter::number("size")],
            Type::list(any_list()),
            chunk_list,
        )
        .typed(|arguments| Ok(Type::list(arguments[0].ty().clone()))),
        Signature::new(
            "compact",
            "Leaves out the elements that are null or empty strings.",
            strings(),
            Type::list(Type::String),
            |call| {
                if !call.value(0).is_wholly_known() {
                    return Ok(call.unknown());
                }
                let kept = call.elements(0).iter().filter(|element| !matches!(element.as_str(), None | Some("")));
                Ok(Value::list(Type::String, kept.cloned().collect()))
            },
        ),
        Signature::new("concat", "Puts lists one after another.", [], Type::Dynamic, concat)
            .variadic(Parameter::any("seqs").marked())
            .typed(type_of_concatenated),
        Signature::new(
            "distinct",
            "Leaves out the elements that are equal to an earlier one.",
            [Parameter::new("list", any_list())],
            any_list(),
            |call| Ok(distinct(call)),
        )
        .typed(|arguments| Ok(arguments[0].ty().clone())),
        Signature::new(
            "flatten",
            "Puts the elements of lists in the place of the lists, however deep they stand.",
            [Parameter::any("list").marked()],
            Type::Dynamic,
            |call| {
                let mut flat = Flat::default();
                flat.take(call.value(0));
                Ok(if flat.open { Value::unknown(Type::Dynamic) } else { Value::tuple(flat.elements) }
                    .with_marks(flat.marks))
            },
        )
        .typed(|arguments| {
            if !matches!(arguments[0].ty(), Type::List(_) | Type::Set(_) | Type::Tuple(_)) {
                return Err(FunctionError::argument(0, "must be a list, tuple or set"));
            }
            let mut flat = Flat::default();
            flat.take(&arguments[0]);
            Ok(if flat.open { Type::Dynamic } else { Value::tuple(flat.elements).ty().clone() })
        }),
        Signature::new(
            "matchkeys",
            "Returns the elements of a list whose keys, at the same place of another list, are in the search set.",
            [
                Parameter::new("values", any_list()),
                Parameter::new("keys", any_list()),
                Parameter::new("searchset", any_list()),
            ],
            any_list(),
            match_keys,
        )
        .typed(|arguments| {
            let types = [arguments[1].ty().clone(), arguments[2].ty().clone()];
            match unify(&types) {
                Some(_) => Ok(arguments[0].ty().clone()),
                None => Err(FunctionError::new("keys and search set must have one type")),
            }
        }),
        Signature::new("merge", "Puts maps or objects together; later ones win.", [], Type::Dynamic, merge)
            .variadic(Parameter::any("maps").nullable().marked().dynamic())
            .typed(type_of_merged),
        Signature::new(
            "reverse",
            "Turns the order of the elements around.",
            [Parameter::any("list").marked()],
            Type::Dynamic,
            |call| {
                let elements = call.elements(0).iter().rev().cloned().collect();
                Ok(sequence(call.expected, elements).with_marks(call.value(0).marks()))
            },
        )
        .typed(|arguments| match arguments[0].ty() {
            Type::List(element) | Type::Set(element) => Ok(Type::list((**element).clone())),
            Type::Tuple(elements) => Ok(Type::tuple(elements.iter().rev().cloned())),
            other => Err(FunctionError::argument(0, format!("must be a list or tuple, not {}", other.friendly_name()))),
        }),
        Signature::new(
            "slice",
            "Returns the elements from one position up to, but not including, another.",
            [Parameter::any("list").marked(), Parameter::number("start_index"), Parameter::number("end_index")],
            Type::Dynamic,
            |call| {
                let elements = call.elements(0);
                let (start, end) = bounds(call.values, elements.len())?;
                Ok(sequence(call.expected, elements[start..end].to_vec()).with_marks(call.value(0).marks()))
            },
        )
        .typed(type_of_slice),
        Signature::new("sort", "Sorts strings by their code points.", strings(), Type::list(Type::String), sort),
        Signature::new(
            "transpose",
            "Turns a map of lists around: every element becomes a key for the keys that it stood under.",
            [Parameter::new("values", Type::map(Type::list(Type::String)))],
            Type::map(Type::list(Type::String)),
            transpose,
        ),
        Signature::new(
            "zipmap",
            "Makes a map of a list of keys and a list of values.",
            [Parameter::new("keys", Type::list(Type::String)).marked(), Parameter::any("values").marked()],
            Type::Dynamic,
            zip_map,
        )
        .typed(type_of_zipped),
    ]
}

fn chunk_list(call: &Arguments<'_>) -> Result<Value, FunctionError> {
    let list = call.value(0);
    let size = count(call, 1)?;
    let elements = call.elements(0);
    let element = list.ty().element().cloned().unwrap_or(Type::Dynamic);
    let size = if size == 0 { elements.len().max(1) } else { size };
    let chunks = elements.chunks(size).map(|chunk| Value::list(element.clone(), chunk.to_vec())).collect();
    Ok(Value::list(list.ty().clone(), chunks).with_marks(list.marks()))
}

fn type_of_concatenated(arguments: &[Value]) -> Result<Type, FunctionError> {
    if arguments.is_empty() {
        return Err(FunctionError::new("at least one argument is required"));
    }
    let types: Vec<Type> = arguments.iter().map(|value| value.ty().clone()).collect();
    if types.iter().all(|ty| matches!(ty, Type::List(_)))
        && let Some(unified) = unify(&types)
    {
        return Ok(unified);
    }
    let mut elements = Vec::new();
    for (index, value) in arguments.iter().enumerate() {
        match (value.ty(), value.elements()) {
            (Type::Tuple(types), _) => elements.extend(types.iter().cloned()),
            (Type::List(element), Some(list)) => elements.extend(list.iter().map(|_| (**element).clone())),
            (Type::List(_), None) => return Ok(Type::Dynamic),
            (other, _) => {
                let message = format!("must be a list or tuple, not {}", other.friendly_name());
                return Err(FunctionError::argument(index, message));
            }
        }
    }
    Ok(Type::tuple(elements))
}

fn concat(call: &Arguments<'_>) -> Result<Value, FunctionError> {
    let mut marks = Marks::NONE;
    let mut all = Vec::new();
    for (index, value) in call.values.iter().enumerate() {
        let list = match call.expected {
            Type::List(_) => convert(value, call.expected)
                .map_err(|error| FunctionError::argument(index, format!("does not fit to the others: {error}")))?,
            _ => value.clone(),
        };
        marks |= list.marks();
        match list.elements() {
            Some(elements) => all.extend(elements.iter().cloned()),
            None => return Ok(call.unknown()),
        }
    }
    Ok(sequence(call.expected, all).with_marks(marks))
}

fn distinct(call: &Arguments<'_>) -> Value {
    if !call.value(0).is_wholly_known() {
        return call.unknown();
    }
    let mut kept: Vec<Value> = Vec::new();
    for element in call.elements(0) {
        if !kept.contains(element) {
            kept.push(element.clone());
        }
    }
    sequence(call.expected, kept)
}

/// What is left of lists when their brackets are taken off.
#[derive(Default)]
struct Flat {
    elements: Vec<Value>,
    marks: Marks,
    /// Whether something unknown may turn out to be a list.
    open: bool,
}

impl Flat {
    fn take(&mut self, list: &Value) {
        self.marks |= list.marks();
        let open_length =
            matches!(list.ty(), Type::Set(_)) && list.elements().is_some_and(|elements| elements.len() > 1);
        let Some(elements) = list.elements().filter(|_| !open_length || list.is_wholly_known()) else {
            self.open = true;
            return;
        };
        for element in elements {
            let is_list = matches!(element.ty(), Type::List(_) | Type::Set(_) | Type::Tuple(_)) && !element.is_null();
            let may_be_list = !element.is_known() && (is_list || *element.ty() == Type::Dynamic);
            if may_be_list {
                self.marks |= element.marks();
                self.open = true;
            } else if is_list {
                self.take(element);
            } else {
                self.elements.push(element.clone());
            }
        }
    }
}

fn match_keys(call: &Arguments<'_>) -> Result<Value, FunctionError> {
    let unified = unify(&[call.value(1).ty().clone(), call.value(2).ty().clone()]).unwrap_or(Type::Dynamic);
    let converted = |index: usize| {
        convert(call.value(index), &unified).map_err(|error| FunctionError::argument(index, error.to_string()))
    };
    let (keys, wanted) = (converted(1)?, converted(2)?);
    let (values, keys, wanted) = (call.elements(0), keys.elements().unwrap_or(&[]), wanted.elements().unwrap_or(&[]));
    if values.len() != keys.len() {
        return Err(FunctionError::new("there must be as many keys as values"));
    }
    let mut found = Vec::new();
    for (value, key) in values.iter().zip(keys) {
        for candidate in wanted {
            match equal(key, candidate).as_bool() {
                Some(true) => {
                    found.push(value.clone());
                    break;
                }
                Some(false) => {}
                None => return Ok(call.unknown()),
            }
        }
    }
    Ok(sequence(call.expected, found))
}

fn type_of_merged(arguments: &[Value]) -> Result<Type, FunctionError> {
    if arguments.iter().any(|value| *value.ty() == Type::Dynamic) {
        return Ok(Type::Dynamic);
    }
    let Some((first, rest)) = arguments.split_first() else {
        return Ok(Type::object(Vec::<(Arc<str>, Type)>::new()));
    };
    let mut attributes: BTreeMap<Arc<str>, Type> = BTreeMap::new();
    let mut open = false;
    for (index, value) in arguments.iter().enumerate() {
        match (value.ty(), value.mapping()) {
            (Type::Object(_), None) if value.is_null() => {}
            (Type::Object(object), _) => attributes.extend(object.attributes.clone()),
            (Type::Map(element), Some(entries)) => {
                attributes.extend(entries.keys().map(|key| (Arc::clone(key), (**element).clone())));
            }
            (Type::Map(_), None) => open |= !value.is_null(),
            (other, _) => {
                let message = format!("must be a map or object, not {}", other.friendly_name());
                return Err(FunctionError::argument(index, message));
            }
        }
    }
    if rest.iter().all(|value| value.ty() == first.ty()) {
        return Ok(first.ty().clone());
    }
    Ok(if open { Type::Dynamic } else { Type::object(attributes) })
}

fn merge(call: &Arguments<'_>) -> Result<Value, FunctionError> {
    let mut merged: BTreeMap<Arc<str>, Value> = BTreeMap::new();
    let mut marks = Marks::NONE;
    for value in call.values {
        if value.is_null() {
            continue;
        }
        let Some(entries) = value.mapping() else {
            return Err(FunctionError::new("all arguments must be maps or objects"));
        };
        marks |= value.marks();
        merged.extend(entries.iter().map(|(key, value)| (Arc::clone(key), value.clone())));
    }
    let merged = match call.expected {
        Type::Map(element) => Value::map((**element).clone(), merged),
        _ => Value::object(merged),
    };
    Ok(merged.with_marks(marks))
}

/// Reads the positions of a slice.
fn bounds(arguments: &[Value], length: usize) -> Result<(usize, usize), FunctionError> {
    let position = |index: usize| {
        let number = arguments[index].as_number().ok_or_else(|| FunctionError::argument(index, "must be known"))?;
        let whole = super::signature::integer(number).map_err(|message| FunctionError::argument(index, message))?;
        let position = usize::try_from(whole).map_err(|_| FunctionError::argument(index, "must not be negative"))?;
        if position > length {
            let message = format!("must not be greater than the length of the list, which is {length}");
            return Err(FunctionError::argument(index, message));
        }
        Ok(position)
    };
    let (start, end) = (position(1)?, position(2)?);
    if start > end {
        return Err(FunctionError::argument(1, "the start must not lie behind the end"));
    }
    Ok((start, end))
}

fn type_of_slice(arguments: &[Value]) -> Result<Type, FunctionError> {
    match arguments[0].ty() {
        Type::List(_) => Ok(arguments[0].ty().clone()),
        Type::Tuple(elements) => {
            if !arguments[1].is_known() || !arguments[2].is_known() {
                return Ok(Type::Dynamic);
            }
            let (start, end) = bounds(arguments, elements.len())?;
            Ok(Type::tuple(elements[start..end].iter().cloned()))
        }
        Type::Set(_) => {
            Err(FunctionError::argument(0, "a set has no order; make a list of it with tolist or sort first"))
        }
        _ => Err(FunctionError::argument(0, "must be a list or tuple")),
    }
}

fn sort(call: &Arguments<'_>) -> Result<Value, FunctionError> {
    let elements = call.elements(0);
    if !call.value(0).is_wholly_known() {
        let length = Some(elements.len());
        let known = Refinement { not_null: true, min_length: length, max_length: length, ..Refinement::default() };
        return Ok(Value::refined(call.expected.clone(), known));
    }
    if let Some(at) = elements.iter().position(Value::is_null) {
        return Err(FunctionError::argument(0, format!("element {at} is null, and a null cannot be sorted")));
    }
    let mut sorted = elements.to_vec();
    sorted.sort_by(|left, right| left.as_str().cmp(&right.as_str()));
    Ok(Value::list(Type::String, sorted))
}

fn transpose(call: &Arguments<'_>) -> Result<Value, FunctionError> {
    if !call.value(0).is_wholly_known() {
        return Ok(call.unknown());
    }
    let mut transposed: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
    for (key, list) in entries(call.value(0)) {
        let elements =
            list.elements().ok_or_else(|| FunctionError::argument(0, "must not have lists that are null"))?;
        for element in elements {
            let text =
                element.as_str().ok_or_else(|| FunctionError::argument(0, "must not have elements that are null"))?;
            transposed.entry(text.into()).or_default().push(Value::string(key));
        }
    }
    let lists = transposed.into_iter().map(|(key, keys)| (key, Value::list(Type::String, keys)));
    Ok(Value::map(Type::list(Type::String), lists))
}

fn type_of_zipped(arguments: &[Value]) -> Result<Type, FunctionError> {
    let (keys, values) = (&arguments[0], &arguments[1]);
    match values.ty() {
        Type::List(element) => Ok(Type::map((**element).clone())),
        Type::Tuple(types) => {
            if !keys.is_wholly_known() {
                return Ok(Type::Dynamic);
            }
            let keys = keys.elements().unwrap_or(&[]);
            check_lengths(keys.len(), types.len())?;
            let mut attributes = BTreeMap::new();
            for (key, ty) in keys.iter().zip(types.iter()) {
                attributes.insert(Arc::from(key_text(key)?), ty.clone());
            }
            Ok(Type::object(attributes))
        }
        _ => Err(FunctionError::argument(1, "must be a list or tuple")),
    }
}

fn check_lengths(keys: usize, values: usize) -> Result<(), FunctionError> {
    if keys == values {
        return Ok(());
    }
    Err(FunctionError::new(format!("there are {keys} keys, but {values} values")))
}

fn key_text(key: &Value) -> Result<&str, FunctionError> {
    key.as_str().ok_or_else(|| FunctionError::argument(0, "keys must not be null"))
}

fn zip_map(call: &Arguments<'_>) -> Result<Value, FunctionError> {
    let (keys, values) = (call.value(0), call.value(1));
    let mut marks = keys.marks() | values.marks();
    if !keys.is_wholly_known() {
        return Ok(call.unknown().with_marks(marks));
    }
    let (keys, values) = (call.elements(0), call.elements(1));
    check_lengths(keys.len(), values.len())?;
    let mut entries: BTreeMap<Arc<str>, Value> = BTreeMap::new();
    for (key, value) in keys.iter().zip(values) {
        marks |= key.marks();
        entries.insert(key_text(key)?.into(), value.clone());
    }
    let zipped = match call.expected {
        Type::Map(element) => Value::map((**element).clone(), entries),
        _ => Value::object(entries),
    };
    Ok(zipped.with_marks(marks))
}
