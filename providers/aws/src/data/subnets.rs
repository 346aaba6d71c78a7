//! `data "aws_subnets"`

use wpinfra_core::provider::{DataSource, RemoteResult};
use wpinfra_schema_derive::Model;

use super::{FilterBlock, Search};
use crate::client::Aws;
use crate::error::Call as _;
use crate::tags::Tags;

/// Lists the subnets that fit.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_subnets", version = 0, timeouts(read = 1200))]
pub struct Subnets {
    /// Id: the region.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// Ids of the subnets.
    #[attr(computed)]
    pub ids: Vec<String>,
    /// Tags that they must have.
    #[attr(optional, computed)]
    pub tags: Tags,
    /// What else to search by.
    #[block(set)]
    pub filter: Vec<FilterBlock>,
}

/// The data source.
pub struct SubnetsSource;

impl DataSource for SubnetsSource {
    type Model = Subnets;
    type Client = Aws;

    async fn read(&self, aws: &Aws, config: &Subnets) -> RemoteResult<Subnets> {
        let search = Search::default().by_tags(&config.tags).by_blocks(&config.filter);
        let mut pages = aws.ec2.describe_subnets().set_filters(search.filters()).into_paginator().items().send();
        let mut ids = Vec::new();
        while let Some(subnet) = pages.next().await {
            ids.extend(subnet.named("ec2:DescribeSubnets")?.subnet_id);
        }
        Ok(Subnets { id: Some(aws.region.clone()), ids, ..config.clone() })
    }
}
