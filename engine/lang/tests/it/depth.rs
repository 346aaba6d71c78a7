//! Texts that are nested more deeply than the parser allows, and than the stack of a test would.

use std::fmt::Write as _;

use wpinfra_core::desired::Known;
use wpinfra_lang::syntax::{Source, parse_body, parse_expression};
use wpinfra_lang::{Evaluator, InputVariables};

use crate::common;

/// What is written `depth` times around or behind something else, and the value; as `terraform` 1.11.4 takes it for any depth.
fn shapes(depth: usize) -> Vec<(&'static str, String, &'static str)> {
    let directives = depth.min(900);
    // Values have a bound of their own.
    let values = if depth < 1_000 { depth.min(240) } else { depth };
    let around =
        |before: &str, inner: &str, after: &str| format!("{}{inner}{}", before.repeat(depth), after.repeat(depth));
    vec![
        ("parentheses", around("(", "1", ")"), "1"),
        ("calls", around("tostring(", "1", ")"), "\"1\""),
        ("templates", around("\"${", "1", "}\""), "1"),
        ("templates with text", format!("length({})", around("\"x${", "1", "}\"")), ""),
        ("templates over lines", around("\"${\n", "1", "\n}\""), "1"),
        ("not", "!".repeat(2 * depth) + "true", "true"),
        ("minus", "- ".repeat(2 * depth) + "1", "1"),
        ("minus and parentheses", around("-(", "1", ")"), if depth.is_multiple_of(2) { "1" } else { "-1" }),
        ("conditionals", "false ? 0 : ".repeat(depth) + "1", "1"),
        ("conditionals in conditionals", around("true ? ", "1", " : 0"), "1"),
        ("conditions", around("(", "true", ") ? true : false"), "true"),
        ("indexes", around("[0][", "0", "]"), "0"),
        ("sum", vec!["1"; depth + 1].join(" + "), ""),
        ("and", vec!["true"; depth + 1].join(" && "), "true"),
        ("mixed operators", vec!["1 + 2 * 3 - 6 == 1"; depth].join(" && "), "true"),
        ("sums in sums", around("1 + (", "1", ")"), ""),
        ("interpolations", format!("length(\"x{}\")", "${1}".repeat(depth)), ""),
        ("objects", format!("{}1{}", "{ a = ".repeat(values), " }".repeat(values)) + &".a".repeat(values), "1"),
        ("tuples", format!("{}1{}", "[".repeat(values), "]".repeat(values)) + &"[0]".repeat(values), "1"),
        ("comprehensions", around("[for x in [1] : ", "x", "][0]"), "1"),
        (
            "directives",
            format!("\"{}x{}\"", "%{ if true }".repeat(directives), "%{ endif }".repeat(directives)),
            "\"x\"",
        ),
        ("heredocs", heredocs(depth), ""),
    ]
}

fn heredocs(depth: usize) -> String {
    let (mut starts, mut ends) = (String::new(), Vec::new());
    for level in 0..depth {
        let _ = write!(starts, "<<E{level}\n${{");
        ends.push(format!("}}\nE{level}\n"));
    }
    ends.reverse();
    format!("{starts}1{}", ends.concat())
}

fn console(text: &str) -> String {
    let (configuration, diagnostics) = common::load_with("", Some(InputVariables::default()));
    let configuration = configuration.unwrap_or_else(|| panic!("{diagnostics:?}"));
    match parse_expression(&Source::new("<expression>", text)) {
        Err(problem) => format!("! {}: {}", problem.summary, problem.detail),
        Ok(expression) => {
            let (value, diagnostics) = Evaluator::new(&configuration).console(&expression, &Known::default());
            diagnostics.iter().next().map_or(value, |problem| format!("! {}: {}", problem.summary, problem.detail))
        }
    }
}

#[test]
fn what_is_deeper_than_the_parser_goes_has_its_value() {
    let mut wrong = Vec::new();
    for depth in [1, 15, 16, 17, 40, 65, 200, 400] {
        for (name, text, value) in shapes(depth) {
            let found = console(&text);
            let sum = (depth + 1).to_string();
            let expected = match (name, value) {
                ("sum" | "sums in sums" | "templates with text" | "interpolations", "") => sum.as_str(),
                (_, value) => value,
            };
            let same =
                if name == "heredocs" { found.contains('1') && !found.starts_with('!') } else { found == expected };
            if !same {
                wrong.push(format!("{name} {depth}: {}", found.chars().take(300).collect::<String>()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_depth_is_too_much_for_the_stack() {
    for depth in [2_000, 10_500] {
        for (name, text, _) in shapes(depth) {
            let found = console(&text);
            let too_deep = found.starts_with("! Expression too deep") || found.starts_with("! Value too deep");
            let flat = matches!(name, "sum" | "and" | "mixed operators" | "interpolations" | "directives");
            assert!(
                !found.starts_with('!') || (too_deep && !flat),
                "{name} {depth}: {}",
                &found[..300.min(found.len())]
            );
            assert!(depth < 10_000 || flat || too_deep, "{name} {depth}: {}", &found[..300.min(found.len())]);
        }
    }
}

/// Whatever is done to the deepest values that there may be.
#[test]
fn the_deepest_values_can_be_used() {
    let tuple = format!("{}1{}", "[".repeat(245), "]".repeat(245));
    let object = format!("{}1{}", "{a=".repeat(245), "}".repeat(245));
    for value in [&tuple, &object] {
        for use_of_it in [
            "jsonencode(#)",
            "jsondecode(jsonencode(#)) == #",
            "yamldecode(yamlencode(#)) == #",
            "# == #",
            "#",
            "toset([#, #])",
            "tolist([#, #])",
            "true ? # : #",
            "true ? # : 1",
            "type(#)",
            "format(\"%v\", #)",
            "nonsensitive(sensitive(#)) == #",
            "distinct([#, #])",
            "contains([#], #)",
            "merge({ b = # }, { b = # })",
            "flatten([#])",
            "concat([#], [#])",
            "coalesce(#, #)",
            "lookup({ b = # }, \"b\", #)",
            "[for x in [#] : x if x == #]",
            "try(#, 1)",
            "provider::terraform::encode_expr(#)",
            "length(jsonencode(sensitive(#)))",
            "tomap({ a = #, b = # })",
            "setproduct([#], [#])",
            "zipmap([\"a\"], [#])",
            "\"${#}\"",
            "1 + #",
        ] {
            let found = console(&use_of_it.replace('#', value));
            assert!(!found.starts_with("! Expression"), "{use_of_it}: {}", &found[..300.min(found.len())]);
        }
    }
}

#[test]
fn blocks_within_blocks_have_no_bound_of_64() {
    let depth = 300;
    let text = format!("{}  x = 1\n{}", "b \"l\" {\n  y = 2 # {\n".repeat(depth), "}\n".repeat(depth));
    let source = Source::new("a.tf", text.as_str());
    let (body, diagnostics) = parse_body(&source);
    let mut body = &body.unwrap_or_else(|| panic!("{diagnostics:?}"));
    for level in 0..depth {
        let block = &body.blocks[0];
        assert_eq!(block.kind_span.start as usize, source.text.match_indices("b \"l\"").nth(level).expect("there").0);
        body = &block.body;
        assert_eq!(
            body.attributes["y"].span.start as usize,
            source.text.match_indices("y = 2").nth(level).expect("there").0
        );
    }
    assert!(body.attributes.contains_key("x"));
}

#[test]
fn places_in_what_was_cut_out_are_those_of_the_file() {
    let text = format!("a = [{}nothing.at.all{}]\n", "[/* c */ 1e3, (\n".repeat(30), ")]".repeat(30));
    let source = Source::new("a.tf", text.as_str());
    let (body, diagnostics) = parse_body(&source);
    let body = body.unwrap_or_else(|| panic!("{diagnostics:?}"));
    let mut found = Vec::new();
    body.attributes["a"].expression().traversals(&mut |traversal| found.push(traversal.root_span));
    assert_eq!(found.len(), 1);
    assert_eq!(source.text_of(found[0]), "nothing");
    let broken = text.replace("nothing.at.all", "1 +");
    let (_, diagnostics) = parse_body(&Source::new("a.tf", broken.as_str()));
    let at = diagnostics.iter().next().and_then(|problem| problem.subject.as_ref()).expect("a place");
    assert_eq!(at.start.line, 31);
}
