//! Large configurations: time grows with the number of blocks, not faster.
#![expect(clippy::disallowed_methods, reason = "measuring time is what this test is for")]

mod common;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use wpinfra_core::Value;
use wpinfra_core::desired::{Desired, Known};
use wpinfra_lang::{Evaluator, InputVariables};

fn evaluate(count: usize) -> Duration {
    let mut text = String::new();
    for index in 0..count {
        let (first, second) = (index / 2, index / 3);
        let input = if index == 0 {
            "1".to_owned()
        } else {
            format!("[terraform_data.r{first}.output, terraform_data.r{second}.id, \"x-${{local.name}}\"]")
        };
        let _ = writeln!(text, "resource \"terraform_data\" \"r{index}\" {{\n  input = {input}\n}}");
    }
    text.push_str("locals {\n  name = \"n\"\n}\n");
    let start = Instant::now();
    let (configuration, diagnostics) = common::load_with(&text, Some(InputVariables::default()));
    let configuration = configuration.unwrap_or_else(|| panic!("{diagnostics:?}"));
    let evaluator = Evaluator::new(&configuration);
    let mut known = Known::default();
    for address in configuration.resource_addresses() {
        let (expansions, _) = evaluator.expand(&address, &known);
        for expansion in expansions {
            known.expand(&expansion);
            let address = expansion.resource.instance(None);
            let (instance, problems) = evaluator.instance(&address, &known);
            let instance = instance.unwrap_or_else(|| panic!("{problems:?}"));
            known.set(&address, instance.config.with_attribute("id", Value::string("i")));
        }
    }
    assert_eq!(known.resources.len(), count);
    start.elapsed()
}

/// Evaluates a block with so many instances, and another whose instances each refer to one of them.
fn evaluate_instances(count: usize) -> Duration {
    let text = format!(
        "locals {{\n  keys = toset(split(\",\", \"{}\"))\n}}\n\
         resource \"terraform_data\" \"a\" {{\n  for_each = local.keys\n  input = each.key\n}}\n\
         resource \"terraform_data\" \"b\" {{\n  for_each = local.keys\n  input = terraform_data.a[each.key].id\n}}\n",
        (0..count).map(|index| format!("k{index}")).collect::<Vec<_>>().join(",")
    );
    let (configuration, diagnostics) = common::load_with(&text, Some(InputVariables::default()));
    let configuration = configuration.unwrap_or_else(|| panic!("{diagnostics:?}"));
    let evaluator = Evaluator::new(&configuration);
    let mut known = Known::default();
    let start = Instant::now();
    for address in configuration.resource_addresses() {
        let (expansions, _) = evaluator.expand(&address, &known);
        for expansion in expansions {
            known.expand(&expansion);
            for key in &expansion.keys {
                let address = expansion.resource.instance(key.clone());
                let (instance, problems) = evaluator.instance(&address, &known);
                let instance = instance.unwrap_or_else(|| panic!("{problems:?}"));
                known.set(&address, instance.config.with_attribute("id", Value::string("i")));
            }
        }
    }
    assert_eq!(known.resources.values().map(|resource| resource.instances.len()).sum::<usize>(), 2 * count);
    start.elapsed()
}

#[test]
fn time_is_linear_in_instances() {
    evaluate_instances(100);
    let (small, large) = (evaluate_instances(200), evaluate_instances(2_000));
    assert!(large < small * 24, "200 instances: {small:?}, 2,000 instances: {large:?}");
}

#[test]
fn time_is_linear_in_blocks() {
    evaluate(100);
    let (small, large) = (evaluate(1000), evaluate(10_000));
    // 12 times is the aim; a busy machine is given some room.
    assert!(large < small * 24, "1,000 blocks: {small:?}, 10,000 blocks: {large:?}");
}
