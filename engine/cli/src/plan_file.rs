//! Saved plans; stands in until `wpinfra_apply::plan_file` is there.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value as Json;
use wpinfra_core::state::State;
use wpinfra_core::{Class, Diagnostic};
use wpinfra_plan::Plan;

/// A plan with what it was made from.
pub(crate) struct SavedPlan {
    pub(crate) plan: Plan,
    pub(crate) origin: Origin,
}

/// What a plan was made from.
pub(crate) struct Origin {
    pub(crate) version: String,
    pub(crate) created: String,
    pub(crate) sources: BTreeMap<String, String>,
    pub(crate) variables: BTreeMap<String, Json>,
    pub(crate) options: BTreeMap<String, Json>,
}

fn not_yet() -> Box<Diagnostic> {
    Box::new(Diagnostic::error("Plans cannot be saved yet", "This build lacks it.").class(Class::Bug))
}

pub(crate) fn write(_path: &Path, saved: &SavedPlan) -> Result<(), Box<Diagnostic>> {
    let _ = (&saved.plan, &saved.origin.version, &saved.origin.options);
    Err(not_yet())
}

pub(crate) fn is_saved_plan(bytes: &[u8]) -> bool {
    bytes.starts_with(b"wpinfra-plan")
}

pub(crate) fn read(_path: &Path) -> Result<SavedPlan, Box<Diagnostic>> {
    Err(not_yet())
}

pub(crate) fn check_fresh(_plan: &Plan, _state: &State) -> Result<(), Box<Diagnostic>> {
    Ok(())
}
