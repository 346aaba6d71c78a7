//! The process that wpinfra runs in: arguments, variables, directory, streams and clock. Nothing else reads them.

use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

/// Columns where the terminal does not tell.
const DEFAULT_WIDTH: usize = 80;

/// Everything that a run takes from its process.
#[derive(Clone)]
pub struct Environment {
    /// The command line, the name of the program first.
    pub arguments: Vec<String>,
    /// Environment variables.
    pub variables: BTreeMap<String, String>,
    /// The directory that relative paths start at.
    pub directory: PathBuf,
    /// Time of the start.
    pub now: Timestamp,
    /// Number of the process.
    pub process: u32,
    /// Where questions are answered.
    pub input: SharedInput,
    /// Where results go.
    pub output: Stream,
    /// Where errors go.
    pub errors: Stream,
    /// Whether somebody can answer questions.
    pub can_ask: bool,
    /// Whether signals are to be followed.
    pub follows_signals: bool,
}

/// An input that can be shared.
pub type SharedInput = Arc<Mutex<Box<dyn BufRead + Send>>>;

/// Somewhere to write to.
#[derive(Clone)]
pub struct Stream {
    writer: Arc<Mutex<Box<dyn Write + Send>>>,
    /// Columns, if it is a terminal.
    columns: Option<usize>,
}

impl Stream {
    /// Returns a stream that is no terminal.
    pub fn new(writer: impl Write + Send + 'static) -> Self {
        Self { writer: Arc::new(Mutex::new(Box::new(writer))), columns: None }
    }

    /// Tells whether it is a terminal.
    pub fn is_terminal(&self) -> bool {
        self.columns.is_some()
    }

    /// Writes a text and sends it on.
    ///
    /// That nobody reads any more is no reason to stop an apply, so that failures stay without effect.
    pub fn write(&self, text: &str) {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if writer.write_all(text.as_bytes()).and_then(|()| writer.flush()).is_err() {
            *writer = Box::new(std::io::sink());
        }
    }
}

impl Environment {
    /// Returns the environment of this process.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment and the clock")]
    pub fn from_process() -> Self {
        let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        let variables: BTreeMap<String, String> =
            std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect();
        let width = |is_terminal: bool| is_terminal.then(|| columns(&variables));
        let (stdout, stderr) = (std::io::stdout(), std::io::stderr());
        let (output_width, errors_width) = (width(stdout.is_terminal()), width(stderr.is_terminal()));
        Self {
            arguments: std::env::args_os().map(text).collect(),
            directory: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
            now: Timestamp::now(),
            process: std::process::id(),
            input: Arc::new(Mutex::new(Box::new(std::io::BufReader::new(std::io::stdin())))),
            output: Stream { columns: output_width, ..Stream::new(stdout) },
            errors: Stream { columns: errors_width, ..Stream::new(stderr) },
            can_ask: std::io::stdin().is_terminal(),
            follows_signals: true,
            variables,
        }
    }

    /// Returns an environment without variables that writes to nowhere.
    #[cfg(test)]
    pub(crate) fn for_tests(arguments: &[String]) -> Self {
        Self {
            arguments: arguments.to_vec(),
            variables: BTreeMap::new(),
            directory: PathBuf::from("."),
            now: Timestamp::UNIX_EPOCH,
            process: 1,
            input: Arc::new(Mutex::new(Box::new(std::io::empty()))),
            output: Stream::new(std::io::sink()),
            errors: Stream::new(std::io::sink()),
            can_ask: false,
            follows_signals: false,
        }
    }

    /// Returns an environment variable that is not empty.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Returns the `TF_VAR_…` variables by the name behind the prefix.
    pub(crate) fn terraform_variables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().filter_map(|(name, value)| Some((name.strip_prefix("TF_VAR_")?, value.as_str())))
    }

    /// Tells whether colours are wanted on the standard output, `-no-color` aside.
    pub(crate) fn wants_colour(&self) -> bool {
        let forced = self.variable("CLICOLOR_FORCE").is_some_and(|value| value != "0");
        forced
            || (self.output.is_terminal()
                && self.variable("NO_COLOR").is_none()
                && self.variable("TERM") != Some("dumb"))
    }

    /// Returns how many columns texts may have.
    pub(crate) fn width(&self) -> usize {
        self.output.columns.unwrap_or(DEFAULT_WIDTH)
    }

    /// Returns the path, relative ones counted from the directory.
    pub(crate) fn resolve(&self, path: &Path) -> PathBuf {
        self.directory.join(path)
    }

    /// Returns the folder for what belongs to a working directory: `.terraform` or `TF_DATA_DIR`.
    pub(crate) fn data_directory(&self) -> PathBuf {
        self.resolve(Path::new(self.variable("TF_DATA_DIR").unwrap_or(".terraform")))
    }

    /// Returns `user@host` and the host, for locks.
    pub(crate) fn holder(&self) -> (String, String) {
        let user = self.variable("USER").or_else(|| self.variable("LOGNAME")).unwrap_or("unknown");
        let host = self.variable("HOSTNAME").map(str::to_owned).or_else(|| {
            let name = std::fs::read_to_string("/proc/sys/kernel/hostname")
                .or_else(|_| std::fs::read_to_string("/etc/hostname"));
            name.ok().map(|name| name.trim().to_owned())
        });
        let host = host.unwrap_or_else(|| "localhost".to_owned());
        (format!("{user}@{host}"), host)
    }
}

/// Returns the width of the terminal; `COLUMNS` goes before what the terminal tells.
fn columns(variables: &BTreeMap<String, String>) -> usize {
    let told = variables.get("COLUMNS").and_then(|text| text.parse().ok());
    let asked = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    // Narrower or wider texts are hard to read.
    told.or_else(asked).unwrap_or(DEFAULT_WIDTH).clamp(40, 160)
}
