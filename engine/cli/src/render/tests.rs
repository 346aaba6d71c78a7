//! Golden texts of plans and diagnostics.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value as Json, json};
use wpinfra_core::registry::Registry;
use wpinfra_core::state::State;
use wpinfra_core::{Diagnostic, Mode as BlockMode, Path, ProviderAddress, SourcePosition, SourceRange, Value};
use wpinfra_plan::{Action, Change, ExecutionGraph, Mode, OutputChange, Plan, Reason};

use super::*;

fn registry() -> Registry {
    Registry::new([wpinfra_fake::provider(wpinfra_fake::World::new())])
}

/// Returns a machine with the attributes of the JSON, those of the list unknown.
fn machine(attributes: &Json, unknown: &[&str]) -> Value {
    let registry = registry();
    let schema = registry.schema(wpinfra_fake::SOURCE, BlockMode::Managed, "fake_machine").expect("registered");
    let ty = schema.implied_type();
    let empty = schema.block.empty_value();
    let given = wpinfra_core::json::from_json(attributes, &ty).expect("fits the schema");
    let given = given.mapping().expect("an object").iter().filter(|(name, _)| attributes.get(&***name).is_some());
    let value = given.fold(empty, |value, (name, part)| value.with_attribute(name, part.clone()));
    unknown.iter().fold(value, |value, name| {
        let ty = ty.attribute(name).expect("an attribute").clone();
        value.with_attribute(name, Value::unknown(ty))
    })
}

fn change(address: &str, action: Action, before: Option<Value>, after: Option<Value>) -> Change {
    Change {
        address: address.parse().expect(address),
        previous_address: None,
        deposed: None,
        provider: ProviderAddress { module: Vec::new(), source: wpinfra_fake::SOURCE.into(), alias: None },
        action,
        reason: None,
        before,
        after,
        replace_paths: Vec::new(),
        importing: None,
        dependencies: BTreeSet::new(),
        create_before_destroy: false,
    }
}

fn plan(changes: Vec<Change>) -> Plan {
    Plan {
        mode: Mode::Normal,
        changes,
        outputs: BTreeMap::new(),
        graph: ExecutionGraph::default(),
        prior_state: State::default(),
        drift: Vec::new(),
        checks: Vec::new(),
        is_partial: false,
    }
}

fn text(plan: &Plan) -> String {
    render_plan(plan, &PlanText { registry: &registry(), painter: Painter::new(false), width: 80 })
}

fn standing() -> Json {
    json!({
        "id": "machine-1", "network_id": "network-1", "image": "plain", "size": "small", "zone": "a",
        "password": "hush", "labels": ["one", "two"], "tags": {"Name": "web", "owner": "me"},
        "policy": "{\"Version\": \"1\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": [\"a:Get\", \"a:Put\"]}, {\"Effect\": \"Deny\"}]}",
        "disk": [{"name": "root", "gigabytes": 10}, {"name": "data", "gigabytes": 100}],
        "rule": [{"port": 80, "sources": ["10.0.0.0/8"], "note": "web"}, {"port": 443, "sources": []}],
        "address": "10.0.0.4", "generation": 3, "console_key": "key-1"
    })
}

fn changed(with: &Json) -> Json {
    let mut json = standing();
    let fields = json.as_object_mut().expect("an object");
    fields.extend(with.as_object().expect("an object").clone());
    json
}

#[test]
fn a_new_object_shows_what_is_configured_and_counts_the_rest() {
    let after = machine(
        &json!({
            "image": "plain", "size": "small", "password": "hush", "tags": {"Name": "web"},
            "policy": "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":null}]}",
            "disk": [{"name": "root", "gigabytes": 10}], "rule": [{"port": 80, "sources": ["10.0.0.0/8"]}]
        }),
        &["network_id", "zone", "id", "address", "generation", "console_key"],
    );
    assert_snapshot!(text(&plan(vec![change("fake_machine.web", Action::Create, None, Some(after))])), @r#"
    An apply will do this:
      + create

      # fake_machine.web will be created
      + resource "fake_machine" "web" {
          + image      = "plain"
          + network_id = (known after apply)
          + password   = (sensitive value)
          + policy     = jsonencode({
              + Statement = [
                  + { Action = null, Effect = "Allow" },
                ]
            })
          + size       = "small"
          + tags       = { "Name" = "web" }

          + disk {
              + gigabytes = 10
              + name      = "root"
            }
          + rule {
              + port    = 80
              + sources = ["10.0.0.0/8"]
            }
            # (known after apply) address, console_key, generation, id, zone
        }

    Plan: 1 to add, 0 to change, 0 to destroy.
    "#);
}

#[test]
fn a_change_shows_what_differs() {
    let after = changed(&json!({
        "size": "large", "password": "louder", "labels": ["three", "two"], "tags": {"Name": "web server", "team": "x"},
        "policy": "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"a:Get\",\"a:List\"]},{\"Effect\":\"Deny\"}],\"Version\":\"1\"}",
        "disk": [{"name": "root", "gigabytes": 20}, {"name": "data", "gigabytes": 100}],
        "rule": [{"port": 80, "sources": ["10.0.0.0/8"], "note": "web"}, {"port": 8443, "sources": ["10.1.0.0/16"]}],
    }));
    let after = machine(&after, &["address", "generation"]);
    let changes = vec![change("fake_machine.web[\"a\"]", Action::Update, Some(machine(&standing(), &[])), Some(after))];
    assert_snapshot!(text(&plan(changes)), @r#"
    An apply will do this:
      ~ change

      # fake_machine.web["a"] will be updated in-place
      ~ resource "fake_machine" "web" {
            id       = "machine-1"
          ~ labels   = [
              - "one",
              + "three",
                # (1 unchanged element hidden)
            ]
          ~ password = (sensitive value)
          ~ policy   = jsonencode({
              ~ Statement = [
                  ~ {
                      ~ Action = [
                          - "a:Put",
                          + "a:List",
                            # (1 unchanged element hidden)
                        ]
                        # (1 unchanged attribute hidden)
                    },
                    # (1 unchanged element hidden)
                ]
                # (1 unchanged attribute hidden)
            })
          ~ size     = "small" -> "large"
          ~ tags     = {
              ~ "Name"  = "web" -> "web server"
              - "owner" = "me"
              + "team"  = "x"
            }

          ~ disk {
              ~ gigabytes = 10 -> 20
                # (1 unchanged attribute hidden)
            }
          - rule {
              - port = 443
            }
          + rule {
              + port    = 8443
              + sources = ["10.1.0.0/16"]
            }
            # (4 unchanged attributes hidden)
            # (2 unchanged blocks hidden)
            # (known after apply) address, generation
        }

    Plan: 0 to add, 1 to change, 0 to destroy.
    "#);
}

#[test]
fn what_destroys_comes_first_and_says_why() {
    let standing_machine = || Some(machine(&standing(), &[]));
    let mut replaced = change(
        "module.web.fake_machine.main",
        Action::DeleteThenCreate,
        standing_machine(),
        Some(machine(
            &changed(&json!({
                "image": "a-much-longer-name-of-an-image-that-fills-the-line:2",
                "placement": [{"rack": "r2"}]
            })),
            &["id", "address", "generation", "console_key"],
        )),
    );
    replaced.reason = Some(Reason::CannotUpdate);
    replaced.replace_paths = vec![Path::root().attribute("image"), Path::root().attribute("placement")];
    let mut gone = change("fake_machine.old[2]", Action::Delete, standing_machine(), None);
    gone.reason = Some(Reason::CountIndex);
    let mut deposed = change("fake_machine.other", Action::Delete, standing_machine(), None);
    deposed.deposed = Some("1a2b3c4d".into());
    let mut forgotten = change("fake_machine.left", Action::Forget, standing_machine(), None);
    forgotten.reason = Some(Reason::NoResourceConfig);
    let mut moved = change("fake_machine.new", Action::NoOp, standing_machine(), standing_machine());
    moved.previous_address = Some("fake_machine.former".parse().expect("an address"));
    let mut taken = change("fake_machine.taken", Action::NoOp, standing_machine(), standing_machine());
    taken.importing = Some("machine-7".to_owned());
    let mut tainted = change("fake_machine.bad", Action::CreateThenDelete, standing_machine(), standing_machine());
    tainted.reason = Some(Reason::Tainted);
    let changes = vec![moved, taken, replaced, tainted, forgotten, gone, deposed];
    assert_snapshot!(text(&plan(changes)), @r#"
    An apply will do this:
      - destroy   -/+ replace   +/- replace, new one first

      # fake_machine.old[2] will be destroyed: [2] is beyond count
      - resource "fake_machine" "old" {
          - id         = "machine-1"
          - image      = "plain"
          - labels     = ["one", "two"]
          - network_id = "network-1"
          - password   = (sensitive value)
          - policy     = jsonencode({
              - Statement = [
                  - {
                      - Action = ["a:Get", "a:Put"]
                      - Effect = "Allow"
                    },
                  - { Effect = "Deny" },
                ]
              - Version   = "1"
            })
          - size       = "small"
          - tags       = { "Name" = "web", "owner" = "me" }
          - zone       = "a"

          - disk {
              - gigabytes = 10
              - name      = "root"
            }
          - disk {
              - gigabytes = 100
              - name      = "data"
            }
          - rule {
              - note    = "web"
              - port    = 80
              - sources = ["10.0.0.0/8"]
            }
          - rule {
              - port = 443
            }
            # (3 computed attributes hidden)
        }

      # fake_machine.other (deposed object 1a2b3c4d) will be destroyed
      #   left over from an earlier replacement
      - resource "fake_machine" "other" {
          - id         = "machine-1"
          - image      = "plain"
          - labels     = ["one", "two"]
          - network_id = "network-1"
          - password   = (sensitive value)
          - policy     = jsonencode({
              - Statement = [
                  - {
                      - Action = ["a:Get", "a:Put"]
                      - Effect = "Allow"
                    },
                  - { Effect = "Deny" },
                ]
              - Version   = "1"
            })
          - size       = "small"
          - tags       = { "Name" = "web", "owner" = "me" }
          - zone       = "a"

          - disk {
              - gigabytes = 10
              - name      = "root"
            }
          - disk {
              - gigabytes = 100
              - name      = "data"
            }
          - rule {
              - note    = "web"
              - port    = 80
              - sources = ["10.0.0.0/8"]
            }
          - rule {
              - port = 443
            }
            # (3 computed attributes hidden)
        }

      # module.web.fake_machine.main must be replaced
      #   image and placement cannot change in place
    -/+ resource "fake_machine" "main" {
          ~ image = "plain" # forces replacement
                 -> "a-much-longer-name-of-an-image-that-fills-the-line:2"

          + placement { # forces replacement
              + rack = "r2"
            }
            # (7 unchanged attributes hidden)
            # (4 unchanged blocks hidden)
            # (known after apply) address, console_key, generation, id
        }

      # fake_machine.bad must be replaced: it is tainted
    +/- resource "fake_machine" "bad" {
            id = "machine-1"
            # (11 unchanged attributes hidden)
            # (4 unchanged blocks hidden)
        }

      # fake_machine.left will be forgotten: the state loses it, the object stays
      #   it is not in the configuration

      # fake_machine.former has moved to fake_machine.new

      # fake_machine.taken will be imported ("machine-7")

    Plan: 1 to import, 2 to add, 0 to change, 4 to destroy, 1 to forget.
    "#);
}

#[test]
fn texts_of_several_lines_are_compared_by_line() {
    let script = |lines: &[&str]| Some(Value::string(format!("{}\n", lines.join("\n"))));
    let outputs = [
        (
            "script",
            script(&["#!/bin/sh", "a", "b", "c", "echo one", "d", "e", "f", "g"]),
            script(&["#!/bin/sh", "a", "b", "c", "echo two", "d", "e", "f", "g"]),
        ),
        ("numbers", Some(Value::tuple(vec![1.into(), 2.into()])), Some(Value::tuple(vec![2.into(), 3.into()]))),
        ("gone", Some("x".into()), None),
        ("url", Some("http://example.com".into()), Some(Value::unknown(wpinfra_core::Type::String))),
        ("same", Some("x".into()), Some("x".into())),
        ("nothing", None, Some(Value::null(wpinfra_core::Type::String))),
    ];
    let change = |before, after| OutputChange { before, after, sensitive: false, was_sensitive: false };
    let mut plan = plan(Vec::new());
    plan.outputs = outputs.into_iter().map(|(name, before, after)| (name.to_owned(), change(before, after))).collect();
    let secret = OutputChange { before: None, after: Some("hush".into()), sensitive: true, was_sensitive: true };
    plan.outputs.insert("secret".to_owned(), secret);
    let text = text(&plan);
    assert!(!text.contains("hush"));
    assert_snapshot!(text, @r#"
    Changes to Outputs:
      - gone    = "x"
      ~ numbers = [
          - 1,
          + 3,
            # (1 unchanged element hidden)
        ]
      ~ script  = <<-EOT
            # (2 unchanged lines hidden)
            b
            c
          - echo one
          + echo two
            d
            e
            # (2 unchanged lines hidden)
        EOT
      + secret  = (sensitive value)
      ~ url     = "http://example.com" -> (known after apply)

    Only outputs change: an apply records them and touches no object.
    "#);
}

#[test]
fn drift_is_told_apart() {
    let seen = machine(&changed(&json!({"tags": {"Name": "web"}})), &[]);
    let back = change("fake_machine.web", Action::Update, Some(seen.clone()), Some(machine(&standing(), &[])));
    let mut plan = plan(vec![back]);
    plan.drift = vec![
        change("fake_machine.settled", Action::Update, Some(machine(&standing(), &[])), Some(seen.clone())),
        change("fake_machine.web", Action::Update, Some(machine(&standing(), &[])), Some(seen)),
        change("fake_machine.gone", Action::Delete, Some(machine(&standing(), &[])), None),
    ];
    assert_snapshot!(text(&plan), @r#"
    Changed outside of wpinfra since the last apply:

      # fake_machine.web has changed
      ~ resource "fake_machine" "web" {
            id   = "machine-1"
          ~ tags = {
              - "owner" = "me"
                # (1 unchanged element hidden)
            }
            # (10 unchanged attributes hidden)
            # (4 unchanged blocks hidden)
        }

      # fake_machine.gone has been deleted

    An apply will do this:
      ~ change

      # fake_machine.web will be updated in-place
      ~ resource "fake_machine" "web" {
            id   = "machine-1"
          ~ tags = {
              + "owner" = "me"
                # (1 unchanged element hidden)
            }
            # (10 unchanged attributes hidden)
            # (4 unchanged blocks hidden)
        }

    Plan: 0 to add, 1 to change, 0 to destroy.
    "#);
}

#[test]
fn an_empty_plan_says_so() {
    let standing = || Some(machine(&standing(), &[]));
    let nothing = plan(vec![change("fake_machine.web", Action::NoOp, standing(), standing())]);
    assert_eq!(text(&nothing), "No changes. Your infrastructure matches the configuration.\n");
}

#[test]
fn the_cost_of_looking_is_told() {
    let cost = |objects, calls, millis| LookingCost { objects, calls, elapsed: Duration::from_millis(millis) };
    assert_eq!(cost(41, 29, 412).to_string(), "refreshed 41 resources with 29 API calls in 0.4 s");
    assert_eq!(cost(1, 1, 0).to_string(), "refreshed 1 resource with 1 API call in 0.0 s");
}

const SOURCE: &str = "# network\nresource \"fake_machine\" \"web\" {\n\tsize = var.size + 1\n  image = \"ä\"\n}\n";

fn problem() -> (Diagnostic, Sources) {
    let start = SourcePosition { line: 3, column: 9, byte: SOURCE.find("var.size").expect("there") };
    let end = SourcePosition { line: 3, column: 21, byte: start.byte + "var.size + 1".len() };
    let file: Arc<str> = "main.tf".into();
    let header = SourcePosition { line: 2, column: 1, byte: 10 };
    let context = SourceRange { file: file.clone(), start: header, end };
    let mut diagnostic = Diagnostic::error(
        "Wrong type of operand",
        "The operator + wants numbers on both sides, and the left one is text that cannot be read as a number. Write a number.",
    )
    .at(SourceRange { file, start, end })
    .within(context)
    .help(Some("declare the variable with type = number".to_owned()));
    diagnostic.references.push(wpinfra_core::diagnostic::ReferenceValue {
        reference: "var.size".to_owned(),
        statement: "is \"large\"".to_owned(),
    });
    (diagnostic, Sources::from([("main.tf".to_owned(), Arc::from(SOURCE))]))
}

#[test]
fn diagnostics_show_the_place() {
    let (diagnostic, sources) = problem();
    let style = DiagnosticStyle { painter: Painter::new(false), width: 80, compact_warnings: false };
    let plain = Diagnostic::error("No state", "There is no state file.").about(&"fake_machine.web");
    let warning = Diagnostic::warning("Old argument", "Use another.");
    let diagnostics = [diagnostic, plain, warning].into_iter().collect();
    let (errors, warnings) = render_diagnostics(&diagnostics, &sources, style);
    assert_snapshot!(errors, @r#"
    Error: Wrong type of operand
     --> main.tf:3:9
      |
    2 | resource "fake_machine" "web" {
    3 |  size = var.size + 1
      |         ^^^^^^^^^^^^
      var.size is "large"

    The operator + wants numbers on both sides, and the left one is text that cannot
    be read as a number. Write a number.
    help: declare the variable with type = number

    Error: No state
      with fake_machine.web

    There is no state file.
    "#);
    assert_eq!(warnings, "Warning: Old argument\n\nUse another.\n\n");
}

#[test]
fn diagnostics_for_machines_have_terraforms_fields() {
    let (diagnostic, sources) = problem();
    let json = diagnostic_to_json(&diagnostic, &sources);
    assert_eq!(
        json,
        json!({
            "severity": "error",
            "summary": "Wrong type of operand",
            "detail": "The operator + wants numbers on both sides, and the left one is text that cannot be read as a number. Write a number.\n\ndeclare the variable with type = number",
            "range": {
                "filename": "main.tf",
                "start": {"line": 3, "column": 9, "byte": 50},
                "end": {"line": 3, "column": 21, "byte": 62},
            },
            "snippet": {
                "context": "resource \"fake_machine\" \"web\"",
                "code": "resource \"fake_machine\" \"web\" {\n\tsize = var.size + 1",
                "start_line": 2,
                "highlight_start_offset": 40,
                "highlight_end_offset": 52,
                "values": [{"traversal": "var.size", "statement": "is \"large\""}],
            },
        })
    );
}
