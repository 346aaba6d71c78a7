//! What wpinfra remembers of the remote objects: the state, apart from its file format.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::address::{ConfigAddress, InstanceAddress, InstanceKey, ProviderAddress, ResourceAddress};
use crate::path::Path;
use crate::value::Value;

/// Everything that is remembered between runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Identity of this line of states; two states with different lineages have nothing to do with one another.
    pub lineage: String,
    /// Number of the version: one more with every write that changes something.
    pub serial: u64,
    /// Root output values.
    pub outputs: BTreeMap<String, OutputState>,
    /// Resources with their instances.
    pub resources: BTreeMap<ResourceAddress, ResourceState>,
    /// Results of `check` blocks and conditions, in the form of the state file; opaque here.
    pub check_results: Option<serde_json::Value>,
}

/// A root output value.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputState {
    /// The value, unmarked.
    pub value: Value,
    /// Whether it is to be hidden.
    pub sensitive: bool,
}

/// The instances of one resource.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceState {
    /// The provider configuration that manages them.
    pub provider: ProviderAddress,
    /// The instances by key.
    pub instances: BTreeMap<Option<InstanceKey>, InstanceState>,
}

/// The remote objects of one instance.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InstanceState {
    /// The object that the configuration means.
    pub current: Option<ObjectState>,
    /// Objects that were replaced and have yet to be destroyed, by the key that the state file gives them (8 hexadecimal digits).
    pub deposed: BTreeMap<String, ObjectState>,
}

/// One remote object.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectState {
    /// Whether it can be kept.
    pub status: ObjectStatus,
    /// Version of the schema that the attributes were written with.
    pub schema_version: u64,
    /// Attributes as JSON, to be decoded against the schema of the type.
    pub attributes: serde_json::Map<String, serde_json::Value>,
    /// Attributes that are sensitive because of what they were computed from.
    pub sensitive_paths: Vec<Path>,
    /// Bytes that the provider keeps beside the attributes, base64.
    pub private: Option<String>,
    /// Blocks that must outlive the object.
    pub dependencies: BTreeSet<ConfigAddress>,
    /// Whether a replacement is to be created before this is destroyed.
    pub create_before_destroy: bool,
    /// The provider's own identity of the object, in the form of the state file; opaque here.
    pub identity: Option<serde_json::Value>,
}

/// Whether a remote object can be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectStatus {
    /// It is as it should be.
    Ready,
    /// Its creation did not end well, or somebody marked it: the next plan replaces it.
    Tainted,
}

impl ObjectState {
    /// Returns the id attribute.
    pub fn id(&self) -> Option<&str> {
        self.attributes.get("id")?.as_str()
    }
}

impl State {
    /// Returns the objects of an instance.
    pub fn instance(&self, address: &InstanceAddress) -> Option<&InstanceState> {
        self.resources.get(&address.resource)?.instances.get(&address.key)
    }

    /// Returns the objects of an instance for changing, adding the instance where it is missing.
    pub fn instance_mut(&mut self, address: &InstanceAddress, provider: &ProviderAddress) -> &mut InstanceState {
        let resource = self
            .resources
            .entry(address.resource.clone())
            .or_insert_with(|| ResourceState { provider: provider.clone(), instances: BTreeMap::new() });
        resource.provider = provider.clone();
        resource.instances.entry(address.key.clone()).or_default()
    }

    /// Removes instances without objects and resources without instances.
    pub fn prune(&mut self) {
        for resource in self.resources.values_mut() {
            resource.instances.retain(|_, instance| instance.current.is_some() || !instance.deposed.is_empty());
        }
        self.resources.retain(|_, resource| !resource.instances.is_empty());
    }

    /// Returns the addresses of all instances, in order.
    pub fn addresses(&self) -> impl Iterator<Item = InstanceAddress> + '_ {
        self.resources
            .iter()
            .flat_map(|(address, resource)| resource.instances.keys().map(|key| address.instance(key.clone())))
    }

    /// Returns the objects that are managed, with their addresses, deposed ones with their key.
    pub fn objects(&self) -> impl Iterator<Item = (InstanceAddress, Option<Arc<str>>, &ObjectState)> + '_ {
        self.resources.iter().flat_map(|(address, resource)| {
            resource.instances.iter().flat_map(move |(key, instance)| {
                let current = instance.current.iter().map(|object| (None, object));
                let deposed = instance.deposed.iter().map(|(key, object)| (Some(Arc::from(key.as_str())), object));
                let address = address.instance(key.clone());
                current.chain(deposed).map(move |(deposed, object)| (address.clone(), deposed, object))
            })
        })
    }
}
