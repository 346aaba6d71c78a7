use wpinfra_plan::{ExecutionGraph, Mode};

use super::*;

fn saved() -> SavedPlan {
    let prior_state = State { lineage: "here".to_owned(), serial: 7, ..State::default() };
    let plan = Plan {
        mode: Mode::Normal,
        changes: Vec::new(),
        outputs: BTreeMap::new(),
        graph: ExecutionGraph::default(),
        prior_state,
        drift: Vec::new(),
        checks: Vec::new(),
        is_partial: false,
    };
    let origin = Origin {
        version: "0.1.0".to_owned(),
        sources: BTreeMap::from([("main.tf".to_owned(), "locals {}\n".to_owned())]),
        variables: BTreeMap::from([("size".to_owned(), serde_json::json!(1.50))]),
        ..Origin::default()
    };
    SavedPlan { plan, origin }
}

#[test]
fn a_saved_plan_is_read_back() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("plan");
    write(&path, &saved()).expect("writes");
    let read = read(&path).expect("reads");
    assert_eq!(read.origin, saved().origin);
    assert_eq!(wire::to_json(&read.plan), wire::to_json(&saved().plan));
    assert!(is_saved_plan(&fs::read(&path).expect("there")));
}

#[test]
fn broken_plans_say_what_is_wrong() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("plan");
    write(&path, &saved()).expect("writes");
    let text = fs::read_to_string(&path).expect("there");
    let check = |text: &str, summary: &str, words: &str| {
        let problem = parse(text.as_bytes(), "some.plan").expect_err(words);
        assert_eq!(problem.summary, summary);
        assert!(problem.detail.contains(words) && problem.detail.contains("some.plan"), "{}", problem.detail);
    };
    check(&text[..text.len() / 2], "Plan file is damaged", "is cut off");
    check(&text.replace("main.tf", "mine.tf"), "Plan file is damaged", "was changed after it was written");
    check(&text.replacen("wpinfra-plan 1", "wpinfra-plan 2", 1), "Plan file has a newer format", "format version 2");
    check("PK\u{3}\u{4}", "Not a plan of wpinfra", "written by Terraform");
    check("{}", "Not a plan of wpinfra", "is not a plan");
    assert_eq!(read_error(&folder.path().join("none")), "Cannot read plan");
}

fn read_error(path: &Path) -> String {
    read(path).expect_err("not there").summary
}

#[test]
fn a_plan_is_good_only_for_the_state_it_was_made_from() {
    let check = |lineage: &str, serial: u64, expected: Option<&str>| {
        let state = State { lineage: lineage.to_owned(), serial, ..State::default() };
        let found = check_fresh(&saved().plan, &state).err().map(|problem| problem.summary);
        assert_eq!(found.as_deref(), expected, "{lineage} {serial}");
    };
    check("here", 7, None);
    check("here", 8, Some("Saved plan is stale"));
    check("there", 7, Some("Plan is for another state"));
    let mut fresh = saved().plan;
    fresh.prior_state = State::default();
    assert!(check_fresh(&fresh, &State::default()).is_ok());
    let made_since = State { lineage: "here".to_owned(), serial: 1, ..State::default() };
    assert_eq!(check_fresh(&fresh, &made_since).expect_err("stale").summary, "Saved plan is stale");
}
