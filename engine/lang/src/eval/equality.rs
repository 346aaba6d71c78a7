//! `==`: equality that may be unknown.

use wpinfra_core::refinement::Refinement;
use wpinfra_core::value::Content;
use wpinfra_core::{Type, Value};

/// Returns whether two values are equal: a `bool`, unknown where that is not decided yet, with the marks of both.
pub fn equal(left: &Value, right: &Value) -> Value {
    let marks = left.deep_marks() | right.deep_marks();
    let result = decide(&left.without_deep_marks(), &right.without_deep_marks());
    result.map_or_else(|| Value::refined(Type::Bool, Refinement::not_null()), Value::bool).with_marks(marks)
}

/// Decides, as far as it can be decided.
fn decide(left: &Value, right: &Value) -> Option<bool> {
    if (left.is_null() && right.is_definitely_not_null()) || (right.is_null() && left.is_definitely_not_null()) {
        return Some(false);
    }
    if !left.is_known() || !right.is_known() {
        let open = left.ty().has_dynamic() || right.ty().has_dynamic();
        let null = left.is_null() || right.is_null();
        if !open && !null && left.ty() != right.ty() {
            return Some(false);
        }
        return excluded(left, right).or_else(|| excluded(right, left));
    }
    if left.is_null() && right.is_null() {
        return Some(true);
    }
    match (left.content(), right.content()) {
        (Content::Sequence(_), Content::Sequence(_)) if matches!(left.ty(), Type::Set(_)) => {
            if left.ty() != right.ty() {
                return (!left.ty().has_dynamic() && !right.ty().has_dynamic()).then_some(false);
            }
            (left.is_wholly_known() && right.is_wholly_known()).then(|| left == right)
        }
        (Content::Sequence(a), Content::Sequence(b)) => {
            if !comparable(left, right) || a.len() != b.len() {
                return Some(false);
            }
            all(a.iter().zip(b.iter()))
        }
        (Content::Mapping(a), Content::Mapping(b)) => {
            if !comparable(left, right) || !a.keys().eq(b.keys()) {
                return Some(false);
            }
            all(a.values().zip(b.values()))
        }
        _ => Some(left == right),
    }
}

/// Tells whether two collections have the same kind of type, element types that are undecided apart.
fn comparable(left: &Value, right: &Value) -> bool {
    if left.ty().has_dynamic() || right.ty().has_dynamic() {
        return std::mem::discriminant(left.ty()) == std::mem::discriminant(right.ty());
    }
    left.ty() == right.ty()
}

fn all<'v>(pairs: impl Iterator<Item = (&'v Value, &'v Value)>) -> Option<bool> {
    let mut decided = true;
    for (left, right) in pairs {
        match decide(left, right) {
            Some(false) => return Some(false),
            None => decided = false,
            Some(true) => {}
        }
    }
    decided.then_some(true)
}

/// Tells that an unknown value cannot become the known one.
fn excluded(unknown: &Value, known: &Value) -> Option<bool> {
    let refinement = unknown.refinement()?;
    let impossible = match known.content() {
        Content::String(text) => refinement.prefix.as_ref().is_some_and(|prefix| !text.starts_with(&**prefix)),
        Content::Number(number) => {
            let below = refinement
                .min_number
                .as_ref()
                .is_some_and(|(bound, included)| number < bound || (number == bound && !included));
            let above = refinement
                .max_number
                .as_ref()
                .is_some_and(|(bound, included)| number > bound || (number == bound && !included));
            below || above
        }
        Content::Sequence(elements) => out_of_bounds(refinement, elements.len()),
        Content::Mapping(elements) => out_of_bounds(refinement, elements.len()),
        Content::Null | Content::Unknown(_) | Content::Bool(_) => false,
    };
    impossible.then_some(false)
}

fn out_of_bounds(refinement: &Refinement, length: usize) -> bool {
    refinement.min_length.is_some_and(|least| length < least)
        || refinement.max_length.is_some_and(|greatest| length > greatest)
}
