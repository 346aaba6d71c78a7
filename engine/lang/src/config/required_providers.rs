//! `required_providers`

use std::sync::Arc;

use wpinfra_core::registry::Registry;
use wpinfra_core::{Diagnostic, Diagnostics};

use super::blocks::{read_list, read_provider_reference};
use super::providers::satisfies;
use super::{ANNOUNCED_VERSION, Module, RequiredProvider, VersionRules, rules};
use crate::expr::{ExprKind, Expression};
use crate::syntax::{Attribute, Block, Body};

/// Reads a `required_providers` block.
pub(super) fn read(module: &mut Module, block: &Block, diagnostics: &mut Diagnostics) {
    let body = block.body.shaped(&|_| None, diagnostics);
    for inner in &body.blocks {
        diagnostics.push(rules::no_blocks(inner, body.range(inner.kind_span)));
    }
    for attribute in body.attributes.values() {
        let entry = read_entry(&body, attribute, diagnostics);
        module.settings.required_providers.insert(Arc::clone(&attribute.name), entry);
    }
}

fn read_entry(body: &Body, attribute: &Attribute, diagnostics: &mut Diagnostics) -> RequiredProvider {
    let range = attribute.range();
    let name = &attribute.name;
    if !rules::is_provider_name(name) || name.to_lowercase() != **name {
        let detail = format!(
            "{name:?} cannot be the name of a provider: it consists of small letters, digits, and dashes between them."
        );
        diagnostics.push(Diagnostic::error("Invalid provider name", detail).at(range.clone()));
    }
    let mut entry = RequiredProvider {
        source: Registry::full_source(name),
        version: None,
        configuration_aliases: Vec::new(),
        range: range.clone(),
    };
    let expression = attribute.expression();
    if let Some(text) = attribute.value.literal_text() {
        entry.version = checked_version(text, VersionRules::Provider, &expression, diagnostics);
        return entry;
    }
    let ExprKind::Object(items) = &attribute.value.kind else {
        let detail = "An object with source and version is expected.";
        diagnostics.push(Diagnostic::error("Invalid required_providers object", detail).at(range));
        return entry;
    };
    for (key, value) in items {
        let value = rules::part(&expression, value);
        match (key.literal_text(), value.expr.literal_text()) {
            (Some("source"), Some(text)) => {
                if let Some(source) = checked_source(text) {
                    entry.source = source;
                } else {
                    let detail = format!(
                        "{text:?} is no source of a provider: it is written as hashicorp/aws, with a host in front if it is not registry.terraform.io."
                    );
                    diagnostics.push(Diagnostic::error("Invalid provider source", detail).at(value.range()));
                }
            }
            (Some("version"), Some(text)) => {
                entry.version = checked_version(text, VersionRules::Provider, &value, diagnostics);
            }
            (Some("configuration_aliases"), None) => {
                for element in read_list(&value, diagnostics) {
                    if !rules::in_json(&element) && element.expr.literal_text().is_some() {
                        let detail = "The names of provider configurations stand without quotes: aws.west.";
                        diagnostics.push(Diagnostic::error("Invalid expression", detail).at(element.range()));
                        continue;
                    }
                    let reference = read_provider_reference(&element, diagnostics);
                    entry.configuration_aliases.extend(reference.and_then(|found| found.alias));
                }
            }
            _ => diagnostics.push(
                Diagnostic::error(
                    "Invalid required_providers object",
                    "A required provider has a source and a version, both strings, and configuration_aliases.",
                )
                .at(body.range(key.span)),
            ),
        }
    }
    entry
}

/// Returns the source address in full; `None` if the text is none.
fn checked_source(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split('/').collect();
    let names = match parts.as_slice() {
        [] | [_, _, _, _, ..] => return None,
        [host, rest @ ..] if rest.len() == 2 && !host.is_empty() && !host.contains(char::is_whitespace) => rest,
        [_, _, _] => return None,
        all => all,
    };
    names.iter().all(|name| rules::is_provider_name(name)).then(|| Registry::full_source(&text.to_lowercase()))
}

/// Returns the text if it is a version constraint, and reports it otherwise.
pub(super) fn checked_version(
    text: &str,
    rules: VersionRules,
    expression: &Expression,
    diagnostics: &mut Diagnostics,
) -> Option<String> {
    match satisfies(ANNOUNCED_VERSION, text, rules) {
        Ok(_) => Some(text.to_owned()),
        Err(why) => {
            let detail = format!(
                "{text:?} is no version constraint: {why}. Constraints look like \"~> 5.0\" or \">= 5.1, < 6\"."
            );
            diagnostics.push(Diagnostic::error("Invalid version constraint", detail).at(expression.range()));
            None
        }
    }
}
