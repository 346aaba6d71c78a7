//! Planned values against what Terraform 1.11.4 with hashicorp/aws 5.100 answered for the same configurations.
//!
//! The schemas are the parts of the real ones that the cases are about. `<?>` stands for a value that is not known.

use serde_json::{Value as Json, json};
use wpinfra_core::desired::{DesiredInstance, IgnoreChanges, Lifecycle};
use wpinfra_core::provider::{AnyResourceType, Draft};
use wpinfra_core::schema::{Attribute, Equality, NestedBlock, Nesting, Replace, Schema, TypeSystem};
use wpinfra_core::value::Content;
use wpinfra_core::{Path, Type, Value};

use crate::propose::{Force, propose};
use crate::testing::{
    Kind, computed, forces, nested, optional, optional_computed, provider_address, required, schema, value_from,
};

fn text() -> Type {
    Type::String
}

fn with_default(attribute: Attribute, default: impl Into<Value>) -> Attribute {
    Attribute { default: Some(default.into()), ..attribute }
}

/// The attributes of a rule of a security group, which is an attribute that stands for blocks.
fn rules() -> Attribute {
    let fields = [
        ("cidr_blocks", Type::list(text())),
        ("description", text()),
        ("from_port", Type::Number),
        ("protocol", text()),
        ("security_groups", Type::set(text())),
        ("self", Type::Bool),
    ];
    let rule = Type::object(fields);
    let defaults = Value::object([
        ("cidr_blocks", Value::list(text(), Vec::new())),
        ("description", Value::string("")),
        ("from_port", Value::null(Type::Number)),
        ("protocol", Value::string("")),
        ("security_groups", Value::set(text(), Vec::new())),
        ("self", Value::bool(false)),
    ]);
    Attribute { element_defaults: Some(defaults), ..optional_computed(Type::set(rule)) }
}

fn timeouts() -> NestedBlock {
    nested(Nesting::Single, vec![("create", optional(text()))])
}

fn security_group() -> Schema {
    let attributes = vec![
        ("arn", computed(text())),
        ("description", forces(with_default(optional(text()), "Managed by Terraform"))),
        ("egress", rules()),
        ("id", computed(text())),
        ("ingress", rules()),
        ("name", forces(optional_computed(text()))),
        ("revoke_rules_on_delete", with_default(optional(Type::Bool), false)),
        ("tags", optional(Type::map(text()))),
        ("vpc_id", forces(optional_computed(text()))),
    ];
    schema(attributes, vec![("timeouts", timeouts())])
}

fn load_balancer() -> Schema {
    let mapping = vec![
        ("allocation_id", forces(optional(text()))),
        ("outpost_id", computed(text())),
        ("private_ipv4_address", forces(optional(text()))),
        ("subnet_id", forces(required(text()))),
    ];
    let mapping = NestedBlock { computed: true, ..nested(Nesting::Set, mapping) };
    let attributes = vec![
        ("customer_owned_ipv4_pool", forces(optional(text()))),
        ("id", computed(text())),
        ("name", forces(optional_computed(text()))),
        ("subnets", optional_computed(Type::set(text()))),
    ];
    schema(attributes, vec![("subnet_mapping", mapping)])
}

fn task_definition() -> Schema {
    let docker = vec![
        ("autoprovision", forces(with_default(optional(Type::Bool), false))),
        ("driver", forces(optional_computed(text()))),
        ("labels", forces(optional(Type::map(text())))),
        ("scope", forces(optional_computed(text()))),
    ];
    let mut volume =
        nested(Nesting::Set, vec![("host_path", forces(optional(text()))), ("name", forces(required(text())))]);
    volume.block.blocks.insert("docker_volume_configuration", nested(Nesting::List, docker));
    volume.replace = Replace::Always;
    let proxy = vec![("container_name", required(text())), ("properties", optional(Type::map(text())))];
    let attributes = vec![
        ("arn", computed(text())),
        ("container_definitions", Attribute { equality: Equality::Json, ..forces(required(text())) }),
        ("requires_compatibilities", forces(optional(Type::set(text())))),
    ];
    schema(attributes, vec![("volume", volume), ("proxy_configuration", nested(Nesting::List, proxy))])
}

fn acl() -> Schema {
    let rule = vec![
        ("cidr_block", optional(text())),
        ("icmp_code", optional(Type::Number)),
        ("rule_no", required(Type::Number)),
    ];
    schema(vec![("id", computed(text()))], vec![("ingress", nested(Nesting::Set, rule))])
}

fn group_rule() -> Schema {
    let lists = ["cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids"];
    let lists = lists.map(|name| (name, forces(optional(Type::list(text())))));
    let mut attributes =
        vec![("id", computed(text())), ("source_security_group_id", forces(optional_computed(text())))];
    attributes.extend(lists);
    schema(attributes, Vec::new())
}

/// Returns the value as JSON with `<?>` where it is not known.
fn shown(value: &Value) -> Json {
    match value.content() {
        Content::Unknown(_) => json!("<?>"),
        Content::Sequence(elements) => elements.iter().map(shown).collect(),
        Content::Mapping(parts) => {
            parts.iter().map(|(name, part)| (name.to_string(), shown(part))).collect::<serde_json::Map<_, _>>().into()
        }
        Content::Null | Content::Bool(_) | Content::Number(_) | Content::String(_) => {
            wpinfra_core::json::to_json(value)
        }
    }
}

fn instance(schema: &Schema, config: &Json, lifecycle: Lifecycle) -> DesiredInstance {
    let config = value_from(config, &schema.implied_type(), Some(&schema.block));
    DesiredInstance { config, provider: provider_address(), lifecycle, range: None, argument_ranges: Vec::new() }
}

/// Proposes and compares the action with the replace paths, and those planned attributes that `planned` names.
fn check(schema: Schema, prior: Option<Json>, config: Json, expected: &str, planned: Json) {
    check_with(Kind::new("test", schema), prior, config, Lifecycle::default(), expected, planned);
}

#[expect(clippy::needless_pass_by_value, reason = "so that cases can be written down in place")]
fn check_with(kind: Kind, prior: Option<Json>, config: Json, lifecycle: Lifecycle, expected: &str, planned: Json) {
    let schema = AnyResourceType::schema(&kind);
    let prior = prior.map(|prior| value_from(&prior, &schema.implied_type(), Some(&schema.block)));
    let instance = instance(schema, &config, lifecycle);
    let (proposal, diagnostics) = propose(&kind, None, prior.as_ref(), &instance, Force::No);
    assert_eq!(diagnostics.iter().collect::<Vec<_>>(), Vec::<&wpinfra_core::Diagnostic>::new(), "{config}");
    let proposal = proposal.expect("a proposal");
    let paths: Vec<String> = proposal.replace_paths.iter().map(ToString::to_string).collect();
    assert_eq!(format!("{:?} {}", proposal.action, paths.join(" ")).trim(), expected, "{config}");
    let found = shown(&proposal.planned);
    for (name, wanted) in planned.as_object().expect("attributes") {
        assert_eq!(&found[name], wanted, "{name} of {config}");
    }
}

#[test]
fn unset_and_empty_arguments_of_a_create() {
    let config = json!({"vpc_id": "<?>", "ingress": [], "tags": {}, "name": "", "timeouts": {"create": "5m"}});
    check(
        security_group(),
        None,
        config,
        "Create",
        json!({
            "arn": "<?>", "description": "Managed by Terraform", "egress": "<?>", "id": "<?>", "ingress": [], "name": "<?>",
            "revoke_rules_on_delete": false, "tags": null, "timeouts": {"create": "5m"}, "vpc_id": "<?>",
        }),
    );
    let config = json!({"name": "b", "description": "", "tags": {"a": "b"}, "ingress": [{"from_port": 1, "protocol": "tcp", "cidr_blocks": ["10.0.0.0/8"]}]});
    check(
        security_group(),
        None,
        config,
        "Create",
        json!({
            "description": "", "name": "b", "tags": {"a": "b"}, "timeouts": null, "vpc_id": "<?>",
            "ingress": [{"cidr_blocks": ["10.0.0.0/8"], "description": "", "from_port": 1, "protocol": "tcp", "security_groups": [], "self": false}],
        }),
    );
}

#[test]
fn collections_with_unknown_elements_are_unknown() {
    let rule = json!({"from_port": 1, "protocol": "tcp", "security_groups": ["<?>", "sg-1"]});
    check(
        security_group(),
        None,
        json!({"tags": {"v": "<?>", "x": "y"}, "ingress": [rule]}),
        "Create",
        json!({
            "tags": "<?>",
            "ingress": [{"cidr_blocks": [], "description": "", "from_port": 1, "protocol": "tcp", "security_groups": "<?>", "self": false}],
        }),
    );
    check(
        load_balancer(),
        None,
        json!({"subnets": ["<?>", "s"]}),
        "Create",
        json!({"subnets": "<?>", "subnet_mapping": "<?>"}),
    );
    check(
        group_rule(),
        None,
        json!({"prefix_list_ids": ["<?>", "x"]}),
        "Create",
        json!({"prefix_list_ids": "<?>", "cidr_blocks": null}),
    );
}

#[test]
fn empty_lists_stay_and_empty_sets_and_maps_do_not() {
    let config = json!({"cidr_blocks": ["10.0.0.0/8"], "ipv6_cidr_blocks": [], "source_security_group_id": ""});
    check(
        group_rule(),
        None,
        config,
        "Create",
        json!({
            "cidr_blocks": ["10.0.0.0/8"], "ipv6_cidr_blocks": [], "prefix_list_ids": null, "source_security_group_id": "<?>",
        }),
    );
    let config = json!({"container_definitions": "[]", "requires_compatibilities": [], "proxy_configuration": [{"container_name": "x", "properties": {}}]});
    check(
        task_definition(),
        None,
        config,
        "Create",
        json!({
            "requires_compatibilities": null, "proxy_configuration": [{"container_name": "x", "properties": null}], "volume": [],
        }),
    );
}

#[test]
fn blocks_of_sets_spell_out_texts_only() {
    let config = json!({"container_definitions": "[]", "volume": [{"name": "a", "docker_volume_configuration": [{"scope": "task"}]}, {"name": "b"}]});
    check(
        task_definition(),
        None,
        config,
        "Create",
        json!({"volume": [
            {"docker_volume_configuration": [{"autoprovision": false, "driver": "<?>", "labels": null, "scope": "task"}], "host_path": "", "name": "a"},
            {"docker_volume_configuration": [], "host_path": "", "name": "b"},
        ]}),
    );
    check(
        acl(),
        None,
        json!({"ingress": [{"rule_no": 1}]}),
        "Create",
        json!({"ingress": [{"cidr_block": "", "icmp_code": null, "rule_no": 1}]}),
    );
    let mappings = json!([{"subnet_id": "<?>"}]);
    check(
        load_balancer(),
        None,
        json!({"subnet_mapping": mappings}),
        "Create",
        json!({
            "subnet_mapping": [{"allocation_id": "", "outpost_id": "<?>", "private_ipv4_address": "", "subnet_id": "<?>"}],
        }),
    );
}

/// A security group as it is recorded after an apply and a refresh.
fn recorded_group() -> Json {
    json!({
        "arn": "arn", "description": "", "egress": [], "id": "sg-1", "ingress": [], "name": "a", "revoke_rules_on_delete": false,
        "tags": {}, "timeouts": {"create": "5m"}, "vpc_id": "vpc-1",
    })
}

#[test]
fn updates_keep_what_is_computed() {
    let config = json!({"name": "a", "description": "", "vpc_id": "vpc-1", "timeouts": {"create": "5m"}});
    check(security_group(), Some(recorded_group()), config, "NoOp", recorded_group());
    let config = json!({"name": "a", "description": "", "tags": {"a": "b"}, "timeouts": {"create": "6m"}});
    check(
        security_group(),
        Some(recorded_group()),
        config,
        "Update",
        json!({
            "arn": "arn", "egress": [], "ingress": [], "tags": {"a": "b"}, "timeouts": {"create": "6m"}, "vpc_id": "vpc-1",
        }),
    );
}

#[test]
fn removed_collections_become_empty_and_removed_texts_null() {
    let mut prior = recorded_group();
    prior["tags"] = json!({"a": "b"});
    let config = json!({"description": "", "timeouts": {"create": "5m"}});
    check(security_group(), Some(prior), config, "Update", json!({"tags": {}, "name": "a"}));
    let prior =
        json!({"customer_owned_ipv4_pool": "p", "id": "lb", "name": "l", "subnets": ["s"], "subnet_mapping": []});
    let planned = json!({"customer_owned_ipv4_pool": null, "id": "<?>", "name": "l", "subnets": "<?>"});
    check(load_balancer(), Some(prior), json!({"name": "l"}), "DeleteThenCreate .customer_owned_ipv4_pool", planned);
    let prior =
        json!({"customer_owned_ipv4_pool": "", "id": "lb", "name": "l", "subnets": ["s"], "subnet_mapping": []});
    check(load_balancer(), Some(prior.clone()), json!({"name": "l"}), "NoOp", prior);
}

#[test]
fn replacements_are_planned_as_creates() {
    let prior = json!({
        "customer_owned_ipv4_pool": "", "id": "lb", "name": "l", "subnets": ["s1", "s2"],
        "subnet_mapping": [
            {"allocation_id": "", "outpost_id": "", "private_ipv4_address": "", "subnet_id": "s1"},
            {"allocation_id": "", "outpost_id": "", "private_ipv4_address": "", "subnet_id": "s2"},
        ],
    });
    let config = json!({"name": "l", "subnet_mapping": [{"subnet_id": "s1"}]});
    check(
        load_balancer(),
        Some(prior.clone()),
        config,
        "DeleteThenCreate .subnet_mapping",
        json!({
            "customer_owned_ipv4_pool": null, "id": "<?>", "subnets": "<?>",
            "subnet_mapping": [{"allocation_id": "", "outpost_id": "<?>", "private_ipv4_address": "", "subnet_id": "s1"}],
        }),
    );
    let config = json!({"name": "l", "subnet_mapping": [{"subnet_id": "s1"}, {"subnet_id": "s2"}]});
    check(load_balancer(), Some(prior.clone()), config, "NoOp", prior);
    let prior = json!({"id": "r", "cidr_blocks": ["10.0.0.0/8"], "ipv6_cidr_blocks": [], "prefix_list_ids": [], "source_security_group_id": null});
    let config = json!({"ipv6_cidr_blocks": ["::/0"], "prefix_list_ids": []});
    check(
        group_rule(),
        Some(prior),
        config,
        "DeleteThenCreate .cidr_blocks .ipv6_cidr_blocks",
        json!({
            "cidr_blocks": null, "id": "<?>", "ipv6_cidr_blocks": ["::/0"], "prefix_list_ids": [], "source_security_group_id": "<?>",
        }),
    );
}

#[test]
fn what_means_the_same_keeps_the_recorded_text() {
    let prior = json!({"arn": "a", "container_definitions": "[{\"a\":1,\"b\":2}]", "requires_compatibilities": null, "volume": [], "proxy_configuration": []});
    let config = json!({"container_definitions": "[ {\"b\": 2, \"a\": 1} ]"});
    check(task_definition(), Some(prior.clone()), config, "NoOp", prior.clone());
    let config = json!({"container_definitions": "[{\"a\":2}]"});
    check(
        task_definition(),
        Some(prior),
        config,
        "DeleteThenCreate .container_definitions",
        json!({"arn": "<?>", "container_definitions": "[{\"a\":2}]"}),
    );
}

#[test]
fn ignored_changes_keep_what_is_recorded() {
    let mut prior = recorded_group();
    prior["tags"] = json!({"auto": "x", "kept": "y"});
    prior["description"] = json!("old");
    let path = |names: &[&str]| {
        let start = Path::root().attribute(names[0]);
        names[1..].iter().fold(start, |path, name| path.index(Value::string(name)))
    };
    let with = |ignore_changes| Lifecycle { ignore_changes, ..Lifecycle::default() };
    let config = json!({"description": "new", "tags": {"kept": "z", "lost": "q"}, "timeouts": {"create": "5m"}});
    let ignored = IgnoreChanges::Paths(vec![path(&["description"]), path(&["tags", "auto"]), path(&["tags", "lost"])]);
    let kind = || Kind::new("test", security_group());
    check_with(
        kind(),
        Some(prior.clone()),
        config.clone(),
        with(ignored),
        "Update",
        json!({"description": "old", "tags": {"auto": "x", "kept": "z"}}),
    );
    check_with(kind(), Some(prior.clone()), config.clone(), with(IgnoreChanges::All), "NoOp", prior.clone());
    // What is replaced for another reason is created as configured.
    let ignored = IgnoreChanges::Paths(vec![path(&["tags"])]);
    check_with(
        kind(),
        Some(prior),
        config,
        with(ignored),
        "DeleteThenCreate .description",
        json!({"tags": {"kept": "z", "lost": "q"}}),
    );
}

#[test]
fn updates_unsettle_what_the_schema_names() {
    let revision = Attribute { unknown_on_update: &["note", "list.size"], ..computed(Type::Number) };
    let any = Attribute { unknown_on_update: &["*"], ..optional_computed(text()) };
    let schema = || {
        let list = nested(Nesting::List, vec![("size", optional(Type::Number)), ("name", optional(text()))]);
        let attributes = vec![
            ("note", optional(text())),
            ("other", optional(text())),
            ("revision", revision.clone()),
            ("any", any.clone()),
        ];
        Schema { type_system: TypeSystem::Strict, ..self::schema(attributes, vec![("list", list)]) }
    };
    let prior = json!({"note": "a", "other": "b", "revision": 1, "any": "x", "list": [{"size": 1, "name": "n"}]});
    let change = |name: &str, value: Json| {
        let mut config = json!({"note": "a", "other": "b", "list": [{"size": 1, "name": "n"}]});
        config[name] = value;
        config
    };
    check(schema(), Some(prior.clone()), change("note", json!("a")), "NoOp", prior.clone());
    check(schema(), Some(prior.clone()), change("other", json!("c")), "Update", json!({"revision": 1, "any": "<?>"}));
    check(
        schema(),
        Some(prior.clone()),
        change("note", json!("c")),
        "Update",
        json!({"revision": "<?>", "any": "<?>"}),
    );
    check(
        schema(),
        Some(prior.clone()),
        change("list", json!([{"size": 2, "name": "n"}])),
        "Update",
        json!({"revision": "<?>"}),
    );
    check(schema(), Some(prior), change("any", json!("y")), "Update", json!({"revision": 1, "any": "y"}));
}

#[test]
fn write_only_arguments_are_never_planned() {
    let attributes = vec![
        ("id", computed(text())),
        ("password_wo", Attribute { write_only: true, ..optional(text()) }),
        ("password_wo_version", optional(Type::Number)),
    ];
    check(
        schema(attributes.clone(), Vec::new()),
        None,
        json!({"password_wo": "p"}),
        "Create",
        json!({"password_wo": null}),
    );
    let prior = json!({"id": "x", "password_wo": null, "password_wo_version": 1});
    let config = json!({"password_wo": "other", "password_wo_version": 1});
    check(schema(attributes, Vec::new()), Some(prior), config, "NoOp", json!({"password_wo": null}));
}

type Adjust = fn(&mut Draft<'_>);

/// A type whose hook is made by a test.
fn adjusted(adjust: fn(&mut Draft<'_>)) -> Kind {
    let attributes = vec![
        ("id", computed(text())),
        ("name", forces(optional(text()))),
        ("size", optional(Type::Number)),
        ("tags", optional(Type::map(text()))),
        ("tags_all", optional_computed(Type::map(text()))),
    ];
    Kind { adjust, ..Kind::new("test", schema(attributes, Vec::new())) }
}

#[test]
fn types_adjust_what_is_theirs() {
    let merge_tags: fn(&mut Draft<'_>) = |draft| {
        let tags = draft.planned.get("tags").filter(|tags| !tags.is_null());
        draft.set("tags_all", tags.unwrap_or_else(|| Value::map(Type::String, Vec::<(&str, Value)>::new())));
    };
    let config = json!({"tags": {"a": "b"}});
    check_with(
        adjusted(merge_tags),
        None,
        config.clone(),
        Lifecycle::default(),
        "Create",
        json!({"tags_all": {"a": "b"}}),
    );
    let prior = json!({"id": "i", "name": null, "size": null, "tags": {}, "tags_all": {}});
    check_with(
        adjusted(merge_tags),
        Some(prior.clone()),
        config,
        Lifecycle::default(),
        "Update",
        json!({"id": "i", "tags_all": {"a": "b"}}),
    );
    let spare: fn(&mut Draft<'_>) = |draft| draft.replace.clear();
    check_with(
        adjusted(spare),
        Some(prior.clone()),
        json!({"name": "n"}),
        Lifecycle::default(),
        "Update",
        json!({"id": "i"}),
    );
    let force: fn(&mut Draft<'_>) = |draft| draft.replace.push(Path::root().attribute("size"));
    check_with(
        adjusted(force),
        Some(prior.clone()),
        json!({"size": 2}),
        Lifecycle::default(),
        "DeleteThenCreate .size",
        json!({"id": "<?>"}),
    );
    check_with(adjusted(force), Some(prior.clone()), json!({}), Lifecycle::default(), "NoOp", prior);
}

#[test]
fn types_may_not_touch_what_is_configured() {
    let cases: [(Adjust, &str); 3] = [
        (
            |draft| draft.set("size", Value::number(3)),
            "\"size\" of test is planned to be something else than what is configured",
        ),
        (|draft| draft.set_unknown("size"), "\"size\" of test is configured, but planned as unknown"),
        (
            |draft| draft.set("name", "x".into()),
            "\"name\" of test is neither configured nor computed, but has a planned value",
        ),
    ];
    for (adjust, wanted) in cases {
        let kind = adjusted(adjust);
        let instance = instance(AnyResourceType::schema(&kind), &json!({"size": 2}), Lifecycle::default());
        let (proposal, diagnostics) = propose(&kind, None, None, &instance, Force::No);
        assert_eq!(proposal, None);
        let details: Vec<&str> = diagnostics.iter().map(|problem| problem.detail.as_str()).collect();
        assert!(details.len() == 1 && details[0].contains(wanted), "{details:?}");
    }
}
