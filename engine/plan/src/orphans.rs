//! Recorded objects that the configuration does not have: they are destroyed or forgotten.

use std::sync::Arc;

use wpinfra_core::desired::{BlockKind, Move, MoveEnd, Repetition};
use wpinfra_core::{Diagnostic, Diagnostics, InstanceAddress, InstanceKey, ModuleInstance};

use crate::managed::destruction_prevented;
use crate::moves::ambiguous_moves;
use crate::objects::{Sight, Tracked};
use crate::plan::{Action, Change, Mode, Reason};
use crate::planner::Round;

/// Returns the changes of objects that are to go: orphans, deposed objects and, when destroying, everything.
pub(crate) fn departures(round: &mut Round<'_>) -> (Vec<Change>, Diagnostics) {
    let mut diagnostics = contradicted_removals(round);
    diagnostics.extend(contradicted_moves(round));
    diagnostics.extend(ambiguous_moves(round.request.desired.moves()));
    let mut changes = Vec::new();
    if round.request.options.mode == Mode::RefreshOnly {
        return (changes, diagnostics);
    }
    let is_destroy = round.request.options.mode == Mode::Destroy;
    for (address, tracked) in &round.objects {
        let is_wanted = !is_destroy && round.covered.contains(address);
        if !round.selection.has_instance(address, round.graph.resource(&address.config())) {
            continue;
        }
        let current = tracked.current.iter().filter(|_| !is_wanted).map(|object| (None, object));
        let deposed = tracked.deposed.iter().map(|(key, object)| (Some(Arc::clone(key)), object));
        for (key, object) in current.chain(deposed) {
            if let Sight::Stands(value) = &object.sight {
                let mut change = departure(round, address, tracked, key);
                change.before = Some(value.clone());
                change.create_before_destroy = object.state.create_before_destroy;
                changes.push(change);
            }
        }
    }
    for change in &changes {
        diagnostics.extend(protection(round, change));
    }
    (changes, diagnostics)
}

fn departure(round: &Round<'_>, address: &InstanceAddress, tracked: &Tracked<'_>, deposed: Option<Arc<str>>) -> Change {
    let action = if is_forgotten(round, address) { Action::Forget } else { Action::Delete };
    let is_destroy = round.request.options.mode == Mode::Destroy;
    let reason = (!is_destroy && deposed.is_none()).then(|| reason(round, address, tracked));
    Change {
        address: address.clone(),
        previous_address: None,
        deposed,
        provider: round.provider_of(address, tracked),
        action,
        reason,
        before: None,
        after: None,
        replace_paths: Vec::new(),
        importing: None,
        dependencies: std::collections::BTreeSet::new(),
        create_before_destroy: false,
    }
}

/// Returns why the configuration does not have the instance any more.
fn reason(round: &Round<'_>, address: &InstanceAddress, tracked: &Tracked<'_>) -> Reason {
    let Some(block) = round.graph.resource(&address.config()) else {
        return if tracked.recorded_at == *address { Reason::NoResourceConfig } else { Reason::NoMoveTarget };
    };
    let expansions = round.expansions.get(&block).map(Vec::as_slice).unwrap_or_default();
    let Some(expansion) = expansions.iter().find(|expansion| expansion.resource == address.resource) else {
        return Reason::NoModule;
    };
    match (&address.key, expansion.repetition) {
        (Some(InstanceKey::Index(_)), Repetition::Count) => Reason::CountIndex,
        (Some(InstanceKey::Name(_)), Repetition::ForEach) => Reason::EachKey,
        (_, Repetition::Single | Repetition::Count | Repetition::ForEach | Repetition::Unknown) => {
            Reason::WrongRepetition
        }
    }
}

/// Tells whether a `removed` block says that the object is to be left alone.
fn is_forgotten(round: &Round<'_>, address: &InstanceAddress) -> bool {
    let block = address.config();
    round.request.desired.removals().iter().any(|removal| {
        !removal.destroy
            && match &removal.resource {
                Some(resource) => *resource == block,
                None => block.module.starts_with(&removal.module),
            }
    })
}

/// Returns errors about `removed` blocks whose resource is still there.
fn contradicted_removals(round: &Round<'_>) -> Diagnostics {
    let removals = round.request.desired.removals().iter();
    let contradicted = removals.filter_map(|removal| {
        let resource = removal.resource.as_ref()?;
        let block = round.graph.resource(resource)?;
        let detail = format!(
            "A \"removed\" block says that {resource} is gone, but the configuration still has it. Take one of the two away."
        );
        let range = round.graph.blocks()[block].range.clone().or_else(|| removal.range.clone());
        Some(Diagnostic::error("Removed resource still exists", detail).at(range))
    });
    contradicted.collect()
}

/// Returns errors about `moved` blocks whose origin is still in the configuration.
fn contradicted_moves(round: &Round<'_>) -> Diagnostics {
    let is_still_there = |statement: &Move| match (&statement.from, &statement.to) {
        (MoveEnd::Resource(from), MoveEnd::Resource(to)) => {
            from.config() != to.config() && round.graph.resource(&from.config()).is_some()
        }
        (MoveEnd::Instance(from), _) => round.covered.contains(from),
        (MoveEnd::Resource(from), _) => round.covered.contains(&from.instance(None)),
        (MoveEnd::Module(from), MoveEnd::Module(to)) => {
            let names = |module: &ModuleInstance| module.0.iter().map(|(name, _)| Arc::clone(name)).collect::<Vec<_>>();
            let (from, to) = (names(from), names(to));
            from != to
                && round.graph.blocks().iter().any(|block| match &block.kind {
                    BlockKind::Resource(address) => address.module.starts_with(&from),
                    BlockKind::Provider(_) | BlockKind::Value => false,
                })
        }
        (MoveEnd::Module(_), MoveEnd::Resource(_) | MoveEnd::Instance(_)) => false,
    };
    let moves = round.request.desired.moves().iter().filter(|statement| is_still_there(statement));
    let problems = moves.map(|statement| {
        let detail = "A \"moved\" block says that something has another address now, but the configuration still has the old one. \
                      Take the old block away, or the \"moved\" block.";
        Diagnostic::error("Moved object still exists", detail).at(statement.range.clone())
    });
    problems.collect()
}

/// Returns the error of a change that would destroy what is protected.
fn protection(round: &mut Round<'_>, change: &Change) -> Diagnostics {
    if change.action != Action::Delete || change.deposed.is_some() {
        return Diagnostics::new();
    }
    let Some(block) = round.graph.resource(&change.address.config()) else { return Diagnostics::new() };
    if !round.lifecycles.contains_key(&block) {
        let (instance, problems) = round.request.desired.instance(&change.address, &round.known);
        match instance {
            Some(instance) => round.lifecycles.insert(block, (instance.lifecycle, instance.range)),
            // An instance that the block does not have any more cannot be evaluated, nor can it say that it is protected.
            None if !round.covered.contains(&change.address) => return Diagnostics::new(),
            None => return problems.about(&change.address),
        };
    }
    let Some((lifecycle, range)) = round.lifecycles.get(&block) else { return Diagnostics::new() };
    if !lifecycle.prevent_destroy {
        return Diagnostics::new();
    }
    destruction_prevented(&change.address, "destroyed", "", range.clone()).into()
}
