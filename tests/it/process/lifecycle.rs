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
    // Two databases in the same subnets, one after the other only if somebody waits in line.
    cloud.post("lifecycle?s=1", "");
    let workspace = Workspace::on(&cloud).copy_of("configs/wordpress");
    workspace.apply(&[]);
    let waited = cloud.get("calls?detail=1");
    let calls = waited["calls"].as_array().expect("a list");
    let first = |name: &str| {
        let call = calls.iter().find(|call| call["call"] == name).unwrap_or_else(|| panic!("no {name}"));
        call["t"].as_f64().expect("a time")
    };
    // NAT gateway, database, load balancer and file system do not need one another.
    let begins = [
        "ec2:CreateNatGateway",
        "rds:CreateDBInstance",
        "elasticloadbalancing:CreateLoadBalancer",
        "elasticfilesystem:CreateFileSystem",
    ];
    let times = begins.map(first);
    let (earliest, latest) =
        (times.iter().copied().fold(f64::MAX, f64::min), times.iter().copied().fold(f64::MIN, f64::max));
    assert!(
        latest - earliest < 3.0 * 1.0,
        "all are begun before three of the creating states could pass in line: {times:?}"
    );
    workspace.destroy(&[]);
    assert_eq!(cloud.inventory(), json!({}));
}
