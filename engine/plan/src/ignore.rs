//! `ignore_changes`: arguments that keep what is recorded.

use std::collections::BTreeMap;
use std::sync::Arc;

use wpinfra_core::desired::IgnoreChanges;
use wpinfra_core::{Path, PathStep, Type, Value};

/// Returns the configuration with the recorded values in the places that are to be ignored; marks come along.
pub(crate) fn ignore_changes(config: &Value, prior: &Value, ignored: &IgnoreChanges) -> Value {
    match ignored {
        IgnoreChanges::All => prior.clone(),
        IgnoreChanges::Paths(paths) => {
            paths.iter().fold(config.clone(), |config, Path(steps)| overlay(&config, prior, steps))
        }
    }
}

/// Replaces the part of `config` at the path by that of `prior`.
fn overlay(config: &Value, prior: &Value, path: &[PathStep]) -> Value {
    let Some((step, rest)) = path.split_first() else { return prior.clone() };
    match step {
        PathStep::Attribute(name) if matches!(config.ty(), Type::Map(_)) => entry(config, prior, name, rest),
        PathStep::Attribute(name) => match (config.get(name), prior.get(name)) {
            (Some(inner), Some(recorded)) => config.with_attribute(name, overlay(&inner, &recorded, rest)),
            _ => config.clone(),
        },
        PathStep::Index(key) => match (key.as_str(), key.as_number()) {
            (Some(name), _) => entry(config, prior, name, rest),
            (None, Some(index)) => index
                .to_i64()
                .and_then(|index| usize::try_from(index).ok())
                .map_or_else(|| config.clone(), |index| element(config, prior, index, rest)),
            (None, None) => config.clone(),
        },
    }
}

/// Replaces one element of a list where both have it.
fn element(config: &Value, prior: &Value, index: usize, rest: &[PathStep]) -> Value {
    let (Some(elements), Some(recorded)) = (config.elements(), prior.elements().and_then(|all| all.get(index))) else {
        return config.clone();
    };
    let Some(current) = elements.get(index) else { return config.clone() };
    let mut elements = elements.to_vec();
    elements[index] = overlay(current, recorded, rest);
    config.with_elements(elements)
}

/// Replaces one entry of a map: one that is not recorded goes, one that is not configured comes.
fn entry(config: &Value, prior: &Value, key: &str, rest: &[PathStep]) -> Value {
    if !config.is_known() {
        return config.clone();
    }
    let mut entries: BTreeMap<Arc<str>, Value> = config.mapping().cloned().unwrap_or_default();
    match (prior.get(key), entries.get(key)) {
        (Some(recorded), Some(current)) => {
            let replaced = overlay(current, &recorded, rest);
            entries.insert(Arc::from(key), replaced);
        }
        (Some(recorded), None) if rest.is_empty() => {
            entries.insert(Arc::from(key), recorded);
        }
        (Some(_), None) => {}
        (None, _) => {
            entries.remove(key);
        }
    }
    if entries.is_empty() && config.is_null() {
        return config.clone();
    }
    if matches!(config.ty(), Type::Object(_)) {
        return config.with_mapping(entries);
    }
    let element = config.ty().element().cloned().unwrap_or(Type::Dynamic);
    Value::map(element, entries).with_marks(config.marks())
}
