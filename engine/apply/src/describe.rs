//! Failures of remote operations as diagnostics.

use wpinfra_core::provider::{RemoteError, RemoteErrorKind};
use wpinfra_core::{Class, Diagnostic, InstanceAddress, SourceRange};

/// Returns a diagnostic about a remote operation that failed; `doing` completes "… failed while": `creating it`.
pub(crate) fn remote_failure(
    error: &RemoteError,
    doing: &str,
    address: Option<&InstanceAddress>,
    range: Option<SourceRange>,
) -> Diagnostic {
    let (summary, class, remedy) = meaning(error.kind);
    let code = error.code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
    let message = error.message.trim_end_matches('.');
    let request = error.request_id.as_ref().map(|id| format!("\nRequest id: {id}.")).unwrap_or_default();
    let mut detail = format!("{} failed while {doing}{code}: {message}.{request}", error.operation);
    let is_lost = !error.outcome_known && error.kind != RemoteErrorKind::Failed;
    let lost = "The answer was lost, so that it is not certain whether it was done. The next plan or apply finds out.";
    for sentence in [remedy, if is_lost { lost } else { "" }].into_iter().filter(|sentence| !sentence.is_empty()) {
        detail.push_str("\n\n");
        detail.push_str(sentence);
    }
    let diagnostic = Diagnostic::error(summary, detail).class(class).at(range);
    match address {
        Some(address) => diagnostic.about(address),
        None => diagnostic,
    }
}

fn meaning(kind: RemoteErrorKind) -> (&'static str, Class, &'static str) {
    match kind {
        RemoteErrorKind::Throttled => (
            "Service is throttling",
            Class::Provider,
            "The service answers that there are too many requests, and went on doing so. Try again later, or with a lower -parallelism.",
        ),
        RemoteErrorKind::Transient => {
            ("Service has a fault", Class::Provider, "It was tried several times. Try again later.")
        }
        RemoteErrorKind::Busy => (
            "Remote object is busy",
            Class::Provider,
            "Something else is using or changing it. Find out what, or raise the limit in the block \"timeouts\".",
        ),
        RemoteErrorKind::NotFound => ("Remote object not found", Class::Provider, ""),
        RemoteErrorKind::AlreadyExists => (
            "Remote object exists already",
            Class::Provider,
            "Choose another name, or take the object over with \"wpinfra import\" or an import block.",
        ),
        RemoteErrorKind::Denied => (
            "Access denied",
            Class::Environment,
            "The credentials do not permit the operation. Use others, or have it permitted.",
        ),
        RemoteErrorKind::Credentials => (
            "No valid credentials",
            Class::Environment,
            "There are no credentials, or they have expired. Log in again, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
        ),
        RemoteErrorKind::Unreachable => (
            "Service cannot be reached",
            Class::Environment,
            "See that there is a network, and that region and endpoint are right.",
        ),
        RemoteErrorKind::Refused => ("Service refused the request", Class::Provider, ""),
        RemoteErrorKind::Failed => ("Remote object did not become what it should", Class::Provider, ""),
        RemoteErrorKind::Bug => ("Provider made a mistake", Class::Bug, "This is a bug in wpinfra, please report it."),
    }
}

/// Returns the diagnostic that says that a person has asked to stop.
pub(crate) fn interrupted(doing: &str) -> Diagnostic {
    Diagnostic::error("Interrupted", format!("{doing} was stopped because of a signal. Nothing was changed."))
        .class(Class::Environment)
}
