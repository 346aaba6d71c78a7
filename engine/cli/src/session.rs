//! One run of a command: what it was started with, where messages go, and how configuration and state are found.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use wpinfra_apply::clock::{Clock, Entropy, RunClock};
use wpinfra_apply::interrupt::Interrupt;
use wpinfra_apply::lock::{LockRequest, StateLock};
use wpinfra_apply::store::StatePaths;
use wpinfra_apply::surroundings::{DEFAULT_PARALLELISM, Surroundings};
use wpinfra_core::registry::Registry;
use wpinfra_core::{Class, Diagnostic, Diagnostics, Severity, SourceRange};
use wpinfra_lang::Configuration;

use crate::arguments::StateArguments;
use crate::environment::Environment;
use crate::events;
use crate::files::DiskFiles;
use crate::progress::{Progress, Wanted};
use crate::registry;
use crate::render::{DiagnosticStyle, Painter, Sources, render_diagnostics};

/// Name of the workspace that is there from the beginning.
const DEFAULT_WORKSPACE: &str = "default";

/// One run of a command.
pub(crate) struct Session {
    /// The process.
    pub(crate) environment: Environment,
    /// The directory that the process was started in: `path.cwd`.
    pub(crate) started_in: PathBuf,
    /// The providers.
    pub(crate) registry: Arc<Registry>,
    /// Time.
    pub(crate) clock: Arc<RunClock>,
    /// Chance.
    pub(crate) entropy: Entropy,
    /// Requests to stop.
    pub(crate) interrupt: Interrupt,
    /// The colours.
    pub(crate) painter: Painter,
    /// Files that were read, for messages.
    pub(crate) files: Arc<DiskFiles>,
    /// Texts of files that messages may point into, beside those that were read.
    saved_sources: Mutex<Sources>,
    /// Warnings that were shown already, by summary, detail and place.
    shown_warnings: Mutex<BTreeSet<(String, String, Option<SourceRange>)>>,
    /// Whether warnings are shown in short.
    compact_warnings: bool,
    /// Whether messages are lines of JSON.
    speaks_json: bool,
}

/// How messages are to be shown.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Speech {
    /// Without colours.
    pub(crate) no_color: bool,
    /// As lines of JSON.
    pub(crate) json: bool,
    /// Warnings in short.
    pub(crate) compact_warnings: bool,
}

impl Session {
    /// Starts a run.
    pub(crate) fn new(environment: Environment, started_in: PathBuf, speech: Speech) -> Self {
        let painter = Painter::new(environment.wants_colour() && !speech.no_color && !speech.json);
        Self {
            started_in,
            registry: Arc::new(registry::built_in()),
            clock: Arc::new(RunClock::starting_at(environment.now)),
            entropy: Entropy::system(),
            interrupt: Interrupt::default(),
            painter,
            files: Arc::new(DiskFiles::new(environment.directory.clone())),
            saved_sources: Mutex::default(),
            shown_warnings: Mutex::default(),
            compact_warnings: speech.compact_warnings,
            speaks_json: speech.json,
            environment,
        }
    }

    /// Tells whether messages are lines of JSON.
    pub(crate) fn speaks_json(&self) -> bool {
        self.speaks_json
    }

    /// Writes a text to the standard output.
    pub(crate) fn print(&self, text: &str) {
        self.environment.output.write(text);
    }

    /// Writes a text to the standard output unless that is for machines.
    pub(crate) fn say(&self, text: &str) {
        if !self.speaks_json {
            self.print(text);
        }
    }

    /// Returns the diagnostics without warnings that were shown already: a run looks at the same configuration several times.
    fn news(&self, diagnostics: &Diagnostics) -> Diagnostics {
        let mut shown = self.shown_warnings.lock().unwrap_or_else(PoisonError::into_inner);
        let mut is_new = |problem: &&Diagnostic| {
            let place = problem.subject.clone();
            problem.severity == Severity::Error
                || shown.insert((problem.summary.clone(), problem.detail.clone(), place))
        };
        diagnostics.iter().filter(|problem| is_new(problem)).cloned().collect()
    }

    /// Shows diagnostics: errors on the standard error output, warnings on the standard output, or both as JSON.
    pub(crate) fn show(&self, diagnostics: &Diagnostics) {
        let diagnostics = &self.news(diagnostics);
        if diagnostics.is_empty() {
            return;
        }
        let sources = self.sources();
        if self.speaks_json {
            let now = self.clock.now();
            let lines: String = diagnostics.iter().map(|found| events::diagnostic(now, found, &sources)).collect();
            self.print(&lines);
            return;
        }
        let style = DiagnosticStyle {
            painter: self.painter,
            width: self.environment.width(),
            compact_warnings: self.compact_warnings,
        };
        let (errors, warnings) = render_diagnostics(diagnostics, &sources, style);
        self.print(&prefixed(&warnings));
        self.environment.errors.write(&prefixed(&errors));
    }

    /// Returns the texts that messages may point into.
    pub(crate) fn sources(&self) -> Sources {
        let saved = self.saved_sources.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let read = self.files.texts().into_iter().map(|(path, text)| (path, Arc::from(text)));
        saved.into_iter().chain(read).collect()
    }

    /// Adds texts that messages may point into.
    pub(crate) fn add_sources(&self, sources: impl IntoIterator<Item = (String, String)>) {
        let mut saved = self.saved_sources.lock().unwrap_or_else(PoisonError::into_inner);
        saved.extend(sources.into_iter().map(|(path, text)| (path, Arc::from(text))));
    }

    /// Returns what watches a run.
    pub(crate) fn progress(&self) -> Progress {
        let wanted = if self.speaks_json { Wanted::Json } else { Wanted::Text };
        let clock = Arc::clone(&self.clock);
        Progress::new(&self.environment.output, self.painter, wanted, move || clock.now())
    }

    /// Returns what the engine is given.
    pub(crate) fn surroundings<'a>(&'a self, progress: &'a Progress, parallelism: Option<usize>) -> Surroundings<'a> {
        Surroundings {
            registry: &self.registry,
            clock: &*self.clock,
            entropy: &self.entropy,
            observer: progress,
            interrupt: &self.interrupt,
            parallelism: parallelism.unwrap_or(DEFAULT_PARALLELISM).max(1),
        }
    }

    /// Returns the name of the workspace: `TF_WORKSPACE`, or what was selected, or `default`.
    pub(crate) fn workspace(&self) -> String {
        let selected = || {
            let text = std::fs::read_to_string(self.environment.data_directory().join("environment")).ok()?;
            Some(text.trim().to_owned()).filter(|name| !name.is_empty())
        };
        let named = self.environment.variable("TF_WORKSPACE").map(str::to_owned);
        named.or_else(selected).unwrap_or_else(|| DEFAULT_WORKSPACE.to_owned())
    }

    /// Returns the files of the state: as the flags say, else as the backend says, else `terraform.tfstate`.
    pub(crate) fn state_paths(
        &self,
        configuration: Option<&Configuration>,
        arguments: Option<&StateArguments>,
    ) -> Result<StatePaths, Diagnostics> {
        let directory = &self.environment.directory;
        let state = match arguments.and_then(|arguments| arguments.state.as_ref()) {
            Some(path) => directory.join(path),
            None => directory.join(self.backend_path(configuration)?),
        };
        let mut paths = StatePaths::beside(state, directory);
        if let Some(out) = arguments.and_then(|arguments| arguments.state_out.as_ref()) {
            paths.state_out = directory.join(out);
            paths.backup = StatePaths::beside(paths.state_out.clone(), directory).backup;
        }
        match arguments.and_then(|arguments| arguments.backup.as_ref()) {
            Some(backup) if backup.as_os_str() == "-" => paths.backup = None,
            Some(backup) => paths.backup = Some(directory.join(backup)),
            None => {}
        }
        Ok(paths)
    }

    /// Returns where the backend keeps the state of the workspace.
    fn backend_path(&self, configuration: Option<&Configuration>) -> Result<PathBuf, Diagnostics> {
        let backend = configuration.and_then(Configuration::backend);
        if let Some(backend) = backend.filter(|backend| backend.kind != "local") {
            let detail = format!(
                "This wpinfra keeps states in local files only; the configuration asks for the backend {:?}. Write \"backend \
                 \\\"local\\\" {{}}\" instead, in an override file if need be.",
                backend.kind
            );
            return Err(Diagnostic::error("Backend is not supported", detail.replace("\\\"", "\""))
                .at(backend.range.clone())
                .into());
        }
        let setting = |name: &str| backend.and_then(|backend| backend.arguments.get(name)).cloned();
        let workspace = self.workspace();
        if workspace == DEFAULT_WORKSPACE {
            return Ok(PathBuf::from(setting("path").unwrap_or_else(|| "terraform.tfstate".to_owned())));
        }
        let folder = setting("workspace_dir").unwrap_or_else(|| "terraform.tfstate.d".to_owned());
        Ok(Path::new(&folder).join(workspace).join("terraform.tfstate"))
    }

    /// Takes the lock of the state, unless the flags say not to.
    pub(crate) async fn lock(
        &self,
        paths: &StatePaths,
        arguments: &StateArguments,
        operation: &str,
    ) -> Result<Option<StateLock>, Diagnostics> {
        if !arguments.lock {
            return Ok(None);
        }
        if let Some(parent) = paths.state_out.parent() {
            // A workspace's folder comes into being with its first state.
            if !parent.exists() && parent.starts_with(&self.environment.directory) {
                std::fs::create_dir_all(parent).map_err(|error| unwritable(parent, &error))?;
            }
        }
        let (who, host) = self.environment.holder();
        let request = LockRequest {
            operation: operation.to_owned(),
            who,
            host,
            process: self.environment.process,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            timeout: arguments.lock_timeout,
        };
        let clock: Arc<dyn Clock> = Arc::<RunClock>::clone(&self.clock);
        let lock = StateLock::acquire(&paths.state_out, &request, clock, &self.entropy, &self.interrupt).await;
        let lock = lock.map_err(|problem| Diagnostics::from(*problem))?;
        if let Some(note) = lock.note() {
            self.say(&format!("{note}\n"));
        }
        Ok(Some(lock))
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> Diagnostics {
    let detail = format!("The folder \"{}\" for the state cannot be made: {error}.", path.display());
    Diagnostic::error("Cannot write state", detail).class(Class::Environment).into()
}

/// Returns a text with an empty line before it, or nothing.
fn prefixed(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("\n{text}") }
}
