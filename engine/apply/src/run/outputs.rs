//! Root outputs, checks, and what is known before the first step.

use std::collections::BTreeMap;

use wpinfra_core::desired::{BlockKind, Desired, Known};
use wpinfra_core::registry::Registry;
use wpinfra_core::state::OutputState;
use wpinfra_core::{Diagnostics, Marks, ResourceAddress};
use wpinfra_plan::{Change, Mode, Plan};

use super::{Run, decode};
use crate::journal::Entry;
use crate::order::in_order;
use crate::state_file::outputs_to_json;

/// Returns what is known when an apply begins: every block expanded, every instance as planned.
pub(super) fn known_at_start(plan: &Plan, desired: &dyn Desired, registry: &Registry) -> (Known, Diagnostics) {
    let mut known = Known { applying: true, ..Known::default() };
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
            add_recorded(&mut known, plan, registry, &expansion.resource);
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

/// Adds what is recorded of a block: data sources that were read while planning, and what the plan is not about.
fn add_recorded(known: &mut Known, plan: &Plan, registry: &Registry, resource: &ResourceAddress) {
    let Some(recorded) = plan.prior_state.resources.get(resource) else { return };
    let Some(schema) = registry.schema(&recorded.provider.source, resource.mode, &resource.resource_type) else {
        return;
    };
    for (key, instance) in &recorded.instances {
        if let Some(Ok(value)) = instance.current.as_ref().map(|object| decode(object, schema)) {
            known.set(&resource.instance(key.clone()), value);
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

impl Run<'_> {
    /// Evaluates the root outputs with all that is known at the end and records them; those that failed steps leave
    /// unknown stay as they were.
    pub(super) fn record_outputs(&self) -> Diagnostics {
        let mut shared = self.shared();
        let mut diagnostics = Diagnostics::new();
        let before = shared.state.outputs.clone();
        if self.plan.mode == Mode::Destroy {
            let gone = shared
                .state
                .resources
                .values()
                .all(|resource| resource.instances.values().all(|instance| instance.current.is_none()));
            if gone && !self.plan.is_partial {
                shared.state.outputs.clear();
            }
        } else {
            let (desired, problems) = self.desired.outputs(&shared.known);
            diagnostics.extend(problems);
            shared.state.outputs.retain(|name, _| desired.contains_key(name));
            for (name, output) in desired {
                let marks = output.value.deep_marks();
                if !output.value.is_wholly_known() || marks.contains(Marks::EPHEMERAL) {
                    continue;
                }
                if output.value.is_null() {
                    shared.state.outputs.remove(&name);
                    continue;
                }
                let output = OutputState { value: output.value.without_deep_marks(), sensitive: output.sensitive };
                shared.state.outputs.insert(name, output);
            }
            diagnostics.extend(self.desired.checks(&shared.known));
        }
        if shared.state.outputs != before {
            let entry = Entry::Outputs(outputs_to_json(&shared.state.outputs));
            if let Err(problems) = self.append(&entry) {
                diagnostics.extend(problems);
            }
        }
        diagnostics
    }
}
