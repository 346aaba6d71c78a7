//! The end of planning: from all that the last round has settled to the plan.

use std::collections::{BTreeMap, BTreeSet};

use wpinfra_core::desired::BlockId;
use wpinfra_core::state::{InstanceState, ObjectState, ObjectStatus, ResourceState, State};
use wpinfra_core::{ConfigAddress, Diagnostics, InstanceAddress, Mode as BlockMode, Value};

use crate::bits::Bits;
use crate::decode::encode;
use crate::execution::{self, Origins};
use crate::objects::{Object, Sight, Tracked};
use crate::orphans::departures;
use crate::outputs::output_changes;
use crate::plan::{Action, Change, Mode, Plan};
use crate::planner::Round;
use crate::settle::is_drift;

/// Makes the plan out of a round in which nothing was left to be found out.
pub(crate) fn conclude(mut round: Round<'_>) -> (Option<Plan>, Diagnostics) {
    let mut diagnostics = std::mem::take(&mut round.diagnostics);
    if round.request.options.mode != Mode::Destroy {
        diagnostics.extend(round.check_imports());
        diagnostics.extend(round.request.desired.checks(&round.known));
    }
    let departing = diagnostics.absorb(departures(&mut round));
    let mut changes: Vec<Change> = std::mem::take(&mut round.changes).into_values().chain(departing).collect();
    changes.sort_by(|a, b| (&a.address, &a.deposed).cmp(&(&b.address, &b.deposed)));
    let create_first = create_before_destroy(&round);
    let mut dependencies: BTreeMap<BlockId, BTreeSet<ConfigAddress>> = BTreeMap::new();
    for change in &mut changes {
        complete(&round, &create_first, &mut dependencies, change);
    }
    let outputs = diagnostics.absorb(output_changes(&round));
    if diagnostics.has_errors() {
        return (None, diagnostics);
    }
    let graph = execution::build(&changes, &origins(&round));
    let plan = Plan {
        mode: round.request.options.mode,
        outputs,
        graph,
        prior_state: prior_state(&round, &changes, &create_first, &mut dependencies),
        drift: drift(&round),
        checks: if round.request.options.mode == Mode::Destroy {
            Vec::new()
        } else {
            round.request.desired.check_outcomes(&round.known)
        },
        is_partial: round.selection.is_partial(),
        changes,
    };
    for problem in execution::lint(&plan.graph) {
        diagnostics.push(wpinfra_core::Diagnostic::bug("Invalid execution graph", problem));
    }
    (Some(plan), diagnostics)
}

/// Returns the blocks whose replacements are created first: those that say so, and all that those depend on.
fn create_before_destroy(round: &Round<'_>) -> Bits {
    let mut blocks = Bits::below(round.graph.blocks().len());
    for (block, (lifecycle, _)) in &round.lifecycles {
        if lifecycle.create_before_destroy {
            blocks.insert(*block);
            round.graph.resources_behind(*block).for_each(|behind| blocks.insert(behind));
        }
    }
    blocks
}

/// Fills in what depends on the whole: order of a replacement, dependencies, former address.
fn complete(
    round: &Round<'_>,
    create_first: &Bits,
    dependencies: &mut BTreeMap<BlockId, BTreeSet<ConfigAddress>>,
    change: &mut Change,
) {
    if let Some(block) = round.graph.resource(&change.address.config()) {
        change.dependencies.clone_from(dependencies_of(round, dependencies, block));
        if change.address.resource.mode == BlockMode::Managed && create_first.contains(block) {
            change.create_before_destroy = true;
            if change.action == Action::DeleteThenCreate {
                change.action = Action::CreateThenDelete;
            }
        }
    }
    let tracked = round.objects.get(&change.address).filter(|tracked| tracked.recorded_at != change.address);
    if let Some(tracked) = tracked {
        change.previous_address = Some(tracked.recorded_at.clone());
    }
}

fn dependencies_of<'d>(
    round: &Round<'_>,
    dependencies: &'d mut BTreeMap<BlockId, BTreeSet<ConfigAddress>>,
    block: BlockId,
) -> &'d BTreeSet<ConfigAddress> {
    dependencies.entry(block).or_insert_with(|| round.graph.dependencies(block))
}

/// Returns what the order of deletions goes by.
fn origins<'r>(round: &'r Round<'_>) -> Origins<'r> {
    let mut recorded = BTreeMap::new();
    for (address, tracked) in &round.objects {
        for (key, object) in tracked.objects() {
            recorded.insert((address.clone(), key), &object.state.dependencies);
        }
    }
    let state = round.request.state;
    Origins { graph: round.graph, recorded, lineage: &state.lineage, serial: state.serial }
}

/// Returns the state that the plan starts from: moved, refreshed, with the results of the data sources.
fn prior_state(
    round: &Round<'_>,
    changes: &[Change],
    create_first: &Bits,
    dependencies: &mut BTreeMap<BlockId, BTreeSet<ConfigAddress>>,
) -> State {
    let unchanged: BTreeSet<&InstanceAddress> = changes
        .iter()
        .filter(|change| change.action == Action::NoOp && change.deposed.is_none())
        .map(|change| &change.address)
        .collect();
    let recorded = round.request.state;
    let mut state = State {
        lineage: recorded.lineage.clone(),
        serial: recorded.serial,
        outputs: recorded.outputs.clone(),
        resources: BTreeMap::new(),
        check_results: recorded.check_results.clone(),
    };
    for (address, tracked) in &round.objects {
        let provider = round.provider_of(address, tracked);
        let mut instance = InstanceState::default();
        for (key, object) in tracked.objects() {
            let Some(mut current) = refreshed(round, address, object, &provider.source) else { continue };
            if let Some(key) = key {
                instance.deposed.insert(key.to_string(), current);
                continue;
            }
            let block = round.graph.resource(&address.config()).filter(|_| round.covered.contains(address));
            if let Some(block) = block.filter(|_| round.request.options.mode == Mode::Normal) {
                let configured = dependencies_of(round, dependencies, block);
                if unchanged.contains(address) {
                    current.dependencies.clone_from(configured);
                } else {
                    current.dependencies.extend(configured.iter().cloned());
                }
                current.create_before_destroy = create_first.contains(block);
            }
            instance.current = Some(current);
        }
        let resource = state
            .resources
            .entry(address.resource.clone())
            .or_insert_with(|| ResourceState { provider: provider.clone(), instances: BTreeMap::new() });
        resource.instances.insert(address.key.clone(), instance);
    }
    add_data(round, &mut state);
    state.prune();
    state
}

/// Returns a recorded object as it stands; `None` if it is gone.
fn refreshed(round: &Round<'_>, address: &InstanceAddress, object: &Object<'_>, source: &str) -> Option<ObjectState> {
    match (&object.sight, &object.recorded) {
        (Sight::Gone, _) => None,
        (Sight::Stands(value), Some(recorded)) => {
            let schema = round.request.registry.resource(source, address.resource_type())?.schema();
            if value == recorded && object.state.schema_version == schema.version {
                return Some(object.state.clone());
            }
            Some(encode(schema, value, object.state))
        }
        (Sight::Stands(_) | Sight::Pending, _) => Some(object.state.clone()),
    }
}

/// Puts the results of data sources into the state; what was recorded of them before stays only where the plan left it out.
fn add_data(round: &Round<'_>, state: &mut State) {
    let recorded = round.request.state.resources.iter().filter(|(address, _)| address.mode == BlockMode::Data);
    for (address, resource) in recorded {
        for (key, instance) in &resource.instances {
            let address = address.instance(key.clone());
            if !round.selection.has_instance(&address, round.graph.resource(&address.config())) {
                *state.instance_mut(&address, &resource.provider) = instance.clone();
            }
        }
    }
    if round.request.options.mode == Mode::Destroy {
        return;
    }
    for (address, (provider, value)) in &round.data {
        let Some(source) = round.request.registry.data_source(&provider.source, address.resource_type()) else {
            continue;
        };
        let blank = ObjectState {
            status: ObjectStatus::Ready,
            schema_version: source.schema().version,
            attributes: serde_json::Map::new(),
            sensitive_paths: Vec::new(),
            private: None,
            dependencies: BTreeSet::new(),
            create_before_destroy: false,
            identity: None,
        };
        state.instance_mut(address, provider).current = Some(encode(source.schema(), value, &blank));
    }
}

fn has_drifted(
    round: &Round<'_>,
    address: &InstanceAddress,
    tracked: &Tracked<'_>,
    recorded: &Value,
    value: &Value,
) -> bool {
    let resource = round.request.registry.resource(&tracked.provider.source, address.resource_type());
    value != recorded && resource.is_none_or(|resource| is_drift(recorded, value, resource.schema()))
}

/// Returns what was changed or deleted outside since the state was written.
fn drift(round: &Round<'_>) -> Vec<Change> {
    let mut drift = Vec::new();
    for (address, tracked) in &round.objects {
        for (key, object) in tracked.objects() {
            let (action, after) = match (&object.sight, &object.recorded) {
                (Sight::Gone, _) => (Action::Delete, None),
                (Sight::Stands(value), Some(recorded)) if has_drifted(round, address, tracked, recorded, value) => {
                    (Action::Update, Some(value.clone()))
                }
                (Sight::Stands(_) | Sight::Pending, _) => continue,
            };
            drift.push(Change {
                address: address.clone(),
                previous_address: (tracked.recorded_at != *address).then(|| tracked.recorded_at.clone()),
                deposed: key,
                provider: round.provider_of(address, tracked),
                action,
                reason: None,
                before: object.recorded.clone(),
                after,
                replace_paths: Vec::new(),
                importing: None,
                dependencies: object.state.dependencies.clone(),
                create_before_destroy: object.state.create_before_destroy,
            });
        }
    }
    drift
}
