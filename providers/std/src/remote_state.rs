//! `data "terraform_remote_state"`

use std::sync::Arc;

use serde_json::Value as Json;
use wpinfra_core::provider::{DataSource, RemoteError, RemoteErrorKind, RemoteResult};
use wpinfra_core::{Type, Value, json};
use wpinfra_schema_derive::Model;

/// Reads the outputs of another configuration from its state.
#[derive(Clone, Debug, Model)]
#[model(name = "terraform_remote_state", strict)]
pub(crate) struct RemoteState {
    /// Where the state is kept: `local`.
    #[attr(required)]
    backend: String,
    /// Settings of the backend: for `local`, `path` and `workspace_dir`.
    #[attr(optional)]
    config: Value,
    /// Outputs to assume where the state has none of the name.
    #[attr(optional)]
    defaults: Value,
    /// The outputs of its root module.
    #[attr(computed)]
    outputs: Value,
    /// Workspace whose state is read; the default one if absent.
    #[attr(optional)]
    workspace: Option<String>,
}

/// `terraform_remote_state`
pub(crate) struct RemoteStateSource;

impl DataSource for RemoteStateSource {
    type Model = RemoteState;
    type Client = ();

    async fn read(&self, _client: &(), config: &RemoteState) -> RemoteResult<RemoteState> {
        if config.backend != "local" {
            let message = format!("wpinfra reads states of the backend \"local\" only, not of {:?}", config.backend);
            return Err(refused(message));
        }
        let path = path_of(config);
        let text = std::fs::read_to_string(&path)
            .map_err(|problem| refused(format!("the state file {path} cannot be read: {problem}")))?;
        let state: Json =
            serde_json::from_str(&text).map_err(|problem| refused(format!("{path} is no state file: {problem}")))?;
        let outputs = outputs_of(&state).map_err(|problem| refused(format!("{path} cannot be read: {problem}")))?;
        Ok(RemoteState { outputs: with_defaults(outputs, &config.defaults), ..config.clone() })
    }
}

fn refused(message: String) -> RemoteError {
    RemoteError::local(RemoteErrorKind::Refused, "terraform_remote_state", message)
}

/// Returns the path of the state file that the settings mean.
fn path_of(config: &RemoteState) -> String {
    let setting = |name: &str| config.config.get(name).and_then(|value| value.as_str().map(str::to_owned));
    match config.workspace.as_deref() {
        None | Some("" | "default") => setting("path").unwrap_or_else(|| "terraform.tfstate".to_owned()),
        Some(workspace) => {
            let folder = setting("workspace_dir").unwrap_or_else(|| "terraform.tfstate.d".to_owned());
            format!("{folder}/{workspace}/terraform.tfstate")
        }
    }
}

/// Returns the root outputs of a state file, with the types that are recorded with them.
fn outputs_of(state: &Json) -> Result<Vec<(Arc<str>, Value)>, String> {
    let Some(outputs) = state.get("outputs").and_then(Json::as_object) else {
        return Err("it has no outputs, so it is no state file of version 4".to_owned());
    };
    let read = |(name, output): (&String, &Json)| {
        let ty = output.get("type").and_then(json::type_from_json).unwrap_or(Type::Dynamic);
        let value = output.get("value").unwrap_or(&Json::Null);
        let value = if ty == Type::Dynamic {
            json::implied(value)
        } else {
            json::from_json(value, &ty).map_err(|problem| format!("the output {name:?} is wrong: {problem}"))?
        };
        Ok((Arc::from(name.as_str()), value))
    };
    outputs.iter().map(read).collect()
}

/// Returns an object of the outputs and of the defaults for those that are missing.
fn with_defaults(outputs: Vec<(Arc<str>, Value)>, defaults: &Value) -> Value {
    let mut all = defaults.mapping().cloned().unwrap_or_default();
    all.extend(outputs);
    Value::object(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(settings: Value, workspace: Option<&str>) -> RemoteState {
        let null = Value::null(Type::Dynamic);
        RemoteState {
            backend: "local".to_owned(),
            config: settings,
            defaults: null.clone(),
            outputs: null,
            workspace: workspace.map(str::to_owned),
        }
    }

    #[test]
    fn a_workspace_has_a_file_of_its_own() {
        let none = Value::null(Type::Dynamic);
        assert_eq!(path_of(&config(none.clone(), None)), "terraform.tfstate");
        assert_eq!(path_of(&config(none, Some("w"))), "terraform.tfstate.d/w/terraform.tfstate");
        let settings = Value::object([("path", Value::string("p")), ("workspace_dir", Value::string("d"))]);
        assert_eq!(path_of(&config(settings.clone(), Some("default"))), "p");
        assert_eq!(path_of(&config(settings, Some("w"))), "d/w/terraform.tfstate");
    }

    #[test]
    fn outputs_have_their_types_and_defaults_fill_in() {
        let state = serde_json::json!({"outputs": {
            "list": {"value": ["a"], "type": ["list", "string"]},
            "number": {"value": 1, "type": "number"},
        }});
        let outputs = outputs_of(&state).expect("a state");
        let defaults = Value::object([("number", Value::number(7)), ("other", Value::bool(true))]);
        let list = Value::list(Type::String, vec![Value::string("a")]);
        let all = [("list", list), ("number", Value::number(1)), ("other", Value::bool(true))];
        assert_eq!(with_defaults(outputs, &defaults), Value::object(all));
        assert!(outputs_of(&serde_json::json!({"version": 3, "modules": []})).is_err());
    }
}
