//! What is known of resources without asking anybody: from a plan, or from a state alone.

use std::collections::{BTreeMap, BTreeSet};

use wpinfra_core::desired::{BlockKind, BlockNode, Desired, Known};
use wpinfra_core::registry::Registry;
use wpinfra_core::state::State;
use wpinfra_core::{ConfigAddress, Diagnostics, ResourceAddress};
use wpinfra_plan::{Change, Mode, Plan};

use crate::order::in_order;
use crate::run::decode;

/// Returns what the state says of every instance of a block that the configuration has.
pub fn recorded(state: &State, desired: &dyn Desired, registry: &Registry) -> Known {
    let block = |node: &BlockNode| match &node.kind {
        BlockKind::Resource(block) => Some(block.clone()),
        BlockKind::Provider(_) | BlockKind::Value => None,
    };
    let blocks: BTreeSet<ConfigAddress> = desired.blocks().iter().filter_map(block).collect();
    let mut known = Known::default();
    for resource in state.resources.keys().filter(|resource| blocks.contains(&resource.config())) {
        add_recorded(&mut known, state, registry, resource);
    }
    known
}

/// Returns what a plan makes known: every block expanded, every instance as planned.
pub fn planned(plan: &Plan, desired: &dyn Desired, registry: &Registry, applying: bool) -> (Known, Diagnostics) {
    let mut known = Known { applying, ..Known::default() };
    let mut diagnostics = Diagnostics::new();
    let mut changes: BTreeMap<&ResourceAddress, Vec<&Change>> = BTreeMap::new();
    for change in plan.changes.iter().filter(|change| change.deposed.is_none()) {
        changes.entry(&change.address.resource).or_default().push(change);
    }
    // References go to values, so that those must be there before a block that repeats by them is expanded.
    let blocks = desired.blocks();
    for id in in_order(blocks) {
        let BlockKind::Resource(block) = &blocks[id].kind else { continue };
        for expansion in diagnostics.absorb(desired.expand(block, &known)) {
            known.expand(&expansion);
            add_recorded(&mut known, &plan.prior_state, registry, &expansion.resource);
            for change in changes.get(&expansion.resource).into_iter().flatten() {
                add_planned(&mut known, plan.mode, change);
            }
        }
    }
    if plan.mode == Mode::Destroy {
        // What is left of the configuration is asked only for providers and provisioners.
        return (known, Diagnostics::new());
    }
    (known, diagnostics)
}

/// Adds what is recorded of a block: where there is a plan that is what it is not about, and data sources that were read for it.
fn add_recorded(known: &mut Known, state: &State, registry: &Registry, address: &ResourceAddress) {
    let Some(resource) = state.resources.get(address) else { return };
    let Some(schema) = registry.schema(&resource.provider.source, address.mode, &address.resource_type) else { return };
    for (key, instance) in &resource.instances {
        if let Some(Ok(value)) = instance.current.as_ref().map(|object| decode(object, schema)) {
            known.set(&address.instance(key.clone()), value);
        }
    }
}

fn add_planned(known: &mut Known, mode: Mode, change: &Change) {
    match (&change.after, &change.before, mode) {
        // Providers and provisioners may refer to what is about to be destroyed.
        (Some(value), ..) | (None, Some(value), Mode::Destroy) => known.set(&change.address, value.clone()),
        (None, _, Mode::Normal | Mode::RefreshOnly) | (None, None, Mode::Destroy) => {
            if let Some(resource) = known.resources.get_mut(&change.address.resource) {
                resource.instances.remove(&change.address.key);
            }
        }
    }
}
