//! `console`

#[cfg_attr(not(feature = "line-editing"), path = "console/plain.rs")]
mod editor;

use std::io::BufRead as _;
use std::path::Path;
use std::sync::PoisonError;

use wpinfra_apply::known;
use wpinfra_apply::store::{StatePaths, Store};
use wpinfra_core::desired::{Desired as _, Known};
use wpinfra_core::{Class, Diagnostic, Diagnostics, Severity};
use wpinfra_lang::syntax::{Source, is_unfinished, parse_expression};
use wpinfra_lang::{Configuration, Evaluator, functions};
use wpinfra_plan::{Facts, Options};

use super::planning::{self, Ready};
use super::{Ended, FAILURE, SUCCESS};
use crate::arguments::ConsoleArguments;
use crate::inputs::{self, Inputs};
use crate::session::Session;

/// What messages call the text that was typed in.
const INPUT_NAME: &str = "<console-input>";

const HELP: &str = "\
Type an expression, and its value is shown: var.region, cidrsubnet(\"10.0.0.0/16\", 8, 1), aws_vpc.main.id.

Resources have the values that the state records of them, or, with -plan, those that a plan would lead to. An
expression with an open bracket or heredoc goes on in the next line. type(…) shows the type of a value.

To leave: exit, Control-C or Control-D.
";

/// Shows the values of expressions: those of a person, or the lines of the standard input.
pub(crate) async fn run(session: &Session, arguments: &ConsoleArguments, inputs: &Inputs<'_>) -> Ended {
    let (configuration, diagnostics) = inputs::load_for_console(session, inputs).await;
    let Some(configuration) = configuration else { return Err(diagnostics) };
    let errors: Diagnostics = diagnostics.into_iter().filter(|problem| problem.severity == Severity::Error).collect();
    if errors.has_errors() {
        session.show(&errors);
        // The standard output is for results alone.
        session
            .environment
            .errors
            .write("The configuration has errors, so that some values may be wrong or unknown.\n\n");
    }
    let store = open_state(session, &configuration, arguments.state.as_deref())?;
    let (configuration, known) = if arguments.plan {
        with_plan(session, configuration, store).await?
    } else {
        // There is no telling plan and apply apart here: functions of time and chance have a result.
        let recorded = known::recorded(store.state(), &Evaluator::new(&configuration), &session.registry);
        (configuration, Known { applying: true, ..recorded })
    };
    let console = Console { session, evaluator: Evaluator::new(&configuration), known };
    if session.environment.can_ask && session.environment.output.is_terminal() {
        console.converse()
    } else {
        Ok(console.answer_all())
    }
}

fn open_state(session: &Session, configuration: &Configuration, path: Option<&Path>) -> Result<Store, Diagnostics> {
    let paths = match path {
        Some(path) => StatePaths::beside(session.environment.resolve(path), &session.environment.directory),
        None => session.state_paths(Some(configuration), None)?,
    };
    Store::open(paths)
}

/// Makes a plan and returns what it makes known. Nothing is written, so that no lock is needed.
async fn with_plan(
    session: &Session,
    configuration: Configuration,
    store: Store,
) -> Result<(Configuration, Known), Diagnostics> {
    let progress = session.progress();
    let surroundings = session.surroundings(&progress, None);
    let mut ready = Ready { configuration, store, facts: Facts::default(), _lock: None };
    let options = Options { refresh: true, ..Options::default() };
    let (planned, diagnostics) = planning::plan(&surroundings, &mut ready, &options).await;
    progress.end();
    let Some(planned) = planned.filter(|_| !diagnostics.has_errors()) else { return Err(diagnostics) };
    let configuration = ready.configuration;
    let (known, problems) = known::planned(&planned.plan, &Evaluator::new(&configuration), &session.registry, false);
    if problems.has_errors() { Err(problems) } else { Ok((configuration, known)) }
}

/// What expressions are evaluated with.
struct Console<'c> {
    session: &'c Session,
    evaluator: Evaluator<'c>,
    known: Known,
}

/// What follows from a text that was typed in.
enum Answer {
    /// This is shown.
    Text(String),
    /// There is nothing to be shown.
    Nothing,
    /// That was all.
    End,
}

impl Console<'_> {
    /// Answers the lines of the standard input one by one; the first error ends it.
    fn answer_all(&self) -> u8 {
        let mut input = self.session.environment.input.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        loop {
            let read = match input.read_line(&mut text) {
                Ok(read) => read,
                Err(error) => {
                    let detail = format!("The standard input cannot be read: {error}.");
                    let problem = Diagnostic::error("Cannot read input", detail).class(Class::Environment);
                    self.session.show(&problem.into());
                    return FAILURE;
                }
            };
            if read > 0 && is_unfinished(&text) {
                continue;
            }
            match self.answer(&text) {
                Ok(Answer::Text(answer)) => self.session.print(&format!("{answer}\n")),
                Ok(Answer::Nothing) => {}
                Ok(Answer::End) => return SUCCESS,
                Err(problems) => {
                    self.session.show(&problems);
                    return FAILURE;
                }
            }
            if read == 0 {
                return SUCCESS;
            }
            text.clear();
        }
    }

    /// Answers a person until that wants to leave.
    fn converse(&self) -> Ended {
        let mut editor = editor::open(self.session, self.names())?;
        while let Some(text) = editor.next()? {
            match self.answer(&text) {
                Ok(Answer::Text(answer)) => self.session.print(&format!("{answer}\n")),
                Ok(Answer::Nothing) => {}
                Ok(Answer::End) => break,
                Err(problems) => self.session.show(&problems),
            }
        }
        Ok(SUCCESS)
    }

    fn answer(&self, text: &str) -> Result<Answer, Diagnostics> {
        match text.trim() {
            "" => Ok(Answer::Nothing),
            "exit" => Ok(Answer::End),
            "help" => Ok(Answer::Text(HELP.trim_end().to_owned())),
            expression => self.value(expression).map(Answer::Text),
        }
    }

    fn value(&self, text: &str) -> Result<String, Diagnostics> {
        self.session.add_sources([(INPUT_NAME.to_owned(), text.to_owned())]);
        let expression =
            parse_expression(&Source::new(INPUT_NAME, text)).map_err(|problem| Diagnostics::from(*problem))?;
        let (answer, diagnostics) = self.evaluator.console(&expression, &self.known);
        if diagnostics.has_errors() { Err(diagnostics) } else { Ok(answer) }
    }

    /// Returns the names that an expression may begin with.
    fn names(&self) -> Vec<String> {
        let functions = functions::names().iter().map(|name| format!("{name}("));
        let blocks = self.evaluator.blocks().iter().map(|block| block.label.clone());
        let others = ["output.", "provider.", "check."];
        let referable = blocks.filter(|label| {
            let is_inside = label.starts_with("module.") && label.matches('.').count() > 1;
            !is_inside && !others.iter().any(|other| label.starts_with(other))
        });
        let fixed = ["path.module", "path.root", "path.cwd", "terraform.workspace", "type("].map(str::to_owned);
        let mut names: Vec<String> = functions.chain(referable).chain(fixed).collect();
        names.sort();
        names.dedup();
        names
    }
}
