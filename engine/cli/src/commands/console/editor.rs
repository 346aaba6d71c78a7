//! Lines that a person edits: with a history, and with completion of names.

use std::cell::Cell;
use std::path::PathBuf;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Config, Context, Helper};
use wpinfra_core::{Class, Diagnostic, Diagnostics};
use wpinfra_lang::syntax::is_unfinished;

use crate::session::Session;

const PROMPT: &str = "> ";
/// How many entries are kept over the end of a console.
const HISTORY_LENGTH: usize = 1000;

/// Reads expressions from a terminal.
pub(super) struct Editor {
    lines: rustyline::Editor<Names, DefaultHistory>,
    /// Where the history is kept; nowhere without a home.
    history: Option<PathBuf>,
}

/// Returns an editor that completes the names.
pub(super) fn open(session: &Session, names: Vec<String>) -> Result<Editor, Diagnostics> {
    let config = Config::builder().max_history_size(HISTORY_LENGTH).and_then(|config| config.history_ignore_dups(true));
    let lines = config.and_then(|config| rustyline::Editor::with_config(config.auto_add_history(true).build()));
    let mut lines = lines.map_err(|error| unusable(&error))?;
    lines.set_helper(Some(Names { names, is_empty: Cell::new(true) }));
    let history = history_file(session);
    if let Some(path) = &history {
        // There is none before the first time.
        drop(lines.load_history(path));
    }
    Ok(Editor { lines, history })
}

/// Returns `wpinfra/console_history` below the folder for what programs keep about their use.
fn history_file(session: &Session) -> Option<PathBuf> {
    let home = || Some(PathBuf::from(session.environment.variable("HOME")?).join(".local/state"));
    let folder = session.environment.variable("XDG_STATE_HOME").map(PathBuf::from).or_else(home)?;
    Some(folder.join("wpinfra/console_history"))
}

fn unusable(error: &ReadlineError) -> Diagnostics {
    let detail = format!("Lines cannot be read from the terminal: {error}.");
    Diagnostic::error("Cannot read input", detail).class(Class::Environment).into()
}

impl Editor {
    /// Returns the next expression; `None` when the person leaves.
    pub(super) fn next(&mut self) -> Result<Option<String>, Diagnostics> {
        loop {
            if let Some(names) = self.lines.helper() {
                names.is_empty.set(true);
            }
            match self.lines.readline(PROMPT) {
                Ok(text) => {
                    self.keep();
                    return Ok(Some(text));
                }
                // What was typed is thrown away before the console is left.
                Err(ReadlineError::Interrupted) if self.lines.helper().is_some_and(|names| !names.is_empty.get()) => {}
                Err(ReadlineError::Eof | ReadlineError::Interrupted) => return Ok(None),
                Err(error) => return Err(unusable(&error)),
            }
        }
    }

    /// Writes the history down; a console that cannot do so is of use nevertheless.
    fn keep(&mut self) {
        let Some(path) = &self.history else { return };
        let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        if folder.is_err() || self.lines.append_history(path).is_err() {
            self.history = None;
        }
    }
}

/// What the editor asks about the text while it is typed.
struct Names {
    /// The names that can be completed.
    names: Vec<String>,
    /// Whether nothing is typed yet.
    is_empty: Cell<bool>,
}

impl Completer for Names {
    type Candidate = String;

    fn complete(&self, line: &str, position: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(completions(&self.names, line, position))
    }
}

impl Validator for Names {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if is_unfinished(context.input()) { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

impl Hinter for Names {
    type Hint = String;

    fn hint(&self, line: &str, _: usize, _: &Context<'_>) -> Option<String> {
        self.is_empty.set(line.is_empty());
        None
    }
}

impl Highlighter for Names {}

impl Helper for Names {}

/// Returns where the word before the position begins, and the names that begin with it.
fn completions(names: &[String], line: &str, position: usize) -> (usize, Vec<String>) {
    let before = line.get(..position).unwrap_or(line);
    let is_word = |character: char| character.is_alphanumeric() || "_-.:".contains(character);
    let start = before
        .rfind(|character| !is_word(character))
        .map_or(0, |at| at + before[at..].chars().next().map_or(0, char::len_utf8));
    let word = &before[start..];
    let found = names.iter().filter(|name| !word.is_empty() && name.starts_with(word));
    (start, found.cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_before_the_cursor_is_completed() {
        let names = ["upper(", "var.region", "var.zone"].map(str::to_owned);
        for (line, position, start, found) in [
            ("up", 2, 0, vec!["upper("]),
            ("[var.", 5, 1, vec!["var.region", "var.zone"]),
            ("\u{e9} var.z", 8, 3, vec!["var.zone"]),
            ("1 + ", 4, 4, vec![]),
            ("var.region", 5, 0, vec!["var.region"]),
        ] {
            let expected = (start, found.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(completions(&names, line, position), expected, "{line}");
        }
    }
}
