use super::*;
use crate::schema::{Format, Relation, Replace, Role, TypeSystem};
use crate::types::Type;

fn schema(attributes: &[(&'static str, Type, Vec<Check>, Vec<Relation>)]) -> Schema {
    let build = |(name, ty, checks, relations): &(&'static str, Type, Vec<Check>, Vec<Relation>)| {
        let attribute = Attribute {
            checks: checks.clone(),
            relations: relations.clone(),
            ..Attribute::new(ty.clone(), Role::Optional)
        };
        (*name, attribute)
    };
    let block = Block { attributes: attributes.iter().map(build).collect(), ..Block::default() };
    Schema { version: 0, type_system: TypeSystem::Legacy, block, timeouts: BTreeMap::new() }
}

fn problems(schema: &Schema, values: &[(&str, Value)]) -> String {
    let mut config = schema.block.empty_value();
    for (name, value) in values {
        config = config.with_attribute(name, value.clone());
    }
    let found = check(schema, &config);
    found.iter().map(|(path, problem)| format!("{path}: {}", problem.detail)).collect::<Vec<_>>().join("\n")
}

#[test]
fn single_values_are_checked() {
    let one = |ty: Type, check: Check| schema(&[("x", ty, vec![check], Vec::new())]);
    let cases: Vec<(Schema, Value, &str)> = vec![
        (
            one(Type::String, Check::OneOf(&["a", "b"])),
            "c".into(),
            ".x: The value of \"x\" must be \"a\" or \"b\"; \"c\" is not.",
        ),
        (one(Type::String, Check::OneOf(&["a", "b"])), "a".into(), ""),
        (one(Type::String, Check::OneOfIgnoringCase(&["a"])), "A".into(), ""),
        (one(Type::String, Check::OneOf(&["a"])), Value::unknown(Type::String), ""),
        (
            one(Type::String, Check::OneOf(&["a"])),
            Value::string("c").sensitive(),
            ".x: The value of \"x\" must be \"a\"; the value given is not (sensitive value).",
        ),
        (
            one(Type::Number, Check::Range(1, 5)),
            6.into_value(),
            ".x: The value of \"x\" must be between 1 and 5; 6 is not.",
        ),
        (
            one(Type::Number, Check::Range(0, i64::MAX)),
            (-1).into_value(),
            ".x: The value of \"x\" must be at least 0; -1 is not.",
        ),
        (
            one(Type::String, Check::Length(2, 3)),
            "a".into(),
            ".x: The value of \"x\" must have between 2 and 3 characters; \"a\" is not.",
        ),
        (
            one(Type::String, Check::Pattern("^a+$", "only a")),
            "ab".into(),
            ".x: The value of \"x\" must be only a; \"ab\" is not.",
        ),
        (
            one(Type::String, Check::Format(Format::Cidr4)),
            "10.0.0.1/16".into(),
            ".x: The value of \"x\" must be a network without bits beyond its prefix: 10.0.0.0/16; \"10.0.0.1/16\" is not.",
        ),
        (one(Type::String, Check::Format(Format::Cidr4)), "10.0.0.0/16".into(), ""),
        (
            one(Type::String, Check::Format(Format::Cidr4)),
            "2001:db8::/56".into(),
            ".x: The value of \"x\" must be an IPv4 network such as 10.0.0.0/16; \"2001:db8::/56\" is not.",
        ),
        (
            one(Type::list(Type::String), Check::Each(&Check::Format(Format::Ipv4))),
            Value::list(Type::String, vec!["1.2.3.4".into(), "x".into()]),
            ".x[1]: The value of \"x\" must be an IPv4 address such as 10.0.0.1; \"x\" is not.",
        ),
        (
            one(Type::list(Type::String), Check::Items(2, usize::MAX)),
            Value::list(Type::String, vec!["a".into()]),
            ".x: The value of \"x\" must have at least 2 elements; there are 1.",
        ),
    ];
    for (schema, value, expected) in cases {
        assert_eq!(problems(&schema, &[("x", value.clone())]), expected, "{value:?}");
    }
}

trait IntoValue {
    fn into_value(self) -> Value;
}

impl IntoValue for i64 {
    fn into_value(self) -> Value {
        Value::number(self)
    }
}

#[test]
fn relations_are_checked() {
    let text = |name, relation| (name, Type::String, Vec::new(), vec![relation]);
    let conflicts = schema(&[text("a", Relation::ConflictsWith(&["b"])), ("b", Type::String, Vec::new(), Vec::new())]);
    assert_eq!(problems(&conflicts, &[("a", "1".into())]), "");
    assert_eq!(
        problems(&conflicts, &[("a", "1".into()), ("b", "2".into())]),
        ".a: \"a\" and \"b\" exclude each other; keep one of them."
    );
    assert_eq!(problems(&conflicts, &[("a", "1".into()), ("b", Value::unknown(Type::String))]), "");
    let group: &'static [&'static str] = &["a", "b"];
    let exactly = schema(&[text("a", Relation::ExactlyOneOf(group)), text("b", Relation::ExactlyOneOf(group))]);
    assert_eq!(problems(&exactly, &[]), ": One of \"a\" or \"b\" must be given.");
    assert_eq!(problems(&exactly, &[("b", Value::unknown(Type::String))]), "");
    assert!(problems(&exactly, &[("a", "1".into()), ("b", "1".into())]).contains("Only one of"));
    let required = schema(&[text("a", Relation::RequiredWith(&["b"])), ("b", Type::String, Vec::new(), Vec::new())]);
    assert_eq!(problems(&required, &[("a", "1".into())]), ".a: \"a\" needs \"b\" as well.");
    assert_eq!(problems(&required, &[("b", "1".into())]), "");
}

#[test]
fn blocks_are_counted_and_entered() {
    let inner = schema(&[("size", Type::Number, vec![Check::Range(1, 2)], Vec::new())]).block;
    let nested = NestedBlock {
        block: inner.clone(),
        nesting: Nesting::List,
        min: 1,
        max: 1,
        replace: Replace::Never,
        computed: false,
        deprecated: None,
        relations: Vec::new(),
        unknown_on_update: &[],
    };
    let mut outer = schema(&[]);
    outer.block.blocks.insert("part", nested);
    assert_eq!(problems(&outer, &[]), ".part: At least one block of type \"part\" is required.");
    let part = |size: i64| inner.empty_value().with_attribute("size", Value::number(size));
    let list = |parts: Vec<Value>| Value::list(inner.implied_type(), parts);
    assert_eq!(problems(&outer, &[("part", list(vec![part(1)]))]), "");
    assert_eq!(
        problems(&outer, &[("part", list(vec![part(9)]))]),
        ".part[0].size: The value of \"size\" must be between 1 and 2; 9 is not."
    );
    assert!(problems(&outer, &[("part", list(vec![part(1), part(1)]))]).contains("Only one block"));
}
