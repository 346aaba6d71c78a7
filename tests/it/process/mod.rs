//! The program as a process: exit codes, what it prints, and what is left in state and cloud.

mod access;
mod bad_input;
mod crashes;
mod faults;
mod lifecycle;
mod saved;

use serde_json::Value as Json;
use wpinfra_tests::{Cloud, Outcome, Workspace};

/// A VPC, and nothing else.
const VPC: &str = "resource \"aws_vpc\" \"main\" {\n  cidr_block = \"10.0.0.0/16\"\n}\n";

/// Runs a command that must exit with 1 and say all of this, and change neither state nor cloud.
fn refused(workspace: &Workspace, cloud: Option<&Cloud>, arguments: &[&str], says: &[&str]) -> Outcome {
    let (state, inventory) = (workspace.read("terraform.tfstate"), cloud.map(Cloud::inventory));
    let outcome = workspace.run(arguments);
    assert_eq!(outcome.code, 1, "{arguments:?} should be refused:\n{}", outcome.text());
    outcome.must_say(says);
    assert_eq!(workspace.read("terraform.tfstate"), state, "the state is as it was");
    assert_eq!(cloud.map(Cloud::inventory), inventory, "the cloud is as it was");
    outcome
}

/// Returns the ids of the managed objects in a state that a remote service knows, in order.
fn recorded_ids(state: &Json, resource_type: &str) -> Vec<String> {
    let resources = state["resources"].as_array().into_iter().flatten();
    let mut ids: Vec<String> = resources
        .filter(|resource| resource["mode"] == "managed" && resource["type"] == resource_type)
        .flat_map(|resource| resource["instances"].as_array().into_iter().flatten())
        .filter_map(|instance| instance["attributes"]["id"].as_str().map(str::to_owned))
        .collect();
    ids.sort();
    ids
}

/// Returns the ids that the cloud has of a kind, in order.
fn standing_ids(inventory: &Json, kind: &str) -> Vec<String> {
    let ids = inventory[kind].as_array().into_iter().flatten();
    let mut ids: Vec<String> = ids.filter_map(|id| id.as_str().map(str::to_owned)).collect();
    ids.sort();
    ids
}

/// Kinds of the inventory whose ids are those of a resource type.
const KINDS: &[(&str, &str)] = &[
    ("aws_vpc", "vpc"),
    ("aws_subnet", "subnet"),
    ("aws_internet_gateway", "internet gateway"),
    ("aws_eip", "eip"),
    ("aws_nat_gateway", "nat gateway"),
    ("aws_route_table", "route table"),
    ("aws_security_group", "security group"),
    ("aws_db_subnet_group", "db subnet group"),
    ("aws_lb", "lb"),
    ("aws_lb_listener", "listener"),
    ("aws_lb_target_group", "target group"),
    ("aws_efs_file_system", "efs"),
    ("aws_efs_mount_target", "mount target"),
    ("aws_iam_role", "role"),
    ("aws_cloudwatch_log_group", "log group"),
];

/// Checks that state and cloud hold the same objects: nothing twice, nothing forgotten.
fn same_objects(workspace: &Workspace, cloud: &Cloud) {
    let (state, inventory) = (workspace.state(), cloud.inventory());
    for (resource_type, kind) in KINDS {
        assert_eq!(
            recorded_ids(&state, resource_type),
            standing_ids(&inventory, kind),
            "{resource_type}: recorded, standing"
        );
    }
}
