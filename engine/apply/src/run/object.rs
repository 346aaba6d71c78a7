//! Objects of the state as values and back.

use serde_json::{Map, Value as Json};
use wpinfra_core::schema::Schema;
use wpinfra_core::state::ObjectState;
use wpinfra_core::{Marks, Path, Value, json};

/// Returns a value as attributes of the state, and where they are sensitive; unknown parts become null.
pub(crate) fn encode(value: &Value, schema: &Schema) -> (Map<String, Json>, Vec<Path>) {
    let (plain, marks) = value.unmark_deep();
    let sensitive = marks.into_iter().filter(|(_, marks)| marks.contains(Marks::SENSITIVE)).map(|(path, _)| path);
    let attributes = match json::to_json_as(&plain, &schema.implied_type()) {
        Json::Object(attributes) => attributes,
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => Map::new(),
    };
    (attributes, sensitive.collect())
}

/// Returns the value of an object of the state, written with the current version of the schema.
pub(crate) fn decode(object: &ObjectState, schema: &Schema) -> Result<Value, json::JsonError> {
    let value = json::from_json(&Json::Object(object.attributes.clone()), &schema.implied_type())?;
    let marked: Vec<(Path, Marks)> =
        object.sensitive_paths.iter().map(|path| (path.clone(), Marks::SENSITIVE)).collect();
    Ok(wpinfra_plan::mark_sensitive(&value.mark_at(&marked), schema))
}
