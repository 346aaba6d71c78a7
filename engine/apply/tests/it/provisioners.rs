//! Commands that run after a create and before a destroy.

use wpinfra_core::state::ObjectStatus;

use crate::harness::{Bench, destroying, refreshing};

fn resource(provisioners: &str) -> String {
    format!("resource \"fake_tokened\" \"t\" {{\n{provisioners}\n}}\n")
}

/// Applies once and returns what was said, whether it failed, and whether the object is tainted.
async fn check(provisioners: &str, said: &[&str], failed: bool, tainted: bool) {
    let bench = Bench::new();
    let report = bench.run(&resource(provisioners), &refreshing()).await;
    assert_eq!(report.diagnostics.has_errors(), failed, "{:#?}", report.diagnostics);
    let (_, _, object) = report.state.objects().next().expect("recorded");
    assert_eq!(object.status == ObjectStatus::Tainted, tainted);
    let notes = bench.notes.take().join("\n");
    for words in said {
        assert!(notes.contains(words), "{words} in {notes}");
    }
    bench.check_nothing_lost(&report.state);
}

#[tokio::test]
async fn creation_provisioners_run_when_the_object_is_there() {
    let echo = r#"
  provisioner "local-exec" {
    command     = "echo $GREETING ${self.id}; pwd"
    environment = { GREETING = "hello" }
  }
"#;
    check(echo, &["Executing: echo", "hello tokened-1"], false, false).await;
    check("provisioner \"local-exec\" { command = \"echo so; exit 3\" }", &["so", "failed create"], true, true).await;
    let go_on = r#"
  provisioner "local-exec" {
    command    = "exit 3"
    on_failure = continue
  }
  provisioner "local-exec" {
    interpreter = ["/bin/echo", "-n"]
    command     = "second"
    quiet       = true
  }
"#;
    check(go_on, &["second"], false, false).await;
}

#[tokio::test]
async fn a_destruction_provisioner_that_fails_keeps_the_object() {
    let bench = Bench::new();
    let text = resource("provisioner \"local-exec\" {\n when = destroy\n command = \"test -e may-go\"\n}");
    let report = bench.run(&text, &refreshing()).await;
    assert!(!report.diagnostics.has_errors(), "{:#?}", report.diagnostics);
    let report = bench.run(&text, &destroying()).await;
    assert!(report.diagnostics.has_errors());
    bench.check_nothing_lost(&report.state);
    assert_eq!(bench.standing().len(), 1);
    std::fs::File::create(bench.folder().join("may-go")).expect("made");
    let report = bench.run(&text, &destroying()).await;
    assert!(!report.diagnostics.has_errors(), "{:#?}", report.diagnostics);
    assert_eq!(bench.standing(), Vec::<String>::new());
}
