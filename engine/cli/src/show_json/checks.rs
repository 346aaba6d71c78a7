//! What the conditions of a configuration say, as JSON.

use serde_json::{Map, Value as Json, json};
use wpinfra_core::desired::{CheckKind, CheckOutcome, CheckStatus, InstanceOutcome};

use super::modules::key_to_json;

/// Returns the outcomes in the order of their addresses, as `show -json` lists them.
pub(super) fn checks_to_json(outcomes: &[CheckOutcome]) -> Json {
    let mut sorted: Vec<&CheckOutcome> = outcomes.iter().collect();
    sorted.sort_by_key(|outcome| shown(&outcome.module, &name(outcome)));
    Json::Array(sorted.into_iter().map(check_to_json).collect())
}

fn check_to_json(outcome: &CheckOutcome) -> Json {
    let mut address = Map::new();
    let mut add = |name: &str, value: Json| address.insert(name.to_owned(), value);
    add("kind", json!(kind(outcome.kind)));
    if !outcome.module.is_empty() {
        add("module", json!(outcome.module));
    }
    add("name", json!(outcome.name));
    add("to_display", json!(shown(&outcome.module, &name(outcome))));
    if let Some(resource_type) = &outcome.resource_type {
        add("type", json!(resource_type));
        add("mode", json!(if outcome.kind == CheckKind::Data { "data" } else { "managed" }));
    }
    let mut fields = Map::new();
    fields.insert("address".to_owned(), Json::Object(address));
    let worst = outcome.instances.iter().map(|instance| instance.status).max();
    fields.insert("status".to_owned(), json!(status(worst.unwrap_or(CheckStatus::Pass))));
    if !outcome.instances.is_empty() {
        let instances = outcome.instances.iter().map(|instance| instance_to_json(outcome, instance));
        fields.insert("instances".to_owned(), Json::Array(instances.collect()));
    }
    Json::Object(fields)
}

fn instance_to_json(outcome: &CheckOutcome, instance: &InstanceOutcome) -> Json {
    let mut address = Map::new();
    let key = instance.key.as_ref().map_or_else(String::new, ToString::to_string);
    let display = shown(&instance.module, &format!("{}{key}", name(outcome)));
    address.insert("to_display".to_owned(), json!(display));
    if !instance.module.is_empty() {
        address.insert("module".to_owned(), json!(instance.module));
    }
    if let Some(key) = &instance.key {
        address.insert("instance_key".to_owned(), key_to_json(key));
    }
    let mut fields = Map::new();
    fields.insert("address".to_owned(), Json::Object(address));
    fields.insert("status".to_owned(), json!(status(instance.status)));
    if !instance.problems.is_empty() {
        let problems = instance.problems.iter().map(|message| json!({ "message": message }));
        fields.insert("problems".to_owned(), Json::Array(problems.collect()));
    }
    Json::Object(fields)
}

fn shown(module: &str, name: &str) -> String {
    if module.is_empty() { name.to_owned() } else { format!("{module}.{name}") }
}

fn name(outcome: &CheckOutcome) -> String {
    let resource_type = outcome.resource_type.as_deref().unwrap_or_default();
    match outcome.kind {
        CheckKind::Managed => format!("{resource_type}.{}", outcome.name),
        CheckKind::Data => format!("data.{resource_type}.{}", outcome.name),
        CheckKind::Output => format!("output.{}", outcome.name),
        CheckKind::Variable => format!("var.{}", outcome.name),
        CheckKind::Check => format!("check.{}", outcome.name),
    }
}

fn kind(kind: CheckKind) -> &'static str {
    match kind {
        CheckKind::Managed | CheckKind::Data => "resource",
        CheckKind::Output => "output_value",
        CheckKind::Variable => "var",
        CheckKind::Check => "check",
    }
}

fn status(status: CheckStatus) -> &'static str {
    match status {
        CheckStatus::Pass => "pass",
        CheckStatus::Unknown => "unknown",
        CheckStatus::Error => "error",
        CheckStatus::Fail => "fail",
    }
}
