//! Conversions of types and marks.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "functions name the types that they take; all others are wrong, and so would be new ones"
)]

use wpinfra_core::convert::{convert, may_convert};
use wpinfra_core::{Marks, Type, Value};

use super::FunctionError;
use super::signature::{Arguments, Parameter, Signature};

pub(super) fn signatures() -> Vec<Signature> {
    let value = || [Parameter::any("v").nullable().marked().dynamic()];
    let any = || [Parameter::any("value").nullable().unknown().marked().dynamic()];
    vec![
        Signature::new("tobool", "Converts the value to a bool.", value(), Type::Bool, converted)
            .typed(|arguments| target(&arguments[0], Type::Bool))
            .may_be_null(),
        Signature::new("tonumber", "Converts the value to a number.", value(), Type::Number, converted)
            .typed(|arguments| target(&arguments[0], Type::Number))
            .may_be_null(),
        Signature::new("tostring", "Converts the value to a string.", value(), Type::String, converted)
            .typed(|arguments| target(&arguments[0], Type::String))
            .may_be_null(),
        Signature::new("tolist", "Converts the value to a list.", value(), Type::list(Type::Dynamic), converted)
            .typed(|arguments| target(&arguments[0], Type::list(Type::Dynamic)))
            .may_be_null(),
        Signature::new("toset", "Converts the value to a set.", value(), Type::set(Type::Dynamic), converted)
            .typed(|arguments| target(&arguments[0], Type::set(Type::Dynamic)))
            .may_be_null(),
        Signature::new("tomap", "Converts the value to a map.", value(), Type::map(Type::Dynamic), converted)
            .typed(|arguments| target(&arguments[0], Type::map(Type::Dynamic)))
            .may_be_null(),
        Signature::new("sensitive", "Marks the value as sensitive.", any(), Type::Dynamic, |call| {
            Ok(call.value(0).clone().sensitive())
        })
        .typed(|arguments| Ok(arguments[0].ty().clone()))
        .may_be_null(),
        Signature::new(
            "nonsensitive",
            "Takes the mark of being sensitive from the value.",
            any(),
            Type::Dynamic,
            |call| {
                let (value, marks) = call.value(0).clone().unmark();
                Ok(value.with_marks(marks.without(Marks::SENSITIVE)))
            },
        )
        .typed(|arguments| Ok(arguments[0].ty().clone()))
        .may_be_null(),
        Signature::new("issensitive", "Tells whether the value is marked as sensitive.", any(), Type::Bool, |call| {
            let value = call.value(0);
            Ok(if value.is_sensitive() || value.is_known() {
                Value::bool(value.is_sensitive())
            } else {
                call.unknown()
            })
        }),
        Signature::new(
            "ephemeralasnull",
            "Puts null in the place of every part that is ephemeral.",
            any(),
            Type::Dynamic,
            |call| Ok(without_ephemeral(call.value(0))),
        )
        .typed(|arguments| Ok(arguments[0].ty().clone()))
        .may_be_null(),
    ]
}

fn target(value: &Value, wanted: Type) -> Result<Type, FunctionError> {
    if may_convert(value.ty(), &wanted) {
        return Ok(wanted);
    }
    let from = value.ty().friendly_name();
    let what = match wanted {
        Type::List(_) => "a list of any single type".to_owned(),
        Type::Set(_) => "a set of any single type".to_owned(),
        Type::Map(_) => "a map of any single type".to_owned(),
        other => other.to_string(),
    };
    Err(FunctionError::argument(0, format!("cannot convert {from} to {what}")))
}

fn converted(call: &Arguments<'_>) -> Result<Value, FunctionError> {
    let value = call.value(0);
    convert(value, call.expected).map_err(|error| {
        let (_, marks) = value.unmark_deep();
        let shown = match value.as_str() {
            Some(text) if marks.is_empty() => format!("{text:?}"),
            _ if marks.is_empty() => value.ty().friendly_name(),
            _ => format!("this sensitive {}", value.ty().friendly_name()),
        };
        let place = if error.path.is_empty() { String::new() } else { format!("element {}: ", error.path) };
        FunctionError::argument(
            0,
            format!("cannot convert {shown} to {}: {place}{}", call.expected.friendly_name(), error.message),
        )
    })
}

fn without_ephemeral(value: &Value) -> Value {
    if !value.deep_marks().contains(Marks::EPHEMERAL) {
        return value.clone();
    }
    value.transform(&mut |_, part| {
        if part.marks().contains(Marks::EPHEMERAL) {
            let marks = part.marks().without(Marks::EPHEMERAL);
            return Value::null(part.ty().clone()).with_marks(marks);
        }
        part
    })
}
