//! Providers without configuration or connection.

use std::collections::BTreeMap;
use std::future::ready;
use std::sync::Arc;

use wpinfra_core::provider::{
    AnyDataSource, AnyEphemeralType, AnyResourceType, BoxFuture, Client, EphemeralTypes, Provider,
};
use wpinfra_core::schema::{Block, Schema, TypeSystem};
use wpinfra_core::{Diagnostics, Value};

/// A provider whose `provider` block is empty.
pub(crate) struct Family {
    source: &'static str,
    version: &'static str,
    schema: Schema,
    resources: BTreeMap<&'static str, Box<dyn AnyResourceType>>,
    data_sources: BTreeMap<&'static str, Box<dyn AnyDataSource>>,
    ephemeral_types: EphemeralTypes,
}

impl Family {
    /// Returns a provider without resource types.
    pub(crate) fn new(source: &'static str, version: &'static str, description: &'static str) -> Self {
        let block = Block { description, ..Block::default() };
        let schema = Schema { version: 0, type_system: TypeSystem::Strict, block, timeouts: BTreeMap::new() };
        Self {
            source,
            version,
            schema,
            resources: BTreeMap::new(),
            data_sources: BTreeMap::new(),
            ephemeral_types: EphemeralTypes::new(),
        }
    }

    /// Adds a type of ephemeral values.
    pub(crate) fn with_ephemeral(mut self, ephemeral_type: Box<dyn AnyEphemeralType>) -> Self {
        self.ephemeral_types.insert(ephemeral_type.name(), ephemeral_type);
        self
    }

    /// Adds a resource type.
    pub(crate) fn with(mut self, resource_type: Box<dyn AnyResourceType>) -> Self {
        self.resources.insert(resource_type.name(), resource_type);
        self
    }

    /// Adds a data source.
    pub(crate) fn with_data_source(mut self, source: Box<dyn AnyDataSource>) -> Self {
        self.data_sources.insert(source.name(), source);
        self
    }
}

impl Provider for Family {
    fn source(&self) -> &'static str {
        self.source
    }

    fn version(&self) -> &'static str {
        self.version
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn resources(&self) -> &BTreeMap<&'static str, Box<dyn AnyResourceType>> {
        &self.resources
    }

    fn data_sources(&self) -> &BTreeMap<&'static str, Box<dyn AnyDataSource>> {
        &self.data_sources
    }

    fn ephemeral_types(&self) -> &EphemeralTypes {
        &self.ephemeral_types
    }

    fn configure<'a>(&'a self, _config: &'a Value) -> BoxFuture<'a, Result<Client, Diagnostics>> {
        let client: Client = Arc::new(());
        Box::pin(ready(Ok(client)))
    }
}
