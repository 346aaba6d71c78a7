//! A state as JSON.

use serde_json::{Map, Value as Json, json};
use wpinfra_core::registry::Registry;
use wpinfra_core::state::{ObjectState, ObjectStatus, State};
use wpinfra_core::{InstanceAddress, Marks, ProviderAddress, Value, json as value_json};

use super::TERRAFORM_VERSION;
use super::modules::{ModuleTree, identity};
use super::shapes::sensitive_shape;
use crate::render::hide_sensitive;

/// Returns a state as `show -json` prints it.
pub(crate) fn state_to_json(state: &State, registry: &Registry) -> Json {
    let mut fields = Map::new();
    fields.insert("format_version".to_owned(), json!("1.0"));
    if state.outputs.is_empty() && state.resources.is_empty() {
        return Json::Object(fields);
    }
    fields.insert("terraform_version".to_owned(), json!(TERRAFORM_VERSION));
    fields.insert("values".to_owned(), values(state, registry));
    Json::Object(fields)
}

fn values(state: &State, registry: &Registry) -> Json {
    let mut fields = Map::new();
    if !state.outputs.is_empty() {
        let output = |value: &Value, sensitive: bool| json!({ "sensitive": sensitive, "value": value_json::to_json(value), "type": value_json::type_to_json(value.ty()) });
        let outputs = state.outputs.iter().map(|(name, found)| (name.clone(), output(&found.value, found.sensitive)));
        fields.insert("outputs".to_owned(), Json::Object(outputs.collect()));
    }
    let mut tree = ModuleTree::default();
    for (address, deposed, object) in state.objects() {
        let Some(resource) = state.resources.get(&address.resource) else { continue };
        let json = object_to_json(&address, deposed.as_deref(), object, &resource.provider, registry);
        tree.add(&address.resource.module, json);
    }
    fields.insert("root_module".to_owned(), tree.into_json());
    Json::Object(fields)
}

fn object_to_json(
    address: &InstanceAddress,
    deposed: Option<&str>,
    object: &ObjectState,
    provider: &ProviderAddress,
    registry: &Registry,
) -> Json {
    let mut fields = identity(address);
    fields.insert("provider_name".to_owned(), json!(&*provider.source));
    fields.insert("schema_version".to_owned(), json!(object.schema_version));
    let value = object_value(address, object, provider, registry);
    fields.insert("values".to_owned(), value_json::to_json(&value));
    fields.insert("sensitive_values".to_owned(), sensitive_shape(&value));
    if !object.dependencies.is_empty() {
        let dependencies: Vec<String> = object.dependencies.iter().map(ToString::to_string).collect();
        fields.insert("depends_on".to_owned(), json!(dependencies));
    }
    if object.status == ObjectStatus::Tainted {
        fields.insert("tainted".to_owned(), json!(true));
    }
    if let Some(key) = deposed {
        fields.insert("deposed_key".to_owned(), json!(key));
    }
    Json::Object(fields)
}

/// Returns the recorded attributes as a value with marks; without a schema that fits, as the JSON alone tells.
pub(crate) fn object_value(
    address: &InstanceAddress,
    object: &ObjectState,
    provider: &ProviderAddress,
    registry: &Registry,
) -> Value {
    let json = Json::Object(object.attributes.clone());
    let marked: Vec<_> = object.sensitive_paths.iter().map(|path| (path.clone(), Marks::SENSITIVE)).collect();
    let schema = registry.schema(&provider.source, address.resource.mode, address.resource_type());
    let schema = schema.filter(|schema| schema.version == object.schema_version);
    match schema.map(|schema| (schema, value_json::from_json(&json, &schema.implied_type()))) {
        Some((schema, Ok(value))) => hide_sensitive(&value.mark_at(&marked), &schema.block),
        Some((_, Err(_))) | None => value_json::implied(&json).mark_at(&marked),
    }
}
