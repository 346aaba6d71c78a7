//! Ephemeral values in configurations: what is refused where, and which values go on, as Terraform 1.11.4 answered.
//!
//! `recorded/ephemeral.txt` holds the cases with its answers; `data/ephemeral.py` asks it again.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use wpinfra_core::desired::{Desired, Known};
use wpinfra_core::{Diagnostic, Diagnostics, Severity, Value, json};
use wpinfra_lang::syntax::{Source, parse_expression};
use wpinfra_lang::{Configuration, Evaluator, InputVariables};

use crate::common;

/// Cases in which wpinfra means to differ from Terraform, with the reason.
const MEANT: [(&str, &str); 1] =
    [("two_modules", "Terraform's validate forgets that the output of a module inside of a module is ephemeral")];

struct Case {
    name: String,
    text: String,
    expected: Vec<String>,
}

fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in include_str!("../recorded/ephemeral.txt").lines() {
        if let Some(name) = line.strip_prefix("=== ") {
            cases.push(Case { name: name.to_owned(), text: String::new(), expected: Vec::new() });
        } else if let Some(case) = cases.last_mut() {
            if let Some(answer) = line.strip_prefix("> ") {
                case.expected.push(answer.to_owned());
            } else {
                case.text.push_str(line);
                case.text.push('\n');
            }
        }
    }
    cases
}

fn place(problem: &Diagnostic) -> String {
    let at = problem
        .subject
        .as_ref()
        .map_or_else(String::new, |range| format!(" {}:{}", range.file.trim_start_matches("./"), range.start.line));
    let word = if problem.severity == Severity::Error { "error" } else { "warning" };
    format!("{word}{at}")
}

/// Evaluates everything that a plan evaluates, with what it would know of resources.
fn evaluated(configuration: &Configuration) -> (BTreeMap<String, Value>, Diagnostics) {
    let evaluator = Evaluator::new(configuration);
    let (mut known, mut diagnostics) = (Known::default(), Diagnostics::new());
    for address in configuration.resource_addresses() {
        for expansion in diagnostics.absorb(evaluator.expand(&address, &known)) {
            known.expand(&expansion);
            for key in &expansion.keys {
                let instance = expansion.resource.instance(key.clone());
                diagnostics.extend(evaluator.check_before(&instance, &known));
                if let Some(desired) = diagnostics.absorb(evaluator.instance(&instance, &known)) {
                    known.set(&instance, desired.config);
                    diagnostics.extend(evaluator.check_after(&instance, &known));
                }
            }
        }
    }
    let _ = diagnostics.absorb(evaluator.imports(&known));
    let outputs = diagnostics.absorb(evaluator.outputs(&known));
    diagnostics.extend(evaluator.checks(&known));
    (outputs.into_iter().map(|(name, output)| (name, output.value)).collect(), diagnostics)
}

fn answers(text: &str) -> (Vec<String>, Diagnostics) {
    let (configuration, mut diagnostics) = common::load_with(text, Some(InputVariables::default()));
    let mut outputs = BTreeMap::new();
    if let Some(configuration) = &configuration {
        diagnostics.extend(configuration.validate());
        if !diagnostics.has_errors() {
            let found = evaluated(configuration);
            outputs = found.0;
            diagnostics.extend(found.1);
        }
    }
    let mut lines: Vec<String> = diagnostics.iter().map(place).collect::<BTreeSet<String>>().into_iter().collect();
    if !diagnostics.has_errors() {
        lines.push("accepted".to_owned());
        lines.extend(outputs.iter().map(|(name, value)| format!("{name} = {}", json::to_json(value))));
    }
    (lines, diagnostics)
}

/// Returns a recorded answer with the JSON in it as we print it.
fn in_our_form(answer: &str) -> String {
    match answer.split_once(" = ") {
        Some((name, text)) => {
            let value: serde_json::Value = serde_json::from_str(text).expect("the recorder writes JSON");
            format!("{name} = {value}")
        }
        None => answer.to_owned(),
    }
}

/// What the recorded expressions refer to.
const CONSOLE: &str = r#"
variable "e" {
  ephemeral = true
  default   = "x"
}
locals {
  o = { x = 1 }
  m = tomap({ x = 1 })
  t = [1, 2]
}
"#;

#[test]
fn marks_spread_through_expressions_as_recorded() {
    let (configuration, diagnostics) = common::load_with(CONSOLE, Some(InputVariables::default()));
    let configuration = configuration.unwrap_or_else(|| panic!("{diagnostics:?}"));
    let evaluator = Evaluator::new(&configuration);
    let mut cases: Vec<(&str, String)> = Vec::new();
    for line in include_str!("../recorded/ephemeral_expressions.txt").lines() {
        match (line.strip_prefix("> "), cases.last_mut()) {
            (Some(expression), _) => cases.push((expression, String::new())),
            (None, Some((_, result))) => {
                result.push_str(line);
                result.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(cases.len() >= 70, "only {} cases", cases.len());
    let mut differences = String::new();
    for (text, expected) in cases {
        let source = Source::new("<expression>", text);
        let expression = parse_expression(&source).unwrap_or_else(|problem| panic!("{text}: {problem:?}"));
        let (found, problems) = evaluator.console(&expression, &Known::default());
        let found = if problems.has_errors() { "! error" } else { found.trim_end() };
        if found != expected.trim_end() {
            let _ = writeln!(differences, "> {text}\nexpected: {expected}found:    {found}\n");
        }
    }
    assert!(differences.is_empty(), "{differences}");
}

#[test]
fn configurations_are_accepted_and_refused_as_recorded() {
    let cases = cases();
    assert!(cases.len() >= 70, "only {} cases", cases.len());
    let (mut differences, mut count) = (String::new(), 0);
    for Case { name, text, expected } in cases {
        let (found, diagnostics) = answers(&text);
        let expected: Vec<String> = expected.iter().map(|answer| in_our_form(answer)).collect();
        let is_meant = MEANT.iter().any(|(other, _)| *other == name);
        if (found == expected) == is_meant {
            count += 1;
            let said: Vec<String> =
                diagnostics.iter().map(|problem| format!("{}: {}", problem.summary, problem.detail)).collect();
            let _ = writeln!(differences, "=== {name}\nexpected: {expected:#?}\nfound: {found:#?}\n{said:#?}\n");
        }
    }
    assert!(differences.is_empty(), "{count} differences:\n{differences}");
}
