//! `show`

use std::collections::BTreeMap;
use std::path::Path;

use wpinfra_apply::plan_file::{self, is_saved_plan};
use wpinfra_apply::store::{StatePaths, Store};
use wpinfra_core::state::{ObjectStatus, State};
use wpinfra_core::{Class, Diagnostic, Diagnostics};
use wpinfra_lang::Configuration;

use super::{Ended, SUCCESS, output, plan};
use crate::arguments::{ShowArguments, StateArguments};
use crate::files::is_configuration_file;
use crate::inputs;
use crate::render::{render_object, words};
use crate::session::Session;
use crate::show_json::{PlanOrigin, object_value, plan_to_json, state_to_json};

/// Shows a saved plan, a state file, or the current state.
pub(crate) fn run(session: &Session, arguments: &ShowArguments) -> Ended {
    let Some(path) = &arguments.path else {
        let store = open_state(session, None)?;
        show_state(session, store.state(), arguments.json);
        return Ok(SUCCESS);
    };
    let full = session.environment.resolve(path);
    let bytes = std::fs::read(&full).map_err(|error| unreadable(path, &error))?;
    if is_saved_plan(&bytes) || bytes.starts_with(b"PK") {
        show_plan(session, &full, arguments.json)?;
    } else {
        let store = Store::open(StatePaths::beside(full, &session.environment.directory))?;
        show_state(session, store.state(), arguments.json);
    }
    Ok(SUCCESS)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Diagnostics {
    let detail = format!("\"{}\" cannot be read: {error}. Name a saved plan or a state file.", path.display());
    Diagnostic::error("Cannot read file", detail).class(Class::Environment).into()
}

fn show_plan(session: &Session, path: &Path, json: bool) -> Result<(), Diagnostics> {
    let saved = plan_file::read(path).map_err(|problem| Diagnostics::from(*problem))?;
    if json {
        let origin = &saved.origin;
        let modules = inputs::load_saved_modules(session, origin);
        let called = modules.as_ref().map(Configuration::called_modules).unwrap_or_default();
        let origin =
            PlanOrigin { called, created: &origin.created, variables: &origin.variables, sources: &origin.sources };
        session.print(&format!("{}\n", plan_to_json(&saved.plan, &origin, &session.registry)));
    } else {
        session.print(&plan::plan_text(session, &saved.plan));
    }
    Ok(())
}

fn show_state(session: &Session, state: &State, json: bool) {
    if json {
        session.print(&format!("{}\n", state_to_json(state, &session.registry)));
        return;
    }
    if state.resources.is_empty() && state.outputs.is_empty() {
        session.print("The state is empty: nothing was applied or imported yet.\n");
        return;
    }
    let mut texts: Vec<String> = Vec::new();
    for address in state.addresses() {
        texts.extend(instance_texts(session, state, &address));
    }
    if !state.outputs.is_empty() {
        texts.push(format!("{}\n\n{}", session.painter.bold(words::OUTPUTS), output::text(&state.outputs)));
    }
    session.print(&texts.join("\n"));
}

/// Returns the text of each object of an instance.
pub(crate) fn instance_texts(session: &Session, state: &State, address: &wpinfra_core::InstanceAddress) -> Vec<String> {
    let Some(resource) = state.resources.get(&address.resource) else { return Vec::new() };
    let Some(instance) = resource.instances.get(&address.key) else { return Vec::new() };
    let schema = session.registry.schema(&resource.provider.source, address.resource.mode, address.resource_type());
    let deposed: BTreeMap<String, _> =
        instance.deposed.iter().map(|(key, object)| (format!("deposed object {key}"), object)).collect();
    let current = instance
        .current
        .iter()
        .map(|object| (if object.status == ObjectStatus::Tainted { Some("tainted") } else { None }, object));
    let all = current.chain(deposed.iter().map(|(remark, object)| (Some(remark.as_str()), *object)));
    all.map(|(remark, object)| {
        let value = object_value(address, object, &resource.provider, &session.registry);
        render_object(address, remark, &value, schema, session.painter, session.environment.width())
    })
    .collect()
}

/// Loads the current state, or the one that a flag names, for reading.
pub(crate) fn open_state(session: &Session, path: Option<&Path>) -> Result<Store, Diagnostics> {
    if let Some(path) = path {
        let full = session.environment.resolve(path);
        return Store::open(StatePaths::beside(full, &session.environment.directory));
    }
    let configuration = configuration_with_backend(session)?;
    Store::open(session.state_paths(configuration.as_ref(), None)?)
}

/// Returns the files of the state that a command works on that needs no configuration beside its backend.
pub(crate) fn paths_for(session: &Session, arguments: &StateArguments) -> Result<StatePaths, Diagnostics> {
    let configuration = if arguments.state.is_some() { None } else { configuration_with_backend(session)? };
    session.state_paths(configuration.as_ref(), Some(arguments))
}

/// Loads the configuration if it may say where the state is.
fn configuration_with_backend(session: &Session) -> Result<Option<Configuration>, Diagnostics> {
    let Ok(entries) = std::fs::read_dir(&session.environment.directory) else { return Ok(None) };
    let names_backend = entries.filter_map(Result::ok).any(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        is_configuration_file(&name) && std::fs::read_to_string(entry.path()).is_ok_and(|text| text.contains("backend"))
    });
    if !names_backend {
        return Ok(None);
    }
    let (configuration, diagnostics) = inputs::load_backend(session);
    match configuration {
        Some(configuration) if !diagnostics.has_errors() => Ok(Some(configuration)),
        _ => Err(diagnostics),
    }
}
