//! Compares with what Terraform 1.11.4 printed for the same values.

use serde_json::{Value as Json, json};
use wpinfra_core::{Type, Value};

use super::shapes::{known_parts, sensitive_shape, unknown_shape};

/// Checks known parts, `after_unknown` and `after_sensitive`.
fn check(value: &Value, known: &Json, unknown: &Json, sensitive: &Json) {
    assert_eq!(known_parts(value).unwrap_or_default(), *known, "known parts of {value:?}");
    assert_eq!(unknown_shape(value), *unknown, "unknown parts of {value:?}");
    assert_eq!(sensitive_shape(value), *sensitive, "sensitive parts of {value:?}");
}

#[test]
fn shapes_are_terraforms() {
    // `terraform show -json` of a terraform_data with input = { x = 1, y = [1, "a", null], s = var.secret }.
    let input = Value::object([
        ("x", Value::number(1)),
        ("y", Value::tuple(vec![Value::number(1), Value::string("a"), Value::null(Type::Dynamic)])),
        ("s", Value::string("hush").sensitive()),
    ]);
    let output = Value::unknown(input.ty().clone());
    let resource = Value::object([
        ("id", Value::unknown(Type::String)),
        ("input", input),
        ("output", output),
        ("triggers_replace", Value::null(Type::Dynamic)),
    ]);
    check(
        &resource,
        &json!({"input": {"s": "hush", "x": 1, "y": [1, "a", null]}, "triggers_replace": null}),
        &json!({"id": true, "input": {"y": [false, false, false]}, "output": true}),
        &json!({"input": {"s": true, "y": [false, false, false]}, "output": {}}),
    );
    // … and with input = { e = [], m = {}, i = terraform_data.a.id, l = [terraform_data.a.id, 1] }.
    let id = || Value::unknown(Type::String);
    let input = Value::object([
        ("e", Value::tuple(Vec::new())),
        ("m", Value::object(Vec::<(&str, Value)>::new())),
        ("i", id()),
        ("l", Value::tuple(vec![id(), Value::number(1)])),
    ]);
    check(
        &input,
        &json!({"e": [], "l": [null, 1], "m": {}}),
        &json!({"e": [], "i": true, "l": [true, false], "m": {}}),
        &json!({"e": [], "l": [false, false], "m": {}}),
    );
}
