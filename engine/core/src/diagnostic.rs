//! Problems that a user can do something about: they accumulate, and say where, what, why and what to do.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The run can go on.
    Warning,
    /// The run cannot end well.
    Error,
}

/// Who can do something about an error; decides wording and hints, not the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// The configuration, the arguments or the state are wrong.
    User,
    /// The machine is: disk, permissions, network, credentials.
    Environment,
    /// AWS, or another service behind a provider, refused.
    Provider,
    /// wpinfra itself is wrong.
    Bug,
}

/// A place in a source text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourcePosition {
    /// Line, from 1.
    pub line: usize,
    /// Column in grapheme clusters, from 1, as in Terraform's ranges.
    pub column: usize,
    /// Byte offset, from 0.
    pub byte: usize,
}

/// A stretch of a source text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceRange {
    /// The file as the user named it or would name it from the working directory.
    pub file: Arc<str>,
    /// Where it begins.
    pub start: SourcePosition,
    /// Where it ends; the position after its last byte.
    pub end: SourcePosition,
}

/// What a reference in an expression stood for when the expression failed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ReferenceValue {
    /// The reference as written: `var.az_count`.
    pub reference: String,
    /// What to say of it: `is 3`, `is a list of string with 2 elements`, `has a sensitive value`.
    pub statement: String,
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Who can do something about it.
    pub class: Class,
    /// A fixed text without variable parts: `Missing required argument`.
    pub summary: String,
    /// Sentences: what, why, what to do.
    pub detail: String,
    /// What is wrong, to be marked in the source.
    pub subject: Option<SourceRange>,
    /// The block or expression around it, if more than the subject should be shown.
    pub context: Option<SourceRange>,
    /// The resource instance that it is about.
    pub address: Option<String>,
    /// Values of the references in the failing expression.
    pub references: Vec<ReferenceValue>,
    /// The function whose call failed, as it was called.
    pub called: Option<String>,
    /// Whether it can occur in many places that all mean the same, so that a person has to be shown one of them only.
    pub general: bool,
    /// A suggestion, printed after `help:`: `did you mean "subnet_id"?`
    pub help: Option<String>,
}

impl Diagnostic {
    /// Starts an error about something that the user wrote.
    pub fn error(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            class: Class::User,
            summary: summary.into(),
            detail: detail.into(),
            subject: None,
            context: None,
            address: None,
            references: Vec::new(),
            called: None,
            general: false,
            help: None,
        }
    }

    /// Starts a warning.
    pub fn warning(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(summary, detail) }
    }

    /// Starts a warning that can occur in many places that all mean the same.
    pub fn general_warning(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { general: true, ..Self::warning(summary, detail) }
    }

    /// Starts an error that only a fault in wpinfra can cause.
    pub fn bug(summary: impl Into<String>, detail: impl AsRef<str>) -> Self {
        let detail = format!("{}\n\nThis is a bug in wpinfra, please report it.", detail.as_ref());
        Self::error(summary, detail).class(Class::Bug)
    }

    /// Sets the class.
    #[must_use]
    pub fn class(mut self, class: Class) -> Self {
        self.class = class;
        self
    }

    /// Sets the place.
    #[must_use]
    pub fn at(mut self, subject: impl Into<Option<SourceRange>>) -> Self {
        self.subject = subject.into();
        self
    }

    /// Sets the surroundings of the place.
    #[must_use]
    pub fn within(mut self, context: impl Into<Option<SourceRange>>) -> Self {
        self.context = context.into();
        self
    }

    /// Sets the resource instance.
    #[must_use]
    pub fn about(mut self, address: &impl ToString) -> Self {
        self.address = Some(address.to_string());
        self
    }

    /// Sets the suggestion.
    #[must_use]
    pub fn help(mut self, help: impl Into<Option<String>>) -> Self {
        self.help = help.into();
        self
    }
}

/// Problems in the order in which they were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "show the diagnostics or pass them on"]
pub struct Diagnostics(Vec<Diagnostic>, BTreeSet<u64>);

impl Diagnostics {
    /// Returns no problems.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a problem, unless the very same one is there already.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        // There can be very many: only where the hash is there already one is compared with all others.
        if self.1.insert(hash(&diagnostic)) || !self.0.contains(&diagnostic) {
            self.0.push(diagnostic);
        }
    }

    /// Adds problems.
    pub fn extend(&mut self, others: Self) {
        for diagnostic in others.0 {
            self.push(diagnostic);
        }
    }

    /// Takes the value of a result and keeps its problems.
    pub fn absorb<T>(&mut self, (value, diagnostics): (T, Self)) -> T {
        self.extend(diagnostics);
        value
    }

    /// Tells whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Tells whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns their number.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns them in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// Sets the address of those that have none.
    pub fn about(mut self, address: &impl ToString) -> Self {
        for diagnostic in &mut self.0 {
            if diagnostic.address.is_none() {
                diagnostic.address = Some(address.to_string());
            }
        }
        self.1 = self.0.iter().map(hash).collect();
        self
    }
}

fn hash(diagnostic: &Diagnostic) -> u64 {
    let mut hasher = DefaultHasher::new();
    diagnostic.hash(&mut hasher);
    hasher.finish()
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::from_iter([diagnostic])
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(iter: I) -> Self {
        let mut all = Self::new();
        for diagnostic in iter {
            all.push(diagnostic);
        }
        all
    }
}
