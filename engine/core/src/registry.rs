//! The providers that are built in, found by source address, by resource type or by the name that configurations use.

use std::collections::BTreeMap;

use crate::address::Mode;
use crate::provider::{AnyDataSource, AnyEphemeralType, AnyResourceType, Provider};
use crate::schema::Schema;

/// The host that a source address without one means.
const DEFAULT_HOST: &str = "registry.terraform.io";

/// All providers that are built in.
#[derive(Default)]
pub struct Registry {
    providers: BTreeMap<&'static str, Box<dyn Provider>>,
}

impl Registry {
    /// Returns a registry of the providers.
    pub fn new(providers: impl IntoIterator<Item = Box<dyn Provider>>) -> Self {
        Self { providers: providers.into_iter().map(|provider| (provider.source(), provider)).collect() }
    }

    /// Returns the providers in the order of their source addresses.
    pub fn providers(&self) -> impl Iterator<Item = &dyn Provider> {
        self.providers.values().map(|provider| &**provider)
    }

    /// Returns the provider with the source address, written in full.
    pub fn provider(&self, source: &str) -> Option<&dyn Provider> {
        self.providers.get(source).map(|provider| &**provider)
    }

    /// Writes a source address in full: `aws` and `hashicorp/aws` both mean `registry.terraform.io/hashicorp/aws`.
    pub fn full_source(source: &str) -> String {
        match source.split('/').count() {
            1 if source == "terraform" => "terraform.io/builtin/terraform".to_owned(),
            1 => format!("{DEFAULT_HOST}/hashicorp/{source}"),
            2 => format!("{DEFAULT_HOST}/{source}"),
            _ => source.to_owned(),
        }
    }

    /// Returns the local name of the provider that a resource type belongs to, unless the block says otherwise: `aws` for `aws_vpc`.
    pub fn implied_provider(resource_type: &str) -> &str {
        resource_type.split('_').next().unwrap_or(resource_type)
    }

    /// Returns a resource type by provider and name.
    pub fn resource(&self, source: &str, name: &str) -> Option<&dyn AnyResourceType> {
        self.providers.get(source)?.resources().get(name).map(|found| &**found)
    }

    /// Returns a data source by provider and name.
    pub fn data_source(&self, source: &str, name: &str) -> Option<&dyn AnyDataSource> {
        self.providers.get(source)?.data_sources().get(name).map(|found| &**found)
    }

    /// Returns a type of ephemeral values by provider and name.
    pub fn ephemeral_type(&self, source: &str, name: &str) -> Option<&dyn AnyEphemeralType> {
        self.providers.get(source)?.ephemeral_types().get(name).map(|found| &**found)
    }

    /// Returns the schema of a resource type, data source or type of ephemeral values.
    pub fn schema(&self, source: &str, mode: Mode, name: &str) -> Option<&Schema> {
        match mode {
            Mode::Managed => self.resource(source, name).map(AnyResourceType::schema),
            Mode::Data => self.data_source(source, name).map(AnyDataSource::schema),
            Mode::Ephemeral => self.ephemeral_type(source, name).map(AnyEphemeralType::schema),
        }
    }

    /// Returns the names of all types of a kind that a provider has, for suggestions.
    pub fn names(&self, source: &str, mode: Mode) -> Vec<&'static str> {
        let Some(provider) = self.providers.get(source) else { return Vec::new() };
        match mode {
            Mode::Managed => provider.resources().keys().copied().collect(),
            Mode::Data => provider.data_sources().keys().copied().collect(),
            Mode::Ephemeral => provider.ephemeral_types().keys().copied().collect(),
        }
    }
}
