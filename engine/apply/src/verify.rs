//! The integrity checker: what holds for every state, checked at every load and save.

use std::collections::BTreeMap;

use wpinfra_core::provider::Identity;
use wpinfra_core::registry::Registry;
use wpinfra_core::state::{ObjectStatus, State};
use wpinfra_core::{Class, Diagnostic, Diagnostics, InstanceAddress, Mode};

/// Number of hexadecimal digits in the key of a deposed object.
const DEPOSED_KEY_LENGTH: usize = 8;

/// Returns what is wrong with a state; nothing for every state that wpinfra or Terraform can have written.
pub fn verify(state: &State) -> Vec<String> {
    let mut problems = Vec::new();
    if state.lineage.is_empty() && !state.resources.is_empty() {
        problems.push("it has resources, but no lineage".to_owned());
    }
    for (address, resource) in &state.resources {
        if resource.instances.is_empty() {
            problems.push(format!("{address} has no instances"));
        }
        for (key, instance) in &resource.instances {
            let address = address.instance(key.clone());
            if instance.current.is_none() && instance.deposed.is_empty() {
                problems.push(format!("{address} has no object"));
            }
            for key in instance.deposed.keys() {
                if key.len() != DEPOSED_KEY_LENGTH || !key.chars().all(|digit| digit.is_ascii_hexdigit()) {
                    problems.push(format!(
                        "the deposed object {key:?} of {address} has a key that is not eight hexadecimal digits"
                    ));
                }
            }
        }
        if address.mode == Mode::Data {
            let objects = resource.instances.values();
            let managed = objects.clone().any(|instance| !instance.deposed.is_empty())
                || objects.flat_map(|instance| &instance.current).any(|object| object.status == ObjectStatus::Tainted);
            if managed {
                problems.push(format!("{address} is a data source, but has deposed or tainted objects"));
            }
        }
    }
    problems
}

/// Warns of remote objects that are recorded at two addresses: each would be changed twice and destroyed twice.
///
/// Looks only at types whose ids the service makes up; others may well call two objects the same.
pub fn warn_of_duplicates(state: &State, registry: &Registry) -> Diagnostics {
    let mut seen: BTreeMap<(&str, &str, &str), InstanceAddress> = BTreeMap::new();
    let mut warnings = Diagnostics::new();
    for (address, _, object) in state.objects().filter(|(address, ..)| address.resource.mode == Mode::Managed) {
        let Some((resource, id)) = state.resources.get_key_value(&address.resource).zip(object.id()) else { continue };
        let (source, name) = (&*resource.1.provider.source, &*resource.0.resource_type);
        let is_unique = registry
            .resource(source, name)
            .is_some_and(|found| matches!(found.identity(), Identity::ClientToken | Identity::CreationTag));
        if !is_unique {
            continue;
        }
        if let Some(other) = seen.insert((source, name, id), address.clone()) {
            let detail = format!(
                "The remote object {id} is recorded as {other} and as {address}. Whatever is done to one of them is done to \
                 the other. Remove one with \"wpinfra state rm\"."
            );
            warnings.push(Diagnostic::warning("Remote object is recorded twice", detail).about(&address));
        }
    }
    warnings
}

/// Returns the same as diagnostics about a file.
pub fn verify_file(state: &State, file: &str) -> Diagnostics {
    let report = |problem: String| {
        let detail = format!(
            "The state of \"{file}\" cannot be right: {problem}. Nothing was changed. Compare it with the copy \"{file}.backup\", \
             and put that back if it is better."
        );
        Diagnostic::error("State is inconsistent", detail).class(Class::Environment)
    };
    verify(state).into_iter().map(report).collect()
}
