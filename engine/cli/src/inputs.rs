//! Loads the configuration with the values of its variables, asking for those that are missing.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use serde_json::{Value as Json, json};
use wpinfra_core::{Diagnostics, Marks, json as value_json};
use wpinfra_lang::{
    Configuration, Environment as LangEnvironment, Files, InputSource, InputVariable, InputVariables, VariableOrigin,
};

use crate::arguments::{VariableArgument, VariableArguments};
use crate::files::{SavedFiles, has_ending};
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

/// Loads the configuration of the working directory.
pub(crate) fn load(session: &Session, inputs: &Inputs<'_>) -> (Option<Configuration>, Diagnostics) {
    let files: Arc<dyn Files> = Arc::<crate::files::DiskFiles>::clone(&session.files);
    let mut given = gather(session, inputs.variables);
    let (loaded, diagnostics) = load_with(session, Arc::clone(&files), Some(given.clone()));
    let is_missing = diagnostics.iter().any(|problem| problem.summary == NO_VALUE);
    if !is_missing || !may_ask(session, inputs.arguments) {
        return (loaded, diagnostics);
    }
    let Some(declared) = load_with(session, Arc::clone(&files), None).0 else { return (loaded, diagnostics) };
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
    load_with(session, files, Some(given))
}

/// Loads the configuration for the console: also where it has errors, and with missing values unknown instead of asked for.
pub(crate) fn load_for_console(session: &Session, inputs: &Inputs<'_>) -> (Option<Configuration>, Diagnostics) {
    let files: Arc<dyn Files> = Arc::<crate::files::DiskFiles>::clone(&session.files);
    let given = gather(session, inputs.variables);
    let environment = lang_environment(session, files);
    let (loaded, diagnostics) =
        Configuration::load_with_errors(environment, Some(given), Arc::clone(&session.registry));
    (loaded, diagnostics.into_iter().filter(|problem| problem.summary != NO_VALUE).collect())
}

/// Loads the configuration without values for its variables: for `validate`.
pub(crate) fn load_without_values(session: &Session) -> (Option<Configuration>, Diagnostics) {
    let files: Arc<dyn Files> = Arc::<crate::files::DiskFiles>::clone(&session.files);
    load_with(session, files, None)
}

/// Loads the configuration that a plan was made from, with the values that it was made with.
pub(crate) fn load_saved(
    session: &Session,
    sources: &BTreeMap<String, String>,
    values: &BTreeMap<String, Json>,
    created: &str,
) -> (Option<Configuration>, Diagnostics) {
    let is_value = |path: &str| has_ending(path, &[".tfvars", ".tfvars.json"]);
    let mut sources: BTreeMap<String, String> =
        sources.iter().filter(|(path, _)| !is_value(path)).map(|(path, text)| (path.clone(), text.clone())).collect();
    session.add_sources(sources.clone());
    sources.insert(SAVED_VALUES.to_owned(), json!(values).to_string());
    let files = SavedFiles::new(sources, session.environment.directory.clone());
    let given =
        InputVariables { environment: Vec::new(), command_line: vec![InputSource::File(SAVED_VALUES.to_owned())] };
    let environment = LangEnvironment { now: created.to_owned(), ..lang_environment(session, Arc::new(files)) };
    Configuration::load(environment, Some(given), Arc::clone(&session.registry))
}

/// Returns the values of the root variables as a plan file keeps them; ephemeral ones are not kept.
pub(crate) fn values_to_save(configuration: &Configuration) -> BTreeMap<String, Json> {
    let kept = configuration.variable_values().iter().filter(|(_, value)| !value.marks().contains(Marks::EPHEMERAL));
    kept.map(|(name, value)| (name.to_string(), value_json::to_json(value))).collect()
}

fn load_with(
    session: &Session,
    files: Arc<dyn Files>,
    given: Option<InputVariables>,
) -> (Option<Configuration>, Diagnostics) {
    Configuration::load(lang_environment(session, files), given, Arc::clone(&session.registry))
}

fn lang_environment(session: &Session, files: Arc<dyn Files>) -> LangEnvironment {
    let entropy = |length: usize| {
        let mut bytes = vec![0; length];
        fill_random(&mut bytes);
        bytes
    };
    LangEnvironment {
        files,
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
