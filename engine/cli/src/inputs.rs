//! Loads the configuration with the values of its variables, asking for those that are missing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

use serde_json::{Value as Json, json};
use wpinfra_apply::plan_file::Origin;
use wpinfra_core::{Diagnostic, Diagnostics, json as value_json};
use wpinfra_lang::config::{Loaded, ModuleRequest};
use wpinfra_lang::{
    Configuration, Environment as LangEnvironment, Files, InputSource, InputVariable, InputVariables, InstalledModules,
    VariableOrigin,
};

use crate::arguments::{VariableArgument, VariableArguments};
use crate::files::{SavedFiles, has_ending};
use crate::modules;
use crate::registry::fill_random;
use crate::session::Session;

/// The summary of the problem that asking solves.
const NO_VALUE: &str = "No value for required variable";
/// Where the values of a saved plan are read from; it stands in no directory.
const SAVED_VALUES: &str = "saved-plan.tfvars.json";
/// Under this name a plan file says which variables are ephemeral, and whether they were given.
const EPHEMERAL_VARIABLES: &str = "ephemeral_variables";

/// What the configuration is loaded with.
pub(crate) struct Inputs<'a> {
    /// `-var` and `-var-file` in their order.
    pub(crate) variables: &'a [VariableArgument],
    /// The other flags about variables.
    pub(crate) arguments: &'a VariableArguments,
}

/// Loads the configuration of the working directory, with the modules that it calls.
pub(crate) async fn load(session: &Session, inputs: &Inputs<'_>) -> (Option<Configuration>, Diagnostics) {
    let mut given = gather(session, inputs.variables);
    let (loaded, diagnostics) = load_with(session, Some(given.clone())).await;
    let is_missing = diagnostics.iter().any(|problem| problem.summary == NO_VALUE);
    if !is_missing || !may_ask(session, inputs.arguments) {
        return (loaded, diagnostics);
    }
    let Some(declared) = load_with(session, None).await.0 else { return (loaded, diagnostics) };
    for variable in declared.variables().filter(|variable| variable.default.is_none()) {
        let is_asked = diagnostics
            .iter()
            .any(|problem| problem.summary == NO_VALUE && problem.subject.as_ref() == Some(&variable.range));
        if is_asked {
            let Some(text) = ask_for(session, &variable.name, variable.description.as_deref()) else {
                return (loaded, diagnostics);
            };
            let name = variable.name.to_string();
            given.command_line.push(InputSource::Variable(InputVariable {
                name,
                text,
                origin: VariableOrigin::Prompt,
            }));
        }
    }
    load_with(session, Some(given)).await
}

/// Loads the configuration for the console: also where it has errors, and with missing values unknown instead of asked for.
pub(crate) async fn load_for_console(session: &Session, inputs: &Inputs<'_>) -> (Option<Configuration>, Diagnostics) {
    let given = gather(session, inputs.variables);
    let (loaded, diagnostics) = fetching_modules(session, Fetching::Missing, |environment| {
        Configuration::load_with_errors(environment, Some(given.clone()), Arc::clone(&session.registry))
    })
    .await;
    (loaded, diagnostics.into_iter().filter(|problem| problem.summary != NO_VALUE).collect())
}

/// Loads the configuration without values for its variables: for `validate`.
pub(crate) async fn load_without_values(session: &Session) -> (Option<Configuration>, Diagnostics) {
    load_with(session, None).await
}

/// Reads the files of the configuration without checking what they say, and fetches modules as the command wants.
pub(crate) async fn load_modules(session: &Session, fetching: Fetching) -> (Option<Configuration>, Diagnostics) {
    let registry = || Arc::clone(&session.registry);
    let given = gather(session, &[]);
    fetching_modules(session, fetching, |environment| {
        Configuration::load_modules(environment, Some(&given), registry())
    })
    .await
}

/// Reads the root module for the sake of its backend; what it calls does not matter.
pub(crate) fn load_backend(session: &Session) -> (Option<Configuration>, Diagnostics) {
    let environment = lang_environment(session, disk(session), modules::installed(session));
    let loaded = Configuration::load_modules(environment, None, Arc::clone(&session.registry));
    (loaded.configuration, loaded.diagnostics)
}

/// Which modules are to be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fetching {
    /// Those that are missing.
    Missing,
    /// All of them, in the newest versions that will do.
    All,
    /// None.
    Nothing,
}

/// Loads the configuration that a plan was made from, with the values that it was made with.
///
/// Ephemeral values are not in the plan: they are given again, and from the same places as for a plan.
pub(crate) fn load_saved(
    session: &Session,
    origin: &Origin,
    variables: &[VariableArgument],
) -> (Option<Configuration>, Diagnostics) {
    let ephemeral = saved_ephemeral(origin);
    if let Some(problem) = not_ephemeral(variables, &ephemeral) {
        return (None, problem.into());
    }
    let (environment, given) = saved_environment(session, origin, variables, &ephemeral);
    let (loaded, mut diagnostics) = Configuration::load(environment, Some(given), Arc::clone(&session.registry));
    if let Some(configuration) = &loaded {
        diagnostics.extend(given_as_planned(configuration, &ephemeral));
    }
    (loaded, diagnostics)
}

/// Reads the files that a plan was made from, without checking once more what they say.
pub(crate) fn load_saved_modules(session: &Session, origin: &Origin) -> Option<Configuration> {
    let (environment, given) = saved_environment(session, origin, &[], &BTreeMap::new());
    Configuration::load_modules(environment, Some(&given), Arc::clone(&session.registry)).configuration
}

/// Returns what a saved plan was made with, and the values of the variables: its own, and those of ephemeral ones as they are given now.
fn saved_environment(
    session: &Session,
    origin: &Origin,
    variables: &[VariableArgument],
    ephemeral: &BTreeMap<String, bool>,
) -> (LangEnvironment, InputVariables) {
    let mut sources: BTreeMap<String, String> = origin
        .sources
        .iter()
        .filter(|(path, _)| !is_variable_file(path))
        .map(|(path, text)| (path.clone(), text.clone()))
        .collect();
    session.add_sources(sources.clone());
    let installed = modules::installed_when_saved(session, &sources);
    sources.insert(SAVED_VALUES.to_owned(), json!(origin.variables).to_string());
    let mut given = InputVariables::default();
    if !ephemeral.is_empty() {
        given = gather(session, variables);
        given.environment.retain(|variable| ephemeral.contains_key(&variable.name));
        sources.extend(variable_files(session, variables));
    }
    // What the plan has counts more than what may be given beside the ephemeral values.
    given.command_line.push(InputSource::File(SAVED_VALUES.to_owned()));
    let files = SavedFiles::new(sources, session.environment.directory.clone());
    let environment = lang_environment(session, Arc::new(files), installed);
    (LangEnvironment { now: origin.created.clone(), ..environment }, given)
}

/// Returns the ephemeral variables of a saved plan with whether they were given a value.
fn saved_ephemeral(origin: &Origin) -> BTreeMap<String, bool> {
    let saved = origin.options.get(EPHEMERAL_VARIABLES).and_then(Json::as_object).into_iter().flatten();
    saved.map(|(name, given)| (name.clone(), given.as_bool().unwrap_or(false))).collect()
}

/// Refuses a value on the command line that the plan has already.
fn not_ephemeral(variables: &[VariableArgument], ephemeral: &BTreeMap<String, bool>) -> Option<Diagnostic> {
    let problem = |what: &str| {
        let detail = format!(
            "A saved plan has the values that it was made with, so {what} can have no effect. Leave it out; only variables that are \
             declared with \"ephemeral = true\" are given again."
        );
        Diagnostic::error("Variables with a saved plan", detail)
    };
    variables.iter().find_map(|argument| match argument {
        VariableArgument::File(path) => ephemeral.is_empty().then(|| problem(&format!("-var-file {path}"))),
        VariableArgument::Variable(text) => {
            let name = text.split('=').next().unwrap_or(text).trim();
            (!ephemeral.contains_key(name)).then(|| problem(&format!("-var {name}")))
        }
    })
}

/// Returns the files of values that stand in the directory or are named, as they are now.
fn variable_files(session: &Session, variables: &[VariableArgument]) -> BTreeMap<String, String> {
    let named = variables.iter().filter_map(|argument| match argument {
        VariableArgument::File(path) => Some(path.clone()),
        VariableArgument::Variable(_) => None,
    });
    let automatic = session.files.names(".").unwrap_or_default().into_iter().filter(|name| is_variable_file(name));
    let read = |path: String| {
        // What cannot be read is missing to those who want it, and they say so.
        let text = String::from_utf8(session.files.read(&path).ok()?).ok()?;
        Some((path, text))
    };
    named.chain(automatic).filter_map(read).collect()
}

/// Sees to it that an ephemeral variable is given again if it was given to the plan, and only then.
fn given_as_planned(configuration: &Configuration, ephemeral: &BTreeMap<String, bool>) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for variable in configuration.variables().filter(|variable| variable.ephemeral) {
        let name = &variable.name;
        let was_given = ephemeral.get(&**name).copied().unwrap_or(false);
        let problem = match (was_given, configuration.is_given(name)) {
            (true, false) => {
                let detail = format!(
                    "The variable {name:?} is ephemeral: the plan was made with a value for it and does not hold that. Give it again, \
                     with -var '{name}=…', in a .tfvars file, or as TF_VAR_{name}."
                );
                Diagnostic::error(NO_VALUE, detail)
            }
            (false, true) => {
                let detail = format!(
                    "The plan was made without a value for the ephemeral variable {name:?}, so it cannot have one now. Leave it out, or \
                     plan again with it."
                );
                Diagnostic::error("Ephemeral variable was not given to the plan", detail)
            }
            (true, true) | (false, false) => continue,
        };
        diagnostics.push(problem.at(variable.range.clone()));
    }
    diagnostics
}

fn is_variable_file(path: &str) -> bool {
    has_ending(path, &[".tfvars", ".tfvars.json"])
}

/// Adds to what a plan was made from the values of the root variables; of ephemeral ones only whether they were given.
pub(crate) fn save_values(configuration: &Configuration, origin: &mut Origin) {
    let ephemeral: BTreeMap<String, bool> = configuration
        .variables()
        .filter(|variable| variable.ephemeral)
        .map(|variable| (variable.name.to_string(), configuration.is_given(&variable.name)))
        .collect();
    let values = configuration.variable_values().iter().filter(|(name, _)| !ephemeral.contains_key(&***name));
    origin.variables = values.map(|(name, value)| (name.to_string(), value_json::to_json(value))).collect();
    // The files may hold the others.
    origin.sources.retain(|path, _| !configuration.variable_files().contains(path));
    if !ephemeral.is_empty() {
        origin.options.insert(EPHEMERAL_VARIABLES.to_owned(), json!(ephemeral));
    }
}

async fn load_with(session: &Session, given: Option<InputVariables>) -> (Option<Configuration>, Diagnostics) {
    fetching_modules(session, Fetching::Missing, |environment| {
        Configuration::load_or_ask(environment, given.clone(), Arc::clone(&session.registry))
    })
    .await
}

/// Loads, fetches what is missing, and loads again, one level of calls after the other.
async fn fetching_modules(
    session: &Session,
    fetching: Fetching,
    load: impl Fn(LangEnvironment) -> Loaded,
) -> (Option<Configuration>, Diagnostics) {
    let mut installed =
        if fetching == Fetching::All { InstalledModules::default() } else { modules::installed(session) };
    let mut asked = BTreeSet::new();
    loop {
        let loaded = load(lang_environment(session, disk(session), installed.clone()));
        let Loaded { configuration, mut diagnostics, missing } = loaded;
        if missing.is_empty() || diagnostics.has_errors() {
            return (configuration, diagnostics);
        }
        let is_new = missing.iter().all(|request| asked.insert(request.key()));
        if fetching == Fetching::Nothing || !is_new {
            diagnostics.extend(missing.iter().map(ModuleRequest::not_installed).collect());
            return (None, diagnostics);
        }
        match modules::fetch(session, &missing, fetching == Fetching::All).await {
            Ok(fetched) => fetched.into_iter().for_each(|(key, module)| installed.add(key, module)),
            Err(problems) => {
                diagnostics.extend(problems);
                return (None, diagnostics);
            }
        }
    }
}

fn disk(session: &Session) -> Arc<dyn Files> {
    Arc::<crate::files::DiskFiles>::clone(&session.files)
}

fn lang_environment(session: &Session, files: Arc<dyn Files>, modules: InstalledModules) -> LangEnvironment {
    let entropy = |length: usize| {
        let mut bytes = vec![0; length];
        fill_random(&mut bytes);
        bytes
    };
    LangEnvironment {
        files,
        modules,
        root_dir: ".".to_owned(),
        working_dir: session.started_in.display().to_string(),
        home_dir: session.environment.variable("HOME").map(str::to_owned),
        now: rfc3339(session.environment.now),
        workspace: session.workspace(),
        entropy: Arc::new(entropy),
    }
}

/// Returns a time in whole seconds as the language writes it.
pub(crate) fn rfc3339(time: jiff::Timestamp) -> String {
    format!("{time:.0}")
}

fn gather(session: &Session, arguments: &[VariableArgument]) -> InputVariables {
    let environment = session.environment.terraform_variables().map(|(name, text)| InputVariable {
        name: name.to_owned(),
        text: text.to_owned(),
        origin: VariableOrigin::Environment,
    });
    let command_line = arguments.iter().map(|argument| match argument {
        VariableArgument::File(path) => InputSource::File(path.clone()),
        VariableArgument::Variable(text) => {
            let (name, value) = text.split_once('=').unwrap_or((text, ""));
            let (name, text) = (name.trim().to_owned(), value.to_owned());
            InputSource::Variable(InputVariable { name, text, origin: VariableOrigin::CommandLine })
        }
    });
    InputVariables { environment: environment.collect(), command_line: command_line.collect() }
}

/// Tells whether questions may be asked: somebody is there, and no flag or variable forbids it.
fn may_ask(session: &Session, arguments: &VariableArguments) -> bool {
    session.environment.can_ask && asking_is_allowed(session, arguments) && !session.speaks_json()
}

/// Tells whether no flag or variable forbids questions.
pub(crate) fn asking_is_allowed(session: &Session, arguments: &VariableArguments) -> bool {
    let variable = session.environment.variable("TF_INPUT");
    arguments.input.unwrap_or(!matches!(variable, Some("0" | "false" | "FALSE" | "no")))
}

fn ask_for(session: &Session, name: &str, description: Option<&str>) -> Option<String> {
    let what = description.map_or_else(String::new, |text| format!("  {text}\n"));
    session.print(&format!("{}\n{what}", session.painter.bold(&format!("var.{name}"))));
    ask(session, "  Enter a value: ")
}

/// Asks a question and returns the line that answers it; `None` at the end of the input.
pub(crate) fn ask(session: &Session, question: &str) -> Option<String> {
    session.print(question);
    let mut line = String::new();
    let mut input = session.environment.input.lock().unwrap_or_else(PoisonError::into_inner);
    let read = input.read_line(&mut line).ok()?;
    session.print("\n");
    (read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
}
