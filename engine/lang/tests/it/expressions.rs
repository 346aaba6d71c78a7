//! Expressions with the results that `terraform console` printed for them, recorded with Terraform 1.11.4.
//!
//! `recorded/expressions.txt` holds blocks of `> expression` and result; `! error` where Terraform refuses.

use std::fmt::Write as _;

use wpinfra_core::Severity;
use wpinfra_core::desired::Known;
use wpinfra_lang::syntax::{Source, parse_expression};
use wpinfra_lang::{Evaluator, InputVariables};

use crate::common;

/// Where wpinfra means to differ from Terraform, with the reason.
const MEANT: [(&str, &str); 0] = [];

fn cases() -> Vec<(String, String)> {
    let text = include_str!("../recorded/expressions.txt");
    let mut cases: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("> "), cases.last_mut()) {
            (Some(expression), _) => cases.push((expression.to_owned(), String::new())),
            (None, Some((_, result))) => {
                result.push_str(line);
                result.push('\n');
            }
            (None, None) => {}
        }
    }
    cases.into_iter().map(|(expression, result)| (expression, result.trim_end().to_owned())).collect()
}

#[test]
fn expressions_have_the_recorded_results() {
    let (configuration, diagnostics) =
        common::load_with(include_str!("../recorded/expressions.tf"), Some(InputVariables::default()));
    let configuration = configuration.unwrap_or_else(|| panic!("{diagnostics:?}"));
    let evaluator = Evaluator::new(&configuration);
    let known = Known::default();
    let cases = cases();
    assert!(cases.len() >= 150, "only {} cases", cases.len());
    let mut differences = String::new();
    let mut count = 0;
    for (text, expected) in cases {
        let source = Source::new("<expression>", text.as_str());
        let found = match parse_expression(&source) {
            Err(problem) => format!("! error\n{}: {}", problem.summary, problem.detail),
            Ok(expression) => {
                let (text, diagnostics) = evaluator.console(&expression, &known);
                match diagnostics.iter().find(|problem| problem.severity == Severity::Error) {
                    Some(problem) => format!("! error\n{}: {}", problem.summary, problem.detail),
                    None => text,
                }
            }
        };
        let same = if expected == "! error" { found.starts_with("! error") } else { found == expected };
        let meant = MEANT.iter().any(|(other, _)| *other == text);
        if same == meant {
            count += 1;
            let _ = writeln!(differences, "> {text}\nexpected: {expected}\nfound:    {found}\n");
        }
    }
    assert!(differences.is_empty(), "{count} differences:\n{differences}");
}
