//! The functions of the Terraform language.
//!
//! [`call`] runs one on values. The families live in modules of their own; what all functions have in common (counting
//! arguments, converting them, nulls, unknown values, marks) is in [`signature`](mod@signature) and falls out of each
//! function's [`Signature`].

mod collection;
mod conversion;
mod crypto;
mod encoding;
mod evaluator;
mod filesystem;
mod float;
mod format;
mod glob;
mod hash;
mod json;
mod network;
mod numeric;
mod provider;
mod rebuild;
mod regular_expression;
mod set;
mod signature;
mod string;
mod tfvars;
mod time;
mod yaml_decode;
mod yaml_encode;

use std::sync::LazyLock;

use wpinfra_core::Value;

pub use signature::{Parameter, Signature};

/// Why a function has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// Which argument is wrong, from 0; `None` if it is not one of them.
    pub argument: Option<usize>,
    /// What is wrong, in lower case and without a full stop.
    pub message: String,
}

impl FunctionError {
    /// Says what is wrong with the call as a whole.
    pub fn new(message: impl Into<String>) -> Self {
        Self { argument: None, message: message.into() }
    }

    /// Says what is wrong with one argument.
    pub fn argument(index: usize, message: impl Into<String>) -> Self {
        Self { argument: Some(index), message: message.into() }
    }
}

/// Files that functions read; paths that are not absolute start at the working directory.
pub trait Files: Send + Sync {
    /// Returns the content of a file; the error says why it cannot be read, without the path.
    fn read(&self, path: &str) -> Result<Vec<u8>, String>;
    /// Tells whether a regular file stands there.
    fn exists(&self, path: &str) -> bool;
    /// Returns the files below a directory at any depth, as paths from there with `/` between the names.
    fn list(&self, dir: &str) -> Result<Vec<String>, String>;
    /// Returns the names of the files in a directory itself; worth overriding, because directories can have large trees below them.
    fn names(&self, dir: &str) -> Result<Vec<String>, String> {
        self.list(dir).map(|paths| paths.into_iter().filter(|path| !path.contains('/')).collect())
    }
}

/// What functions know besides their arguments.
#[derive(Clone, Copy)]
pub struct FunctionScope<'a> {
    /// Where files are read.
    pub files: &'a dyn Files,
    /// Directory of the module that the call stands in.
    pub module_dir: &'a str,
    /// Directory of the root module.
    pub root_dir: &'a str,
    /// Absolute working directory.
    pub working_dir: &'a str,
    /// What `~` stands for.
    pub home_dir: Option<&'a str>,
    /// The time of the run as RFC 3339: what `plantimestamp` and, during an apply, `timestamp` return.
    pub now: &'a str,
    /// Whether this is an apply, when impure functions have a result.
    pub applying: bool,
    /// Returns so many random bytes.
    pub entropy: &'a dyn Fn(usize) -> Vec<u8>,
}

static TABLE: LazyLock<Vec<Signature>> = LazyLock::new(|| {
    let families = [
        collection::signatures(),
        conversion::signatures(),
        crypto::signatures(),
        encoding::signatures(),
        evaluator::signatures(),
        filesystem::signatures(),
        format::signatures(),
        hash::signatures(),
        json::signatures(),
        network::signatures(),
        numeric::signatures(),
        provider::signatures(),
        rebuild::signatures(),
        regular_expression::signatures(),
        set::signatures(),
        string::signatures(),
        time::signatures(),
        yaml_decode::signatures(),
        yaml_encode::signatures(),
    ];
    let mut table: Vec<Signature> = families.into_iter().flatten().collect();
    table.sort_by_key(|signature| signature.name);
    table
});

static NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| TABLE.iter().map(|signature| signature.name).collect());

/// Calls the function; `core::` may stand before its name.
///
/// `try`, `can`, `templatefile` and `templatestring` belong to the evaluator: calling them here is a bug.
pub fn call(name: &str, arguments: &[Value], scope: &FunctionScope<'_>) -> Result<Value, FunctionError> {
    match signature(name) {
        Some(signature) => signature.call(arguments, scope),
        None => Err(FunctionError::new(format!("there is no function named {name:?}"))),
    }
}

/// Returns the names of all functions in alphabetic order, those of providers with their prefix.
pub fn names() -> &'static [&'static str] {
    &NAMES
}

/// Returns the signature of a function; `core::` may stand before its name.
pub fn signature(name: &str) -> Option<&'static Signature> {
    let name = name.strip_prefix("core::").unwrap_or(name);
    let at = TABLE.binary_search_by_key(&name, |signature| signature.name).ok()?;
    TABLE.get(at)
}
