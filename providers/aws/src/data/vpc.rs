//! `data "aws_vpc"`

use aws_sdk_ec2::types::Vpc as Ec2Vpc;
use wpinfra_core::provider::{DataSource, RemoteResult};
use wpinfra_schema_derive::{BlockModel, Model};

use super::{FilterBlock, Search, only, tag_map};
use crate::client::Aws;
use crate::error::Call as _;
use crate::resources::ec2::pairs;
use crate::resources::ec2::vpc::{attributes, main_route_tables};
use crate::tags::Tags;

/// Finds one VPC.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_vpc", version = 0, timeouts(read = 1200))]
pub struct Vpc {
    /// ARN of the VPC.
    #[attr(computed)]
    pub arn: Option<String>,
    /// IPv4 addresses.
    #[attr(optional, computed)]
    pub cidr_block: Option<String>,
    /// All of its ranges of IPv4 addresses.
    #[attr(computed)]
    pub cidr_block_associations: Vec<CidrBlockAssociation>,
    /// Whether it is the default VPC of the region.
    #[attr(optional, computed)]
    pub default: Option<bool>,
    /// Options that DHCP hands out.
    #[attr(optional, computed)]
    pub dhcp_options_id: Option<String>,
    /// Whether instances with public addresses get names.
    #[attr(computed)]
    pub enable_dns_hostnames: Option<bool>,
    /// Whether Amazon's resolver answers.
    #[attr(computed)]
    pub enable_dns_support: Option<bool>,
    /// Whether the use of addresses is measured.
    #[attr(computed)]
    pub enable_network_address_usage_metrics: Option<bool>,
    /// Id: `vpc-…`.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// Whether instances stand on hardware of their own.
    #[attr(computed)]
    pub instance_tenancy: Option<String>,
    /// Association of the IPv6 addresses.
    #[attr(computed)]
    pub ipv6_association_id: Option<String>,
    /// IPv6 addresses.
    #[attr(computed)]
    pub ipv6_cidr_block: Option<String>,
    /// Route table that subnets without one of their own have.
    #[attr(computed)]
    pub main_route_table_id: Option<String>,
    /// Account that owns the VPC.
    #[attr(computed)]
    pub owner_id: Option<String>,
    /// State of the VPC.
    #[attr(optional, computed)]
    pub state: Option<String>,
    /// Tags that it must have.
    #[attr(optional, computed)]
    pub tags: Tags,
    /// What else to search by.
    #[block(set)]
    pub filter: Vec<FilterBlock>,
}

/// A range of IPv4 addresses of a VPC.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct CidrBlockAssociation {
    /// Id of the association.
    #[attr(computed)]
    pub association_id: Option<String>,
    /// The addresses.
    #[attr(computed)]
    pub cidr_block: Option<String>,
    /// State of the association.
    #[attr(computed)]
    pub state: Option<String>,
}

/// The data source.
pub struct VpcSource;

const DESCRIBE: &str = "ec2:DescribeVpcs";

impl DataSource for VpcSource {
    type Model = Vpc;
    type Client = Aws;

    async fn read(&self, aws: &Aws, config: &Vpc) -> RemoteResult<Vpc> {
        let search = Search::default()
            .by("vpc-id", config.id.as_ref())
            .by("cidr", config.cidr_block.as_ref())
            .by("dhcp-options-id", config.dhcp_options_id.as_ref())
            .by("state", config.state.as_ref())
            .by_switch("isDefault", config.default)
            .by_tags(&config.tags)
            .by_blocks(&config.filter);
        let mut pages = aws.ec2.describe_vpcs().set_filters(search.filters()).into_paginator().items().send();
        let mut found = Vec::new();
        while let Some(vpc) = pages.next().await {
            found.push(vpc.named(DESCRIBE)?);
        }
        let vpc: Ec2Vpc = only(DESCRIBE, "VPC", found)?;
        let id = vpc.vpc_id.clone().unwrap_or_default();
        let ids = [id.clone()];
        let (attributes, main) =
            futures_util::future::try_join(attributes(aws, &id), main_route_tables(aws, &ids)).await?;
        let ipv6 = vpc.ipv6_cidr_block_association_set().first();
        let ranges = vpc.cidr_block_association_set().iter().map(|range| CidrBlockAssociation {
            association_id: range.association_id.clone(),
            cidr_block: range.cidr_block.clone(),
            state: range
                .cidr_block_state
                .as_ref()
                .and_then(|state| state.state.as_ref())
                .map(|state| state.as_str().to_owned()),
        });
        Ok(Vpc {
            arn: Some(aws.ec2_arn(vpc.owner_id.as_deref(), "vpc", &id)),
            cidr_block: vpc.cidr_block.clone(),
            cidr_block_associations: ranges.collect(),
            default: Some(vpc.is_default.unwrap_or(false)),
            dhcp_options_id: vpc.dhcp_options_id.clone(),
            enable_dns_hostnames: Some(attributes.dns_hostnames),
            enable_dns_support: Some(attributes.dns_support),
            enable_network_address_usage_metrics: Some(attributes.usage_metrics),
            instance_tenancy: vpc.instance_tenancy.as_ref().map(|tenancy| tenancy.as_str().to_owned()),
            ipv6_association_id: Some(ipv6.and_then(|ipv6| ipv6.association_id.clone()).unwrap_or_default()),
            ipv6_cidr_block: Some(ipv6.and_then(|ipv6| ipv6.ipv6_cidr_block.clone()).unwrap_or_default()),
            main_route_table_id: main.get(&id).cloned(),
            id: Some(id),
            owner_id: vpc.owner_id.clone(),
            state: config.state.clone(),
            tags: Some(tag_map(pairs(vpc.tags.as_deref()))),
            filter: config.filter.clone(),
        })
    }
}
