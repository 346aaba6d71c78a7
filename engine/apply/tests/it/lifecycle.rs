//! What runs do from beginning to end.

use std::time::Duration;

use wpinfra_apply::clock::Clock;
use wpinfra_apply::interrupt::Urgency;
use wpinfra_apply::run::WhyNot;
use wpinfra_core::provider::RemoteErrorKind;
use wpinfra_core::state::ObjectStatus;
use wpinfra_fake::{Fault, Pace, When};

use crate::harness::{Bench, destroying, refreshing};

/// One of each kind, depending on one another.
pub(crate) const STACK: &str = r#"
data "fake_zones" "all" {}

resource "fake_network" "one" {
  cidr = "10.0.0.0/16"
  name = "one"
  tags = { zone = data.fake_zones.all.names[0] }
}

resource "fake_network" "two" {
  cidr = "10.1.0.0/16"
}

resource "fake_machine" "web" {
  count      = 2
  network_id = fake_network.one.id
  size       = "medium"
  password   = "canary-${count.index}"
  disk {
    name = "root"
  }
  rule {
    port = 80
  }
}

resource "fake_attachment" "extra" {
  for_each   = { a = fake_machine.web[0].id, b = fake_machine.web[1].id }
  machine_id = each.value
  network_id = fake_network.two.id
}

resource "fake_named" "name" {
  name = "wordpress"
  note = fake_machine.web[0].address
}

resource "fake_tokened" "token" {}

resource "fake_tagged" "tag" {
  color = "red"
}

resource "fake_shy" "shy" {}

output "addresses" {
  value = fake_machine.web[*].address
}

output "key" {
  value     = fake_machine.web[0].console_key
  sensitive = true
}
"#;

#[tokio::test(start_paused = true)]
async fn apply_then_plan_is_empty_and_destroy_leaves_nothing() {
    let bench = Bench::new();
    let state = bench.settle(STACK).await;
    bench.check_nothing_lost(&state);
    assert_eq!(state.outputs.keys().collect::<Vec<_>>(), ["addresses", "key"]);
    assert!(state.outputs["key"].sensitive);
    assert!(
        bench.world.inventory().values().all(|object| object.token.is_none() || object.type_name != "fake_tagged"),
        "creation tags are gone"
    );
    let report = bench.run(STACK, &destroying()).await;
    assert!(!report.diagnostics.has_errors(), "{:#?}", report.diagnostics);
    assert_eq!(bench.standing(), Vec::<String>::new());
    assert!(report.state.resources.is_empty() && report.state.outputs.is_empty());
    assert_eq!(report.destroyed, 10);
}

/// Whatever the concurrency, the end is the same.
#[tokio::test(start_paused = true)]
async fn concurrency_does_not_change_the_end() {
    let mut ends = Vec::new();
    for parallelism in [1, 2, 3, 8] {
        let mut bench = Bench::new();
        bench.parallelism = parallelism;
        bench.world.set_latency(Duration::from_millis(80));
        let state = bench.settle(STACK).await;
        bench.check_nothing_lost(&state);
        assert!(bench.world.max_in_flight() <= parallelism);
        ends.push(bench.standing());
    }
    assert!(ends.windows(2).all(|pair| pair[0] == pair[1]));
}

/// What waits for the service holds up nobody else.
#[tokio::test(start_paused = true)]
async fn the_time_is_that_of_the_longest_chain() {
    let bench = Bench::new();
    bench.world.set_change_pace(Pace::Time(Duration::from_secs(3)));
    let text = r#"
resource "fake_network" "n" { cidr = "10.0.0.0/16" }
resource "fake_machine" "first" {
  count      = 40
  network_id = fake_network.n.id
}
resource "fake_machine" "second" {
  count      = 40
  network_id = fake_network.n.id
  tags       = { before = fake_machine.first[count.index].id }
}
"#;
    let started = tokio::time::Instant::now();
    let report = bench.run(text, &refreshing()).await;
    assert_eq!(report.created, 81);
    let took = started.elapsed();
    assert!(took < Duration::from_millis(7800), "{took:?} for two waits of three seconds");
}

#[tokio::test(start_paused = true)]
async fn a_failed_resource_stops_only_what_depends_on_it() {
    let bench = Bench::new();
    let text = r#"
resource "fake_network" "n" { cidr = "10.0.0.0/16" }
resource "fake_machine" "bad" {
  network_id = fake_network.n.id
  image      = "broken"
}
resource "fake_attachment" "a" {
  machine_id = fake_machine.bad.id
  network_id = fake_network.n.id
}
resource "fake_named" "other" {
  name = "other"
  note = fake_network.n.id
}
"#;
    let report = bench.run(text, &refreshing()).await;
    assert_eq!((report.created, report.not_started.len()), (3, 1), "{report:#?}");
    assert_eq!(report.not_started[0].why, WhyNot::DependsOn("fake_machine.bad".parse().expect("an address")));
    bench.check_nothing_lost(&report.state);
    let bad = report.state.instance(&"fake_machine.bad".parse().expect("an address")).expect("recorded");
    assert_eq!(bad.current.as_ref().expect("there").status, ObjectStatus::Tainted);
    assert_eq!(bench.planned(text).await, ["Create fake_attachment.a", "DeleteThenCreate fake_machine.bad"]);
    bench.settle(&text.replace("broken", "plain")).await;
}

#[tokio::test(start_paused = true)]
async fn changes_and_replacements_come_out_as_planned() {
    let bench = Bench::new();
    bench.settle(STACK).await;
    for (from, to) in [
        ("size       = \"medium\"", "size       = \"large\""),
        ("\"10.0.0.0/16\"", "\"10.9.0.0/16\""),
        ("color = \"red\"", "color = \"blue\""),
        ("count      = 2", "count      = 3"),
        ("name = \"wordpress\"", "name = \"joomla\""),
        ("name = \"root\"", "name = \"data\""),
    ] {
        let changed = STACK.replacen(from, to, 1);
        assert_ne!(changed, STACK);
        let state = bench.settle(&changed).await;
        bench.check_nothing_lost(&state);
        let state = bench.settle(STACK).await;
        bench.check_nothing_lost(&state);
    }
}

pub(crate) const BEFORE_DESTROY: &str = r#"
resource "fake_network" "n" { cidr = "10.0.0.0/16" }
resource "fake_machine" "m" {
  network_id = fake_network.n.id
  image      = "IMAGE"
  lifecycle { create_before_destroy = true }
}
resource "fake_attachment" "a" {
  machine_id = fake_machine.m.id
  network_id = fake_network.n.id
}
"#;

#[tokio::test(start_paused = true)]
async fn a_replacement_is_made_before_the_old_one_goes() {
    let bench = Bench::new();
    let old = bench.settle(&BEFORE_DESTROY.replace("IMAGE", "old")).await;
    bench.notes.take();
    let new = bench.settle(&BEFORE_DESTROY.replace("IMAGE", "new")).await;
    bench.check_nothing_lost(&new);
    let id = |state: &wpinfra_core::state::State| {
        let instance = state.instance(&"fake_machine.m".parse().expect("an address")).expect("recorded").clone();
        instance.current.expect("there").id().expect("has one").to_owned()
    };
    assert_ne!(id(&old), id(&new));
    let notes = bench.notes.take();
    let at = |line: &str| notes.iter().position(|note| note == line).unwrap_or_else(|| panic!("{line} in {notes:#?}"));
    assert!(at("did create fake_machine.m") < at("delete fake_machine.m"));
}

#[tokio::test(start_paused = true)]
async fn the_old_one_stays_when_its_successor_cannot_be_created() {
    let bench = Bench::new();
    let before = bench.settle(&BEFORE_DESTROY.replace("IMAGE", "old")).await;
    bench.world.inject(When::Always("fake:CreateMachine"), Fault::Refuse(RemoteErrorKind::Denied));
    let report = bench.run(&BEFORE_DESTROY.replace("IMAGE", "new"), &refreshing()).await;
    assert!(report.diagnostics.has_errors());
    bench.check_nothing_lost(&report.state);
    let machine = "fake_machine.m".parse().expect("an address");
    // A refresh may have spelled out what was null, so that only identity and condition are compared.
    let standing = |state: &wpinfra_core::state::State| {
        let instance = state.instance(&machine).expect("recorded");
        let current = instance.current.as_ref().expect("there");
        (current.id().map(str::to_owned), current.status, instance.deposed.len())
    };
    assert_eq!(standing(&report.state), standing(&before));
    bench.world.clear_faults();
    bench.settle(&BEFORE_DESTROY.replace("IMAGE", "new")).await;
}

#[tokio::test(start_paused = true)]
async fn errors_say_operation_code_and_request() {
    let bench = Bench::new();
    let text = r#"
resource "fake_machine" "m" { network_id = "nowhere" }
"#;
    let report = bench.run(text, &refreshing()).await;
    let problem = report.diagnostics.iter().next().expect("one");
    assert_eq!(problem.address.as_deref(), Some("fake_machine.m"));
    assert!(problem.subject.is_some(), "it has a place");
    for words in [
        "fake:CreateMachine failed while creating it (NetworkNotFound)",
        "there is no network nowhere",
        "Request id: request-1",
    ] {
        assert!(problem.detail.contains(words), "{words}: {}", problem.detail);
    }
}

/// The first signal: what is in flight ends, nothing new begins, and the state is right.
#[tokio::test(start_paused = true)]
async fn one_signal_lets_the_run_end_in_order() {
    let bench = Bench::new();
    bench.world.set_latency(Duration::from_millis(100));
    bench.world.set_change_pace(Pace::Time(Duration::from_mins(1)));
    let signal = async {
        bench.clock.sleep(Duration::from_secs(2)).await;
        bench.interrupt.signal();
    };
    let options = refreshing();
    let (report, ()) = tokio::join!(bench.run(STACK, &options), signal);
    assert_eq!(report.urgency, Some(Urgency::Stop));
    assert!(report.not_started.iter().any(|step| step.why == WhyNot::Interrupted));
    bench.check_nothing_lost(&report.state);
    assert_eq!(bench.store().pending().count(), 0);
}

/// The second: the run leaves at once, and the next one finds what it had begun.
#[tokio::test(start_paused = true)]
async fn two_signals_end_the_run_at_once() {
    let mut bench = Bench::new();
    bench.world.set_latency(Duration::from_millis(100));
    bench.world.set_change_pace(Pace::Time(Duration::from_mins(1)));
    let signals = async {
        bench.clock.sleep(Duration::from_secs(2)).await;
        bench.interrupt.signal();
        bench.interrupt.signal();
        tokio::time::Instant::now()
    };
    let options = refreshing();
    let (report, signalled) = tokio::join!(bench.run(STACK, &options), signals);
    assert!(signalled.elapsed() < Duration::from_secs(2));
    assert_eq!(report.urgency, Some(Urgency::Abandon));
    assert!(bench.store().pending().count() > 0);
    bench.interrupt = wpinfra_apply::interrupt::Interrupt::default();
    let state = bench.settle(STACK).await;
    bench.check_nothing_lost(&state);
}

/// What somebody has deleted is created again; what somebody has changed is changed back.
#[tokio::test(start_paused = true)]
async fn what_happens_behind_our_back_is_put_right() {
    let bench = Bench::new();
    bench.settle(STACK).await;
    let id = bench.world.ids_of("fake_tokened").remove(0);
    bench.world.remove(&id);
    let id = bench.world.ids_of("fake_tagged").remove(0);
    bench.world.alter(&id, "color", "green".into());
    assert_eq!(bench.planned(STACK).await, ["Update fake_tagged.tag", "Create fake_tokened.token"]);
    let state = bench.settle(STACK).await;
    bench.check_nothing_lost(&state);
}

/// The secrets of a configuration reach the state, and nothing else that a run says or leaves.
#[tokio::test(start_paused = true)]
async fn secrets_are_not_told() {
    let bench = Bench::new();
    let broken = STACK.replacen("size       = \"medium\"", "image      = \"broken\"", 1);
    let report = bench.run(&broken, &refreshing()).await;
    let said = format!("{:?} {:?}", report.diagnostics, bench.notes.take());
    assert!(report.diagnostics.has_errors() && !said.contains("canary"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn an_apply_that_cannot_record_begins_nothing() {
    let bench = Bench::new();
    let (mut store, planned) = bench.plan(STACK, &refreshing()).await;
    // The folder of the state goes between plan and apply.
    std::fs::remove_dir_all(bench.folder()).expect("removed");
    let calls = bench.world.calls().len();
    let configuration = bench.configuration(STACK);
    let factory =
        || -> Box<dyn wpinfra_core::desired::Desired + '_> { Box::new(wpinfra_lang::Evaluator::new(&configuration)) };
    let work = wpinfra_apply::run::Apply {
        plan: &planned.plan,
        desired: &factory,
        clients: planned.facts.clients.clone(),
        shell: wpinfra_apply::run::Shell::in_directory(bench.folder()),
    };
    let report = wpinfra_apply::run::apply(&bench.surroundings(), work, &mut store).await;
    assert_eq!(report.diagnostics.iter().next().expect("one").summary, "Cannot write state");
    assert_eq!(bench.world.calls().len(), calls);
    std::fs::create_dir_all(bench.folder()).expect("for the end of the test");
}
