//! Plans survive their JSON, whatever their values are.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use wpinfra_core::refinement::Refinement;
use wpinfra_core::state::State;
use wpinfra_core::{Marks, Number, Path, Type, Value};

use super::{from_json, to_json};
use crate::plan::{Action, Change, ExecutionGraph, Mode, OutputChange, Plan, Reason};

fn types() -> impl Strategy<Value = Type> {
    let simple = prop_oneof![Just(Type::Bool), Just(Type::Number), Just(Type::String), Just(Type::Dynamic)];
    simple.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::map),
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Type::tuple),
            proptest::collection::btree_map("[a-z]{1,3}", inner, 0..3).prop_map(Type::object),
        ]
    })
}

fn refinements() -> impl Strategy<Value = Refinement> {
    let number = proptest::option::of((any::<i64>(), any::<bool>()));
    let length = || proptest::option::of(0_usize..9);
    (any::<bool>(), proptest::option::of(".{0,4}"), length(), length(), number).prop_map(
        |(not_null, prefix, min_length, max_length, bound)| {
            let min_number = bound.map(|(number, inclusive)| (Number::from(number), inclusive));
            let prefix = prefix.map(Into::into);
            Refinement { not_null, prefix, min_length, max_length, min_number, max_number: None }
        },
    )
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        types().prop_map(Value::null),
        types().prop_map(Value::unknown),
        (types(), refinements()).prop_map(|(ty, known)| Value::refined(ty, known)),
        any::<bool>().prop_map(Value::bool),
        any::<i64>().prop_map(Value::number),
        any::<f64>()
            .prop_filter("finite", |number| number.is_finite())
            .prop_map(|number| Value::number(Number::from_f64(number))),
        ".{0,6}".prop_map(Value::string),
    ];
    let marked = leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::tuple),
            proptest::collection::btree_map("[a-z$?=]{0,3}", inner, 0..4).prop_map(Value::object),
            proptest::collection::vec(".{0,3}", 0..4)
                .prop_map(|texts| Value::set(Type::String, texts.into_iter().map(Value::string).collect())),
            proptest::collection::btree_map(".{0,3}", any::<i64>(), 0..3)
                .prop_map(|map| Value::map(Type::Number, map.into_iter().map(|(key, n)| (key, Value::number(n))))),
            proptest::collection::vec(any::<bool>(), 0..3)
                .prop_map(|all| Value::list(Type::Bool, all.into_iter().map(Value::bool).collect())),
        ]
    });
    (marked, 0_u8..4).prop_map(|(value, marks)| {
        let mut all = Marks::NONE;
        if marks & 1 != 0 {
            all |= Marks::SENSITIVE;
        }
        if marks & 2 != 0 {
            all |= Marks::EPHEMERAL;
        }
        value.with_marks(all)
    })
}

fn plan(before: Value, after: Value, key: Value) -> Plan {
    let change = Change {
        address: "test_thing.a[\"x\"]".parse().expect("an address"),
        previous_address: None,
        deposed: None,
        provider: "provider[\"registry.terraform.io/hashicorp/test\"]".parse().expect("an address"),
        action: Action::Update,
        reason: Some(Reason::TriggeredBy),
        before: Some(before.clone()),
        after: Some(after.clone()),
        replace_paths: vec![Path::root().attribute("a").index(key)],
        importing: None,
        dependencies: BTreeSet::new(),
        create_before_destroy: false,
    };
    let output = OutputChange { before: Some(before), after: Some(after), sensitive: false, was_sensitive: true };
    Plan {
        mode: Mode::Normal,
        changes: vec![change],
        outputs: BTreeMap::from([("o".to_owned(), output)]),
        graph: ExecutionGraph::default(),
        prior_state: State::default(),
        drift: Vec::new(),
        checks: Vec::new(),
        is_partial: false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn plans_survive_their_json(before in values(), after in values(), key in values()) {
        let plan = plan(before, after, key);
        let text = to_json(&plan).to_string();
        let read = from_json(&serde_json::from_str(&text).expect("JSON")).expect("a plan");
        prop_assert_eq!(&read.changes, &plan.changes);
        prop_assert_eq!(&read.outputs, &plan.outputs);
    }
}
