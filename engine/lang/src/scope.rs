//! Scopes that have no configuration behind them.

use wpinfra_core::{Diagnostic, Diagnostics, Value};

use crate::eval::{Failed, Scope};
use crate::expr::Traversal;
use crate::functions::{Files, FunctionScope};
use crate::references::whole_span;
use crate::syntax::Source;

/// A scope without names, for what must be constant.
pub struct NoScope;

impl Scope for NoScope {
    fn resolve(
        &self,
        traversal: &Traversal,
        source: &Source,
        diagnostics: &mut Diagnostics,
    ) -> Result<(Value, usize), Failed> {
        diagnostics.push(
            Diagnostic::error("Variables not allowed", "Only a constant can stand here, without references.")
                .at(source.range(whole_span(traversal))),
        );
        Err(Failed)
    }

    fn allows_calls(&self) -> bool {
        false
    }

    fn functions(&self) -> FunctionScope<'_> {
        FunctionScope {
            files: &NoFiles,
            module_dir: ".",
            root_dir: ".",
            working_dir: "/",
            home_dir: None,
            now: "1970-01-01T00:00:00Z",
            applying: false,
            entropy: &|count| vec![0; count],
        }
    }
}

/// No files at all.
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _path: &str) -> Result<Vec<u8>, String> {
        Err("files cannot be read here".to_owned())
    }

    fn exists(&self, _path: &str) -> bool {
        false
    }

    fn list(&self, _dir: &str) -> Result<Vec<String>, String> {
        Err("files cannot be read here".to_owned())
    }
}
