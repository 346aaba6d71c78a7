//! Saved plans: everything that an apply needs, so that it can be shown without configuration, network or credentials.
//!
//! The first line is `wpinfra-plan VERSION CRC LENGTH`, the rest is JSON. A saved plan holds secrets as the state does.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use wpinfra_core::state::State;
use wpinfra_core::{Class, Diagnostic};
use wpinfra_plan::{Plan, wire};

use crate::store::{cannot_write, replace};

/// Version of the format.
const FORMAT_VERSION: u64 = 1;
const MAGIC: &str = "wpinfra-plan";

/// A plan with what it was made from.
#[derive(Clone, Debug)]
pub struct SavedPlan {
    /// The plan.
    pub plan: Plan,
    /// What it was made from.
    pub origin: Origin,
}

/// What a plan was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Version of wpinfra that made it.
    pub version: String,
    /// When.
    pub created: String,
    /// Files of the configuration by path, counted from its root: blocks, and what functions read.
    pub sources: BTreeMap<String, String>,
    /// Values of the root variables as JSON.
    pub variables: BTreeMap<String, Json>,
    /// Anything else that the command line wants to find again.
    pub options: BTreeMap<String, Json>,
}

/// Writes a plan as a whole: on failure nothing is there, or what was there before.
pub fn write(path: &Path, saved: &SavedPlan) -> Result<(), Box<Diagnostic>> {
    let origin = serde_json::to_value(&saved.origin).expect("an origin has only text keys");
    let body = serde_json::json!({ "origin": origin, "plan": wire::to_json(&saved.plan) }).to_string();
    let text = format!("{MAGIC} {FORMAT_VERSION} {:08x} {}\n{body}", crc32fast::hash(body.as_bytes()), body.len());
    replace(path, text.as_bytes()).map_err(|error| {
        let problem = cannot_write(path, &error);
        Box::new(Diagnostic { summary: "Cannot write plan".to_owned(), ..problem })
    })
}

/// Tells whether a file looks like a saved plan, and not like a state, say.
pub fn is_saved_plan(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC.as_bytes())
}

/// Reads a plan.
///
/// # Errors
///
/// Says what is wrong with the file, why that may be, and what to do.
pub fn read(path: &Path) -> Result<SavedPlan, Box<Diagnostic>> {
    let bytes = fs::read(path).map_err(|error| {
        let detail = format!("The plan \"{}\" cannot be read: {error}.", path.display());
        Box::new(Diagnostic::error("Cannot read plan", detail).class(Class::Environment))
    })?;
    parse(&bytes, &path.display().to_string()).map_err(Box::new)
}

#[expect(clippy::result_large_err, reason = "it is read once in a run")]
fn parse(bytes: &[u8], file: &str) -> Result<SavedPlan, Diagnostic> {
    if bytes.starts_with(b"PK") {
        let detail = format!(
            "\"{file}\" was written by Terraform. wpinfra reads only its own plans: make one with \"wpinfra plan -out\"."
        );
        return Err(Diagnostic::error("Not a plan of wpinfra", detail));
    }
    let damaged = |what: &str| {
        let detail = format!("The plan \"{file}\" {what}. Make it anew with \"wpinfra plan -out\".");
        Diagnostic::error("Plan file is damaged", detail).class(Class::Environment)
    };
    if !is_saved_plan(bytes) {
        let detail = format!("\"{file}\" is not a plan that \"wpinfra plan -out\" has written.");
        return Err(Diagnostic::error("Not a plan of wpinfra", detail));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| damaged("is not text"))?;
    let (header, body) = text.split_once('\n').ok_or_else(|| damaged("is cut off"))?;
    let mut parts = header.split(' ').skip(1);
    let version: u64 = parts.next().and_then(|part| part.parse().ok()).ok_or_else(|| damaged("has no version"))?;
    if version > FORMAT_VERSION {
        let detail = format!(
            "The plan \"{file}\" has format version {version}; this wpinfra reads version {FORMAT_VERSION}. Use the newer wpinfra, or plan again."
        );
        return Err(Diagnostic::error("Plan file has a newer format", detail));
    }
    let sum = parts.next().and_then(|part| u32::from_str_radix(part, 16).ok());
    let length = parts.next().and_then(|part| part.parse::<usize>().ok());
    if length.is_some_and(|length| body.len() < length) {
        return Err(damaged("is cut off"));
    }
    if length != Some(body.len()) || sum != Some(crc32fast::hash(body.as_bytes())) {
        return Err(damaged("was changed after it was written"));
    }
    let mut json: Json = serde_json::from_str(body).map_err(|_| damaged("is not JSON"))?;
    let origin = json.get_mut("origin").map(Json::take).unwrap_or_default();
    let origin: Origin = serde_json::from_value(origin)
        .map_err(|error| damaged(&format!("has an origin that cannot be read ({error})")))?;
    let plan = wire::from_json(json.get("plan").unwrap_or(&Json::Null))
        .map_err(|error| damaged(&format!("cannot be read ({error})")))?;
    Ok(SavedPlan { plan, origin })
}

/// Sees to it that the state is still the one that the plan was made from.
pub fn check_fresh(plan: &Plan, state: &State) -> Result<(), Box<Diagnostic>> {
    let planned = &plan.prior_state;
    if planned.lineage != state.lineage && !planned.lineage.is_empty() {
        let detail = format!(
            "The plan was made from a state with lineage {:?}; the state here has lineage {:?}, and so is of other resources. Apply \
             the plan where it was made, or plan again here.",
            planned.lineage, state.lineage
        );
        return Err(Box::new(Diagnostic::error("Plan is for another state", detail)));
    }
    if planned.serial != state.serial || planned.lineage != state.lineage {
        let detail = format!(
            "The plan was made from serial {} of the state; by now it has serial {}: something else was applied or changed in \
             between. Plan again.",
            planned.serial, state.serial
        );
        return Err(Box::new(Diagnostic::error("Saved plan is stale", detail)));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
