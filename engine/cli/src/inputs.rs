//! Loads the configuration with the values of its variables, asking for those that are missing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

use serde_json::{Value as Json, json};
use wpinfra_core::{Diagnostics, Marks, json as value_json};
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
pub(crate) fn load_saved(
    session: &Session,
    sources: &BTreeMap<String, String>,
    values: &BTreeMap<String, Json>,
    created: &str,
) -> (Option<Configuration>, Diagnostics) {
    let (environment, given) = saved_environment(session, sources, values, created);
    Configuration::load(environment, Some(given), Arc::clone(&session.registry))
}

/// Reads the files that a plan was made from, without checking once more what they say.
pub(crate) fn load_saved_modules(
    session: &Session,
    sources: &BTreeMap<String, String>,
    values: &BTreeMap<String, Json>,
    created: &str,
) -> Option<Configuration> {
    let (environment, given) = saved_environment(session, sources, values, created);
    Configuration::load_modules(environment, Some(&given), Arc::clone(&session.registry)).configuration
}

fn saved_environment(
    session: &Session,
    sources: &BTreeMap<String, String>,
    values: &BTreeMap<String, Json>,
    created: &str,
) -> (LangEnvironment, InputVariables) {
    let is_value = |path: &str| has_ending(path, &[".tfvars", ".tfvars.json"]);
    let mut sources: BTreeMap<String, String> =
        sources.iter().filter(|(path, _)| !is_value(path)).map(|(path, text)| (path.clone(), text.clone())).collect();
    session.add_sources(sources.clone());
    let installed = modules::installed_when_saved(session, &sources);
    sources.insert(SAVED_VALUES.to_owned(), json!(values).to_string());
    let files = SavedFiles::new(sources, session.environment.directory.clone());
    let given =
        InputVariables { environment: Vec::new(), command_line: vec![InputSource::File(SAVED_VALUES.to_owned())] };
    let environment = lang_environment(session, Arc::new(files), installed);
    (LangEnvironment { now: created.to_owned(), ..environment }, given)
}

/// Returns the values of the root variables as a plan file keeps them; ephemeral ones are not kept.
pub(crate) fn values_to_save(configuration: &Configuration) -> BTreeMap<String, Json> {
    let kept = configuration.variable_values().iter().filter(|(_, value)| !value.marks().contains(Marks::EPHEMERAL));
    kept.map(|(name, value)| (name.to_string(), value_json::to_json(value))).collect()
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
