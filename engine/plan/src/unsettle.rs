//! What an update in place makes unknown although the configuration does not change it.

use std::sync::Arc;

use wpinfra_core::Value;
use wpinfra_core::schema::{Block, Nesting, Schema};

/// Makes unknown what the schema says cannot be foretold when certain other attributes change.
pub(crate) fn unsettle(schema: &Schema, prior: &Value, config: &Value, planned: &Value) -> Value {
    if prior == planned || !is_unsettled(&schema.block) {
        return planned.clone();
    }
    let changed =
        |paths: &[&str]| paths.iter().any(|path| *path == "*" || values_at(prior, path) != values_at(planned, path));
    unsettle_block(&schema.block, config, planned, &changed)
}

fn is_unsettled(block: &Block) -> bool {
    block.attributes.values().any(|attribute| !attribute.unknown_on_update.is_empty())
        || block.blocks.values().any(|nested| !nested.unknown_on_update.is_empty() || is_unsettled(&nested.block))
}

fn unsettle_block(block: &Block, config: &Value, planned: &Value, changed: &impl Fn(&[&str]) -> bool) -> Value {
    let Some(parts) = planned.mapping() else { return planned.clone() };
    let is_configured = |name: &str| {
        config.get(name).is_some_and(|value| !value.is_null() && value.elements().is_none_or(|all| !all.is_empty()))
    };
    let unsettled = parts.iter().map(|(name, part)| {
        let (paths, ty) = match (block.attributes.get(&**name), block.blocks.get(&**name)) {
            (Some(attribute), _) => (attribute.unknown_on_update, Some(attribute.ty.clone())),
            (None, Some(nested)) => (nested.unknown_on_update, Some(nested.implied_type())),
            (None, None) => (&[][..], None),
        };
        if let Some(ty) = ty.filter(|_| !paths.is_empty() && !is_configured(name) && changed(paths)) {
            return (Arc::clone(name), Value::unknown(ty));
        }
        let Some(nested) = block.blocks.get(&**name).filter(|nested| is_unsettled(&nested.block)) else {
            return (Arc::clone(name), part.clone());
        };
        let config = config.get(name).unwrap_or_else(|| nested.empty());
        (Arc::clone(name), unsettle_nested(&nested.block, nested.nesting, &config, part, changed))
    });
    Value::object::<Arc<str>>(unsettled)
}

/// Goes into the elements of nested blocks; those of sets have no counterpart in the configuration.
fn unsettle_nested(
    block: &Block,
    nesting: Nesting,
    config: &Value,
    planned: &Value,
    changed: &impl Fn(&[&str]) -> bool,
) -> Value {
    match (nesting, planned.elements(), planned.mapping()) {
        (Nesting::Single, ..) => unsettle_block(block, config, planned, changed),
        (Nesting::List, Some(elements), _) if !elements.is_empty() => {
            let nothing = block.empty_value();
            let configured = config.elements().unwrap_or_default();
            let unsettled = elements.iter().enumerate().map(|(index, element)| {
                unsettle_block(block, configured.get(index).unwrap_or(&nothing), element, changed)
            });
            planned.with_elements(unsettled.collect())
        }
        _ => planned.clone(),
    }
}

/// Returns all values at a dotted path, which goes through every element of the lists and sets on its way.
fn values_at(value: &Value, path: &str) -> Vec<Value> {
    path.split('.').fold(vec![value.clone()], |values, name| {
        let one_level = values.into_iter().flat_map(|value| match value.elements() {
            Some(elements) => elements.to_vec(),
            None => vec![value],
        });
        one_level.filter_map(|value| value.get(name)).collect()
    })
}
