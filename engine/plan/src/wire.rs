//! Plans as JSON, for saved plan files: every value with its type, what is unknown of it, and its marks.
//!
//! The structs in here are the format; the plan's own types may change without it.

mod check;
#[cfg(test)]
mod properties;
mod state;
mod value;

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use wpinfra_core::{ConfigAddress, ProviderAddress, ResourceAddress};

use self::check::CheckWire;
use self::state::StateWire;
use self::value::{PathWire, ValueWire, path_from, path_to};
use crate::plan::{Action, Change, ExecutionGraph, Mode, OutputChange, Plan, Reason, Step, StepKind};

/// Why JSON is not a plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct WireError(String);

impl WireError {
    fn new(text: impl std::fmt::Display) -> Self {
        Self(text.to_string())
    }
}

/// Result of reading a part of a plan.
type Read<T> = Result<T, WireError>;

/// Returns the plan as JSON.
pub fn to_json(plan: &Plan) -> Json {
    serde_json::to_value(PlanWire::of(plan)).expect("all maps of the format have text keys")
}

/// Reads a plan that [`to_json`] has written.
pub fn from_json(json: &Json) -> Result<Plan, WireError> {
    let wire: PlanWire = serde_json::from_value(json.clone()).map_err(WireError::new)?;
    wire.plan()
}

#[derive(Serialize, Deserialize)]
struct PlanWire {
    mode: String,
    changes: Vec<ChangeWire>,
    outputs: BTreeMap<String, OutputWire>,
    steps: Vec<StepWire>,
    prior_state: StateWire,
    drift: Vec<ChangeWire>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    checks: Vec<CheckWire>,
    is_partial: bool,
}

#[derive(Serialize, Deserialize)]
struct ChangeWire {
    address: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous_address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deposed: Option<String>,
    provider: String,
    action: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<ValueWire>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<ValueWire>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    replace_paths: Vec<PathWire>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    importing: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    dependencies: Vec<String>,
    create_before_destroy: bool,
}

#[derive(Serialize, Deserialize)]
struct OutputWire {
    before: Option<ValueWire>,
    after: Option<ValueWire>,
    sensitive: bool,
    was_sensitive: bool,
}

#[derive(Serialize, Deserialize)]
struct StepWire {
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    address: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    after: Vec<usize>,
}

impl PlanWire {
    fn of(plan: &Plan) -> Self {
        Self {
            mode: name_of(MODES, &plan.mode),
            changes: plan.changes.iter().map(ChangeWire::of).collect(),
            outputs: plan.outputs.iter().map(|(name, output)| (name.clone(), OutputWire::of(output))).collect(),
            steps: plan.graph.steps.iter().map(StepWire::of).collect(),
            prior_state: StateWire::of(&plan.prior_state),
            drift: plan.drift.iter().map(ChangeWire::of).collect(),
            checks: plan.checks.iter().map(CheckWire::of).collect(),
            is_partial: plan.is_partial,
        }
    }

    fn plan(self) -> Read<Plan> {
        let outputs = self.outputs.into_iter().map(|(name, output)| Ok((name, output.output()?)));
        Ok(Plan {
            mode: by_name(MODES, &self.mode)?,
            changes: self.changes.into_iter().map(ChangeWire::change).collect::<Read<_>>()?,
            outputs: outputs.collect::<Read<_>>()?,
            graph: ExecutionGraph { steps: self.steps.into_iter().map(StepWire::step).collect::<Read<_>>()? },
            prior_state: self.prior_state.state()?,
            drift: self.drift.into_iter().map(ChangeWire::change).collect::<Read<_>>()?,
            checks: self.checks.into_iter().map(CheckWire::outcome).collect::<Read<_>>()?,
            is_partial: self.is_partial,
        })
    }
}

impl ChangeWire {
    fn of(change: &Change) -> Self {
        Self {
            address: change.address.to_string(),
            previous_address: change.previous_address.as_ref().map(ToString::to_string),
            deposed: change.deposed.as_ref().map(ToString::to_string),
            provider: change.provider.to_string(),
            action: name_of(ACTIONS, &change.action),
            reason: change.reason.as_ref().map(|reason| name_of(REASONS, reason)),
            before: change.before.as_ref().map(ValueWire::of),
            after: change.after.as_ref().map(ValueWire::of),
            replace_paths: change.replace_paths.iter().map(path_to).collect(),
            importing: change.importing.clone(),
            dependencies: change.dependencies.iter().map(ToString::to_string).collect(),
            create_before_destroy: change.create_before_destroy,
        }
    }

    fn change(self) -> Read<Change> {
        Ok(Change {
            address: parsed(&self.address)?,
            previous_address: self.previous_address.as_deref().map(parsed).transpose()?,
            deposed: self.deposed.map(Into::into),
            provider: parsed(&self.provider)?,
            action: by_name(ACTIONS, &self.action)?,
            reason: self.reason.as_deref().map(|name| by_name(REASONS, name)).transpose()?,
            before: self.before.map(ValueWire::value).transpose()?,
            after: self.after.map(ValueWire::value).transpose()?,
            replace_paths: self.replace_paths.into_iter().map(path_from).collect::<Read<_>>()?,
            importing: self.importing,
            dependencies: self.dependencies.iter().map(|text| config_address(text)).collect::<Read<_>>()?,
            create_before_destroy: self.create_before_destroy,
        })
    }
}

impl OutputWire {
    fn of(output: &OutputChange) -> Self {
        Self {
            before: output.before.as_ref().map(ValueWire::of),
            after: output.after.as_ref().map(ValueWire::of),
            sensitive: output.sensitive,
            was_sensitive: output.was_sensitive,
        }
    }

    fn output(self) -> Read<OutputChange> {
        Ok(OutputChange {
            before: self.before.map(ValueWire::value).transpose()?,
            after: self.after.map(ValueWire::value).transpose()?,
            sensitive: self.sensitive,
            was_sensitive: self.was_sensitive,
        })
    }
}

impl StepWire {
    fn of(step: &Step) -> Self {
        let (kind, key) = match &step.kind {
            StepKind::Create => ("create", None),
            StepKind::Update => ("update", None),
            StepKind::Delete { deposed } => ("delete", deposed.clone()),
            StepKind::Depose { key } => ("depose", Some(key.clone())),
            StepKind::Read => ("read", None),
            StepKind::Forget { deposed } => ("forget", deposed.clone()),
            StepKind::Import => ("import", None),
        };
        Self {
            kind: kind.to_owned(),
            key: key.map(|key| key.to_string()),
            address: step.address.to_string(),
            after: step.after.clone(),
        }
    }

    fn step(self) -> Read<Step> {
        let key = self.key.map(Into::into);
        let kind = match (self.kind.as_str(), key) {
            ("create", _) => StepKind::Create,
            ("update", _) => StepKind::Update,
            ("delete", deposed) => StepKind::Delete { deposed },
            ("depose", Some(key)) => StepKind::Depose { key },
            ("read", _) => StepKind::Read,
            ("forget", deposed) => StepKind::Forget { deposed },
            ("import", _) => StepKind::Import,
            (other, _) => return Err(WireError::new(format!("unknown step {other:?}"))),
        };
        Ok(Step { kind, address: parsed(&self.address)?, after: self.after })
    }
}

const MODES: &[(&str, Mode)] =
    &[("normal", Mode::Normal), ("destroy", Mode::Destroy), ("refresh-only", Mode::RefreshOnly)];

const ACTIONS: &[(&str, Action)] = &[
    ("no-op", Action::NoOp),
    ("create", Action::Create),
    ("read", Action::Read),
    ("update", Action::Update),
    ("delete-create", Action::DeleteThenCreate),
    ("create-delete", Action::CreateThenDelete),
    ("delete", Action::Delete),
    ("forget", Action::Forget),
];

const REASONS: &[(&str, Reason)] = &[
    ("tainted", Reason::Tainted),
    ("requested", Reason::Requested),
    ("triggered-by", Reason::TriggeredBy),
    ("cannot-update", Reason::CannotUpdate),
    ("no-resource-config", Reason::NoResourceConfig),
    ("no-module", Reason::NoModule),
    ("wrong-repetition", Reason::WrongRepetition),
    ("count-index", Reason::CountIndex),
    ("each-key", Reason::EachKey),
    ("no-move-target", Reason::NoMoveTarget),
    ("config-unknown", Reason::ConfigUnknown),
    ("dependency-pending", Reason::DependencyPending),
    ("check-nested", Reason::CheckNested),
];

fn name_of<T: PartialEq>(names: &[(&'static str, T)], wanted: &T) -> String {
    let found = names.iter().find(|(_, candidate)| candidate == wanted);
    found.expect("every variant has a name in the table").0.to_owned()
}

fn by_name<T: Clone>(names: &[(&'static str, T)], wanted: &str) -> Read<T> {
    let found = names.iter().find(|(name, _)| *name == wanted).map(|(_, found)| found.clone());
    found.ok_or_else(|| WireError::new(format!("unknown word {wanted:?}")))
}

fn parsed<T: FromStr<Err: ToString>>(text: &str) -> Read<T> {
    text.parse().map_err(|error: T::Err| WireError::new(error.to_string()))
}

/// Reads the address of a block, which is written like that of a resource in modules without keys.
fn config_address(text: &str) -> Read<ConfigAddress> {
    parsed::<ResourceAddress>(text).map(|address| address.config())
}

/// Reads the address of a provider configuration.
fn provider_address(text: &str) -> Read<ProviderAddress> {
    parsed(text)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use wpinfra_core::state::{InstanceState, ObjectState, ObjectStatus, OutputState, ResourceState, State};
    use wpinfra_core::{Path, Type, Value};

    use wpinfra_core::InstanceKey;
    use wpinfra_core::desired::{CheckKind, CheckOutcome, CheckStatus, InstanceOutcome};

    use super::*;

    fn change() -> Change {
        Change {
            address: "module.a[\"x\"].aws_subnet.b[3]".parse().expect("an address"),
            previous_address: Some("aws_subnet.old".parse().expect("an address")),
            deposed: Some("0123abcd".into()),
            provider: "provider[\"registry.terraform.io/hashicorp/aws\"].west".parse().expect("an address"),
            action: Action::CreateThenDelete,
            reason: Some(Reason::CannotUpdate),
            before: Some(Value::object([("id", Value::string("subnet-1")), ("n", Value::number(1))])),
            after: Some(Value::object([
                ("id", Value::unknown(Type::String)),
                ("secret", Value::string("x").sensitive()),
                ("set", Value::set(Type::String, vec![Value::string("b"), Value::string("a")])),
                ("none", Value::null(Type::map(Type::Bool))),
                ("open", Value::null(Type::Dynamic)),
            ])),
            replace_paths: vec![Path::root().attribute("route").index(Value::number(0)).attribute("cidr")],
            importing: Some("subnet-1".to_owned()),
            dependencies: BTreeSet::from([config_address("module.a.aws_vpc.main").expect("an address")]),
            create_before_destroy: true,
        }
    }

    fn state() -> State {
        let object = ObjectState {
            status: ObjectStatus::Tainted,
            schema_version: 2,
            attributes: serde_json::Map::from_iter([("id".to_owned(), Json::from("a"))]),
            sensitive_paths: vec![Path::root().attribute("password")],
            private: Some("e30=".to_owned()),
            dependencies: BTreeSet::from([config_address("aws_vpc.main").expect("an address")]),
            create_before_destroy: true,
            identity: Some(Json::from(1)),
        };
        let instance =
            InstanceState { current: Some(object.clone()), deposed: BTreeMap::from([("0123abcd".to_owned(), object)]) };
        let provider = change().provider;
        State {
            lineage: "l".to_owned(),
            serial: 7,
            outputs: BTreeMap::from([("o".to_owned(), OutputState { value: Value::number(3), sensitive: true })]),
            resources: BTreeMap::from([(
                "aws_vpc.main".parse().expect("an address"),
                ResourceState { provider, instances: BTreeMap::from([(None, instance)]) },
            )]),
            check_results: None,
        }
    }

    #[test]
    fn plans_survive_their_json() {
        let steps = [
            StepKind::Depose { key: "0123abcd".into() },
            StepKind::Create,
            StepKind::Delete { deposed: Some("0123abcd".into()) },
        ];
        let step = |(index, kind)| Step { kind, address: change().address, after: (0..index).collect() };
        let output = OutputChange { before: None, after: change().after, sensitive: true, was_sensitive: false };
        let plan = Plan {
            mode: Mode::Destroy,
            changes: vec![change()],
            outputs: BTreeMap::from([("o".to_owned(), output)]),
            graph: ExecutionGraph { steps: steps.into_iter().enumerate().map(step).collect() },
            prior_state: state(),
            drift: vec![Change { reason: None, previous_address: None, ..change() }],
            checks: vec![check()],
            is_partial: true,
        };
        let read = from_json(&to_json(&plan)).expect("what was written");
        assert_eq!(format!("{read:?}"), format!("{plan:?}"));
        assert_eq!(read.changes, plan.changes, "marked values print alike, so they are compared too");
        assert_eq!(read.prior_state, plan.prior_state);
    }

    fn check() -> CheckOutcome {
        let instance = InstanceOutcome {
            module: "module.m[0]".to_owned(),
            key: Some(InstanceKey::Name("k".into())),
            status: CheckStatus::Fail,
            problems: vec!["Must not.".to_owned()],
        };
        CheckOutcome {
            kind: CheckKind::Data,
            module: "module.m".to_owned(),
            resource_type: Some("aws_vpc".to_owned()),
            name: "v".to_owned(),
            instances: vec![instance],
        }
    }

    #[test]
    fn other_json_is_refused() {
        assert!(from_json(&Json::Null).is_err());
        let mut json = to_json(&Plan {
            mode: Mode::Normal,
            changes: vec![change()],
            outputs: BTreeMap::new(),
            graph: ExecutionGraph::default(),
            prior_state: state(),
            drift: Vec::new(),
            checks: Vec::new(),
            is_partial: false,
        });
        json["changes"][0]["action"] = Json::from("explode");
        assert_eq!(from_json(&json).expect_err("unknown").to_string(), "unknown word \"explode\"");
    }
}
