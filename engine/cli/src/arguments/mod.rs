//! The command line: Terraform's commands and flags, spelled with one dash or two.

mod definitions;
mod normalise;

use clap::error::ErrorKind;
use clap::{ArgMatches, CommandFactory, FromArgMatches};

pub(crate) use definitions::*;

use crate::environment::Environment;

/// A command line that was understood.
pub(crate) struct Parsed {
    /// Options and command.
    pub(crate) arguments: Arguments,
    /// `-var` and `-var-file` in their order.
    pub(crate) variables: Vec<VariableArgument>,
}

/// One `-var` or `-var-file`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum VariableArgument {
    /// `name=value`
    Variable(String),
    /// A path.
    File(String),
}

/// Why there is nothing to run.
pub(crate) enum NotParsed {
    /// Help or version was asked for; the text.
    Shown(String),
    /// Something is wrong; the text says what, and what may have been meant.
    Wrong(String),
}

/// Returns what the command line asks for, with what `TF_CLI_ARGS…` add to it.
pub(crate) fn parse(environment: &Environment) -> Result<Parsed, NotParsed> {
    let variable = |name: &str| environment.variable(name).map(str::to_owned);
    let words =
        normalise::command_line(&environment.arguments, &command_names(), &variable).map_err(NotParsed::Wrong)?;
    let coloured = environment.wants_colour();
    let command =
        Arguments::command().color(if coloured { clap::ColorChoice::Always } else { clap::ColorChoice::Never });
    let shown = |error: clap::Error| {
        let text = if coloured { error.render().ansi().to_string() } else { error.render().to_string() };
        if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
            NotParsed::Shown(text)
        } else {
            NotParsed::Wrong(text.replacen("error:", "Error:", 1))
        }
    };
    let matches = command.try_get_matches_from(&words).map_err(shown)?;
    let arguments = Arguments::from_arg_matches(&matches).map_err(shown)?;
    Ok(Parsed { arguments, variables: ordered_variables(&matches) })
}

/// Returns the names of commands that have commands of their own, with those.
fn command_names() -> Vec<(String, Vec<String>)> {
    let names = |command: &clap::Command| command.get_subcommands().map(|inner| inner.get_name().to_owned()).collect();
    Arguments::command().get_subcommands().map(|command| (command.get_name().to_owned(), names(command))).collect()
}

/// Makes an argument of its text.
type Wrap = fn(String) -> VariableArgument;

fn ordered_variables(matches: &ArgMatches) -> Vec<VariableArgument> {
    let mut innermost = matches;
    while let Some((_, inner)) = innermost.subcommand() {
        innermost = inner;
    }
    let mut found: Vec<(usize, VariableArgument)> = Vec::new();
    for (id, wrap) in [("var", VariableArgument::Variable as Wrap), ("var_file", VariableArgument::File as Wrap)] {
        let Ok(Some(values)) = innermost.try_get_many::<String>(id) else { continue };
        let Some(indices) = innermost.indices_of(id) else { continue };
        found.extend(indices.zip(values).map(|(index, value)| (index, wrap(value.clone()))));
    }
    found.sort_by_key(|(index, _)| *index);
    found.into_iter().map(|(_, variable)| variable).collect()
}

#[cfg(test)]
mod tests;
