//! Functions of sets.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "functions name the types that they take; all others are wrong, and so would be new ones"
)]

use wpinfra_core::convert::convert;
use wpinfra_core::unify::unify;
use wpinfra_core::{Marks, Type, Value};

use super::FunctionError;
use super::collection::sequence;
use super::signature::{Arguments, Parameter, Signature};

pub(super) fn signatures() -> Vec<Signature> {
    let any_set = || Type::set(Type::Dynamic);
    let first = || [Parameter::new("first_set", any_set()).dynamic()];
    let others = || Parameter::new("other_sets", any_set()).dynamic();
    vec![
        Signature::new(
            "setintersection",
            "Returns the elements that all of the sets have.",
            first(),
            any_set(),
            |call| combine(call, |all, set| all.retain(|value| set.contains(value))),
        )
        .variadic(others())
        .typed(common_type),
        Signature::new("setunion", "Returns the elements that any of the sets has.", first(), any_set(), |call| {
            let mut all = Vec::new();
            for index in 0..call.values.len() {
                match set(call, index)?.elements() {
                    Some(elements) => all.extend(elements.iter().cloned()),
                    None => return Ok(call.unknown()),
                }
            }
            Ok(sequence(call.expected, all))
        })
        .variadic(others())
        .typed(common_type),
        Signature::new(
            "setsubtract",
            "Returns the elements of the first set that the second one does not have.",
            [Parameter::new("a", any_set()).dynamic(), Parameter::new("b", any_set()).dynamic()],
            any_set(),
            |call| combine(call, |all, set| all.retain(|value| !set.contains(value))),
        )
        .typed(common_type),
        Signature::new(
            "setproduct",
            "Returns all combinations of one element from each of the sets or lists.",
            [],
            Type::Dynamic,
            product,
        )
        .variadic(Parameter::any("sets").marked())
        .typed(type_of_product),
    ]
}

/// Returns the set type that all of the arguments can be converted to; empty ones of no type do not matter.
fn common_type(arguments: &[Value]) -> Result<Type, FunctionError> {
    let matters = |value: &&Value| {
        value.ty().element() != Some(&Type::Dynamic) || value.elements().is_none_or(|elements| !elements.is_empty())
    };
    let elements: Vec<Type> = arguments.iter().filter(matters).filter_map(|set| set.ty().element()).cloned().collect();
    match unify(&elements) {
        Some(element) => Ok(Type::set(element)),
        None => Err(FunctionError::new("all sets must have one type of elements")),
    }
}

fn set(call: &Arguments<'_>, index: usize) -> Result<Value, FunctionError> {
    convert(call.value(index), call.expected)
        .map_err(|error| FunctionError::argument(index, format!("does not fit to the others: {error}")))
}

fn combine(call: &Arguments<'_>, step: fn(&mut Vec<Value>, &[Value])) -> Result<Value, FunctionError> {
    let first = set(call, 0)?;
    if !first.is_wholly_known() {
        return Ok(call.unknown());
    }
    let mut all = first.elements().unwrap_or(&[]).to_vec();
    for index in 1..call.values.len() {
        let other = set(call, index)?;
        if !other.is_wholly_known() {
            return Ok(call.unknown());
        }
        step(&mut all, other.elements().unwrap_or(&[]));
    }
    Ok(sequence(call.expected, all))
}

fn type_of_product(arguments: &[Value]) -> Result<Type, FunctionError> {
    if arguments.len() < 2 {
        return Err(FunctionError::new("at least two arguments are required"));
    }
    let mut ordered = true;
    let mut elements = Vec::new();
    for (index, value) in arguments.iter().enumerate() {
        let element = match value.ty() {
            // One set takes the order from all of them.
            Type::Set(element) => {
                ordered = false;
                (**element).clone()
            }
            Type::List(element) => (**element).clone(),
            Type::Tuple(types) => {
                let unified = unify(types);
                unified.ok_or_else(|| FunctionError::argument(index, "all elements must have one type"))?
            }
            _ => return Err(FunctionError::argument(index, "must be a set or list")),
        };
        elements.push(element);
    }
    let element = Type::tuple(elements);
    Ok(if ordered { Type::list(element) } else { Type::set(element) })
}

/// More combinations than this are more likely a mistake than meant.
const MOST_COMBINATIONS: usize = 10_000_000;

fn product(call: &Arguments<'_>) -> Result<Value, FunctionError> {
    let element = call.expected.element().cloned().unwrap_or(Type::Dynamic);
    let types: &[Type] = if let Type::Tuple(types) = &element { types } else { &[] };
    let mut marks = Marks::NONE;
    let mut factors = Vec::new();
    let mut total: usize = 1;
    let mut open = false;
    for (index, value) in call.values.iter().enumerate() {
        marks |= value.marks();
        let open_length = matches!(value.ty(), Type::Set(_)) && !value.is_wholly_known();
        let elements = value.elements().unwrap_or(&[]);
        open |= open_length && elements.len() > 1;
        let ty = types.get(index).unwrap_or(&Type::Dynamic);
        let converted: Result<Vec<Value>, _> = elements.iter().map(|element| convert(element, ty)).collect();
        factors.push(converted.map_err(|error| FunctionError::argument(index, error.to_string()))?);
        total = total.saturating_mul(elements.len());
    }
    if open && total > 0 {
        return Ok(call.unknown().with_marks(marks));
    }
    if total > MOST_COMBINATIONS {
        return Err(FunctionError::new(format!("there would be {total} combinations")));
    }
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for factor in &factors {
        let longer = rows.iter().flat_map(|row| {
            factor.iter().map(move |value| row.iter().cloned().chain([value.clone()]).collect::<Vec<Value>>())
        });
        rows = longer.collect();
    }
    let rows = rows.into_iter().map(Value::tuple).collect();
    Ok(sequence(call.expected, rows).with_marks(marks))
}
