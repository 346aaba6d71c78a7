//! Lines of JSON that machines follow a run by: `-json`, with Terraform's field names.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};
use wpinfra_core::registry::Registry;
use wpinfra_core::state::OutputState;
use wpinfra_core::{Diagnostic, InstanceAddress, Severity, json as value_json};
use wpinfra_plan::{Action, Change, OutputChange, Plan, Reason};

use crate::render::{Counts, Sources, diagnostic_to_json};
use crate::show_json::{TERRAFORM_VERSION, key_to_json, reason_name};

/// Version of the form of the lines.
const FORMAT_VERSION: &str = "1.2";

/// Returns one line: a message of a type with what belongs to it.
pub(crate) fn line(now: Timestamp, level: &str, message: &str, kind: &str, more: &[(&str, Json)]) -> String {
    let mut fields = Map::new();
    fields.insert("@level".to_owned(), json!(level));
    fields.insert("@message".to_owned(), json!(message));
    fields.insert("@module".to_owned(), json!("terraform.ui"));
    fields.insert("@timestamp".to_owned(), json!(format!("{now:.6}")));
    for (name, value) in more {
        fields.insert((*name).to_owned(), value.clone());
    }
    fields.insert("type".to_owned(), json!(kind));
    format!("{}\n", Json::Object(fields))
}

/// Returns the line that a run begins with.
pub(crate) fn version(now: Timestamp) -> String {
    let message = format!("wpinfra {}", env!("CARGO_PKG_VERSION"));
    let more = [("terraform", json!(TERRAFORM_VERSION)), ("ui", json!(FORMAT_VERSION))];
    line(now, "info", &message, "version", &more)
}

/// Returns the line of a diagnostic.
pub(crate) fn diagnostic(now: Timestamp, diagnostic: &Diagnostic, sources: &Sources) -> String {
    let (level, word) = match diagnostic.severity {
        Severity::Error => ("error", "Error"),
        Severity::Warning => ("warn", "Warning"),
    };
    let more = [("diagnostic", diagnostic_to_json(diagnostic, sources))];
    line(now, level, &format!("{word}: {}", diagnostic.summary), "diagnostic", &more)
}

/// Returns the lines of a plan: drift, changes, summary, outputs.
pub(crate) fn plan(now: Timestamp, plan: &Plan, counts: Counts) -> String {
    let mut lines = String::new();
    for drift in &plan.drift {
        let (verb, action) = if drift.after.is_none() { ("delete", "delete") } else { ("update", "update") };
        let message = format!("{}: Drift detected ({verb})", drift.address);
        let change = json!({ "resource": resource(&drift.address), "action": action });
        lines.push_str(&line(now, "info", &message, "resource_drift", &[("change", change)]));
    }
    for change in plan.changes.iter().filter(|change| is_told(change)) {
        let action = action_name(change);
        let message = format!("{}: Plan to {action}", change.address);
        lines.push_str(&line(now, "info", &message, "planned_change", &[("change", change_to_json(change, action))]));
    }
    lines.push_str(&summary(now, &counts.to_string(), counts, "plan"));
    if !plan.outputs.is_empty() {
        let outputs: Map<String, Json> =
            plan.outputs.iter().map(|(name, change)| (name.clone(), output(change))).collect();
        let message = format!("Outputs: {}", outputs.len());
        lines.push_str(&line(now, "info", &message, "outputs", &[("outputs", Json::Object(outputs))]));
    }
    lines
}

fn is_told(change: &Change) -> bool {
    change.action != Action::NoOp || change.importing.is_some() || change.previous_address.is_some()
}

fn action_name(change: &Change) -> &'static str {
    match change.action {
        Action::NoOp if change.importing.is_some() => "import",
        Action::NoOp if change.previous_address.is_some() => "move",
        Action::NoOp => "noop",
        Action::Create => "create",
        Action::Read => "read",
        Action::Update => "update",
        Action::DeleteThenCreate | Action::CreateThenDelete => "replace",
        Action::Delete => "delete",
        Action::Forget => "remove",
    }
}

fn change_to_json(change: &Change, action: &str) -> Json {
    let mut fields = Map::new();
    fields.insert("resource".to_owned(), resource(&change.address));
    if let Some(previous) = &change.previous_address {
        fields.insert("previous_resource".to_owned(), resource(previous));
    }
    fields.insert("action".to_owned(), json!(action));
    if let Some(reason) = &change.reason {
        fields.insert("reason".to_owned(), json!(short_reason(reason)));
    }
    if let Some(id) = &change.importing {
        fields.insert("importing".to_owned(), json!({ "id": id }));
    }
    Json::Object(fields)
}

/// Returns the reason as these lines name it, which is shorter than in `show -json` for replacements.
fn short_reason(reason: &Reason) -> &'static str {
    match reason {
        Reason::Tainted => "tainted",
        Reason::Requested => "requested",
        Reason::TriggeredBy => "replace_triggered_by",
        Reason::CannotUpdate => "cannot_update",
        Reason::NoResourceConfig
        | Reason::NoModule
        | Reason::WrongRepetition
        | Reason::CountIndex
        | Reason::EachKey
        | Reason::NoMoveTarget
        | Reason::ConfigUnknown
        | Reason::DependencyPending
        | Reason::CheckNested => reason_name(reason),
    }
}

fn output(change: &OutputChange) -> Json {
    let action = match change.action() {
        Action::Create => "create",
        Action::Delete => "delete",
        Action::Update => "update",
        Action::NoOp | Action::Read | Action::DeleteThenCreate | Action::CreateThenDelete | Action::Forget => "noop",
    };
    json!({ "sensitive": change.sensitive, "action": action })
}

/// Returns the line that says how many objects are or were touched.
pub(crate) fn summary(now: Timestamp, message: &str, counts: Counts, operation: &str) -> String {
    let changes = json!({
        "add": counts.add, "change": counts.change, "import": counts.import, "remove": counts.remove, "operation": operation,
    });
    line(now, "info", message, "change_summary", &[("changes", changes)])
}

/// Returns the line with the outputs after an apply; sensitive ones without their value.
pub(crate) fn outputs(now: Timestamp, outputs: &BTreeMap<String, OutputState>) -> String {
    let of = |output: &OutputState| {
        let mut fields = Map::new();
        fields.insert("sensitive".to_owned(), json!(output.sensitive));
        fields.insert("type".to_owned(), value_json::type_to_json(output.value.ty()));
        if !output.sensitive {
            fields.insert("value".to_owned(), value_json::to_json(&output.value));
        }
        Json::Object(fields)
    };
    let all: Map<String, Json> = outputs.iter().map(|(name, output)| (name.clone(), of(output))).collect();
    line(now, "info", &format!("Outputs: {}", all.len()), "outputs", &[("outputs", Json::Object(all))])
}

/// Returns an instance in its parts.
pub(crate) fn resource(address: &InstanceAddress) -> Json {
    let module = address.resource.module.to_string();
    let full = address.to_string();
    let inside = full.strip_prefix(&format!("{module}.")).unwrap_or(&full);
    json!({
        "addr": full,
        "module": module,
        "resource": inside,
        "implied_provider": Registry::implied_provider(address.resource_type()),
        "resource_type": address.resource_type(),
        "resource_name": &*address.resource.name,
        "resource_key": address.key.as_ref().map_or(Json::Null, key_to_json),
    })
}
