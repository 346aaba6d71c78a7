//! Recorded objects: from the JSON of the state to values of the current schema, and back.

use wpinfra_core::provider::AnyResourceType;
use wpinfra_core::schema::Schema;
use wpinfra_core::state::ObjectState;
use wpinfra_core::{Diagnostic, InstanceAddress, Marks, Path, Value, json};

use crate::sensitive::{mark_sensitive, sensitive_paths};

/// Returns the attributes of a recorded object, upgraded to the current schema version, with marks.
///
/// # Errors
///
/// Tells that the state was written by a newer version, or does not have the shape of the schema.
#[expect(clippy::result_large_err, reason = "it is the error of a whole plan")]
pub fn decode(
    resource: &dyn AnyResourceType,
    address: &InstanceAddress,
    object: &ObjectState,
) -> Result<Value, Diagnostic> {
    let schema = resource.schema();
    if object.schema_version > schema.version {
        let detail = format!(
            "The state records {address} with schema version {}, but this version of wpinfra knows {} only up to version {}: \
             something newer has written it. Use a version of wpinfra as new as that, or restore an older state.",
            object.schema_version,
            resource.name(),
            schema.version
        );
        return Err(Diagnostic::error("State is newer than the resource type", detail).about(address));
    }
    let attributes = if object.schema_version < schema.version {
        resource.upgrade(object.schema_version, object.attributes.clone())
    } else {
        object.attributes.clone()
    };
    read(schema, &serde_json::Value::Object(attributes), &object.sensitive_paths)
        .map_err(|error| misfit(address, resource.name(), &error))
}

/// Returns the recorded object with the value in place of its attributes; everything else stays.
pub fn encode(schema: &Schema, value: &Value, object: &ObjectState) -> ObjectState {
    let written = json::to_json_as(value, &schema.implied_type());
    let attributes = written.as_object().cloned().expect("the value of a schema is an object");
    ObjectState {
        schema_version: schema.version,
        attributes,
        sensitive_paths: sensitive_paths(value),
        ..object.clone()
    }
}

fn read(schema: &Schema, attributes: &serde_json::Value, sensitive: &[Path]) -> Result<Value, json::JsonError> {
    let value = json::from_json(attributes, &schema.implied_type())?;
    let marks: Vec<(Path, Marks)> = sensitive.iter().map(|path| (path.clone(), Marks::SENSITIVE)).collect();
    Ok(mark_sensitive(&value.mark_at(&marks), schema))
}

fn misfit(address: &InstanceAddress, resource_type: &str, error: &json::JsonError) -> Diagnostic {
    let detail = format!(
        "The attributes that the state records of {address} do not have the shape of {resource_type}: {error}. \
         If the state was edited by hand, undo that; otherwise take the object out of the state with \"wpinfra state rm\" and \
         import it again."
    );
    Diagnostic::error("State does not fit the resource type", detail).about(address)
}
