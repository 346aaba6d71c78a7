//! What reads bring back, against what was planned or recorded.

use serde_json::{Value as Json, json};
use wpinfra_core::schema::{Attribute, Equality, NestedBlock, Nesting, Schema, TypeSystem};
use wpinfra_core::{Type, json as values};

use crate::settle::{is_drift, normalise, settle};
use crate::testing::{computed, nested, optional, optional_computed, required, schema, value_from};

fn bucket() -> Schema {
    let rule = vec![
        ("port", required(Type::Number)),
        ("note", optional(Type::String)),
        ("id", computed(Type::String)),
        ("token", Attribute { local: true, ..optional(Type::String) }),
    ];
    let attributes = vec![
        ("id", computed(Type::String)),
        ("note", optional(Type::String)),
        ("policy", Attribute { equality: Equality::Json, ..optional_computed(Type::String) }),
        ("secret", Attribute { local: true, ..optional(Type::String) }),
        ("secret_wo", Attribute { write_only: true, ..optional(Type::String) }),
        ("size", optional_computed(Type::Number)),
        ("tags", optional(Type::map(Type::String))),
    ];
    let blocks = vec![
        ("list", nested(Nesting::List, rule.clone())),
        ("set", nested(Nesting::Set, rule)),
        ("given", NestedBlock { computed: true, ..nested(Nesting::List, vec![("x", optional(Type::String))]) }),
        ("timeouts", nested(Nesting::Single, vec![("create", optional(Type::String))])),
    ];
    schema(attributes, blocks)
}

/// Settles parts of an object; what is not named is not set on either side.
#[expect(clippy::needless_pass_by_value, reason = "so that cases can be written down in place")]
fn check(planned: Json, observed: Json, settled: Json, disagreements: &str) {
    let schema = bucket();
    let value = |json: &Json| value_from(json, &schema.implied_type(), Some(&schema.block));
    let (found, apart) = settle(&value(&planned), &value(&observed), &schema);
    assert!(found.is_wholly_known());
    assert_eq!(values::to_json(&found), values::to_json(&value(&settled)), "{planned} and {observed}");
    let apart: Vec<String> = apart.iter().map(ToString::to_string).collect();
    assert_eq!(apart.join(" "), disagreements, "{planned} and {observed}");
}

#[test]
fn unknown_parts_come_from_the_read() {
    check(
        json!({"id": "<?>", "size": "<?>", "given": "<?>"}),
        json!({"id": "i", "size": 3, "given": [{"x": "y"}]}),
        json!({"id": "i", "size": 3, "given": [{"x": "y"}]}),
        "",
    );
    check(
        json!({"id": "<?>", "tags": {"a": "<?>"}}),
        json!({"tags": {"a": "b"}}),
        json!({"id": null, "tags": {"a": "b"}}),
        "",
    );
}

#[test]
fn the_planned_wording_stays_where_it_means_the_same() {
    check(json!({"policy": "{\"a\":1}"}), json!({"policy": "{ \"a\": 1 }"}), json!({"policy": "{\"a\":1}"}), "");
    check(json!({"policy": "{\"a\":1}"}), json!({"policy": "{\"a\":2}"}), json!({"policy": "{\"a\":2}"}), ".policy");
    check(json!({"tags": {}}), json!({"tags": null}), json!({"tags": {}}), "");
    check(json!({"tags": null}), json!({"tags": {}}), json!({"tags": null}), "");
}

#[test]
fn what_the_service_does_not_tell_is_as_planned() {
    check(
        json!({"secret": "s", "secret_wo": null, "timeouts": {"create": "1m"}}),
        json!({"secret": null}),
        json!({"secret": "s", "timeouts": {"create": "1m"}}),
        "",
    );
    check(json!({"secret": "<?>"}), json!({"secret": null}), json!({"secret": null}), "");
}

#[test]
fn contradictions_are_listed() {
    check(json!({"note": "a", "id": "x"}), json!({"note": "b", "id": "y"}), json!({"note": "b", "id": "y"}), ".note");
    check(
        json!({"list": [{"port": 1}, {"port": 2}]}),
        json!({"list": [{"port": 1}]}),
        json!({"list": [{"port": 1}]}),
        ".list",
    );
    check(
        json!({"list": [{"port": 1}]}),
        json!({"list": [{"port": 2}]}),
        json!({"list": [{"port": 2}]}),
        ".list[0].port",
    );
    check(json!({"set": [{"port": 1}]}), json!({"set": [{"port": 2}]}), json!({"set": [{"port": 2}]}), ".set");
}

#[test]
fn blocks_of_sets_find_their_counterpart() {
    check(
        json!({"set": [{"port": 1, "id": "<?>", "token": "t1"}, {"port": 2, "id": "<?>", "token": "t2"}]}),
        json!({"set": [{"port": 2, "id": "b"}, {"port": 1, "id": "a"}]}),
        json!({"set": [{"port": 1, "id": "a", "token": "t1"}, {"port": 2, "id": "b", "token": "t2"}]}),
        "",
    );
}

#[test]
fn refreshes_show_only_what_differs() {
    let schema = Schema { type_system: TypeSystem::Legacy, ..bucket() };
    let value = |json: Json| value_from(&json, &schema.implied_type(), Some(&schema.block));
    let recorded = json!({"id": "i", "note": null, "policy": "{\"a\":1}", "secret": "s", "size": 1, "tags": null, "list": [{"port": 1, "note": ""}], "timeouts": {"create": "1m"}});
    let observed = json!({"id": "i", "note": "", "policy": "{ \"a\":1}", "size": 1, "tags": {}, "list": [{"port": 1}]});
    let mut spelled_out = recorded.clone();
    spelled_out["note"] = json!("");
    spelled_out["tags"] = json!({});
    let found = normalise(&value(recorded.clone()), &value(observed.clone()), &schema);
    assert_eq!(found, value(spelled_out.clone()));
    assert!(!is_drift(&value(recorded.clone()), &found, &schema));
    let mut drifted = observed;
    drifted["size"] = json!(2);
    spelled_out["size"] = json!(2);
    let found = normalise(&value(recorded.clone()), &value(drifted), &schema);
    assert_eq!(found, value(spelled_out));
    assert!(is_drift(&value(recorded), &found, &schema));
}
