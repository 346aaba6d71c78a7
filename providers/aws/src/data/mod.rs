//! Data sources: one file each, one line each in the list.

pub mod availability_zones;
pub mod caller_identity;
pub mod iam_policy_document;
pub mod partition;
pub mod region;
pub mod security_group;
pub mod subnet;
pub mod subnets;
pub mod vpc;

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::Filter;
use wpinfra_core::provider::{AnyDataSource, RemoteError, RemoteErrorKind, RemoteResult, data_source};
use wpinfra_schema_derive::BlockModel;

use crate::reads::filter;
use crate::tags::Tags;

/// Returns all data sources.
pub(crate) fn all() -> Vec<Box<dyn AnyDataSource>> {
    vec![
        data_source(availability_zones::AvailabilityZonesSource),
        data_source(caller_identity::CallerIdentitySource),
        data_source(iam_policy_document::PolicyDocumentSource),
        data_source(partition::PartitionSource),
        data_source(region::RegionSource),
        data_source(security_group::SecurityGroupSource),
        data_source(subnet::SubnetSource),
        data_source(subnets::SubnetsSource),
        data_source(vpc::VpcSource),
    ]
}

/// A filter of EC2's, by name and any of several values.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct FilterBlock {
    /// Name: `tag:Name`.
    #[attr(required)]
    pub name: String,
    /// Values of which one must fit.
    #[attr(required)]
    pub values: BTreeSet<String>,
}

/// Collects what a data source searches by.
#[derive(Default)]
pub(crate) struct Search(Vec<Filter>);

impl Search {
    /// Adds a filter on an argument that is set.
    pub(crate) fn by(mut self, name: &str, value: Option<&String>) -> Self {
        self.0.extend(value.filter(|value| !value.is_empty()).map(|value| filter(name, [value])));
        self
    }

    /// Adds a filter on a switch that is set.
    pub(crate) fn by_switch(mut self, name: &str, value: Option<bool>) -> Self {
        self.0.extend(value.map(|value| filter(name, [value.to_string()])));
        self
    }

    /// Adds a filter for each tag.
    pub(crate) fn by_tags(mut self, tags: &Tags) -> Self {
        self.0.extend(tags.iter().flatten().map(|(key, value)| filter(&format!("tag:{key}"), [value])));
        self
    }

    /// Adds the filters of the `filter` blocks.
    pub(crate) fn by_blocks(mut self, blocks: &[FilterBlock]) -> Self {
        self.0.extend(blocks.iter().map(|block| filter(&block.name, block.values.iter())));
        self
    }

    /// Returns the filters; `None` where there are none, as EC2 wants it.
    pub(crate) fn filters(self) -> Option<Vec<Filter>> {
        (!self.0.is_empty()).then_some(self.0)
    }
}

/// Returns the only item of a search; an error for none or several.
pub(crate) fn only<T>(operation: &'static str, what: &str, mut found: Vec<T>) -> RemoteResult<T> {
    let count = found.len();
    match (found.pop(), count) {
        (Some(one), 1) => Ok(one),
        (None, _) => Err(RemoteError::local(
            RemoteErrorKind::Refused,
            operation,
            format!("no {what} fits what is searched for; search for something else, or create one first"),
        )),
        (Some(_), count) => Err(RemoteError::local(
            RemoteErrorKind::Refused,
            operation,
            format!("{count} {what}s fit what is searched for, but only one may: add arguments or filters"),
        )),
    }
}

/// Returns the tags as pairs by key.
pub(crate) fn tag_map(pairs: impl Iterator<Item = (String, String)>) -> BTreeMap<String, String> {
    let own = pairs.filter(|(key, _)| !key.starts_with("aws:") && key != crate::tags::CREATION_TAG);
    own.collect()
}
