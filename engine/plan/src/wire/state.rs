//! States in saved plans.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use wpinfra_core::InstanceKey;
use wpinfra_core::state::{InstanceState, ObjectState, ObjectStatus, OutputState, ResourceState, State};

use super::value::{PathWire, ValueWire, path_from, path_to};
use super::{Read, config_address, parsed, provider_address};

#[derive(Serialize, Deserialize)]
pub(super) struct StateWire {
    lineage: String,
    serial: u64,
    outputs: BTreeMap<String, (ValueWire, bool)>,
    resources: Vec<ResourceWire>,
    check_results: Option<Json>,
}

#[derive(Serialize, Deserialize)]
struct ResourceWire {
    address: String,
    provider: String,
    instances: Vec<InstanceWire>,
}

#[derive(Serialize, Deserialize)]
struct InstanceWire {
    key: Option<KeyWire>,
    current: Option<ObjectWire>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    deposed: BTreeMap<String, ObjectWire>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum KeyWire {
    Index(u64),
    Name(String),
}

#[derive(Serialize, Deserialize)]
struct ObjectWire {
    tainted: bool,
    schema_version: u64,
    attributes: Map<String, Json>,
    sensitive_paths: Vec<PathWire>,
    private: Option<String>,
    dependencies: Vec<String>,
    create_before_destroy: bool,
    identity: Option<Json>,
}

impl StateWire {
    pub(super) fn of(state: &State) -> Self {
        let outputs = state.outputs.iter();
        let resources = state.resources.iter().map(|(address, resource)| ResourceWire {
            address: address.to_string(),
            provider: resource.provider.to_string(),
            instances: resource
                .instances
                .iter()
                .map(|(key, instance)| InstanceWire::of(key.as_ref(), instance))
                .collect(),
        });
        Self {
            lineage: state.lineage.clone(),
            serial: state.serial,
            outputs: outputs
                .map(|(name, output)| (name.clone(), (ValueWire::of(&output.value), output.sensitive)))
                .collect(),
            resources: resources.collect(),
            check_results: state.check_results.clone(),
        }
    }

    pub(super) fn state(self) -> Read<State> {
        let outputs = self.outputs.into_iter().map(|(name, (value, sensitive))| {
            let value = value.value()?;
            Ok((name, OutputState { value, sensitive }))
        });
        let resources = self.resources.into_iter().map(|resource| {
            let instances = resource.instances.into_iter().map(InstanceWire::instance).collect::<Read<_>>()?;
            let provider = provider_address(&resource.provider)?;
            Ok((parsed(&resource.address)?, ResourceState { provider, instances }))
        });
        Ok(State {
            lineage: self.lineage,
            serial: self.serial,
            outputs: outputs.collect::<Read<_>>()?,
            resources: resources.collect::<Read<_>>()?,
            check_results: self.check_results,
        })
    }
}

impl KeyWire {
    pub(super) fn of(key: &InstanceKey) -> Self {
        match key {
            InstanceKey::Index(index) => Self::Index(*index),
            InstanceKey::Name(name) => Self::Name(name.to_string()),
        }
    }

    pub(super) fn key(self) -> InstanceKey {
        match self {
            Self::Index(index) => InstanceKey::Index(index),
            Self::Name(name) => InstanceKey::Name(name.into()),
        }
    }
}

impl InstanceWire {
    fn of(key: Option<&InstanceKey>, instance: &InstanceState) -> Self {
        let key = key.map(KeyWire::of);
        let deposed = instance.deposed.iter().map(|(key, object)| (key.clone(), ObjectWire::of(object)));
        Self { key, current: instance.current.as_ref().map(ObjectWire::of), deposed: deposed.collect() }
    }

    fn instance(self) -> Read<(Option<InstanceKey>, InstanceState)> {
        let key = self.key.map(KeyWire::key);
        let deposed = self.deposed.into_iter().map(|(key, object)| Ok((key, object.object()?)));
        let current = self.current.map(ObjectWire::object).transpose()?;
        Ok((key, InstanceState { current, deposed: deposed.collect::<Read<_>>()? }))
    }
}

impl ObjectWire {
    fn of(object: &ObjectState) -> Self {
        Self {
            tainted: object.status == ObjectStatus::Tainted,
            schema_version: object.schema_version,
            attributes: object.attributes.clone(),
            sensitive_paths: object.sensitive_paths.iter().map(path_to).collect(),
            private: object.private.clone(),
            dependencies: object.dependencies.iter().map(ToString::to_string).collect(),
            create_before_destroy: object.create_before_destroy,
            identity: object.identity.clone(),
        }
    }

    fn object(self) -> Read<ObjectState> {
        Ok(ObjectState {
            status: if self.tainted { ObjectStatus::Tainted } else { ObjectStatus::Ready },
            schema_version: self.schema_version,
            attributes: self.attributes,
            sensitive_paths: self.sensitive_paths.into_iter().map(path_from).collect::<Read<_>>()?,
            private: self.private,
            dependencies: self.dependencies.iter().map(|text| config_address(text)).collect::<Read<_>>()?,
            create_before_destroy: self.create_before_destroy,
            identity: self.identity,
        })
    }
}
