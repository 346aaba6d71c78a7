//! A plan as JSON.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};
use wpinfra_core::registry::Registry;
use wpinfra_core::{Mode, Type, Value, json as value_json};
use wpinfra_plan::{Action, Change, OutputChange, Plan, Reason};

use super::TERRAFORM_VERSION;
use super::checks::checks_to_json;
use super::configuration::{CalledModules, configuration_to_json};
use super::modules::{ModuleTree, identity};
use super::shapes::{known_parts, path_to_json, sensitive_shape, unknown_shape};
use super::state::state_to_json;
use crate::render::hide_sensitive;

/// What a plan was made from, as far as its JSON tells of it.
pub(crate) struct PlanOrigin<'a> {
    /// When it was made, as RFC 3339.
    pub(crate) created: &'a str,
    /// Values of the root variables.
    pub(crate) variables: &'a BTreeMap<String, Json>,
    /// Files of the configuration by path.
    pub(crate) sources: &'a BTreeMap<String, String>,
    /// The modules of the configuration.
    pub(crate) called: CalledModules<'a>,
}

/// Returns a plan as `show -json` prints it.
pub(crate) fn plan_to_json(plan: &Plan, origin: &PlanOrigin<'_>, registry: &Registry) -> Json {
    let mut fields = Map::new();
    let mut add = |name: &str, value: Json| fields.insert(name.to_owned(), value);
    add("format_version", json!("1.2"));
    add("terraform_version", json!(TERRAFORM_VERSION));
    if !origin.variables.is_empty() {
        let variables = origin.variables.iter().map(|(name, value)| (name.clone(), json!({ "value": value })));
        add("variables", Json::Object(variables.collect()));
    }
    add("planned_values", planned_values(plan, registry));
    if !plan.drift.is_empty() {
        add("resource_drift", changes_to_json(&plan.drift, registry));
    }
    if !plan.changes.is_empty() {
        add("resource_changes", changes_to_json(&plan.changes, registry));
    }
    if !plan.outputs.is_empty() {
        let outputs = plan.outputs.iter().map(|(name, change)| (name.clone(), output_to_json(change)));
        add("output_changes", Json::Object(outputs.collect()));
    }
    if plan.prior_state.serial > 0 || !plan.prior_state.resources.is_empty() {
        add("prior_state", state_to_json(&plan.prior_state, registry));
    }
    add("configuration", configuration_to_json(origin.sources, &origin.called, registry));
    if !plan.checks.is_empty() {
        add("checks", checks_to_json(&plan.checks));
    }
    add("relevant_attributes", json!([]));
    add("timestamp", json!(origin.created));
    add("applyable", json!(is_applyable(plan)));
    add("complete", json!(!plan.is_partial));
    add("errored", json!(false));
    Json::Object(fields)
}

/// Tells whether an apply of the plan would do anything.
pub(crate) fn is_applyable(plan: &Plan) -> bool {
    let does = |change: &Change| {
        change.action != Action::NoOp || change.importing.is_some() || change.previous_address.is_some()
    };
    let outputs = plan.outputs.values().any(|change| change.action() != Action::NoOp);
    let drift = plan.mode == wpinfra_plan::Mode::RefreshOnly && !plan.drift.is_empty();
    plan.changes.iter().any(does) || outputs || drift
}

fn changes_to_json(changes: &[Change], registry: &Registry) -> Json {
    Json::Array(changes.iter().map(|change| change_to_json(change, registry)).collect())
}

/// Returns the value with what the schema declares sensitive marked.
fn marked(value: &Value, change: &Change, registry: &Registry) -> Value {
    let resource = &change.address.resource;
    match registry.schema(&change.provider.source, resource.mode, &resource.resource_type) {
        Some(schema) => hide_sensitive(value, &schema.block),
        None => value.clone(),
    }
}

fn change_to_json(change: &Change, registry: &Registry) -> Json {
    let mut fields = identity(&change.address);
    if !change.address.resource.module.is_root() {
        fields.insert("module_address".to_owned(), json!(change.address.resource.module.to_string()));
    }
    if let Some(previous) = &change.previous_address {
        fields.insert("previous_address".to_owned(), json!(previous.to_string()));
    }
    if let Some(key) = &change.deposed {
        fields.insert("deposed".to_owned(), json!(&**key));
    }
    fields.insert("provider_name".to_owned(), json!(&*change.provider.source));
    if let Some(reason) = &change.reason {
        fields.insert("action_reason".to_owned(), json!(reason_name(reason)));
    }
    let before = change.before.as_ref().map(|value| marked(value, change, registry));
    let after = change.after.as_ref().map(|value| marked(value, change, registry));
    let of_before = |make: &dyn Fn(&Value) -> Json, otherwise: Json| before.as_ref().map_or(otherwise, make);
    let of_after = |make: &dyn Fn(&Value) -> Json, otherwise: Json| after.as_ref().map_or(otherwise, make);
    let mut inner = Map::new();
    inner.insert("actions".to_owned(), json!(change_actions(change.action)));
    inner.insert("before".to_owned(), of_before(&value_json::to_json, Json::Null));
    inner.insert("after".to_owned(), of_after(&|value| known_parts(value).unwrap_or(Json::Null), Json::Null));
    inner.insert("after_unknown".to_owned(), of_after(&unknown_parts, json!({})));
    inner.insert("before_sensitive".to_owned(), of_before(&sensitive_shape, json!(false)));
    inner.insert("after_sensitive".to_owned(), of_after(&sensitive_shape, json!(false)));
    if !change.replace_paths.is_empty() && change.action.is_replace() {
        let paths = change.replace_paths.iter().map(path_to_json).collect();
        inner.insert("replace_paths".to_owned(), Json::Array(paths));
    }
    if let Some(id) = &change.importing {
        inner.insert("importing".to_owned(), json!({ "id": id }));
    }
    fields.insert("change".to_owned(), Json::Object(inner));
    Json::Object(fields)
}

fn unknown_parts(value: &Value) -> Json {
    if value.is_wholly_known() { json!({}) } else { unknown_shape(value) }
}

fn output_to_json(change: &OutputChange) -> Json {
    let mut fields = Map::new();
    fields.insert("actions".to_owned(), json!(change_actions(change.action())));
    fields.insert("before".to_owned(), change.before.as_ref().map_or(Json::Null, value_json::to_json));
    let mut unknown = json!(false);
    match &change.after {
        None => {
            fields.insert("after".to_owned(), Json::Null);
        }
        Some(after) if after.is_wholly_known() => {
            fields.insert("after".to_owned(), value_json::to_json(after));
        }
        Some(after) => {
            if let Some(known) = known_parts(after) {
                fields.insert("after".to_owned(), known);
            }
            unknown = unknown_shape(after);
        }
    }
    fields.insert("after_unknown".to_owned(), unknown);
    fields.insert("before_sensitive".to_owned(), json!(change.sensitive));
    fields.insert("after_sensitive".to_owned(), json!(change.sensitive));
    Json::Object(fields)
}

fn planned_values(plan: &Plan, registry: &Registry) -> Json {
    let mut fields = Map::new();
    let outputs: Map<String, Json> = plan
        .outputs
        .iter()
        .filter_map(|(name, change)| Some((name.clone(), planned_output(change.after.as_ref()?, change.sensitive))))
        .collect();
    if !outputs.is_empty() {
        fields.insert("outputs".to_owned(), Json::Object(outputs));
    }
    let mut tree = ModuleTree::default();
    for change in
        plan.changes.iter().filter(|change| change.action != Action::Delete && change.action != Action::Forget)
    {
        let Some(after) = &change.after else { continue };
        // Data sources that were read while planning stand in the prior state.
        if change.address.resource.mode == Mode::Data && change.action != Action::Read {
            continue;
        }
        let after = marked(after, change, registry);
        let schema = registry.schema(
            &change.provider.source,
            change.address.resource.mode,
            &change.address.resource.resource_type,
        );
        let mut resource = identity(&change.address);
        resource.insert("provider_name".to_owned(), json!(&*change.provider.source));
        resource.insert("schema_version".to_owned(), json!(schema.map_or(0, |schema| schema.version)));
        resource.insert("values".to_owned(), known_parts(&after).unwrap_or(Json::Null));
        resource.insert("sensitive_values".to_owned(), sensitive_shape(&after));
        tree.add(&change.address.resource.module, Json::Object(resource));
    }
    fields.insert("root_module".to_owned(), tree.into_json());
    Json::Object(fields)
}

fn planned_output(after: &Value, sensitive: bool) -> Json {
    let mut fields = Map::new();
    fields.insert("sensitive".to_owned(), json!(sensitive));
    if after.is_wholly_known() {
        // Plans keep the type of a value with it, and null has none.
        let ty = if after.is_null() { &Type::Dynamic } else { after.ty() };
        fields.insert("type".to_owned(), value_json::type_to_json(ty));
        fields.insert("value".to_owned(), value_json::to_json(after));
    }
    Json::Object(fields)
}

/// Returns Terraform's names of what an action does.
pub(crate) fn change_actions(action: Action) -> &'static [&'static str] {
    match action {
        Action::NoOp => &["no-op"],
        Action::Create => &["create"],
        Action::Read => &["read"],
        Action::Update => &["update"],
        Action::DeleteThenCreate => &["delete", "create"],
        Action::CreateThenDelete => &["create", "delete"],
        Action::Delete => &["delete"],
        Action::Forget => &["forget"],
    }
}

/// Returns Terraform's name of a reason.
pub(crate) fn reason_name(reason: &Reason) -> &'static str {
    match reason {
        Reason::Tainted => "replace_because_tainted",
        Reason::Requested => "replace_by_request",
        Reason::TriggeredBy => "replace_by_triggers",
        Reason::CannotUpdate => "replace_because_cannot_update",
        Reason::NoResourceConfig => "delete_because_no_resource_config",
        Reason::NoModule => "delete_because_no_module",
        Reason::WrongRepetition => "delete_because_wrong_repetition",
        Reason::CountIndex => "delete_because_count_index",
        Reason::EachKey => "delete_because_each_key",
        Reason::NoMoveTarget => "delete_because_no_move_target",
        Reason::ConfigUnknown => "read_because_config_unknown",
        Reason::DependencyPending => "read_because_dependency_pending",
        Reason::CheckNested => "read_because_check_nested",
    }
}
