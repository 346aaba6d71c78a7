//! Texts that mean the same containers, and texts that do not.

use super::*;

/// Tells whether two containers mean the same in the modes `bridge` and `awsvpc`, and whether they may in any.
fn same(one: &str, other: &str) -> (bool, bool, bool) {
    let list = |members: &str| format!(r#"[{{"name": "web", "image": "nginx"{members}}}]"#);
    let (one, other) = (list(one), list(other));
    let found = |one: &str, other: &str| {
        (
            equal_in(None, one, other),
            equal_in(Some("awsvpc"), one, other),
            equal(&Value::string(one), &Value::string(other)),
        )
    };
    assert_eq!(found(&one, &other), found(&other, &one), "the order of the two does not count: {one} {other}");
    found(&one, &other)
}

const ALWAYS: (bool, bool, bool) = (true, true, true);
const NEVER: (bool, bool, bool) = (false, false, false);

#[test]
fn what_ecs_fills_in_is_no_difference() {
    for filled_in in [
        r#", "cpu": 0"#,
        r#", "cpu": null"#,
        r#", "essential": true"#,
        r#", "environment": []"#,
        r#", "environmentFiles": []"#,
        r#", "mountPoints": []"#,
        r#", "volumesFrom": []"#,
        r#", "portMappings": []"#,
        r#", "systemControls": []"#,
        r#", "secrets": []"#,
        r#", "dockerLabels": {}"#,
        r#", "linuxParameters": {"devices": [], "tmpfs": [], "capabilities": {"add": [], "drop": []}}"#,
        r#", "privileged": false"#,
        r#", "readonlyRootFilesystem": false"#,
        r#", "versionConsistency": "enabled""#,
        r#", "noSuchMember": {"a": 1}"#,
    ] {
        assert_eq!(same("", filled_in), ALWAYS, "{filled_in}");
    }
}

#[test]
fn other_spellings_are_no_difference() {
    for (one, other) in [
        (r#", "memory": 128"#, r#", "memory": 128.0"#),
        (r#", "memory": 128"#, r#", "Memory": 128"#),
        (
            r#", "environment": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}]"#,
            r#", "environment": [{"value": "1", "name": "A"}, {"value": "2", "name": "B"}]"#,
        ),
        (
            r#", "secrets": [{"name": "B", "valueFrom": "b"}, {"name": "A", "valueFrom": "a"}]"#,
            r#", "secrets": [{"name": "A", "valueFrom": "a"}, {"name": "B", "valueFrom": "b"}]"#,
        ),
        (
            r#", "portMappings": [{"containerPort": 80, "protocol": "tcp", "hostPort": 80}, {"containerPort": 53, "protocol": "udp"}]"#,
            r#", "portMappings": [{"containerPort": 53, "protocol": "udp"}, {"containerPort": 80, "hostPort": 80}]"#,
        ),
        (
            r#", "healthCheck": {"command": ["CMD-SHELL", "true"]}"#,
            r#", "healthCheck": {"command": ["CMD-SHELL", "true"], "interval": 30, "timeout": 5, "retries": 3}"#,
        ),
        (
            r#", "mountPoints": [{"sourceVolume": "a", "containerPath": "/a"}, {"sourceVolume": "b", "containerPath": "/b"}]"#,
            r#", "mountPoints": [{"sourceVolume": "b", "containerPath": "/b", "readOnly": false}, {"sourceVolume": "a", "containerPath": "/a", "readOnly": false}]"#,
        ),
        (
            r#", "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "g", "awslogs-region": "r"}}"#,
            r#", "logConfiguration": {"options": {"awslogs-region": "r", "awslogs-group": "g"}, "logDriver": "awslogs", "secretOptions": []}"#,
        ),
        (
            r#", "dependsOn": [{"containerName": "a", "condition": "START"}, {"containerName": "b", "condition": "HEALTHY"}]"#,
            r#", "dependsOn": [{"condition": "HEALTHY", "containerName": "b"}, {"condition": "START", "containerName": "a"}]"#,
        ),
        (
            r#", "linuxParameters": {"capabilities": {"drop": ["ALL", "CHOWN"]}}"#,
            r#", "linuxParameters": {"capabilities": {"drop": ["CHOWN", "ALL"], "add": []}, "initProcessEnabled": false}"#,
        ),
        (
            r#", "restartPolicy": {"enabled": true}"#,
            r#", "restartPolicy": {"enabled": true, "restartAttemptPeriod": 300}"#,
        ),
    ] {
        assert_eq!(same(one, other), ALWAYS, "{one} {other}");
    }
}

#[test]
fn other_values_are_a_difference() {
    for (one, other) in [
        ("", r#", "essential": false"#),
        ("", r#", "cpu": 10"#),
        ("", r#", "privileged": true"#),
        ("", r#", "environment": [{"name": "A", "value": ""}]"#),
        ("", r#", "portMappings": [{"containerPort": 80}]"#),
        ("", r#", "portMappings": [{"containerPort": 80, "protocol": "udp"}]"#),
        (r#", "memory": 128"#, r#", "memory": 129"#),
        (r#", "command": ["a", "b"]"#, r#", "command": ["b", "a"]"#),
        (r#", "entryPoint": ["a"]"#, r#", "entryPoint": []"#),
        (r#", "dnsServers": ["10.0.0.2", "10.0.0.3"]"#, r#", "dnsServers": ["10.0.0.3", "10.0.0.2"]"#),
        (r#", "environment": [{"name": "A", "value": "1"}]"#, r#", "environment": [{"name": "A", "value": "2"}]"#),
        // The last one wins, so order does mean something between the two.
        (
            r#", "environment": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]"#,
            r#", "environment": [{"name": "A", "value": "2"}, {"name": "A", "value": "1"}]"#,
        ),
        (
            r#", "environmentFiles": [{"type": "s3", "value": "a"}, {"type": "s3", "value": "b"}]"#,
            r#", "environmentFiles": [{"type": "s3", "value": "b"}, {"type": "s3", "value": "a"}]"#,
        ),
        (r#", "dockerLabels": {"Name": "a"}"#, r#", "dockerLabels": {"name": "a"}"#),
        (r#", "dockerLabels": {"cpu": "0"}"#, r#", "dockerLabels": {}"#),
        (
            r#", "healthCheck": {"command": ["CMD-SHELL", "true"]}"#,
            r#", "healthCheck": {"command": ["CMD-SHELL", "true"], "interval": 31}"#,
        ),
        (
            r#", "portMappings": [{"containerPort": 80}]"#,
            r#", "portMappings": [{"containerPort": 80, "hostPort": 8080}]"#,
        ),
        (
            r#", "mountPoints": [{"sourceVolume": "a", "containerPath": "/a", "readOnly": true}]"#,
            r#", "mountPoints": [{"sourceVolume": "a", "containerPath": "/a", "readOnly": false}]"#,
        ),
    ] {
        assert_eq!(same(one, other), NEVER, "{one} {other}");
    }
}

#[test]
fn ports_of_the_host_depend_on_the_network_mode() {
    let (none, zero, same_port) = (
        r#", "portMappings": [{"containerPort": 80}]"#,
        r#", "portMappings": [{"containerPort": 80, "hostPort": 0}]"#,
        r#", "portMappings": [{"containerPort": 80, "hostPort": 80}]"#,
    );
    assert_eq!(same(none, zero), ALWAYS);
    assert_eq!(same(none, same_port), (false, true, true), "in a bridge the host chooses a port that nobody names");
    assert_eq!(same(zero, same_port), (false, true, true));
}

#[test]
fn the_order_of_containers_means_nothing() {
    let one = Value::string(r#"[{"name": "a", "image": "x"}, {"name": "b", "image": "y"}]"#);
    let other = Value::string(r#"[{"image": "y", "name": "b"}, {"image": "x", "name": "a"}]"#);
    let swapped = Value::string(r#"[{"name": "a", "image": "y"}, {"name": "b", "image": "x"}]"#);
    assert!(equal(&one, &other));
    assert!(!equal(&one, &swapped));
}

#[test]
fn what_is_not_a_list_of_objects_is_equal_only_to_itself() {
    for text in ["", "nonsense", "{}", "[1]"] {
        assert!(equal(&Value::string(text), &Value::string(text)), "{text}");
        assert!(!equal(&Value::string(text), &Value::string("[]")), "{text}");
    }
}

#[test]
fn members_of_the_wrong_type_are_named() {
    for (text, expected) in [
        (r#"[{"name": "web", "image": "nginx", "cpu": null}]"#, None),
        ("[]", None),
        ("", None),
        ("{}", Some("a JSON list of objects, one for each container")),
        ("[1]", Some("a JSON list of objects, and element 0 is none")),
        (r#"[{"memory": "128"}]"#, Some("a list of container definitions, in which [0].memory is a whole number")),
        (r#"[{"memory": 1.5}]"#, Some("a list of container definitions, in which [0].memory is a whole number")),
        (r#"[{"essential": "yes"}]"#, Some("a list of container definitions, in which [0].essential is true or false")),
        (r#"[{}, {"command": "sh"}]"#, Some("a list of container definitions, in which [1].command is a list")),
        (
            r#"[{"environment": [{"name": "A", "value": 1}]}]"#,
            Some("a list of container definitions, in which [0].environment[0].value is a string"),
        ),
        (
            r#"[{"healthCheck": {"retries": true}}]"#,
            Some("a list of container definitions, in which [0].healthCheck.retries is a whole number"),
        ),
    ] {
        assert_eq!(check(&Value::string(text)).err().as_deref(), expected, "{text}");
    }
    assert!(check(&Value::string("[{")).is_err_and(|words| words.starts_with("JSON (")));
}

#[test]
fn requests_have_the_names_that_ecs_knows() {
    for (written, sent) in [
        (r#"[{"Name": "web", "CPU": 0, "user": null, "typo": 1}]"#, r#"[{"cpu":0,"name":"web"}]"#),
        (r#"[{"dockerLabels": {"Name": "a", "typo": "b"}}]"#, r#"[{"dockerLabels":{"Name":"a","typo":"b"}}]"#),
        (
            r#"[{"logConfiguration": {"logdriver": "awslogs", "options": {"awslogs-group": "g"}}}]"#,
            r#"[{"logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"g"}}}]"#,
        ),
    ] {
        assert_eq!(for_request(written).expect("JSON").to_string(), sent, "{written}");
    }
}

/// The recorded answer of Terraform: `tests/cases/aws/ecs/task_definition`.
#[test]
fn states_hold_what_terraforms_hold() {
    let answered = r#"[{"name": "web", "image": "nginx", "cpu": 0, "environment": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}],
        "mountPoints": [], "portMappings": [{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}], "essential": true}]"#;
    let expected = r#"[{"environment":[{"name":"A","value":"1"},{"name":"B","value":"2"}],"essential":true,"image":"nginx","mountPoints":[],"name":"web","portMappings":[{"containerPort":80,"hostPort":80,"protocol":"tcp"}]}]"#;
    assert_eq!(for_state(&serde_json::from_str(answered).expect("JSON")), expected);
}
