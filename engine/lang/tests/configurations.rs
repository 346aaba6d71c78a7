//! Whole configurations: what they desire, and what is wrong with them.

mod common;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use wpinfra_core::desired::{Desired, Known};
use wpinfra_core::{Diagnostic, Diagnostics, Value};
use wpinfra_lang::{Evaluator, format_value};

/// Writes the diagnostics as `line: summary: detail | help`.
fn lines(diagnostics: &Diagnostics) -> String {
    let mut out = String::new();
    for Diagnostic { subject, summary, detail, help, severity, .. } in diagnostics {
        let at = subject.as_ref().map_or(String::new(), |range| format!("{}:{}", range.file, range.start.line));
        let help = help.as_ref().map_or(String::new(), |help| format!(" | {help}"));
        let word = if *severity == wpinfra_core::Severity::Warning { "warning: " } else { "" };
        let _ = writeln!(out, "{at}: {word}{summary}: {detail}{help}");
    }
    out
}

/// Returns what the configuration desires of every instance, without nulls, and the outputs.
fn desired(text: &str) -> String {
    let (configuration, diagnostics) = common::load(text);
    let Some(configuration) = configuration else { return lines(&diagnostics) };
    let evaluator = Evaluator::new(&configuration);
    let mut known = Known::default();
    let mut out = lines(&diagnostics);
    for address in configuration.resource_addresses() {
        let (expansions, problems) = evaluator.expand(&address, &known);
        out.push_str(&lines(&problems));
        for expansion in expansions {
            known.expand(&expansion);
            for key in &expansion.keys {
                let address = expansion.resource.instance(key.clone());
                let (instance, problems) = evaluator.instance(&address, &known);
                out.push_str(&lines(&problems));
                if let Some(instance) = instance {
                    let _ = writeln!(out, "{address} = {}", format_value(&without_nulls(&instance.config)));
                    known.set(
                        &address,
                        instance.config.with_attribute("id", Value::unknown(wpinfra_core::Type::String)),
                    );
                }
            }
        }
    }
    let (outputs, problems) = evaluator.outputs(&known);
    for (name, output) in outputs {
        let _ = writeln!(out, "output {name} = {}", format_value(&output.value));
    }
    out.push_str(&lines(&problems));
    out
}

fn without_nulls(value: &Value) -> Value {
    let Some(mapping) = value.mapping() else { return value.clone() };
    let empty = |value: &Value| value.is_null() || value.elements().is_some_and(<[Value]>::is_empty);
    let kept: BTreeMap<_, _> =
        mapping.iter().filter(|(_, value)| !empty(value)).map(|(name, value)| (name.clone(), value.clone())).collect();
    Value::object(kept).with_marks(value.marks())
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let found = desired(text);
    let trim = |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    assert_eq!(trim(&found), trim(expected), "\n--- found:\n{found}");
}

#[test]
fn one_resource() {
    check(
        r#"resource "test_thing" "a" {
             name = "x${1 + 1}"
             tags = { a = 1 }
           }
           output "name" { value = test_thing.a.name }"#,
        r#"test_thing.a = {
             "name" = "x2"
             "tags" = tomap({
               "a" = "1"
             })
           }
           output name = "x2""#,
    );
}
