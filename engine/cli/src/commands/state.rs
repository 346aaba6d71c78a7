//! `state …` and `force-unlock`

use wpinfra_apply::lock;
use wpinfra_apply::state_file;
use wpinfra_apply::store::Store;
use wpinfra_core::registry::Registry;
use wpinfra_core::state::{InstanceState, State};
use wpinfra_core::{Class, Diagnostic, Diagnostics, InstanceAddress, ModuleInstance, ResourceAddress};

use super::show::{instance_texts, open_state, paths_for};
use super::{Ended, FAILURE, SUCCESS};
use crate::arguments::{ForceUnlockArguments, StateArguments, StateCommand};
use crate::inputs::ask;
use crate::render::words;
use crate::session::Session;

/// Runs one of the commands about the state.
pub(crate) async fn run(session: &Session, command: StateCommand) -> Ended {
    match command {
        StateCommand::List { addresses, id, state } => {
            let store = open_state(session, state.as_deref())?;
            list(session, store.state(), &addresses, id.as_deref())
        }
        StateCommand::Show { address, state } => {
            let store = open_state(session, state.as_deref())?;
            show(session, store.state(), &address)
        }
        StateCommand::Rm { addresses, dry_run, state } => remove(session, &addresses, dry_run, &state).await,
        StateCommand::Mv { source, destination, dry_run, state } => {
            let mut told = Vec::new();
            change(session, &state, dry_run, |recorded| {
                told = moved(recorded, &source, &destination)?;
                Ok(())
            })
            .await?;
            session.print(&told.concat());
            let end = if dry_run { "would be moved" } else { "moved" };
            session.print(&format!("{} {end}.\n", words::count(told.len(), "object")));
            Ok(SUCCESS)
        }
        StateCommand::Pull => {
            let store = open_state(session, None)?;
            if let Ok(text) = std::fs::read_to_string(&store.paths().state) {
                session.print(&text);
            }
            Ok(SUCCESS)
        }
        StateCommand::Push { path, force, state } => push(session, &path, force, &state).await,
        StateCommand::ReplaceProvider { from, to, auto_approve, state } => {
            replace_provider(session, &from, &to, auto_approve, &state).await
        }
    }
}

fn list(session: &Session, state: &State, filters: &[String], id: Option<&str>) -> Ended {
    let mut text = String::new();
    for address in state.addresses() {
        let name = address.to_string();
        let is_wanted = filters.is_empty() || filters.iter().any(|filter| is_within(&name, filter));
        let has_id = id.is_none_or(|id| {
            let current = state.instance(&address).and_then(|instance| instance.current.as_ref());
            current.and_then(|object| object.id()) == Some(id)
        });
        if is_wanted && has_id {
            append!(text, "{name}\n");
        }
    }
    session.print(&text);
    if text.is_empty() && !filters.is_empty() && id.is_none() {
        return Err(nothing_matches(&filters.join(", ")));
    }
    Ok(SUCCESS)
}

/// Tells whether an address is the one that the filter names, or is inside of it.
fn is_within(address: &str, filter: &str) -> bool {
    address.strip_prefix(filter).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

fn nothing_matches(what: &str) -> Diagnostics {
    let detail = format!("The state has nothing at {what}. \"wpinfra state list\" shows the addresses that there are.");
    Diagnostic::error("Nothing at that address", detail).into()
}

fn show(session: &Session, state: &State, address: &str) -> Ended {
    let address = instance_address(address)?;
    let texts = instance_texts(session, state, &address);
    if texts.is_empty() {
        return Err(nothing_matches(&address.to_string()));
    }
    session.print(&texts.join("\n"));
    Ok(SUCCESS)
}

/// Reads the address of an instance from the command line.
pub(crate) fn instance_address(text: &str) -> Result<InstanceAddress, Diagnostics> {
    text.parse().map_err(|error: wpinfra_core::address::AddressError| {
        let detail =
            format!("{error}. An address looks like aws_vpc.main, aws_subnet.public[0] or module.net.aws_vpc.main.");
        Diagnostic::error("Invalid address", detail).into()
    })
}

async fn remove(session: &Session, filters: &[String], dry_run: bool, arguments: &StateArguments) -> Ended {
    let mut gone: Vec<InstanceAddress> = Vec::new();
    change(session, arguments, dry_run, |state| {
        for filter in filters {
            let found: Vec<InstanceAddress> =
                state.addresses().filter(|address| is_within(&address.to_string(), filter)).collect();
            if found.is_empty() {
                return Err(nothing_matches(filter));
            }
            gone.extend(found);
        }
        for address in &gone {
            if let Some(resource) = state.resources.get_mut(&address.resource) {
                resource.instances.remove(&address.key);
            }
        }
        state.prune();
        Ok(())
    })
    .await?;
    let verb = if dry_run { "Would forget" } else { "Forgot" };
    let lines: Vec<String> = gone.iter().map(|address| format!("{verb} {address}\n")).collect();
    session.print(&lines.concat());
    Ok(SUCCESS)
}

/// Changes the state under its lock and saves it.
pub(crate) async fn change(
    session: &Session,
    arguments: &StateArguments,
    dry_run: bool,
    edit: impl FnOnce(&mut State) -> Result<(), Diagnostics>,
) -> Result<(), Diagnostics> {
    let paths = paths_for(session, arguments)?;
    let _lock = session.lock(&paths, arguments, "OperationTypeState").await?;
    let mut store = Store::open(paths)?;
    if store.pending().next().is_some() {
        let detail = "An apply was interrupted, and what became of its last steps is not known yet. Run \"wpinfra plan\" first: it finds out.";
        return Err(Diagnostic::error("State has open ends", detail).into());
    }
    let mut state = store.state().clone();
    edit(&mut state)?;
    if !dry_run {
        store.save(&state, &session.entropy).map_err(|problem| Diagnostics::from(*problem))?;
    }
    Ok(())
}

/// Moves objects inside of a state; returns a line for each.
fn moved(state: &mut State, source: &str, destination: &str) -> Result<Vec<String>, Diagnostics> {
    if let (Ok(from), Ok(to)) = (source.parse::<ModuleInstance>(), destination.parse::<ModuleInstance>()) {
        return move_module(state, &from, &to);
    }
    let (from, to) = (instance_address(source)?, instance_address(destination)?);
    if from.resource.resource_type != to.resource.resource_type || from.resource.mode != to.resource.mode {
        let detail = format!("{from} is of another type than {to}; an object keeps its type.");
        return Err(Diagnostic::error("Cannot move to another type", detail).into());
    }
    let Some(resource) = state.resources.get(&from.resource) else { return Err(nothing_matches(source)) };
    let moves_all = from.key.is_none() && to.key.is_none() && !resource.instances.contains_key(&None);
    if moves_all {
        return move_resource(state, &from.resource, &to.resource);
    }
    let provider = resource.provider.clone();
    let taken = state.resources.get_mut(&from.resource).and_then(|resource| resource.instances.remove(&from.key));
    let Some(instance) = taken else { return Err(nothing_matches(source)) };
    if state.instance(&to).is_some() {
        return Err(occupied(&to.to_string()));
    }
    *state.instance_mut(&to, &provider) = instance;
    state.prune();
    Ok(vec![format!("{from} is now {to}\n")])
}

fn occupied(place: &str) -> Diagnostics {
    let detail = format!(
        "The state has something at {place} already. Remove it first with \"wpinfra state rm\", or choose another address."
    );
    Diagnostic::error("Address is taken", detail).into()
}

fn move_resource(state: &mut State, from: &ResourceAddress, to: &ResourceAddress) -> Result<Vec<String>, Diagnostics> {
    if state.resources.contains_key(to) {
        return Err(occupied(&to.to_string()));
    }
    let Some(resource) = state.resources.remove(from) else { return Err(nothing_matches(&from.to_string())) };
    let lines = resource
        .instances
        .keys()
        .map(|key| format!("{} is now {}\n", from.instance(key.clone()), to.instance(key.clone())));
    let lines = lines.collect();
    state.resources.insert(to.clone(), resource);
    rename_dependencies(state, from, to);
    Ok(lines)
}

fn move_module(state: &mut State, from: &ModuleInstance, to: &ModuleInstance) -> Result<Vec<String>, Diagnostics> {
    let inside: Vec<ResourceAddress> =
        state.resources.keys().filter(|address| address.module.0.starts_with(&from.0)).cloned().collect();
    if inside.is_empty() {
        return Err(nothing_matches(&from.to_string()));
    }
    let mut lines = Vec::new();
    for address in inside {
        let mut steps = to.0.clone();
        steps.extend(address.module.0.iter().skip(from.0.len()).cloned());
        let target = ResourceAddress { module: ModuleInstance(steps), ..address.clone() };
        lines.extend(move_resource(state, &address, &target)?);
    }
    Ok(lines)
}

/// Lets recorded dependencies follow a block that moved.
fn rename_dependencies(state: &mut State, from: &ResourceAddress, to: &ResourceAddress) {
    let (from, to) = (from.config(), to.config());
    let rename = |instance: &mut InstanceState| {
        for object in instance.current.iter_mut().chain(instance.deposed.values_mut()) {
            if object.dependencies.remove(&from) {
                object.dependencies.insert(to.clone());
            }
        }
    };
    state.resources.values_mut().flat_map(|resource| resource.instances.values_mut()).for_each(rename);
}

async fn push(session: &Session, path: &std::path::Path, force: bool, arguments: &StateArguments) -> Ended {
    let text = if path.as_os_str() == "-" {
        let mut text = String::new();
        let mut input = session.environment.input.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        input.read_to_string(&mut text).map_err(|error| cannot_read(path, &error))?;
        text
    } else {
        std::fs::read_to_string(session.environment.resolve(path)).map_err(|error| cannot_read(path, &error))?
    };
    let pushed =
        state_file::parse(&text, &path.display().to_string()).map_err(|problem| Diagnostics::from(*problem))?;
    change(session, arguments, false, |state| {
        let is_other_line = !state.lineage.is_empty() && state.lineage != pushed.state.lineage;
        if !force && is_other_line {
            let detail = "The state to be pushed has another lineage than the one here: it is of other resources. -force pushes it nevertheless.";
            return Err(Diagnostic::error("State is of another lineage", detail).into());
        }
        if !force && state.serial > pushed.state.serial {
            let detail = format!(
                "The state here has serial {}, the one to be pushed {}: it is older. -force pushes it nevertheless.",
                state.serial, pushed.state.serial
            );
            return Err(Diagnostic::error("State is older", detail).into());
        }
        *state = pushed.state;
        Ok(())
    })
    .await?;
    Ok(SUCCESS)
}

fn cannot_read(path: &std::path::Path, error: &std::io::Error) -> Diagnostics {
    let detail = format!("\"{}\" cannot be read: {error}.", path.display());
    Diagnostic::error("Cannot read file", detail).class(Class::Environment).into()
}

async fn replace_provider(
    session: &Session,
    from: &str,
    to: &str,
    auto_approve: bool,
    arguments: &StateArguments,
) -> Ended {
    let (from, to) = (Registry::full_source(from), Registry::full_source(to));
    let mut found = 0;
    change(session, arguments, true, |state| {
        found = state.resources.values().filter(|resource| *resource.provider.source == *from).count();
        Ok(())
    })
    .await?;
    if found == 0 {
        session.print("No resource of the state belongs to that provider.\n");
        return Ok(SUCCESS);
    }
    session.print(&format!("{} will belong to {to} instead of {from}.\n", words::count(found, "resource")));
    if !auto_approve
        && ask(session, "Only \"yes\" is taken for an answer: ").is_none_or(|answer| answer.trim() != "yes")
    {
        session.print("Cancelled.\n");
        return Ok(FAILURE);
    }
    change(session, arguments, false, |state| {
        for resource in state.resources.values_mut().filter(|resource| *resource.provider.source == *from) {
            resource.provider.source = to.as_str().into();
        }
        Ok(())
    })
    .await?;
    session.print(&format!("{} changed.\n", words::count(found, "resource")));
    Ok(SUCCESS)
}

/// Takes away the lock that another run has left.
pub(crate) fn force_unlock(session: &Session, arguments: &ForceUnlockArguments) -> Ended {
    let store = open_state(session, None)?;
    if !arguments.force {
        session.print("Without the lock, two runs can change the same things at once and lose track of them.\n");
        if ask(session, "Take it away? Only \"yes\" is taken for an answer: ")
            .is_none_or(|answer| answer.trim() != "yes")
        {
            session.print("The lock stays.\n");
            return Ok(FAILURE);
        }
    }
    let held =
        lock::force_unlock(&store.paths().state_out, &arguments.id).map_err(|problem| Diagnostics::from(*problem))?;
    session.print(&format!("The lock of {} is taken away.\n", held.who));
    Ok(SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_name_wholes_and_their_parts() {
        for (address, filter, expected) in [
            ("aws_vpc.main", "aws_vpc.main", true),
            ("aws_subnet.a[0]", "aws_subnet.a", true),
            ("aws_subnet.ab", "aws_subnet.a", false),
            ("module.net.aws_vpc.main", "module.net", true),
            ("module.net[\"a\"].aws_vpc.main", "module.net", true),
            ("module.network.aws_vpc.main", "module.net", false),
        ] {
            assert_eq!(is_within(address, filter), expected, "{address} in {filter}");
        }
    }
}
