//! `fmt`

use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::sync::PoisonError;

use similar::TextDiff;
use wpinfra_apply::store;
use wpinfra_core::{Class, Diagnostic, Diagnostics};
use wpinfra_lang::format::format;
use wpinfra_lang::syntax::Source;

use super::SUCCESS;
use crate::arguments::FmtArguments;
use crate::files::has_ending;
use crate::session::Session;

/// Some file cannot be read, or has errors.
const ERRORS: u8 = 2;
/// With `-check`: some file is not laid out as it should be.
const DIFFERENCES: u8 = 3;

/// Endings of the files that have a layout.
const ENDINGS: [&str; 4] = [".tf", ".tfvars", ".tftest.hcl", ".tfmock.hcl"];

/// The target that stands for the standard input.
const STANDARD_INPUT: &str = "-";
/// What messages call it.
const STANDARD_INPUT_NAME: &str = "<stdin>";

/// Brings files, or the standard input, into the one layout.
pub(crate) fn run(session: &Session, arguments: &FmtArguments) -> u8 {
    let mut run = Run::new(session, arguments);
    match arguments.targets.as_slice() {
        [] => run.directory(Path::new("")),
        [first, ..] if first.as_os_str() == STANDARD_INPUT => run.standard_input(),
        targets => {
            for target in targets {
                if !run.target(&relative(&session.environment.directory, target)) {
                    break;
                }
            }
        }
    }
    let Run { said, differs, diagnostics, .. } = run;
    let has_errors = diagnostics.has_errors();
    // What a check says of some files while others cannot be read would not be its result.
    if !(arguments.check && has_errors) {
        session.print(&said);
    }
    session.show(&diagnostics);
    match (has_errors, arguments.check && differs) {
        (true, _) => ERRORS,
        (false, true) => DIFFERENCES,
        (false, false) => SUCCESS,
    }
}

struct Run<'s> {
    session: &'s Session,
    /// Whether files are named that differ.
    lists: bool,
    /// Whether files are changed.
    writes: bool,
    /// Whether changes are shown.
    shows_changes: bool,
    /// Whether texts are shown, where nothing else is said about them.
    shows_texts: bool,
    /// Whether directories below are visited.
    recursive: bool,
    /// What is to be printed.
    said: String,
    /// Whether any file was not laid out as it should be.
    differs: bool,
    diagnostics: Diagnostics,
}

impl<'s> Run<'s> {
    fn new(session: &'s Session, arguments: &FmtArguments) -> Self {
        let has_files = arguments.targets.first().is_none_or(|target| target.as_os_str() != STANDARD_INPUT);
        let lists = arguments.list && has_files;
        let writes = arguments.write && has_files && !arguments.check;
        // A check that lists nothing tells its result by the exit code alone.
        let shows_changes = arguments.diff && (lists || !arguments.check);
        let shows_texts = !lists && !writes && !arguments.diff && !arguments.check;
        Self {
            session,
            lists,
            writes,
            shows_changes,
            shows_texts,
            recursive: arguments.recursive,
            said: String::new(),
            differs: false,
            diagnostics: Diagnostics::new(),
        }
    }

    /// Takes a file or a directory; `false` if there is no such thing, so that the command line is wrong.
    fn target(&mut self, path: &Path) -> bool {
        let full = self.session.environment.resolve(path);
        if full.is_dir() {
            self.directory(path);
        } else if !full.exists() {
            let detail = format!("\"{}\" is neither a file nor a directory.", path.display());
            self.fail(Diagnostic::error("No such file or directory", detail));
            return false;
        } else if has_layout(path) {
            self.file(path);
        } else {
            let detail =
                format!("\"{}\" cannot be laid out: its name must end in {}.", path.display(), ENDINGS.join(", "));
            self.fail(Diagnostic::error("File of another kind", detail));
        }
        true
    }

    /// Takes the files of a directory in the order of their names.
    fn directory(&mut self, path: &Path) {
        let entries = std::fs::read_dir(self.session.environment.resolve(path));
        let entries = entries.and_then(|entries| entries.map(|entry| entry.map(|entry| entry.file_name())).collect());
        let mut names: Vec<std::ffi::OsString> = match entries {
            Ok(names) => names,
            Err(error) => return self.unreadable(path, &error.to_string()),
        };
        names.sort();
        for name in names.iter().filter(|name| !is_left_alone(&name.to_string_lossy())) {
            let inner = path.join(name);
            // A link to a directory could lead in circles.
            if self.session.environment.resolve(&inner).symlink_metadata().is_ok_and(|metadata| metadata.is_dir()) {
                if self.recursive {
                    self.directory(&inner);
                }
            } else if has_layout(&inner) {
                self.file(&inner);
            }
        }
    }

    fn file(&mut self, path: &Path) {
        let full = self.session.environment.resolve(path);
        match std::fs::read(&full) {
            Ok(bytes) => self.text(&path.display().to_string(), bytes, Some(&full)),
            Err(error) => self.unreadable(path, &error.to_string()),
        }
    }

    fn standard_input(&mut self) {
        let mut bytes = Vec::new();
        let read = {
            let mut input = self.session.environment.input.lock().unwrap_or_else(PoisonError::into_inner);
            input.read_to_end(&mut bytes)
        };
        match read {
            Ok(_) => self.text(STANDARD_INPUT_NAME, bytes, None),
            Err(error) => self.unreadable(Path::new(STANDARD_INPUT_NAME), &error.to_string()),
        }
    }

    /// Lays a text out, and does with it what is asked for.
    fn text(&mut self, name: &str, bytes: Vec<u8>, path: Option<&Path>) {
        let Ok(text) = String::from_utf8(bytes) else {
            return self.unreadable(Path::new(name), "it is not UTF-8 text");
        };
        let source = Source::new(name, text);
        let (formatted, diagnostics) = format(&source);
        if !diagnostics.is_empty() {
            self.session.add_sources([(name.to_owned(), source.text.to_string())]);
            self.diagnostics.extend(diagnostics);
        }
        let Some(formatted) = formatted else { return };
        if *formatted != *source.text {
            self.differs = true;
            if self.lists {
                append!(self.said, "{name}\n");
            }
            if let Some(path) = path.filter(|_| self.writes)
                && let Err(error) = store::replace(path, formatted.as_bytes())
            {
                let detail = format!("\"{name}\" cannot be written: {error}. It stays as it was.");
                self.fail(Diagnostic::error("Cannot write file", detail).class(Class::Environment));
            }
            if self.shows_changes {
                self.say_line(&difference(name, &source.text, &formatted));
            }
        }
        if self.shows_texts {
            self.say_line(&formatted);
        }
    }

    /// Says a text that ends with its line, whether it had an end or not.
    fn say_line(&mut self, text: &str) {
        append!(self.said, "{}\n", text.strip_suffix('\n').unwrap_or(text));
    }

    fn unreadable(&mut self, path: &Path, why: &str) {
        let detail = format!("\"{}\" cannot be read: {why}.", path.display());
        self.fail(Diagnostic::error("Cannot read file", detail).class(Class::Environment));
    }

    fn fail(&mut self, problem: Diagnostic) {
        self.diagnostics.push(problem);
    }
}

/// Returns what changes, as `diff -u` does.
fn difference(name: &str, old: &str, new: &str) -> String {
    let lines = TextDiff::from_lines(old, new);
    lines.unified_diff().header(&format!("old/{name}"), &format!("new/{name}")).to_string()
}

fn has_layout(path: &Path) -> bool {
    has_ending(&path.to_string_lossy(), &ENDINGS)
}

/// Tells whether a name in a directory is hidden, or that of a copy that an editor has made.
fn is_left_alone(name: &str) -> bool {
    name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'))
}

/// Returns the path from a directory, without detours, however it is written.
fn relative(directory: &Path, path: &Path) -> PathBuf {
    let (from, to) = (without_detours(directory), without_detours(&directory.join(path)));
    let common = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let up = from.iter().skip(common).map(|_| Component::ParentDir.as_os_str());
    up.chain(to.iter().skip(common)).collect()
}

/// Returns a path without `.` and `..`, as far as that can be told from its text.
fn without_detours(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if out.file_name().is_some() => {
                out.pop();
            }
            Component::ParentDir if out.has_root() => {}
            Component::ParentDir | Component::Normal(_) | Component::RootDir | Component::Prefix(_) => {
                out.push(component);
            }
        }
    }
    out
}
