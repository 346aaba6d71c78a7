//! `kill -9` at chosen calls of an apply, and before them: the next apply completes the stack.

use serde_json::json;
use wpinfra_tests::{Cloud, Workspace};

use super::same_objects;

/// Where the process is killed: after the call was carried out but before its answer came, or before it was carried out.
const PLACES: &[(&str, &str)] = &[
    ("ec2:CreateVpc", "kill"),
    ("ec2:CreateVpc", "kill_before"),
    ("ec2:CreateSubnet", "kill"),
    ("ec2:AllocateAddress", "kill"),
    ("ec2:CreateNatGateway", "kill"),
    ("ec2:CreateRoute$", "kill"),
    ("rds:CreateDBInstance", "kill"),
    ("elasticloadbalancing:CreateLoadBalancer", "kill"),
    ("elasticfilesystem:CreateMountTarget", "kill"),
    ("ecs:CreateService", "kill"),
    ("iam:AttachRolePolicy", "kill_before"),
];

#[test]
fn a_killed_apply_is_completed_by_the_next() {
    for (action, kind) in PLACES {
        let cloud = Cloud::take();
        let workspace = Workspace::on(&cloud).copy_of("configs/wordpress");
        // The rule needs the number of the process, which is written before the process turns into the program.
        let pid_file = workspace.path("pid");
        cloud.faults(&json!([{"action": action, "kind": kind, "pid_file": pid_file}]));
        let killed =
            workspace.shell("mkdir -p . && echo $$ > pid && exec \"$WPINFRA\" apply -auto-approve -input=false");
        assert_eq!(killed.code, -1, "{kind} at {action}: the apply should be killed:\n{}", killed.text());
        assert_eq!(cloud.hits(), 1, "{kind} at {action}");
        workspace.apply(&[]);
        same_objects(&workspace, &cloud);
        workspace.must_be_settled(&[]);
        workspace.destroy(&[]);
        assert_eq!(
            cloud.inventory(),
            json!({}),
            "{kind} at {action}: destroy leaves nothing, so nothing was forgotten"
        );
    }
}
