//! Which changes cannot be made in place.

use std::sync::Arc;

use wpinfra_core::schema::{Block, NestedBlock, Nesting, Replace};
use wpinfra_core::{Path, PathStep, Type, Value};

use crate::merge::TIMEOUTS;

/// Returns the paths at which the change from `prior` to `planned` needs a new object; neither has marks.
pub(crate) fn replace_paths(block: &Block, prior: &Value, planned: &Value) -> Vec<Path> {
    let mut found = Vec::new();
    collect(block, prior, planned, &mut Path::root(), &mut found);
    found
}

fn collect(block: &Block, prior: &Value, planned: &Value, path: &mut Path, found: &mut Vec<Path>) {
    let (Some(prior), Some(planned)) = (prior.mapping(), planned.mapping()) else { return };
    for (name, attribute) in &block.attributes {
        let (Some(prior), Some(planned)) = (prior.get(*name), planned.get(*name)) else { continue };
        if prior != planned && replaces(attribute.replace, prior, planned) {
            found.push(path.attribute(name));
        }
    }
    for (name, nested) in &block.blocks {
        let (Some(prior), Some(planned)) = (prior.get(*name), planned.get(*name)) else { continue };
        if prior != planned && *name != TIMEOUTS {
            path.0.push(PathStep::Attribute(Arc::from(*name)));
            collect_nested(nested, prior, planned, path, found);
            path.0.pop();
        }
    }
}

fn collect_nested(nested: &NestedBlock, prior: &Value, planned: &Value, path: &mut Path, found: &mut Vec<Path>) {
    if nested.nesting == Nesting::Set {
        let same_number = planned.elements().map(<[Value]>::len) == prior.elements().map(<[Value]>::len);
        if (!same_number && replaces(nested.replace, prior, planned)) || set_replaces(&nested.block, prior, planned) {
            found.push(path.clone());
        }
        return;
    }
    let (before, after) = (steps_of(prior), steps_of(planned));
    let same_members = prior.is_null() == planned.is_null() && planned.is_known() && before == after;
    if !same_members && replaces(nested.replace, prior, planned) {
        found.push(path.clone());
    }
    if nested.nesting == Nesting::Single {
        collect(&nested.block, prior, planned, path, found);
        return;
    }
    for (step, planned) in planned.parts() {
        let Some((_, prior)) = prior.parts().into_iter().find(|(at, _)| *at == step) else { continue };
        path.0.push(step);
        collect(&nested.block, prior, planned, path, found);
        path.0.pop();
    }
}

fn steps_of(value: &Value) -> Vec<PathStep> {
    if matches!(value.ty(), Type::Object(_)) {
        return Vec::new();
    }
    value.parts().into_iter().map(|(step, _)| step).collect()
}

/// Tells whether the difference of two sets of blocks needs a new object: an element that changes is another element.
fn set_replaces(block: &Block, prior: &Value, planned: &Value) -> bool {
    let (before, after) = (prior.elements().unwrap_or_default(), planned.elements().unwrap_or_default());
    let gone: Vec<&Value> = before.iter().filter(|element| !after.contains(element)).collect();
    let come: Vec<&Value> = after.iter().filter(|element| !before.contains(element)).collect();
    let nothing = block.empty_value();
    (0..gone.len().max(come.len())).any(|index| {
        let (gone, come) = (gone.get(index).copied().unwrap_or(&nothing), come.get(index).copied().unwrap_or(&nothing));
        element_replaces(block, gone, come)
    })
}

fn element_replaces(block: &Block, gone: &Value, come: &Value) -> bool {
    let (Some(before), Some(after)) = (gone.mapping(), come.mapping()) else { return false };
    let in_attributes = block.attributes.iter().any(|(name, attribute)| {
        let (Some(before), Some(after)) = (before.get(*name), after.get(*name)) else { return false };
        match attribute.replace {
            Replace::Never => false,
            // The old element goes with all that is in it, and so takes what forces a replacement along.
            Replace::Always => !before.is_zero() || !after.is_zero(),
            Replace::When(replaces) => before != after && replaces(before, after),
        }
    });
    in_attributes
        || block.blocks.iter().any(|(name, nested)| {
            let (Some(before), Some(after)) = (before.get(*name), after.get(*name)) else { return false };
            set_replaces(&nested.block, before, after)
        })
}

fn replaces(rule: Replace, prior: &Value, planned: &Value) -> bool {
    match rule {
        Replace::Never => false,
        Replace::Always => true,
        Replace::When(replaces) => replaces(prior, planned),
    }
}
