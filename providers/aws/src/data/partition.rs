//! `data "aws_partition"`

use wpinfra_core::provider::{DataSource, RemoteResult};
use wpinfra_schema_derive::Model;

use crate::client::Aws;
use crate::region::partition_of;

/// Tells which part of AWS the region belongs to.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_partition", version = 0)]
pub struct Partition {
    /// Domain of the services: `amazonaws.com`.
    #[attr(computed)]
    pub dns_suffix: Option<String>,
    /// Id: the partition.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// Name in ARNs: `aws`.
    #[attr(computed)]
    pub partition: Option<String>,
    /// The domain backwards, as service names have it: `com.amazonaws`.
    #[attr(computed)]
    pub reverse_dns_prefix: Option<String>,
}

/// The data source.
pub struct PartitionSource;

impl DataSource for PartitionSource {
    type Model = Partition;
    type Client = Aws;

    async fn read(&self, aws: &Aws, _config: &Partition) -> RemoteResult<Partition> {
        let partition = partition_of(&aws.region);
        Ok(Partition {
            dns_suffix: Some(partition.dns_suffix.to_owned()),
            id: Some(partition.id.to_owned()),
            partition: Some(partition.id.to_owned()),
            reverse_dns_prefix: Some(partition.reverse_dns_prefix.to_owned()),
        })
    }
}
