//! When two values of an attribute mean the same.

use wpinfra_core::Value;
use wpinfra_core::schema::{Attribute, Equality};

/// Tells whether two values mean the same by the rule of the attribute; values that are not wholly known only if they are identical.
pub(crate) fn mean_the_same(attribute: &Attribute, one: &Value, other: &Value) -> bool {
    if one == other {
        return true;
    }
    let comparable = |value: &Value| !value.is_null() && value.is_wholly_known();
    if !comparable(one) || !comparable(other) {
        return false;
    }
    match attribute.equality {
        Equality::Exact => false,
        Equality::IgnoringCase => same_ignoring_case(one, other),
        Equality::Json => same_json(one, other),
        Equality::By(same) => same(&one.without_deep_marks(), &other.without_deep_marks()),
    }
}

fn same_ignoring_case(one: &Value, other: &Value) -> bool {
    match (one.as_str(), other.as_str()) {
        (Some(one), Some(other)) => one.to_lowercase() == other.to_lowercase(),
        _ => same_parts(one, other, same_ignoring_case),
    }
}

fn same_json(one: &Value, other: &Value) -> bool {
    match (one.as_str(), other.as_str()) {
        (Some(one), Some(other)) => {
            let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
            read(one).is_some_and(|value| Some(value) == read(other))
        }
        _ => same_parts(one, other, same_json),
    }
}

/// Compares the elements of lists and maps one by one.
fn same_parts(one: &Value, other: &Value, same: fn(&Value, &Value) -> bool) -> bool {
    match (one.elements(), other.elements(), one.mapping(), other.mapping()) {
        (Some(one), Some(other), ..) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (.., Some(one), Some(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| one.0 == other.0 && same(one.1, other.1))
        }
        _ => one == other,
    }
}
