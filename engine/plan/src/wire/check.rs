//! Outcomes of conditions as JSON.

use serde::{Deserialize, Serialize};
use wpinfra_core::desired::{CheckKind, CheckOutcome, CheckStatus, InstanceOutcome};

use super::state::KeyWire;
use super::{Read, by_name, name_of};

#[derive(Serialize, Deserialize)]
pub(super) struct CheckWire {
    kind: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    module: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resource_type: Option<String>,
    name: String,
    instances: Vec<InstanceWire>,
}

#[derive(Serialize, Deserialize)]
struct InstanceWire {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    module: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<KeyWire>,
    status: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    problems: Vec<String>,
}

const KINDS: &[(&str, CheckKind)] = &[
    ("managed", CheckKind::Managed),
    ("data", CheckKind::Data),
    ("output", CheckKind::Output),
    ("variable", CheckKind::Variable),
    ("check", CheckKind::Check),
];

const STATUSES: &[(&str, CheckStatus)] = &[
    ("pass", CheckStatus::Pass),
    ("unknown", CheckStatus::Unknown),
    ("error", CheckStatus::Error),
    ("fail", CheckStatus::Fail),
];

impl CheckWire {
    pub(super) fn of(outcome: &CheckOutcome) -> Self {
        Self {
            kind: name_of(KINDS, &outcome.kind),
            module: outcome.module.clone(),
            resource_type: outcome.resource_type.clone(),
            name: outcome.name.clone(),
            instances: outcome.instances.iter().map(InstanceWire::of).collect(),
        }
    }

    pub(super) fn outcome(self) -> Read<CheckOutcome> {
        Ok(CheckOutcome {
            kind: by_name(KINDS, &self.kind)?,
            module: self.module,
            resource_type: self.resource_type,
            name: self.name,
            instances: self.instances.into_iter().map(InstanceWire::outcome).collect::<Read<_>>()?,
        })
    }
}

impl InstanceWire {
    fn of(outcome: &InstanceOutcome) -> Self {
        Self {
            module: outcome.module.clone(),
            key: outcome.key.as_ref().map(KeyWire::of),
            status: name_of(STATUSES, &outcome.status),
            problems: outcome.problems.clone(),
        }
    }

    fn outcome(self) -> Read<InstanceOutcome> {
        Ok(InstanceOutcome {
            module: self.module,
            key: self.key.map(KeyWire::key),
            status: by_name(STATUSES, &self.status)?,
            problems: self.problems,
        })
    }
}
