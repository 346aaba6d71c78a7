//! The AWS provider: resource types and data sources with the arguments of `hashicorp/aws` 5.100.
//!
//! A resource type is one file under `resources/<service>/`: its model, and single steps over the SDK. Waiting, retrying
//! and recovery belong to the engine. `providers/README.md` tells how to add one.

mod batch;
mod client;
mod config;
pub mod data;
mod error;
mod policy;
mod reads;
mod region;
pub mod resources;
mod tags;
mod text;

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

use wpinfra_core::provider::{
    AnyDataSource, AnyResourceType, BoxFuture, Client, Identity, Provider, RemoteId, RemoteResult,
};
use wpinfra_core::schema::Schema;
use wpinfra_core::{Diagnostics, Value};

pub use crate::client::{Aws, Caller};
pub use crate::region::{Partition, partition_of};
pub use crate::tags::Tags;

/// Returns the AWS provider.
pub fn provider() -> Box<dyn Provider> {
    let by_name = |types: Vec<Box<dyn AnyResourceType>>| types.into_iter().map(|found| (found.name(), found)).collect();
    let sources = data::all().into_iter().map(|found| (found.name(), found)).collect();
    Box::new(AwsProvider { schema: config::schema(), resources: by_name(resources::all()), data_sources: sources })
}

struct AwsProvider {
    schema: Schema,
    resources: BTreeMap<&'static str, Box<dyn AnyResourceType>>,
    data_sources: BTreeMap<&'static str, Box<dyn AnyDataSource>>,
}

impl Provider for AwsProvider {
    fn source(&self) -> &'static str {
        "registry.terraform.io/hashicorp/aws"
    }

    fn version(&self) -> &'static str {
        "5.100.0"
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

    fn configure<'a>(&'a self, config: &'a Value) -> BoxFuture<'a, Result<Client, Diagnostics>> {
        Box::pin(async move {
            let aws = client::connect(config).await?;
            Ok(Arc::new(aws) as Arc<dyn Any + Send + Sync>)
        })
    }

    fn calls(&self, client: &Client) -> u64 {
        client.downcast_ref::<Aws>().map_or(0, Aws::calls)
    }

    fn finish<'a>(
        &'a self,
        client: &'a Client,
        created: &'a [(&'static str, RemoteId)],
    ) -> BoxFuture<'a, RemoteResult<()>> {
        Box::pin(async move {
            let tagged = created.iter().filter(|(name, _)| {
                self.resources.get(name).is_some_and(|found| found.identity() == Identity::CreationTag)
            });
            let ids = tagged.map(|(_, id)| id.0.clone()).collect();
            match client.downcast_ref::<Aws>() {
                Some(aws) => resources::ec2::remove_creation_tags(aws, ids).await,
                None => Ok(()),
            }
        })
    }
}
