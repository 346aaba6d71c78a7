//! What would grow without bound ends in an error, or in a result within bounds, and soon.
//!
//! Terraform has no bounds of its own but for `range` and its machine's memory, so what is below ours must have a result. The
//! bounds: 10,000 levels of brackets, values 250 deep of 5,000,000 parts, texts of 128 MB, 100,000,000 steps.

use wpinfra_core::desired::Known;
use wpinfra_lang::syntax::{Source, parse_expression};
use wpinfra_lang::{Evaluator, InputVariables};

use crate::common;

/// Returns what the console says of an expression, "! " and the summary of an error, beside local values.
fn console(locals: &str, text: &str) -> String {
    let (configuration, diagnostics) = common::load_with(locals, Some(InputVariables::default()));
    let configuration = configuration.unwrap_or_else(|| panic!("{diagnostics:?}"));
    let said = |problem: &wpinfra_core::Diagnostic| format!("! {}", problem.summary);
    match parse_expression(&Source::new("<expression>", text)) {
        Err(problem) => said(&problem),
        Ok(expression) => {
            let (value, diagnostics) = Evaluator::new(&configuration).console(&expression, &Known::default());
            diagnostics.iter().next().map_or(value, said)
        }
    }
}

fn check(text: &str, expected: &str) {
    let found = console("", text);
    assert_eq!(found, expected, "{}", text.chars().take(200).collect::<String>());
}

#[test]
fn long_texts_are_texts() {
    let megabytes = if cfg!(debug_assertions) { 1 } else { 10 };
    let long = "x".repeat(megabytes * 1024 * 1024);
    check(&format!("length(\"{long}\")"), &long.len().to_string());
    check("length(format(\"%1000000d\", 1))", "1000000");
    check("length(format(\"%1000000000d\", 1))", "! Error in function call");
    check("length(join(\"\", [for x in range(100) : format(\"%10000s\", x)]))", "1000000");
    check("length(join(\"\", [for x in range(1000) : format(\"%200000s\", \"x\")]))", "! Error in function call");
}

#[test]
fn growth_by_doubling_ends() {
    let doubling = |first: &str, next: &str| {
        let steps: Vec<String> = (1..60)
            .map(|step| format!("  l{step} = {}\n", next.replace('#', &format!("local.l{}", step - 1))))
            .collect();
        format!("locals {{\n  l0 = {first}\n{}}}\n", steps.concat())
    };
    for (first, next, expected) in [
        ("\"xxxxxxxx\"", "\"${#}${#}\"", "! Text too long"),
        ("\"xxxxxxxx\"", "join(\"\", [#, #])", "! Error in function call"),
        ("\"xxxxxxxx\"", "replace(#, \"x\", \"xx\")", "! Error in function call"),
        ("\"xxxxxxxx\"", "replace(#, \"/x/\", \"xx\")", "! Error in function call"),
        ("[1]", "[#, #]", "! Value too large"),
        ("{ a = 1 }", "{ a = #, b = # }", "! Value too large"),
        ("[1]", "concat(#, #)", "! Value too large"),
        ("[1]", "flatten([#, #])", "! Value too large"),
        ("[1]", "[for x in [1, 2] : #]", "! Value too large"),
        ("[1]", "setproduct(#, [1, 2])", "! Value too large"),
    ] {
        // These take long without optimisation.
        let is_slow = ["replace", "concat", "flatten", "setproduct"].iter().any(|name| next.starts_with(name));
        if is_slow && cfg!(debug_assertions) {
            continue;
        }
        let found = console(&doubling(first, next), "local.l59");
        assert_eq!(found, expected, "{next}");
    }
}

/// Takes minutes without optimisation.
#[cfg(not(debug_assertions))]
#[test]
fn work_has_a_bound() {
    check("length([for a in range(1000) : [for b in range(1000) : b]])", "1000");
    check("length([for a in range(1000) : [for b in range(1000) : [for c in range(1000) : c]]])", "! Value too large");
    check(
        "length([for a in range(500) : [for b in range(500) : [for c in range(500) : c if false]]])",
        "! Evaluation too long",
    );
}

#[test]
fn ranges_and_products_have_bounds() {
    check("length(range(1024))", "1024");
    check("range(1000000)", "! Error in function call");
    check("length(setproduct(range(300), range(300)))", "90000");
    check("setproduct(range(1000), range(1000), range(1000))", "! Error in function call");
    check("length(cidrsubnets(\"10.0.0.0/8\", [for x in range(1000) : 16]...))", "1000");
    check("cidrsubnets(\"10.0.0.0/8\", 1000000000)", "! Invalid function argument");
    check("length(formatlist(\"%1000s\", range(1000)))", "1000");
}

#[test]
fn regular_expressions_do_not_backtrack() {
    let text = "a".repeat(50_000);
    check(&format!("length(replace(\"{text}\", \"/(a+)+$/\", \"b\"))"), "1");
    check(&format!("length(regexall(\"(a|a)*b\", \"{text}\"))"), "0");
    check("regex(\"a{1000}{1000}{1000}\", \"a\")", "! Invalid function argument");
}

#[test]
fn documents_do_not_explode() {
    let laughs = |levels: usize| {
        let lines: Vec<String> = (1..levels)
            .map(|level| format!("l{level}: &l{level} [{}]", vec![format!("*l{}", level - 1); 9].join(", ")))
            .collect();
        format!("length(yamldecode(\"l0: &l0 [x, x, x, x, x, x, x, x, x]\\n{}\\n\"))", lines.join("\\n"))
    };
    check(&laughs(6), "6");
    check(&laughs(30), "! Invalid function argument");
    check(&format!("yamldecode(\"{}\")", "[".repeat(100_000)), "! Invalid function argument");
    check(&format!("yamldecode(\"{}1{}\")", "[".repeat(100_000), "]".repeat(100_000)), "! Invalid function argument");
    check(&format!("yamldecode(\"{}1\")", "- ".repeat(20_000)), "! Invalid function argument");
    check(&format!("jsondecode(\"{}1{}\")", "[".repeat(100_000), "]".repeat(100_000)), "! Invalid function argument");
    check(&format!("jsondecode(\"{}\")", "[".repeat(100_000)), "! Invalid function argument");
}

#[test]
fn numbers_have_an_end() {
    check("1e999999999", "+Inf");
    check("1e-999999999", "0");
    check("1e999999", "! Invalid number");
    check("tonumber(\"1e999999\")", "! Invalid function argument");
    check("length(tostring(1e100000))", "100001");
    check("pow(10, 1000000)", "+Inf");
}

#[test]
fn templates_do_not_include_themselves() {
    let found = console(
        "locals {\n  t = \"$${templatestring(t, { t = t })}\"\n}\n",
        "templatestring(local.t, { t = local.t })",
    );
    assert_eq!(found, "! Recursive template");
}
