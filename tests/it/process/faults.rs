//! Throttling and lost answers: the apply goes on, and nothing is made twice or forgotten.

use serde_json::json;
use wpinfra_tests::{Cloud, Workspace};

use super::same_objects;

/// Applies the stack under the faults, then without; state and cloud must agree, and a destroy leave nothing.
fn survives(rules: &serde_json::Value) {
    let cloud = Cloud::take();
    let workspace = Workspace::on(&cloud).copy_of("configs/wordpress");
    cloud.faults(rules);
    workspace.apply(&[]);
    assert!(cloud.hits() > 0, "the faults must strike: {:#}", cloud.get("faults"));
    cloud.faults(&json!([]));
    same_objects(&workspace, &cloud);
    workspace.must_be_settled(&[]);
    workspace.destroy(&[]);
    assert_eq!(cloud.inventory(), json!({}), "nothing is orphaned");
}

#[test]
fn throttling_is_waited_out() {
    survives(
        &json!([{"action": ":(Create|Describe|Get|Attach|Authorize|Put|Register)", "kind": "throttle", "times": 12, "after": 5}]),
    );
}

#[test]
fn internal_errors_are_tried_again() {
    survives(
        &json!([{"action": ":(Create|Attach|Associate|Put|Register)", "kind": "error500", "times": 6, "after": 2}]),
    );
}

/// Every call that makes something, in the stack.
const CREATES: &[&str] = &[
    "ec2:CreateVpc$",
    "ec2:CreateSubnet$",
    "ec2:CreateInternetGateway$",
    "ec2:AttachInternetGateway$",
    "ec2:AllocateAddress$",
    "ec2:CreateNatGateway$",
    "ec2:CreateRouteTable$",
    "ec2:CreateRoute$",
    "ec2:AssociateRouteTable$",
    "ec2:CreateSecurityGroup$",
    "ec2:AuthorizeSecurityGroup",
    "rds:CreateDBSubnetGroup$",
    "rds:CreateDBInstance$",
    "elasticloadbalancing:CreateLoadBalancer$",
    "elasticloadbalancing:CreateTargetGroup$",
    "elasticloadbalancing:CreateListener$",
    "elasticfilesystem:CreateFileSystem$",
    "elasticfilesystem:CreateMountTarget$",
    "iam:CreateRole$",
    "iam:AttachRolePolicy$",
    "logs:CreateLogGroup$",
    "ecs:CreateCluster$",
    "ecs:RegisterTaskDefinition$",
    "ecs:CreateService$",
];

#[test]
fn lost_answers_leave_nothing_orphaned() {
    let rules: Vec<_> = CREATES.iter().map(|action| json!({"action": action, "kind": "drop_after"})).collect();
    survives(&json!(rules));
}

#[test]
fn requests_that_never_arrive_are_sent_again() {
    let rules: Vec<_> = CREATES.iter().map(|action| json!({"action": action, "kind": "drop_before"})).collect();
    survives(&json!(rules));
}
