//! Values of root variables: where they come from and which one counts.

use wpinfra_core::Diagnostic;
use wpinfra_lang::config::InputSource;
use wpinfra_lang::{InputVariable, InputVariables, VariableOrigin, format_value};

use crate::common;

const CONFIGURATION: &str = r#"
variable "a" { default = "default" }
variable "list" {
  type    = list(number)
  default = []
}
variable "size" {
  type    = number
  default = 1
  validation {
    condition     = var.size < 10
    error_message = "Size ${var.size} is too large."
  }
}
variable "secret" {
  default   = "s"
  sensitive = true
}
variable "strict" {
  default  = "x"
  nullable = false
}
-- terraform.tfvars --
a = "file"
-- a.auto.tfvars --
a    = "auto a"
list = ["1", 2]
-- b.auto.tfvars.json --
{ "a": "auto b", "strict": null }
-- more/extra.tfvars --
a    = "extra"
nope = 1
"#;

fn input(name: &str, text: &str, origin: VariableOrigin) -> InputVariable {
    InputVariable { name: name.to_owned(), text: text.to_owned(), origin }
}

/// Loads with the environment and the command line (`name=value` or `@file`) and returns the value of a variable, or the problems.
fn value(environment: &[(&str, &str)], command_line: &[&str], name: &str) -> String {
    let source = |argument: &&str| match (argument.strip_prefix('@'), argument.split_once('=')) {
        (Some(path), _) => InputSource::File(path.to_owned()),
        (None, Some((name, text))) => InputSource::Variable(input(name, text, VariableOrigin::CommandLine)),
        (None, None) => panic!("{argument}"),
    };
    let inputs = InputVariables {
        environment: environment.iter().map(|(name, text)| input(name, text, VariableOrigin::Environment)).collect(),
        command_line: command_line.iter().map(source).collect(),
    };
    let (configuration, diagnostics) = common::load_with(CONFIGURATION, Some(inputs));
    let problem = |problem: &Diagnostic| format!("{}: {}", problem.summary, problem.detail);
    match configuration {
        Some(configuration) => {
            let warnings: Vec<String> = diagnostics.iter().map(problem).collect();
            let value = format_value(&configuration.variable_values()[name]);
            [warnings, vec![value]].concat().join("\n")
        }
        None => diagnostics.iter().map(problem).collect::<Vec<_>>().join("\n"),
    }
}

#[test]
fn later_sources_win() {
    for (environment, command_line, name, expected) in [
        (&[][..], &[][..], "a", "\"auto b\""),
        (&[("a", "env")], &[], "a", "\"auto b\""),
        (&[], &["a=cli"], "a", "\"cli\""),
        (
            &[],
            &["@more/extra.tfvars", "a=cli"],
            "a",
            "Value for undeclared variable: The root module declares no variable \"nope\"; its value has no effect.\n\"cli\"",
        ),
        (&[("size", "7")], &[], "size", "7"),
        (&[("other", "7")], &[], "size", "1"),
        (&[("list", "[3]")], &["list=[4, \"5\"]"], "list", "tolist([\n  4,\n  5,\n])"),
        (&[], &[], "secret", "(sensitive value)"),
        (&[], &[], "strict", "\"x\""),
    ] {
        assert_eq!(value(environment, command_line, name), expected, "{environment:?} {command_line:?} {name}");
    }
}

#[test]
fn wrong_values_are_errors() {
    for (environment, command_line, expected) in [
        (
            &[][..],
            &["nope=1"][..],
            "Value for undeclared variable: A value was given for \"nope\" on the command line, but the root module declares no variable of that name.",
        ),
        (
            &[],
            &["size=many"],
            "Invalid value for input variable: The value given for the variable \"size\" does not fit its type number: a number is required.",
        ),
        (&[], &["size=11"], "Invalid value for variable: Size 11 is too large."),
        (
            &[],
            &["list=[1"],
            "Unclosed bracket: The expression ends before a bracket is closed: a closing bracket \"]\" is missing.",
        ),
        (
            &[],
            &["list=ab"],
            "Invalid value for input variable: The value of -var list is an expression, in which strings stand in quotes: \"ab\".",
        ),
        (
            &[("list", "[\"x\"]")],
            &["@none.tfvars"],
            "Unreadable file: The file \"none.tfvars\" cannot be read: no such file.",
        ),
    ] {
        let found = value(environment, command_line, "a");
        assert!(found.starts_with(expected), "{command_line:?}: {found}");
    }
}
