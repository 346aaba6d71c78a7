//! Runs whole commands in this process, each in a folder of its own.

mod captured;

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::{Arc, Mutex};

use tempfile::TempDir;
use wpinfra_cli::code_of;
use wpinfra_cli::environment::{Environment, Stream};

use captured::Captured;

/// A folder with a configuration.
pub(crate) struct Folder {
    pub(crate) directory: TempDir,
    pub(crate) variables: BTreeMap<String, String>,
}

/// How a command ended.
pub(crate) struct Ended {
    pub(crate) code: u8,
    pub(crate) output: String,
    pub(crate) errors: String,
}

impl Folder {
    pub(crate) fn empty() -> Self {
        Self { directory: tempfile::tempdir().expect("a folder"), variables: BTreeMap::new() }
    }

    pub(crate) fn with(configuration: &str) -> Self {
        let folder = Self::empty();
        folder.write("main.tf", configuration);
        folder
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.directory.path().join(name), text).expect("written");
    }

    /// Runs a command whose words are separated by spaces.
    pub(crate) fn run(&self, line: &str) -> Ended {
        self.answer(line, None)
    }

    /// As `run`, with somebody who answers questions.
    pub(crate) fn answer(&self, line: &str, answers: Option<&str>) -> Ended {
        let (output, errors) = (Captured::default(), Captured::default());
        let environment = Environment {
            arguments: std::iter::once("wpinfra").chain(line.split(' ')).map(str::to_owned).collect(),
            variables: self.variables.clone(),
            directory: self.directory.path().to_owned(),
            now: "2030-01-01T00:00:00Z".parse().expect("a time"),
            process: 1,
            input: Arc::new(Mutex::new(Box::new(Cursor::new(answers.unwrap_or_default().to_owned())))),
            output: Stream::new(output.clone()),
            errors: Stream::new(errors.clone()),
            can_ask: answers.is_some(),
            follows_signals: false,
        };
        let code = code_of(environment);
        Ended { code, output: output.text(), errors: errors.text() }
    }

    /// Runs a command that must end well, and returns its output.
    pub(crate) fn succeed(&self, line: &str) -> String {
        let ended = self.run(line);
        assert_eq!(ended.code, 0, "{line}: {}{}", ended.output, ended.errors);
        ended.output
    }

    /// Runs a command that must fail, and returns its errors.
    pub(crate) fn fail(&self, line: &str) -> String {
        let ended = self.run(line);
        assert_eq!(ended.code, 1, "{line}: {}{}", ended.output, ended.errors);
        ended.errors
    }
}
