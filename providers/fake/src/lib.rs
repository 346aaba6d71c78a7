//! Made-up resource types for the engine's own tests: slow, shy, faulty, in a [`World`] that tests look into.
//!
//! | type | what is special about it |
//! |---|---|
//! | `fake_account` | has a write-only argument |
//! | `fake_network` | nothing; cannot be deleted while something stands in it |
//! | `fake_machine` | pending, updating and deleting for a while; nested blocks, secrets, replacement; image `broken` fails |
//! | `fake_shy` | is not found by the first reads after its creation |
//! | `fake_attachment` | is identified by its arguments; needs a machine that is ready |
//! | `fake_named` | is identified by its name |
//! | `fake_tokened` | takes an idempotency token |
//! | `fake_tagged` | carries a creation tag, and takes its color only in an update |
//!
//! The ephemeral `fake_secret` may need to be renewed, and is counted when it is opened, renewed and closed.

mod data;
mod ephemeral;
mod resources;
mod world;

use std::collections::BTreeMap;
use std::future::ready;
use std::sync::Arc;

use wpinfra_core::model::Model as _;
use wpinfra_core::provider::{
    AnyDataSource, AnyResourceType, BoxFuture, Client, EphemeralTypes, Identity, Provider, RemoteId, RemoteResult,
};
use wpinfra_core::schema::Schema;
use wpinfra_core::{Diagnostic, Diagnostics, Value};
use wpinfra_schema_derive::Model;

pub use crate::world::{Call, Clock, Fault, Object, Pace, Phase, Stopped, When, World};

/// Source address of the provider.
pub const SOURCE: &str = "registry.terraform.io/wpinfra/fake";

/// Returns the provider of the world.
pub fn provider(world: Arc<World>) -> Box<dyn Provider> {
    let resources = resources::all().into_iter().map(|found| (found.name(), found)).collect();
    let data_sources = data::all().into_iter().map(|found| (found.name(), found)).collect();
    let ephemeral_types = ephemeral::all().into_iter().map(|found| (found.name(), found)).collect();
    Box::new(FakeProvider { world, schema: FakeConfig::schema(), resources, data_sources, ephemeral_types })
}

/// A connection to the world.
pub(crate) struct Fake {
    pub(crate) world: Arc<World>,
    /// Zone of what does not say otherwise.
    pub(crate) zone: String,
}

/// Connects to a made-up service.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "fake", strict)]
struct FakeConfig {
    /// Zone of what does not say otherwise: `a` if not set.
    #[attr(optional)]
    zone: Option<String>,
    /// Any text but `expired`.
    #[attr(optional, sensitive)]
    password: Option<String>,
}

struct FakeProvider {
    world: Arc<World>,
    schema: Schema,
    resources: BTreeMap<&'static str, Box<dyn AnyResourceType>>,
    data_sources: BTreeMap<&'static str, Box<dyn AnyDataSource>>,
    ephemeral_types: EphemeralTypes,
}

impl FakeProvider {
    fn connect(&self, config: &Value) -> Result<Client, Diagnostics> {
        let failed = |summary: &str, detail: String| Diagnostics::from_iter([Diagnostic::error(summary, detail)]);
        let config = FakeConfig::from_value(config)
            .map_err(|error| failed("Wrong provider configuration", format!("{error}.")))?;
        if config.password.as_deref() == Some("expired") {
            return Err(failed("Password expired", "The fake service does not know the password any more.".to_owned()));
        }
        let zone = config.zone.unwrap_or_else(|| "a".to_owned());
        Ok(Arc::new(Fake { world: Arc::clone(&self.world), zone }))
    }
}

impl Provider for FakeProvider {
    fn source(&self) -> &'static str {
        SOURCE
    }

    fn version(&self) -> &'static str {
        "1.0.0"
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

    fn configure<'a>(&'a self, config: &'a Value) -> BoxFuture<'a, Result<Client, Diagnostics>> {
        Box::pin(ready(self.connect(config)))
    }

    fn calls(&self, _client: &Client) -> u64 {
        u64::try_from(self.world.calls().len()).expect("no log is that long")
    }

    fn finish<'a>(
        &'a self,
        _client: &'a Client,
        created: &'a [(&'static str, RemoteId)],
    ) -> BoxFuture<'a, RemoteResult<()>> {
        let carries_tag = |name: &str| {
            let resource_type = self.resources.get(name);
            resource_type.is_some_and(|found| found.identity() == Identity::CreationTag)
        };
        let tagged: Vec<String> =
            created.iter().filter(|(name, _)| carries_tag(name)).map(|(_, id)| id.0.clone()).collect();
        Box::pin(async move {
            if tagged.is_empty() {
                return Ok(());
            }
            let untag = |service: &mut world::Service<'_>| {
                for id in &tagged {
                    service.forget_token(id);
                }
                Ok(())
            };
            self.world.call("fake:Untag", tagged.clone(), untag).await
        })
    }
}

#[cfg(test)]
mod tests;
