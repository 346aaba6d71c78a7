//! `data "aws_region"`

use wpinfra_core::provider::{DataSource, RemoteError, RemoteErrorKind, RemoteResult};
use wpinfra_schema_derive::Model;

use crate::client::Aws;
use crate::region::{description_of, partition_of, regions};
use crate::text::non_empty;

/// Tells of a region; without arguments of the provider's own.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_region", version = 0)]
pub struct Region {
    /// Where the region is: `Asia Pacific (Tokyo)`.
    #[attr(computed)]
    pub description: Option<String>,
    /// Host name of EC2 there.
    #[attr(optional, computed)]
    pub endpoint: Option<String>,
    /// Id: the name.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// Name: `ap-northeast-1`.
    #[attr(optional, computed)]
    pub name: Option<String>,
}

/// The data source.
pub struct RegionSource;

impl DataSource for RegionSource {
    type Model = Region;
    type Client = Aws;

    async fn read(&self, aws: &Aws, config: &Region) -> RemoteResult<Region> {
        let wanted = non_empty(&config.endpoint);
        let by_endpoint = wanted.as_ref().map(|endpoint| {
            regions().find(|name| ec2_endpoint(name) == *endpoint).map(ToOwned::to_owned).ok_or_else(|| {
                let message = format!("no region has the EC2 endpoint {endpoint:?}");
                RemoteError::local(RemoteErrorKind::Refused, "aws_region", message)
            })
        });
        let name = match by_endpoint {
            Some(found) => found?,
            None => non_empty(&config.name).unwrap_or_else(|| aws.region.clone()),
        };
        Ok(Region {
            description: Some(description_of(&name).unwrap_or_default().to_owned()),
            endpoint: Some(ec2_endpoint(&name)),
            id: Some(name.clone()),
            name: Some(name),
        })
    }
}

fn ec2_endpoint(region: &str) -> String {
    format!("ec2.{region}.{}", partition_of(region).dns_suffix)
}
