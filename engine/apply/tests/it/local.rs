//! Types that stand only in the state.

use crate::harness::{Bench, destroying, refreshing};

fn chain(count: usize, input: &str) -> String {
    let first = format!("resource \"terraform_data\" \"r0\" {{ input = {input} }}\n");
    let others = (1..count).map(|index| {
        let (one, other) = (index - 1, index / 2);
        let input = format!("[terraform_data.r{one}.id, terraform_data.r{other}.id]");
        format!("resource \"terraform_data\" \"r{index}\" {{ input = {input} }}\n")
    });
    std::iter::once(first).chain(others).collect()
}

#[tokio::test(start_paused = true)]
async fn they_are_created_changed_and_destroyed_without_a_call() {
    let bench = Bench::new();
    let first = bench.settle(&chain(20, "\"a\"")).await;
    let second = bench.settle(&chain(20, "\"b\"")).await;
    let ids = |state: &wpinfra_core::state::State| -> Vec<String> {
        state.objects().filter_map(|(_, _, object)| object.id().map(str::to_owned)).collect()
    };
    assert_eq!(ids(&first), ids(&second), "an update keeps the id");
    assert_eq!(ids(&first).len(), 20);
    let report = bench.run(&chain(20, "\"b\""), &destroying()).await;
    assert!(!report.diagnostics.has_errors() && report.state.resources.is_empty());
    assert!(bench.world.calls().is_empty());
}

#[tokio::test]
async fn a_failed_provisioner_taints_them_too() {
    let bench = Bench::new();
    let text = "resource \"terraform_data\" \"t\" {\n provisioner \"local-exec\" { command = \"exit 1\" }\n}\n";
    let report = bench.run(text, &refreshing()).await;
    assert!(report.diagnostics.has_errors());
    assert_eq!(bench.planned(text).await, ["DeleteThenCreate terraform_data.t"]);
}
