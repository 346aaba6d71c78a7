//! Saved plans, states, locks and full disks.

use serde_json::json;
use wpinfra_tests::{Cloud, Workspace};

use super::refused;

const DATA: &str = "resource \"terraform_data\" \"a\" {\n  input = \"one\"\n}\n";
const APPLY: &[&str] = &["apply", "-auto-approve", "-input=false", "-no-color"];
const PLAN: &[&str] = &["plan", "-input=false", "-no-color"];

fn applied() -> Workspace {
    let workspace = Workspace::new().main(DATA);
    workspace.apply(&[]);
    workspace
}

#[test]
fn half_a_state() {
    let workspace = applied();
    let whole = workspace.read("terraform.tfstate").expect("there is one");
    workspace.write("terraform.tfstate", &whole[..whole.len() / 2]);
    refused(&workspace, None, PLAN, &["terraform.tfstate"]);
    refused(&workspace, None, APPLY, &["terraform.tfstate"]);
}

#[test]
fn a_state_of_a_newer_format() {
    let workspace = applied();
    let mut state = workspace.state();
    state["version"] = json!(5);
    workspace.write("terraform.tfstate", &state.to_string());
    refused(&workspace, None, PLAN, &["terraform.tfstate", "5"]);
}

#[test]
fn a_saved_plan_for_another_lineage() {
    let workspace = applied();
    workspace.write("main.tf", &DATA.replace("one", "two"));
    workspace.succeed(&["plan", "-input=false", "-out=saved.tfplan"]);
    let mut state = workspace.state();
    state["lineage"] = json!("11111111-2222-3333-4444-555555555555");
    workspace.write("terraform.tfstate", &state.to_string());
    refused(&workspace, None, &["apply", "-input=false", "-no-color", "saved.tfplan"], &["lineage"]);
}

#[test]
fn a_stale_saved_plan() {
    let workspace = applied();
    workspace.write("main.tf", &DATA.replace("one", "two"));
    workspace.succeed(&["plan", "-input=false", "-out=saved.tfplan"]);
    workspace.write("main.tf", &DATA.replace("one", "three"));
    workspace.apply(&[]);
    refused(&workspace, None, &["apply", "-input=false", "-no-color", "saved.tfplan"], &["stale"]);
}

#[test]
fn something_that_is_no_plan() {
    let workspace = applied();
    workspace.write("saved.tfplan", "not a plan");
    refused(&workspace, None, &["apply", "-input=false", "-no-color", "saved.tfplan"], &["saved.tfplan"]);
}

#[test]
fn two_applies_at_once() {
    let cloud = Cloud::take();
    let workspace = Workspace::on(&cloud).main(super::VPC);
    // The first apply is held in its first call until the second has been turned away.
    cloud.faults(&json!([{"action": "ec2:CreateVpc", "kind": "hang", "seconds": 8}]));
    let mut first = workspace.start(APPLY);
    while cloud.hits() == 0 {
        assert!(!first.has_ended(), "the apply ends before its first call:\n{}", first.wait().text());
    }
    let second = workspace.run(APPLY);
    assert_eq!(second.code, 1, "{}", second.text());
    assert!(second.text().to_lowercase().contains("lock"), "{}", second.text());
    let first = first.wait();
    assert_eq!(first.code, 0, "the first goes on:\n{}", first.text());
    super::same_objects(&workspace, &cloud);
    workspace.destroy(&[]);
}

#[test]
fn a_read_only_folder() {
    let workspace = Workspace::new().main(DATA);
    // Root may write anywhere, so the place of the state is taken by something that is no folder.
    workspace.write("taken", "a file");
    let outcome = workspace.run(&[APPLY, &["-state=taken/terraform.tfstate"]].concat());
    assert_eq!(outcome.code, 1, "{}", outcome.text());
    outcome.must_say(&["taken/terraform.tfstate"]);
    assert_eq!(workspace.read("taken").as_deref(), Some("a file"));
}

#[test]
fn a_full_disk_is_told_before_anything_is_made() {
    let cloud = Cloud::take();
    let workspace = Workspace::on(&cloud).main(super::VPC);
    // No file may grow: what the kernel answers is what a full disk answers, to this process alone.
    let outcome = workspace
        .shell("trap '' XFSZ; ulimit -f 0; \"$WPINFRA\" apply -auto-approve -input=false -no-color 2>&1 | cat");
    assert!(outcome.text().contains("rror"), "{}", outcome.text());
    assert_eq!(cloud.inventory(), json!({}), "nothing is made that cannot be recorded:\n{}", outcome.text());
    workspace.apply(&[]);
    super::same_objects(&workspace, &cloud);
    workspace.destroy(&[]);
}
