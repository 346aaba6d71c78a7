//! Modules that stand elsewhere: which are there already, and how the others are fetched.
//!
//! A package is fetched into a folder of its own beside its place and moved there when it is complete; what was moved is then
//! listed in the manifest. Whatever a killed run leaves behind is in no list, and the next one sweeps it away.

mod archive;
mod cli_configuration;
mod git;
mod http;
mod install;
mod manifest;
mod package;
mod registry;

use wpinfra_core::{Class, Diagnostic};
use wpinfra_lang::config::ModuleRequest;

pub(crate) use install::fetch;
pub(crate) use manifest::{installed, installed_when_saved};

/// The folder for what is fetched, from the working directory.
const FOLDER: &str = ".wpinfra/modules";

/// Why something cannot be fetched: a fixed summary, and sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Problem {
    summary: &'static str,
    detail: String,
    class: Class,
}

impl Problem {
    /// Says that the configuration asks for something that there is not.
    fn of_user(summary: &'static str, detail: impl Into<String>) -> Self {
        Self { summary, detail: detail.into(), class: Class::User }
    }

    /// Says that the network or the machine refuses.
    fn of_environment(summary: &'static str, detail: impl Into<String>) -> Self {
        Self { summary, detail: detail.into(), class: Class::Environment }
    }

    /// Says that a file cannot be written.
    fn of_disk(error: &std::io::Error) -> Self {
        Self::of_environment("Cannot keep module", format!("The folder {FOLDER} cannot be written: {error}."))
    }

    /// Returns the problem as one of the call.
    fn diagnostic(self, request: &ModuleRequest) -> Diagnostic {
        let detail = format!("Module {}: {}", request.key(), self.detail);
        Diagnostic::error(self.summary, detail).class(self.class).at(request.range.clone())
    }
}
