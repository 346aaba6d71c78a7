//! Ids and comparisons of task definitions.

use wpinfra_core::model::Model as _;
use wpinfra_core::{Diagnostics, Type, Value};

use super::*;

#[test]
fn import_ids_are_arns_of_revisions() {
    for (id, family) in [
        ("arn:aws:ecs:eu-west-1:123456789012:task-definition/web:7", Some("web")),
        ("arn:aws-cn:ecs:cn-north-1:123456789012:task-definition/web:7", Some("web")),
        ("arn:aws:ecs:eu-west-1:123456789012:task-definition/web", None),
        ("arn:aws:ecs:eu-west-1:123456789012:task-definition/web:newest", None),
        ("arn:aws:ecs:eu-west-1:123456789012:cluster/web", None),
        ("web:7", None),
        ("web", None),
        ("", None),
    ] {
        let imported = TaskDefinitionType.import(id).ok();
        assert_eq!(imported.as_ref().map(|(id, _)| id.0.as_str()), family, "{id}");
        if let Some((_, model)) = imported {
            assert_eq!(model.arn.as_deref(), Some(id));
        }
    }
}

#[test]
fn the_newest_revision_is_asked_for_only_by_those_who_track_it() {
    let arn = "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:7";
    for (id, recorded, track_latest, expected) in [
        (arn, None, false, arn),
        ("web", Some(arn), false, arn),
        ("web", Some(arn), true, "web"),
        (arn, None, true, "web"),
        ("web", None, false, "web"),
    ] {
        let prior = TaskDefinition { arn: recorded.map(str::to_owned), track_latest, ..TaskDefinition::default() };
        assert_eq!(reference(&RemoteId(id.to_owned()), &prior), expected, "{id} {recorded:?} {track_latest}");
    }
}

#[test]
fn a_port_of_the_host_makes_a_new_revision_only_where_it_means_something() {
    let containers = |ports: &str| {
        Value::string(format!(
            r#"[{{"name": "web", "image": "nginx", "portMappings": [{{"containerPort": 80{ports}}}]}}]"#
        ))
    };
    for (mode, before, wanted, replaces) in [
        (Some("bridge"), r#", "hostPort": 80"#, "", true),
        (None, r#", "hostPort": 80"#, "", true),
        (Some("bridge"), r#", "hostPort": 0"#, "", false),
        (Some("awsvpc"), r#", "hostPort": 80"#, "", false),
        (Some("host"), r#", "hostPort": 80"#, r#", "hostPort": 80, "protocol": "tcp""#, false),
        (Some("awsvpc"), r#", "hostPort": 80"#, r#", "protocol": "udp""#, true),
    ] {
        let mode = mode.map_or_else(|| Value::null(Type::String), Value::string);
        let object = |containers: Value| {
            let empty = TaskDefinition::schema().block.empty_value();
            empty.with_attribute("container_definitions", containers).with_attribute("network_mode", mode.clone())
        };
        let (prior, config) = (object(containers(before)), object(containers(wanted)));
        // What the schema alone would plan: what may mean the same keeps the recorded text.
        let mut draft = Draft {
            prior: Some(&prior),
            config: &config,
            planned: prior.clone(),
            replace: Vec::new(),
            diagnostics: Diagnostics::new(),
        };
        compare_in_network_mode(&mut draft);
        assert_eq!(!draft.replace.is_empty(), replaces, "{mode:?} {before} {wanted}");
        assert_eq!(draft.planned.get("container_definitions") == config.get("container_definitions"), replaces);
    }
}

#[test]
fn only_the_same_definition_counts_as_registered() {
    let found = || TaskDefinition {
        container_definitions: r#"[{"name": "web", "image": "nginx", "cpu": 0, "essential": true}]"#.to_owned(),
        cpu: Some("256".to_owned()),
        memory: Some(String::new()),
        network_mode: Some("bridge".to_owned()),
        tags_all: Some(BTreeMap::new()),
        revision: Some(7),
        ..TaskDefinition::default()
    };
    let planned = || TaskDefinition {
        container_definitions: r#"[{"name": "web", "image": "nginx"}]"#.to_owned(),
        cpu: Some("256".to_owned()),
        revision: Some(6),
        ..TaskDefinition::default()
    };
    let other_image =
        TaskDefinition { container_definitions: r#"[{"name": "web", "image": "other"}]"#.to_owned(), ..planned() };
    for (planned, expected) in [
        (planned(), true),
        (TaskDefinition { revision: Some(0), ..planned() }, true),
        (TaskDefinition { revision: Some(7), ..planned() }, false),
        (other_image, false),
        (TaskDefinition { cpu: Some("512".to_owned()), ..planned() }, false),
        (TaskDefinition { network_mode: Some("bridge".to_owned()), ..planned() }, true),
        (TaskDefinition { network_mode: Some("host".to_owned()), ..planned() }, false),
        (TaskDefinition { tags_all: Some(BTreeMap::from([("a".to_owned(), "b".to_owned())])), ..planned() }, false),
    ] {
        assert_eq!(is_what_was_registered(&found(), &planned), expected, "{planned:?}");
    }
}
