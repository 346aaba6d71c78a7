//! Ephemeral values: when they are opened, renewed and closed, and that nothing of them is left anywhere.

use std::collections::BTreeMap;
use std::time::Duration;

use wpinfra_apply::plan_file::{Origin, SavedPlan, write};
use wpinfra_apply::run::{NotStarted, WhyNot};
use wpinfra_core::Value;
use wpinfra_core::provider::RemoteErrorKind;
use wpinfra_fake::{Fault, Pace, When};

use crate::harness::{Bench, destroying, refreshing};

/// What every secret of the made-up service begins with; nothing else does.
const CANARY: &str = "secret-of-";

/// A password that is passed on, one that a connection is made with, one that can be told only during the apply.
const STACK: &str = r#"
ephemeral "fake_secret" "root" { name = "root" }
ephemeral "fake_secret" "late" { name = "late-${fake_account.first.password_length}" }
ephemeral "fake_secret" "login" {
  name  = ephemeral.fake_secret.root.name
  lasts = 60
}
locals { password = "${ephemeral.fake_secret.root.value}!" }
provider "fake" {
  alias    = "inner"
  password = ephemeral.fake_secret.login.value
}
resource "fake_account" "first" {
  name                = "first"
  password_wo         = local.password
  password_wo_version = 1
}
resource "fake_account" "second" {
  provider    = fake.inner
  name        = "second"
  password_wo = ephemeral.fake_secret.late.value
}
output "seen" { value = nonsensitive(fake_account.first.password_wo) }
output "length" { value = fake_account.first.password_length }
"#;

fn opened(bench: &Bench) -> (usize, usize) {
    (bench.world.count("fake:OpenSecret"), bench.world.count("fake:CloseSecret"))
}

/// Returns the notes about ephemeral values and steps that have ended.
fn ended(bench: &Bench) -> Vec<String> {
    let started = ["create ", "update ", "delete "];
    bench.notes.take().into_iter().filter(|note| !started.iter().any(|word| note.starts_with(word))).collect()
}

/// Looks for the canary in every file of the working directory.
fn check_no_file_has_it(bench: &Bench) {
    for entry in std::fs::read_dir(bench.folder()).expect("the directory of the test") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            let text = String::from_utf8_lossy(&std::fs::read(&path).expect("a file")).into_owned();
            assert!(!text.contains(CANARY), "{}:\n{text}", path.display());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn they_are_opened_before_their_first_user_and_closed_after_the_last() {
    let bench = Bench::new();
    let (_, planned) = bench.plan(STACK, &refreshing()).await;
    assert_eq!(
        ended(&bench),
        [
            "Open ephemeral.fake_secret.root",
            "Open ephemeral.fake_secret.login",
            "Close ephemeral.fake_secret.login",
            "Close ephemeral.fake_secret.root",
        ],
        "what is not known yet is not opened while planning"
    );
    assert!(planned.facts.opened.is_empty(), "{:?}", planned.facts.opened);
    let report = bench.run(STACK, &refreshing()).await;
    assert!(!report.diagnostics.has_errors(), "{:#?}", report.diagnostics);
    assert_eq!(
        ended(&bench)[4..],
        [
            "Open ephemeral.fake_secret.root",
            "did create fake_account.first",
            "Open ephemeral.fake_secret.login",
            "Open ephemeral.fake_secret.late",
            "did create fake_account.second",
            "Close ephemeral.fake_secret.late",
            "Close ephemeral.fake_secret.login",
            "Close ephemeral.fake_secret.root",
        ],
        "what a connection was made with stays as long as the connection"
    );
    let outputs = &report.state.outputs;
    assert!(!outputs.contains_key("seen"), "an argument that is never recorded is null to others");
    let length = outputs.get("length").map(|output| output.value.clone());
    assert_eq!(length, Some(Value::number(i64::try_from("secret-of-root!".len()).expect("small"))));
    bench.check_nothing_lost(&report.state);
    assert_eq!(bench.planned(STACK).await, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_value_without_users_is_opened_in_an_apply_too() {
    let bench = Bench::new();
    let text = "ephemeral \"fake_secret\" \"a\" {\n  count = 2\n  name  = \"n${count.index}\"\n}\n\
                output \"count\" { value = length(ephemeral.fake_secret.a) }\n\
                output \"none\" { value = nonsensitive(ephemeralasnull([nonsensitive(ephemeral.fake_secret.a[0].value), 1])) }\n";
    let report = bench.run(text, &refreshing()).await;
    assert!(!report.diagnostics.has_errors(), "{:#?}", report.diagnostics);
    assert_eq!(opened(&bench), (4, 4), "twice in the plan, twice in the apply");
    assert_eq!(report.state.outputs["count"].value, Value::number(2));
    check_no_file_has_it(&bench);
    bench.world.clear_calls();
    let report = bench.run(text, &destroying()).await;
    assert!(!report.diagnostics.has_errors(), "{:#?}", report.diagnostics);
    assert_eq!(opened(&bench), (0, 0), "nothing needs them to be destroyed");
}

/// A secret that is needed before and after something that takes its time.
const LASTING: &str = r#"
ephemeral "fake_secret" "a" {
  name  = "a"
  lasts = 60
}
resource "fake_account" "before" {
  name        = "before"
  password_wo = ephemeral.fake_secret.a.value
}
resource "fake_network" "n" { cidr = "10.0.0.0/16" }
resource "fake_machine" "m" {
  network_id = fake_network.n.id
  depends_on = [fake_account.before]
}
resource "fake_account" "after" {
  name        = "after"
  password_wo = ephemeral.fake_secret.a.value
  depends_on  = [fake_machine.m]
}
"#;

#[tokio::test(start_paused = true)]
async fn they_are_renewed_as_long_as_they_are_in_use() {
    let bench = Bench::new();
    bench.world.set_change_pace(Pace::Time(Duration::from_secs(250)));
    let report = bench.run(LASTING, &refreshing()).await;
    assert!(!report.diagnostics.has_errors(), "{:#?}", report.diagnostics);
    assert_eq!(bench.world.count("fake:RenewSecret"), 4);
    assert_eq!(opened(&bench), (2, 2));
    assert!(bench.notes.take().iter().all(|note| !note.contains(CANARY)));
    check_no_file_has_it(&bench);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_renewed_is_told() {
    let bench = Bench::new();
    bench.world.set_latency(Duration::from_secs(1));
    bench.world.set_change_pace(Pace::Time(Duration::from_secs(290)));
    bench.world.inject(When::Operation("fake:RenewSecret", 1), Fault::Refuse(RemoteErrorKind::Denied));
    let report = bench.run(LASTING, &refreshing()).await;
    let told: Vec<&str> = report.diagnostics.iter().map(|problem| problem.summary.as_str()).collect();
    assert_eq!(told, ["Access denied"]);
    assert_eq!(bench.world.count("fake:RenewSecret"), 1);
    assert_eq!(report.created, 4, "what was done is recorded");
}

#[tokio::test(start_paused = true)]
async fn a_plan_fails_with_what_it_cannot_open_and_closes_the_rest() {
    let bench = Bench::new();
    let text = "ephemeral \"fake_secret\" \"a\" { name = \"a\" }\n\
                ephemeral \"fake_secret\" \"b\" { name = \"missing\" }\n";
    let problems =
        bench.try_plan(&mut bench.store(), text, &refreshing()).await.err().expect("there is no such secret");
    let told: Vec<String> =
        problems.iter().map(|problem| format!("{:?}: {}", problem.address, problem.summary)).collect();
    assert_eq!(told, ["Some(\"ephemeral.fake_secret.b\"): Remote object not found"]);
    assert_eq!(opened(&bench), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn steps_do_not_begin_without_what_they_need() {
    let bench = Bench::new();
    bench.world.inject(When::Operation("fake:OpenSecret", 2), Fault::Refuse(RemoteErrorKind::Denied));
    let text = r#"
ephemeral "fake_secret" "a" { name = "a" }
resource "fake_account" "one" {
  name        = "one"
  password_wo = ephemeral.fake_secret.a.value
}
resource "fake_account" "two" {
  name        = "two"
  password_wo = ephemeral.fake_secret.a.value
}
resource "fake_account" "three" { name = "three" }
"#;
    let report = bench.run(text, &refreshing()).await;
    let told: Vec<&str> = report.diagnostics.iter().map(|problem| problem.summary.as_str()).collect();
    assert_eq!(told, ["Access denied"], "once");
    let missing = "ephemeral.fake_secret.a".parse().expect("an address");
    let unmet: Vec<String> = report
        .not_started
        .iter()
        .filter(|step| step.why == WhyNot::DependsOn(Clone::clone(&missing)))
        .map(|NotStarted { address, .. }| address.to_string())
        .collect();
    assert_eq!(unmet, ["fake_account.one", "fake_account.two"]);
    assert_eq!(bench.world.ids_of("fake_account"), ["three"]);
    bench.check_nothing_lost(&report.state);
}

#[tokio::test(start_paused = true)]
async fn conditions_of_ephemeral_values_hold_or_stop_the_plan() {
    let bench = Bench::new();
    let text = r#"
ephemeral "fake_secret" "a" {
  name = "a"
  lifecycle {
    postcondition {
      condition     = self.value == "other"
      error_message = "it is ${self.value}"
    }
  }
}
"#;
    let problems = bench.try_plan(&mut bench.store(), text, &refreshing()).await.err().expect("the condition fails");
    let told: Vec<String> = problems
        .iter()
        .map(|problem| format!("{:?} {} {}", problem.severity, problem.summary, problem.detail))
        .collect();
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(told[0].starts_with("Warning Error message refers to ephemeral values"), "{told:#?}");
    assert!(told[1].starts_with("Error Resource postcondition failed"), "{told:#?}");
    assert!(told.iter().all(|text| !text.contains(CANARY)));
    assert_eq!(opened(&bench), (1, 1));
}

/// A run that is killed at any of its calls leaves nothing of the values, and the next one ends what it had begun.
#[tokio::test(start_paused = true)]
async fn a_run_that_is_killed_anywhere_leaves_nothing_of_them() {
    for fault in [Fault::StopBefore, Fault::StopAfter] {
        let mut call = 1;
        loop {
            let bench = Bench::new();
            bench.world.inject(When::Call(call), fault);
            let options = refreshing();
            let was_killed = tokio::select! {
                biased;
                () = bench.world.stopped() => true,
                report = bench.run(STACK, &options) => {
                    assert!(!report.diagnostics.has_errors(), "{:#?}", report.diagnostics);
                    false
                }
            };
            check_no_file_has_it(&bench);
            if !was_killed {
                break;
            }
            bench.world.restart();
            bench.world.clear_faults();
            let report = bench.run(STACK, &options).await;
            assert!(!report.diagnostics.has_errors(), "{fault:?} at call {call}: {:#?}", report.diagnostics);
            bench.check_nothing_lost(&report.state);
            assert_eq!(bench.planned(STACK).await, Vec::<String>::new(), "{fault:?} at call {call}");
            check_no_file_has_it(&bench);
            call += 1;
        }
        assert!(call > 12, "only {call} calls");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_of_them_is_in_a_saved_plan() {
    let bench = Bench::new();
    for _ in 0..2 {
        let (_, planned) = bench.plan(STACK, &refreshing()).await;
        let saved =
            SavedPlan { plan: planned.plan, origin: Origin { variables: BTreeMap::new(), ..Origin::default() } };
        write(&bench.folder().join("saved.tfplan"), &saved).expect("the directory can be written");
        check_no_file_has_it(&bench);
        assert!(!format!("{saved:?}").contains(CANARY));
        bench.settle(STACK).await;
    }
}

#[tokio::test(start_paused = true)]
async fn write_only_arguments_change_with_their_version_alone() {
    let bench = Bench::new();
    let account = |password: &str, version: u32| {
        format!(
            "resource \"fake_account\" \"a\" {{\n  name = \"a\"\n  password_wo = {password:?}\n  password_wo_version = {version}\n}}\n\
             output \"seen\" {{ value = [nonsensitive(fake_account.a.password_wo), 1] }}\n"
        )
    };
    let state = bench.settle(&account("plain text", 1)).await;
    assert_eq!(state.outputs["seen"].value.elements().map(|elements| elements[0].is_null()), Some(true));
    assert_eq!(bench.planned(&account("another text", 1)).await, Vec::<String>::new());
    assert_eq!(bench.planned(&account("another text", 2)).await, ["Update fake_account.a", "output seen"][..1]);
    bench.settle(&account("another text", 2)).await;
    let account = &bench.world.inventory()["a"].value;
    assert_eq!(account.get("password_length"), Some(Value::number(12)));
    for name in ["terraform.tfstate", "terraform.tfstate.backup"] {
        let text = std::fs::read_to_string(bench.folder().join(name)).expect("it was written");
        assert!(!text.contains("plain text") && !text.contains("another text"), "{name}:\n{text}");
        assert!(text.contains("\"password_wo\": null"), "{name}:\n{text}");
    }
}
