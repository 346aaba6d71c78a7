//! The stack of `configs/wordpress` from nothing to nothing, with what it may cost.

use serde_json::json;
use wpinfra_tests::{Cloud, Workspace};

use super::same_objects;

/// Calls that a plan without changes may make.
const BUDGET: u64 = 34;

#[test]
fn the_stack_goes_up_changes_and_comes_down() {
    let cloud = Cloud::take();
    let workspace = Workspace::on(&cloud).copy_of("configs/wordpress");
    workspace.apply(&[]);
    same_objects(&workspace, &cloud);

    cloud.forget_calls();
    workspace.must_be_settled(&[]);
    let calls = cloud.get("calls");
    assert!(cloud.calls() <= BUDGET, "an empty plan makes {} calls, {BUDGET} are allowed:\n{calls:#}", cloud.calls());

    let plan = workspace.plan(&["-var=desired_count=1"]);
    let changes = plan["resource_changes"].as_array().expect("a list");
    let changed: Vec<_> = changes.iter().filter(|change| change["change"]["actions"] != json!(["no-op"])).collect();
    assert_eq!(changed.len(), 1, "scaling changes the service alone: {changed:#?}");
    assert_eq!(changed[0]["change"]["actions"], json!(["update"]));
    workspace.apply(&["-var=desired_count=1"]);
    workspace.must_be_settled(&["-var=desired_count=1"]);

    let secrets: Vec<_> = changes.iter().filter(|change| change["type"] == "random_password").collect();
    assert!(secrets.len() >= 9, "the password and eight secrets");
    assert!(secrets.iter().all(|change| change["change"]["actions"] == json!(["no-op"])), "secrets stay over applies");

    workspace.destroy(&[]);
    assert_eq!(cloud.inventory(), json!({}), "destroy leaves nothing");
    assert_eq!(workspace.state()["resources"], json!([]));
}

#[test]
fn what_waits_holds_up_nobody_else() {
    let cloud = Cloud::take();
    // Nothing that is created gets ready before the test says so.
    cloud.post("lifecycle?s=3600", "");
    let workspace = Workspace::on(&cloud).copy_of("configs/wordpress");
    let mut running = workspace.start(&["apply", "-input=false", "-auto-approve"]);
    // NAT gateway, database, load balancer and file system do not need one another, so all of them are begun.
    let begins = [
        "ec2:CreateNatGateway",
        "rds:CreateDBInstance",
        "elasticloadbalancing:CreateLoadBalancer",
        "elasticfilesystem:CreateFileSystem",
    ];
    loop {
        let calls = cloud.get("calls");
        if begins.iter().all(|call| calls["by_action"][call] == 1) {
            break;
        }
        assert!(!running.has_ended(), "nothing is ready, so that the apply cannot end: {calls}");
        std::thread::yield_now();
    }
    // Nor is anything begun that needs one of them.
    let calls = cloud.get("calls");
    for dependent in ["elasticfilesystem:CreateMountTarget", "ecs:RegisterTaskDefinition", "ecs:CreateService"] {
        assert_eq!(calls["by_action"][dependent], json!(null), "{dependent}");
    }
    cloud.post("lifecycle?s=0", "");
    let applied = running.wait();
    assert_eq!(applied.code, 0, "{}", applied.text());
    workspace.destroy(&[]);
    assert_eq!(cloud.inventory(), json!({}));
}
