//! The tree of modules that resources stand in.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};
use wpinfra_core::{InstanceAddress, InstanceKey, Mode, ModuleInstance};

/// Resources by the module instance that they stand in.
#[derive(Default)]
pub(super) struct ModuleTree(BTreeMap<ModuleInstance, Vec<Json>>);

impl ModuleTree {
    /// Adds a resource.
    pub(super) fn add(&mut self, module: &ModuleInstance, resource: Json) {
        self.0.entry(module.clone()).or_default().push(resource);
    }

    /// Returns the root module with everything in it.
    pub(super) fn into_json(self) -> Json {
        self.module(&ModuleInstance::default())
    }

    fn module(&self, at: &ModuleInstance) -> Json {
        let mut fields = Map::new();
        if let Some(resources) = self.0.get(at) {
            fields.insert("resources".to_owned(), Json::Array(resources.clone()));
        }
        let depth = at.0.len();
        let mut children: Vec<ModuleInstance> = Vec::new();
        for module in self.0.keys().filter(|module| module.0.len() > depth && module.0.starts_with(&at.0)) {
            let child = ModuleInstance(module.0[..=depth].to_vec());
            if !children.contains(&child) {
                children.push(child);
            }
        }
        if !children.is_empty() {
            let children = children.iter().map(|child| self.module(child)).collect();
            fields.insert("child_modules".to_owned(), Json::Array(children));
        }
        if !at.is_root() {
            fields.insert("address".to_owned(), json!(at.to_string()));
        }
        Json::Object(fields)
    }
}

/// Returns the fields that name an instance.
pub(super) fn identity(address: &InstanceAddress) -> Map<String, Json> {
    let resource = &address.resource;
    let mode = match resource.mode {
        Mode::Managed => "managed",
        Mode::Data => "data",
        Mode::Ephemeral => "ephemeral",
    };
    let mut fields = Map::new();
    fields.insert("address".to_owned(), json!(address.to_string()));
    fields.insert("mode".to_owned(), json!(mode));
    fields.insert("type".to_owned(), json!(&*resource.resource_type));
    fields.insert("name".to_owned(), json!(&*resource.name));
    if let Some(key) = &address.key {
        fields.insert("index".to_owned(), key_to_json(key));
    }
    fields
}

/// Returns a key as a number or a string.
pub(crate) fn key_to_json(key: &InstanceKey) -> Json {
    match key {
        InstanceKey::Index(index) => json!(index),
        InstanceKey::Name(name) => json!(&**name),
    }
}
