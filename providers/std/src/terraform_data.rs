//! `terraform_data`

use std::sync::Arc;

use wpinfra_core::provider::{Draft, RemoteResult};
use wpinfra_core::refinement::Refinement;
use wpinfra_core::{Type, Value};
use wpinfra_schema_derive::Model;

use crate::entropy::Entropy;
use crate::local::LocalType;
use crate::random::uuid::random_uuid;

/// Keeps a value in the state, and can be replaced on command.
#[derive(Clone, Debug, Model)]
#[model(name = "terraform_data", strict)]
pub(crate) struct TerraformData {
    /// Any value, to be found again in `output` after the apply.
    #[attr(optional)]
    input: Value,
    /// The input as of the last apply.
    #[attr(computed)]
    output: Value,
    /// Any value whose change replaces the resource.
    #[attr(optional, replace)]
    triggers_replace: Value,
    /// A UUID drawn when the resource was created.
    #[attr(computed)]
    id: Option<String>,
}

/// `terraform_data`
pub(crate) struct TerraformDataType {
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl LocalType for TerraformDataType {
    type Model = TerraformData;

    fn plan(&self, draft: &mut Draft<'_>) {
        if draft.planned.get("id").is_some_and(|id| !id.is_known()) {
            draft.set("id", Value::refined(Type::String, Refinement::not_null()));
        }
        let input =
            draft.planned.get("input").map_or_else(|| Value::null(Type::Dynamic), |value| value.without_deep_marks());
        if draft.prior.is_none() && input.is_null() {
            draft.set("output", input);
        } else if draft.prior.is_none() || draft.changes("input") {
            draft.set("output", Value::unknown(input.ty().clone()));
        }
    }

    fn generate(&self, planned: &TerraformData) -> RemoteResult<TerraformData> {
        let id = Some(random_uuid(&*self.entropy));
        Ok(TerraformData { id, output: planned.input.without_deep_marks(), ..planned.clone() })
    }

    fn update(&self, prior: &TerraformData, planned: &TerraformData) -> TerraformData {
        TerraformData { id: prior.id.clone(), output: planned.input.without_deep_marks(), ..planned.clone() }
    }

    fn import(&self, id: &str) -> Result<TerraformData, String> {
        let null = Value::null(Type::Dynamic);
        Ok(TerraformData { input: null.clone(), output: null.clone(), triggers_replace: null, id: Some(id.to_owned()) })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;
    use wpinfra_core::json::{from_json, to_json, to_json_as};

    use super::*;
    use crate::local::local;
    use crate::testing::{self, TestEntropy};

    /// What terraform 1.11.4 planned and recorded; `testdata/record_terraform_data.py` asks it again.
    const RECORDED: &str = include_str!("../testdata/terraform_data.json");

    #[test]
    fn plans_and_records_as_terraform_does() {
        let recorded: Json = serde_json::from_str(RECORDED).expect("JSON");
        let terraform_data = local(TerraformDataType { entropy: Arc::new(TestEntropy::new(1)) });
        let ty = terraform_data.schema().implied_type();
        for case in recorded.as_array().expect("cases") {
            let mut prior = None;
            for step in case["steps"].as_array().expect("steps") {
                let place = format!("{}: {}", case["name"], step["config"]);
                let (change, state) = (&step["change"], from_json(&step["state"], &ty).expect("a state"));
                let config = |name: &str| state.get(name).expect("declared");
                let known = testing::config(
                    &*terraform_data,
                    &[("input", config("input")), ("triggers_replace", config("triggers_replace"))],
                );
                let config = unknown_where(&known, &change["after_unknown"]);

                let planned = testing::plan(&*terraform_data, prior.as_ref(), &config);
                let paths: Vec<Json> = planned.replace.iter().map(|path| vec![path.first_attribute()].into()).collect();
                assert_eq!(change["replace_paths"].as_array().cloned().unwrap_or_default(), paths, "{place}");
                for (name, value) in planned.value.mapping().expect("an object") {
                    let after = change["after"].get(&**name).unwrap_or(&Json::Null);
                    assert_eq!(after, &without_unknown(value), "{name} in {place}");
                    let unknown = change["after_unknown"].get(&**name) == Some(&Json::Bool(true));
                    assert_eq!(unknown, !value.is_known(), "{name} in {place}");
                }
                // Terraform lists the marks of an unknown value by its type: {} for an object, [] for a tuple or list.
                let output = planned.value.get("output").expect("declared");
                if let (false, Some(shape)) = (output.is_known(), change["after_sensitive"].get("output")) {
                    assert_eq!(shape.is_object(), matches!(output.ty(), Type::Object(_) | Type::Map(_)), "{place}");
                    assert_eq!(
                        shape.is_array(),
                        output.ty().element().is_some() || matches!(output.ty(), Type::Tuple(_))
                    );
                }

                let made = testing::apply(&*terraform_data, prior.as_ref(), &known);
                let (made_json, state_json) = (to_json_as(&made, &ty), to_json_as(&state, &ty));
                for name in ["input", "output", "triggers_replace"] {
                    assert_eq!(made_json[name], state_json[name], "{name} in {place}");
                }
                let keeps_id = prior.as_ref().is_some_and(|prior: &Value| prior.get("id") == made.get("id"));
                let creates = change["actions"].as_array().expect("actions").contains(&Json::from("create"));
                assert_eq!(keeps_id, !creates, "{place}");
                prior = Some(state);
            }
        }
    }

    /// Makes the parts unknown that a plan in JSON says are.
    fn unknown_where(value: &Value, unknown: &Json) -> Value {
        value.transform(&mut |path, part| {
            let mut at = Some(unknown);
            for step in &path.0 {
                at = at.and_then(|at| match step {
                    wpinfra_core::PathStep::Attribute(name) => at.get(&**name),
                    wpinfra_core::PathStep::Index(key) => at.get(usize::try_from(key.as_number()?.to_i64()?).ok()?),
                });
            }
            // References to other resources are strings here; `output`, which is of any type, stands alone.
            if at == Some(&Json::Bool(true)) { Value::unknown(part.ty().clone()) } else { part }
        })
    }

    /// Returns the JSON that `show -json` has for a planned value: unknown attributes of objects lack, unknown elements are null.
    fn without_unknown(value: &Value) -> Json {
        match value.mapping() {
            Some(parts) => parts
                .iter()
                .filter(|(_, part)| part.is_known())
                .map(|(name, part)| (name.to_string(), without_unknown(part)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            None => to_json(value),
        }
    }

    #[test]
    fn imports_have_an_id_alone() {
        let terraform_data = local(TerraformDataType { entropy: Arc::new(TestEntropy::new(1)) });
        let (id, imported) = terraform_data.import("some-id").expect("any id will do");
        assert_eq!(id.0, "some-id");
        let expected = serde_json::json!({"id": "some-id", "input": null, "output": null, "triggers_replace": null});
        assert_eq!(to_json_as(&imported, &terraform_data.schema().implied_type()), expected);
    }
}
