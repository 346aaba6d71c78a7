//! Runs that are killed at every call they make, before and after it, and started again.

use wpinfra_fake::{Fault, When};

use crate::harness::{Bench, destroying, refreshing};
use crate::lifecycle::{BEFORE_DESTROY, STACK};

/// Starts a run that a stop will kill; returns whether it was killed.
async fn run_until_killed(bench: &Bench, text: &str, is_destroy: bool) -> bool {
    let options = if is_destroy { destroying() } else { refreshing() };
    tokio::select! {
        biased;
        () = bench.world.stopped() => true,
        report = bench.run(text, &options) => {
            assert!(!report.diagnostics.has_errors(), "{:#?}", report.diagnostics);
            false
        }
    }
}

/// Kills a run at a call, starts it again, and returns whether there was such a call.
async fn check(before: &[&str], text: &str, is_destroy: bool, call: usize, fault: Fault, expected: &[String]) -> bool {
    let bench = Bench::new();
    for text in before {
        bench.settle(text).await;
    }
    bench.world.clear_calls();
    bench.world.inject(When::Call(call), fault);
    if !run_until_killed(&bench, text, is_destroy).await {
        return false;
    }
    bench.world.restart();
    bench.world.clear_faults();
    let options = if is_destroy { destroying() } else { refreshing() };
    let report = bench.run(text, &options).await;
    assert!(!report.diagnostics.has_errors(), "{fault:?} at call {call}: {:#?}", report.diagnostics);
    bench.check_nothing_lost(&report.state);
    assert_eq!(bench.standing(), expected, "{fault:?} at call {call}: {:#?}", bench.notes.take());
    assert_eq!(bench.store().pending().count(), 0);
    if !is_destroy {
        assert_eq!(bench.planned(text).await, Vec::<String>::new(), "{fault:?} at call {call}");
    }
    true
}

async fn check_everywhere(before: &[&str], text: &str, is_destroy: bool) {
    let bench = Bench::new();
    for text in before {
        bench.settle(text).await;
    }
    assert!(!run_until_killed(&bench, text, is_destroy).await);
    let expected = bench.standing();
    for fault in [Fault::StopBefore, Fault::StopAfter] {
        let mut call = 1;
        while check(before, text, is_destroy, call, fault, &expected).await {
            call += 1;
        }
        assert!(call > 10, "only {call} calls");
    }
}

#[tokio::test(start_paused = true)]
async fn a_creation_that_is_killed_anywhere_ends_in_the_same_world() {
    check_everywhere(&[], STACK, false).await;
}

#[tokio::test(start_paused = true)]
async fn a_change_that_is_killed_anywhere_ends_in_the_same_world() {
    let changed = STACK
        .replacen("\"10.0.0.0/16\"", "\"10.9.0.0/16\"", 1)
        .replacen("color = \"red\"", "color = \"blue\"", 1)
        .replacen("name = \"wordpress\"", "name = \"joomla\"", 1);
    check_everywhere(&[STACK], &changed, false).await;
}

#[tokio::test(start_paused = true)]
async fn a_destruction_that_is_killed_anywhere_ends_in_an_empty_world() {
    check_everywhere(&[STACK], STACK, true).await;
}

#[tokio::test(start_paused = true)]
async fn a_replacement_before_destruction_that_is_killed_anywhere_ends_in_the_same_world() {
    let old = BEFORE_DESTROY.replace("IMAGE", "old");
    check_everywhere(&[&old], &BEFORE_DESTROY.replace("IMAGE", "new"), false).await;
}

/// Lost answers, faults and throttling at every call: one object of each stands in the end.
#[tokio::test(start_paused = true)]
async fn faults_at_every_call_do_no_harm() {
    use wpinfra_core::provider::RemoteErrorKind::{Throttled, Transient};
    let bench = Bench::new();
    bench.settle(STACK).await;
    let expected = bench.standing();
    for fault in [Fault::LoseAnswer, Fault::LoseRequest, Fault::Refuse(Throttled), Fault::Refuse(Transient)] {
        let mut call = 1;
        loop {
            let bench = Bench::new();
            bench.world.inject(When::Call(call), fault);
            let report = bench.run(STACK, &refreshing()).await;
            assert!(!report.diagnostics.has_errors(), "{fault:?} at call {call}: {:#?}", report.diagnostics);
            if bench.world.calls().len() < call {
                break;
            }
            bench.check_nothing_lost(&report.state);
            assert_eq!(bench.standing(), expected, "{fault:?} at call {call}");
            call += 1;
        }
    }
}
