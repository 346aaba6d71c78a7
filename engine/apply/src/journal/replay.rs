//! From a snapshot and a journal to what is recorded and what is open.

use std::collections::BTreeMap;

use wpinfra_core::state::{InstanceState, State};
use wpinfra_core::{InstanceAddress, ProviderAddress};

use super::{Begun, Entry, FORMAT_VERSION};
use crate::state_file;

/// What a snapshot and its journal say together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Replayed {
    /// What is recorded.
    pub state: State,
    /// Effects of which the outcome is not known, by step.
    pub pending: BTreeMap<usize, Pending>,
    /// Serial of the snapshot that holds all of it, if the journal was closed.
    pub closed: Option<u64>,
}

/// An effect of which the outcome is not known.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    /// What was begun.
    pub begun: Begun,
    /// The id, if the create got that far.
    pub created: Option<String>,
}

/// Applies a journal's entries to the state of its snapshot.
///
/// # Errors
///
/// Returns the number of the entry, from 0, that makes no sense and why.
pub fn replay(snapshot: State, entries: &[Entry]) -> Result<Replayed, (usize, String)> {
    let mut replayed = Replayed { state: snapshot, ..Replayed::default() };
    for (index, entry) in entries.iter().enumerate() {
        apply(&mut replayed, entry).map_err(|why| (index, why))?;
    }
    replayed.state.prune();
    Ok(replayed)
}

/// Folds what is finished into the state, and returns the shortest journal that says the rest.
pub fn compact(replayed: &Replayed) -> (State, Vec<Entry>) {
    let state = replayed.state.clone();
    let mut entries =
        vec![Entry::Header { format: FORMAT_VERSION, lineage: state.lineage.clone(), serial: state.serial }];
    for pending in replayed.pending.values() {
        entries.push(Entry::Begun(pending.begun.clone()));
        if let Some(id) = &pending.created {
            entries.push(Entry::Created { step: pending.begun.step, id: id.clone() });
        }
    }
    (state, entries)
}

/// Notes in what is open what an entry begins and ends.
pub(crate) fn follow(pending: &mut BTreeMap<usize, Pending>, entry: &Entry) {
    match entry {
        Entry::Begun(begun) => {
            pending.insert(begun.step, Pending { begun: begun.clone(), created: None });
        }
        Entry::Created { step, id } => {
            if let Some(found) = pending.get_mut(step) {
                found.created = Some(id.clone());
            }
        }
        Entry::Done { step, .. } | Entry::Nothing { step } => {
            pending.remove(step);
        }
        Entry::Header { .. }
        | Entry::Deposed { .. }
        | Entry::Restored { .. }
        | Entry::Outputs(_)
        | Entry::Closed { .. } => {}
    }
}

fn apply(replayed: &mut Replayed, entry: &Entry) -> Result<(), String> {
    if let Entry::Created { step, .. } = entry
        && !replayed.pending.contains_key(step)
    {
        return Err(format!("step {step} was created, but never begun"));
    }
    follow(&mut replayed.pending, entry);
    match entry {
        Entry::Header { lineage, .. } => {
            if replayed.state.lineage.is_empty() {
                replayed.state.lineage.clone_from(lineage);
            }
        }
        Entry::Begun(begun) => drop(read_address(&begun.address)?),
        Entry::Created { .. } | Entry::Nothing { .. } => {}
        Entry::Done { step: _, address, deposed, provider, object } => {
            let provider: ProviderAddress =
                provider.parse().map_err(|_| format!("{provider:?} is not a provider's address"))?;
            let instance = replayed.state.instance_mut(&read_address(address)?, &provider);
            let object = object.as_ref().map(state_file::parse_object).transpose()?;
            record(instance, deposed.as_deref(), object);
        }
        Entry::Deposed { address, key } => {
            let instance = existing(replayed, address)?;
            let object = instance.current.take().ok_or_else(|| format!("{address} has no object to set aside"))?;
            instance.deposed.insert(key.clone(), object);
        }
        Entry::Restored { address, key } => {
            let instance = existing(replayed, address)?;
            let object =
                instance.deposed.remove(key).ok_or_else(|| format!("{address} has no deposed object {key}"))?;
            instance.current = Some(object);
        }
        Entry::Outputs(outputs) => replayed.state.outputs = state_file::parse_outputs(outputs)?,
        Entry::Closed { serial } => replayed.closed = Some(*serial),
    }
    Ok(())
}

/// Puts an object, or that there is none, into an instance.
pub(crate) fn record(
    instance: &mut InstanceState,
    deposed: Option<&str>,
    object: Option<wpinfra_core::state::ObjectState>,
) {
    match (deposed, object) {
        (None, object) => instance.current = object,
        (Some(key), Some(object)) => {
            instance.deposed.insert(key.to_owned(), object);
        }
        (Some(key), None) => {
            instance.deposed.remove(key);
        }
    }
}

fn read_address(text: &str) -> Result<InstanceAddress, String> {
    text.parse().map_err(|error| format!("{error}"))
}

fn existing<'a>(replayed: &'a mut Replayed, address: &str) -> Result<&'a mut InstanceState, String> {
    let parsed = read_address(address)?;
    let resource = replayed.state.resources.get_mut(&parsed.resource);
    resource
        .and_then(|resource| resource.instances.get_mut(&parsed.key))
        .ok_or_else(|| format!("{address} is not recorded"))
}
