//! Texts that Terraform accepts or rejects, as `data/record_syntax.py` recorded it, and the values that it reads in them.

use std::fmt::Write as _;

use wpinfra_core::Severity;
use wpinfra_core::desired::Known;
use wpinfra_lang::syntax::{Source, parse_expression};
use wpinfra_lang::{Evaluator, InputVariables};

use crate::common;

/// Where wpinfra means to differ from Terraform, with the reason.
const MEANT: [(&str, &str); 0] = [];

/// Resolves the escapes of the table.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            out.push(character);
            continue;
        }
        match rest.next().expect("an escape has a letter") {
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            '0' => out.push('\0'),
            'u' => {
                let code: String = rest.by_ref().skip(1).take_while(|character| *character != '}').collect();
                let code = u32::from_str_radix(&code, 16).expect("hexadecimal digits");
                out.push(char::from_u32(code).expect("a character"));
            }
            other => out.push(other),
        }
    }
    out
}

fn answer(text: &str) -> String {
    let text = unescaped(text);
    let expression = text.strip_prefix("= ");
    let text = expression.map_or_else(|| text.clone(), |expression| format!("locals {{\n  x = {expression}\n}}\n"));
    let inputs = expression.map(|_| InputVariables::default());
    let (configuration, diagnostics) = common::load_with(&text, inputs);
    let Some(configuration) = configuration.filter(|_| !diagnostics.has_errors()) else { return "rejected".to_owned() };
    if expression.is_none() {
        return "accepted".to_owned();
    }
    let evaluator = Evaluator::new(&configuration);
    let name = parse_expression(&Source::new("<name>", "local.x")).expect("an expression");
    let (value, diagnostics) = evaluator.console(&name, &Known::default());
    let failed = diagnostics.iter().any(|problem| problem.severity == Severity::Error);
    if failed { "rejected".to_owned() } else { value }
}

#[test]
fn texts_are_accepted_and_read_as_by_terraform() {
    let mut cases: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in include_str!("../data/syntax.txt").lines() {
        match (line.strip_prefix("> "), cases.last_mut()) {
            (Some(text), _) => cases.push((text, Vec::new())),
            (None, Some((_, answer))) => answer.push(line),
            (None, None) => {}
        }
    }
    assert!(cases.len() > 500, "the table is cut");
    let mut wrong = String::new();
    let mut count = 0;
    for (text, expected) in cases {
        let (expected, found) = (expected.join("\n"), answer(text));
        let meant = MEANT.iter().any(|(other, _)| *other == text);
        if (expected == found) == meant {
            count += 1;
            let _ = writeln!(wrong, "> {text}\nterraform: {expected}\nwpinfra:   {found}");
        }
    }
    assert!(wrong.is_empty(), "{count} differ:\n{wrong}");
}
