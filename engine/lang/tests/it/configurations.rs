//! Whole configurations: what they desire, and what is wrong with them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use wpinfra_core::desired::{Desired, Known};
use wpinfra_core::{Diagnostic, Diagnostics, Value};
use wpinfra_lang::{Evaluator, InputVariables, format_value};

use crate::common;

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
    let (configuration, diagnostics) = common::load_with(text, Some(InputVariables::default()));
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

#[test]
fn repetition_modules_and_dynamic_blocks() {
    check(
        r#"
variable "names" { default = ["x", "y"] }
locals { sizes = { small = 1, large = 2 } }
resource "test_thing" "counted" {
  count = length(var.names)
  name  = "${var.names[count.index]}-${count.index}"
}
resource "test_thing" "each" {
  for_each = local.sizes
  name     = each.key
  size     = each.value
  dynamic "setting" {
    for_each = { p = "q" }
    content {
      key   = setting.key
      value = setting.value
      dynamic "inner" {
        for_each = toset(["i", "j"])
        iterator = it
        content { key = "${setting.key}${it.value}" }
      }
    }
  }
}
module "m" {
  source   = "./mod"
  for_each = toset(["a", "b"])
  prefix   = each.key
  ids      = test_thing.counted[*].id
}
output "all" { value = module.m["a"].out }
output "count" { value = length(test_thing.counted) }
output "each" { value = [for k, v in test_thing.each : "${k}=${v.size}"] }
output "first" { value = test_thing.counted[0].name }
output "id" { value = test_thing.counted[0].id }
-- mod/main.tf --
variable "prefix" { type = string }
variable "ids" { type = list(string) }
resource "test_thing" "in" {
  name  = "${var.prefix}-in"
  zones = var.ids
  rule {
    port = 80
  }
  one { key = "k" }
}
output "out" { value = { n = test_thing.in.name, c = length(var.ids), p = path.module } }
"#,
        r#"
test_thing.counted[0] = {
  "name" = "x-0"
}
test_thing.counted[1] = {
  "name" = "y-1"
}
test_thing.each["large"] = {
  "name" = "large"
  "setting" = tolist([
    {
      "inner" = toset([
        {
          "key" = "pi"
          "value" = tostring(null)
        },
        {
          "key" = "pj"
          "value" = tostring(null)
        },
      ])
      "key" = "p"
      "value" = "q"
    },
  ])
  "size" = 2
}
test_thing.each["small"] = {
  "name" = "small"
  "setting" = tolist([
    {
      "inner" = toset([
        {
          "key" = "pi"
          "value" = tostring(null)
        },
        {
          "key" = "pj"
          "value" = tostring(null)
        },
      ])
      "key" = "p"
      "value" = "q"
    },
  ])
  "size" = 1
}
module.m["a"].test_thing.in = {
  "name" = "a-in"
  "one" = {
    "key" = "k"
    "value" = tostring(null)
  }
  "rule" = toset([
    {
      "cidrs" = tolist(null) /* of string */
      "note" = tostring(null)
      "port" = 80
    },
  ])
  "zones" = tolist([
    (known after apply),
    (known after apply),
  ])
}
module.m["b"].test_thing.in = {
  "name" = "b-in"
  "one" = {
    "key" = "k"
    "value" = tostring(null)
  }
  "rule" = toset([
    {
      "cidrs" = tolist(null) /* of string */
      "note" = tostring(null)
      "port" = 80
    },
  ])
  "zones" = tolist([
    (known after apply),
    (known after apply),
  ])
}
output all = {
  "c" = 2
  "n" = "a-in"
  "p" = "mod"
}
output count = 2
output each = [
  "large=2",
  "small=1",
]
output first = "x-0"
output id = (known after apply)
"#,
    );
}

#[test]
fn json_files_mean_the_same() {
    check(
        r#"
-- main.tf.json --
{
  "//": "a comment",
  "variable": { "n": { "default": 2 } },
  "locals": { "l": ["${var.n + 1}", "x-${var.n}\u0021"] },
  "resource": {
    "test_thing": {
      "a": {
        "count": 1,
        "name": "n${var.n}",
        "tags": { "k": "${local.l[1]}" },
        "setting": [{ "key": "a" }, { "key": "b", "inner": { "key": "c" } }],
        "lifecycle": { "ignore_changes": ["tags"] }
      }
    }
  },
  "output": { "o": { "value": "${test_thing.a[0].name}" }, "p": { "value": "${local.l}" } }
}
"#,
        r#"
test_thing.a[0] = {
  "name" = "n2"
  "setting" = tolist([
    {
      "inner" = toset([])
      "key" = "a"
      "value" = tostring(null)
    },
    {
      "inner" = toset([
        {
          "key" = "c"
          "value" = tostring(null)
        },
      ])
      "key" = "b"
      "value" = tostring(null)
    },
  ])
  "tags" = tomap({
    "k" = "x-2!"
  })
}
output o = "n2"
output p = [
  3,
  "x-2!",
]
"#,
    );
}

#[test]
fn override_files_change_arguments() {
    check(
        r#"
variable "v" { default = "a" }
resource "test_thing" "a" {
  name = "base"
  size = 3
  setting { key = "one" }
  setting { key = "two" }
}
output "v" { value = var.v }
-- override.tf --
variable "v" { default = "b" }
resource "test_thing" "a" {
  name = "over-${var.v}"
  setting { key = "three" }
}
"#,
        r#"
test_thing.a = {
  "name" = "over-b"
  "setting" = tolist([
    {
      "inner" = toset([])
      "key" = "three"
      "value" = tostring(null)
    },
  ])
  "size" = 3
}
output v = "b"
"#,
    );
}

/// Checks the errors of a configuration, those of loading or of validating.
#[track_caller]
fn errors(text: &str, expected: &str) {
    let (configuration, mut diagnostics) = common::load_with(text, None);
    if let Some(configuration) = configuration {
        diagnostics.extend(configuration.validate());
    }
    let found = lines(&diagnostics);
    let trim = |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    assert_eq!(trim(&found), trim(expected), "\n--- found:\n{found}");
}

#[test]
fn names_that_do_not_exist_are_errors_with_suggestions() {
    errors(
        r#"
resorce "test_thing" "x" {}
resource "test_thing" "a" {
  nam  = "x"
  name = upperr("a")
  sise { key = "k" }
  setting { kee = 1 }
  one = { key = "k" }
  tags { a = 1 }
  id = "x"
}
resource "test_thin" "b" {}
resource "tost_thing" "c" {}
"#,
        r#"
main.tf:2: Unsupported block type: There are no blocks of type "resorce". | did you mean "resource"?
main.tf:4: Unsupported argument: An argument named "nam" is not expected here. | did you mean "name"?
main.tf:5: Call to unknown function: There is no function named "upperr". | did you mean "upper"?
main.tf:6: Unsupported block type: Blocks of type "sise" are not expected here. | did you mean "size"?
main.tf:7: Missing required argument: The argument "key" is required, but no value was given.
main.tf:7: Unsupported argument: An argument named "kee" is not expected here. | did you mean "key"?
main.tf:8: Unsupported argument: An argument named "one" is not expected here. | "one" is a block: write one { … } without an equals sign
main.tf:9: Unsupported block type: Blocks of type "tags" are not expected here. | "tags" is an argument: write tags = …
main.tf:10: Value for unconfigurable attribute: The value of "id" is decided by the provider, so it cannot be set.
main.tf:12: Invalid resource type: The provider registry.terraform.io/hashicorp/test has no resource type "test_thin". | did you mean "test_thing"?
main.tf:13: Unknown provider: The provider registry.terraform.io/hashicorp/tost is not built into wpinfra, which has test, terraform. | did you mean "test"?
"#,
    );
}

#[test]
fn references_to_nothing_are_errors() {
    errors(
        r#"
variable "zone" {}
resource "test_thing" "a" {
  name = var.zne
  kind = local.nothing
  any  = [test_thing.b.name, module.x.y, data.test_thing.z.id, foo, count.index, each.key, test_thing.a2.nme]
}
resource "test_thing" "a2" {
  name = test_thing.a2.name
}
"#,
        r#"
main.tf:4: Reference to undeclared input variable: There is no variable "zne". Declare it with variable "zne" {}. | did you mean "zone"?
main.tf:5: Reference to undeclared local value: There is no local value "nothing" in this module.
main.tf:6: Reference to undeclared resource: There is no block test_thing.b in this module. | did you mean "test_thing.a"?
main.tf:6: Reference to undeclared module: There is no module call "x" in this module.
main.tf:6: Reference to undeclared resource: There is no block data.test_thing.z in this module.
main.tf:6: Invalid reference: The name "foo" alone means nothing here. A reference to a resource consists of its type and its name. | a string must stand in quotes: "foo"
main.tf:6: Reference to "count" in non-counted context: "count.index" can be used only in blocks that have the argument "count".
main.tf:6: Reference to "each" in context without for_each: "each" can be used only in blocks that have the argument "for_each".
main.tf:6: Unsupported attribute: This object has no attribute named "nme". | did you mean "name"?
main.tf:9: Self-referential block: test_thing.a2 refers to itself, but none of its values is there before it is. In postconditions and provisioners write "self" for the object.
"#,
    );
}

#[test]
fn values_are_checked() {
    errors(
        r#"
variable "n" {
  type    = number
  default = "x"
}
resource "test_thing" "a" {
  size  = 11
  kind  = "medium"
  cidr  = "10.0.0.1/16"
  zones = "a"
  tags  = { a = [1] }
  a     = "1"
  b     = "2"
  setting {}
  setting { key = "1" }
  setting { key = "1" }
  setting { key = "1" }
}
resource "test_thing" "c" {
  name  = "x"
  count = 1
  for_each = {}
}
resource "test_thing" "b" { name = "x" }
resource "test_thing" "b" { name = null }
"#,
        r#"
main.tf:4: Invalid default value for variable: The default does not fit the type number: a number is required.
main.tf:6: Missing required argument: The argument "name" is required, but no value was given.
main.tf:7: Invalid value: The value of "size" must be between 1 and 10; 11 is not.
main.tf:8: Invalid value: The value of "kind" must be "small" or "large"; "medium" is not.
main.tf:9: Invalid value: The value of "cidr" must be a network without bits beyond its prefix: 10.0.0.0/16; "10.0.0.1/16" is not.
main.tf:10: Incorrect attribute value type: The value of "zones" does not suit: list of string required.
main.tf:11: Incorrect attribute value type: The value of "tags" does not suit: at .a, string required.
main.tf:12: Conflicting arguments: "a" and "b" exclude each other; keep one of them.
main.tf:13: Conflicting arguments: "b" and "a" exclude each other; keep one of them.
main.tf:14: Missing required argument: The argument "key" is required, but no value was given.
main.tf:17: Too many blocks: No more than 3 blocks of type "setting" are allowed, but there are 4.
main.tf:22: Invalid combination of "count" and "for_each": "count" and "for_each" exclude each other; keep one of them.
main.tf:25: Duplicate block: There is one block "test_thing.b" already, in main.tf line 24. Give one of the two another name, or take it away.
main.tf:25: Missing required argument: The argument "name" is required, but its value is null.
"#,
    );
}

#[test]
fn what_an_error_leaves_unknown_is_told_once() {
    let text = "locals {\n  keys = toset([for a in range(3000) : \"k${a}\"])\n}\nresource \"test_thing\" \"a\" {\n  for_each = local.keys\n}\n";
    let (configuration, problems) = common::load_with(text, Some(InputVariables::default()));
    let configuration = configuration.unwrap_or_else(|| panic!("{problems:?}"));
    let block = configuration.resource_addresses().remove(0);
    let (_, problems) = Evaluator::new(&configuration).expand(&block, &Known::default());
    assert_eq!(problems.iter().map(|problem| problem.summary.as_str()).collect::<Vec<_>>(), ["Error in function call"]);
}

#[test]
fn repetition_must_be_known_and_suit() {
    check(
        r#"
resource "test_thing" "a" { name = "a" }
resource "test_thing" "b" {
  for_each = toset([test_thing.a.id])
  name     = each.key
}
resource "test_thing" "c" {
  count = test_thing.a.id
  name  = "x"
}
resource "test_thing" "d" {
  for_each = ["a"]
  name     = "x"
}
resource "test_thing" "e" {
  for_each = toset(sensitive(["a"]))
  name     = "x"
}
"#,
        r#"
test_thing.a = {
  "name" = "a"
}
main.tf:4: Invalid for_each argument: The keys of the instances depend on test_thing.a.id, which is known only after apply. Use a map whose keys the configuration itself gives and only whose values come from other resources, or apply what it depends on first with -target.
main.tf:8: Invalid count argument: The number of instances depends on test_thing.a.id, which is known only after apply. Use values that the configuration itself gives, or apply what it depends on first with -target.
main.tf:12: Invalid for_each argument: The value must be a map or a set of strings, but is a tuple. Turn it into a set with toset().
main.tf:16: Invalid for_each argument: The value is sensitive, but the keys of instances are shown everywhere. Take the mark off with nonsensitive(), or repeat for the keys alone.
"#,
    );
}

#[test]
fn cycles_name_their_members() {
    errors(
        r#"
locals {
  a = local.b
  b = test_thing.x.name
}
resource "test_thing" "x" { name = local.a }
"#,
        "
main.tf:3: Cycle: Each of these needs the next one, and the last one the first: local.a → local.b → test_thing.x → local.a. Take one of the references away.
",
    );
}

#[test]
fn settings_are_checked() {
    errors(
        r#"
terraform {
  required_version = "< 1.0"
  required_providers { test = { source = "hashicorp/test", version = "~> 2.0" } }
  backend "s3" {}
}
module "m" {
  source = "./mod"
  x      = 1
}
module "n" { source = "registry/x" }
-- mod/main.tf --
variable "need" {}
"#,
        r#"
main.tf:3: Unsupported Terraform version: The configuration wants version < 1.0, but wpinfra behaves like Terraform 1.11.4. Change the constraint if that will do.
main.tf:4: Unsupported provider version: The configuration wants version ~> 2.0 of test, but the one built in behaves like 1.2.3. Change the constraint if that will do.
main.tf:5: Unsupported backend: wpinfra keeps its state in a file: the backend "s3" is not supported. Use backend "local" instead.
main.tf:7: Missing required argument: The module needs a value for its variable "need", which has no default.
main.tf:9: Unsupported argument: The module "m" declares no variable "x".
main.tf:11: Invalid module source address: "registry/x" is neither a directory, which begins with ./ or ../, nor an address in a registry such as namespace/name/provider, nor one that begins with a transport such as git:: or https://. | for a directory beside this module, write "./registry/x"
"#,
    );
}

#[test]
fn the_wordpress_configuration_parses() {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../../configs/wordpress");
    let mut count = 0;
    for entry in std::fs::read_dir(dir).expect("the directory is part of the repository") {
        let path = entry.expect("readable").path();
        if path.extension().is_some_and(|extension| extension == "tf") {
            let text = std::fs::read_to_string(&path).expect("readable");
            let source = wpinfra_lang::syntax::Source::new(path.display().to_string(), text);
            let (body, diagnostics) = wpinfra_lang::syntax::parse_body(&source);
            assert!(body.is_some_and(|body| !body.blocks.is_empty()), "{}", lines(&diagnostics));
            count += 1;
        }
    }
    assert!(count >= 5, "only {count} files");
}

#[test]
fn conditions_imports_and_moves() {
    let (configuration, diagnostics) = common::load_with(
        r#"
resource "test_thing" "a" {
  for_each = toset(["x", "y"])
  name     = each.key
  lifecycle {
    create_before_destroy = true
    ignore_changes        = [tags["k"], size]
    precondition {
      condition     = each.key != "y"
      error_message = "No ${each.key}!"
    }
    postcondition {
      condition     = self.size == 1
      error_message = "Size is wrong."
    }
  }
}
moved {
  from = test_thing.old
  to   = test_thing.a["x"]
}
removed {
  from = module.gone.test_thing.b
  lifecycle { destroy = false }
}
import {
  for_each = { x = "id-1" }
  to       = test_thing.a[each.key]
  id       = each.value
}
"#,
        Some(InputVariables::default()),
    );
    let configuration = configuration.unwrap_or_else(|| panic!("{}", lines(&diagnostics)));
    let evaluator = Evaluator::new(&configuration);
    let mut known = Known::default();
    let address = |key: &str| format!("test_thing.a[{key:?}]").parse().expect("an address");
    assert!(evaluator.check_before(&address("x"), &known).is_empty());
    assert_eq!(
        lines(&evaluator.check_before(&address("y"), &known)),
        "main.tf:9: Resource precondition failed: No y!\n"
    );
    let (instance, _) = evaluator.instance(&address("x"), &known);
    let instance = instance.expect("it is right");
    assert!(instance.lifecycle.create_before_destroy);
    assert_eq!(format!("{:?}", instance.lifecycle.ignore_changes).matches("Path(").count(), 2);
    assert!(evaluator.check_after(&address("x"), &known).is_empty(), "not known yet");
    known.set(&address("x"), instance.config.with_attribute("size", Value::number(2)));
    assert_eq!(
        lines(&evaluator.check_after(&address("x"), &known)),
        "main.tf:13: Resource postcondition failed: Size is wrong.\n"
    );
    let (imports, _) = evaluator.imports(&known);
    assert_eq!(
        imports.iter().map(|target| (target.to.to_string(), target.id.clone())).collect::<Vec<_>>(),
        [("test_thing.a[\"x\"]".to_owned(), Some("id-1".to_owned()))]
    );
    assert_eq!(evaluator.moves().len(), 1);
    assert!(!evaluator.removals()[0].destroy);
    assert_eq!(evaluator.blocks().len(), 1);
}
