//! `data "aws_subnet"`

use aws_sdk_ec2::types::Subnet as Ec2Subnet;
use wpinfra_core::provider::{DataSource, RemoteResult};
use wpinfra_schema_derive::Model;

use super::{FilterBlock, Search, only, tag_map};
use crate::client::Aws;
use crate::error::Call as _;
use crate::resources::ec2::pairs;
use crate::tags::Tags;

/// Finds one subnet.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_subnet", version = 0, timeouts(read = 1200))]
pub struct Subnet {
    /// ARN of the subnet.
    #[attr(computed)]
    pub arn: Option<String>,
    /// Whether network interfaces made here get an IPv6 address.
    #[attr(computed)]
    pub assign_ipv6_address_on_creation: Option<bool>,
    /// Zone by name.
    #[attr(optional, computed)]
    pub availability_zone: Option<String>,
    /// Zone by id.
    #[attr(optional, computed)]
    pub availability_zone_id: Option<String>,
    /// Number of IPv4 addresses that are free.
    #[attr(computed)]
    pub available_ip_address_count: Option<i64>,
    /// IPv4 addresses.
    #[attr(optional, computed)]
    pub cidr_block: Option<String>,
    /// Pool of customer-owned addresses of an Outpost.
    #[attr(computed)]
    pub customer_owned_ipv4_pool: Option<String>,
    /// Whether it is the default subnet of its zone.
    #[attr(optional, computed)]
    pub default_for_az: Option<bool>,
    /// Whether the resolver makes IPv6 addresses for names that have only IPv4 ones.
    #[attr(computed)]
    pub enable_dns64: Option<bool>,
    /// Position of the local network interface on an Outpost.
    #[attr(computed)]
    pub enable_lni_at_device_index: Option<i64>,
    /// Whether the names of instances resolve to IPv4 addresses.
    #[attr(computed)]
    pub enable_resource_name_dns_a_record_on_launch: Option<bool>,
    /// Whether the names of instances resolve to IPv6 addresses.
    #[attr(computed)]
    pub enable_resource_name_dns_aaaa_record_on_launch: Option<bool>,
    /// Id: `subnet-…`.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// IPv6 addresses.
    #[attr(optional, computed)]
    pub ipv6_cidr_block: Option<String>,
    /// Association of the IPv6 addresses.
    #[attr(computed)]
    pub ipv6_cidr_block_association_id: Option<String>,
    /// Whether the subnet has IPv6 addresses only.
    #[attr(computed)]
    pub ipv6_native: Option<bool>,
    /// Whether network interfaces made here get a customer-owned address of an Outpost.
    #[attr(computed)]
    pub map_customer_owned_ip_on_launch: Option<bool>,
    /// Whether network interfaces made here get a public IPv4 address.
    #[attr(computed)]
    pub map_public_ip_on_launch: Option<bool>,
    /// Outpost that the subnet stands on.
    #[attr(computed)]
    pub outpost_arn: Option<String>,
    /// Account that owns the subnet.
    #[attr(computed)]
    pub owner_id: Option<String>,
    /// What the names of instances are made from.
    #[attr(computed)]
    pub private_dns_hostname_type_on_launch: Option<String>,
    /// State of the subnet.
    #[attr(optional, computed)]
    pub state: Option<String>,
    /// Tags that it must have.
    #[attr(optional, computed)]
    pub tags: Tags,
    /// VPC that it is part of.
    #[attr(optional, computed)]
    pub vpc_id: Option<String>,
    /// What else to search by.
    #[block(set)]
    pub filter: Vec<FilterBlock>,
}

/// The data source.
pub struct SubnetSource;

const DESCRIBE: &str = "ec2:DescribeSubnets";

impl DataSource for SubnetSource {
    type Model = Subnet;
    type Client = Aws;

    async fn read(&self, aws: &Aws, config: &Subnet) -> RemoteResult<Subnet> {
        let search = Search::default()
            .by("subnet-id", config.id.as_ref())
            .by("availability-zone", config.availability_zone.as_ref())
            .by("availability-zone-id", config.availability_zone_id.as_ref())
            .by("cidr-block", config.cidr_block.as_ref())
            .by("ipv6-cidr-block-association.ipv6-cidr-block", config.ipv6_cidr_block.as_ref())
            .by("state", config.state.as_ref())
            .by("vpc-id", config.vpc_id.as_ref())
            .by_switch("default-for-az", config.default_for_az)
            .by_tags(&config.tags)
            .by_blocks(&config.filter);
        let mut pages = aws.ec2.describe_subnets().set_filters(search.filters()).into_paginator().items().send();
        let mut found = Vec::new();
        while let Some(subnet) = pages.next().await {
            found.push(subnet.named(DESCRIBE)?);
        }
        Ok(observed(&only(DESCRIBE, "subnet", found)?, config))
    }
}

fn observed(subnet: &Ec2Subnet, config: &Subnet) -> Subnet {
    let ipv6 = subnet.ipv6_cidr_block_association_set().first();
    let names = subnet.private_dns_name_options_on_launch.as_ref();
    Subnet {
        arn: subnet.subnet_arn.clone(),
        assign_ipv6_address_on_creation: Some(subnet.assign_ipv6_address_on_creation.unwrap_or(false)),
        availability_zone: subnet.availability_zone.clone(),
        availability_zone_id: subnet.availability_zone_id.clone(),
        available_ip_address_count: subnet.available_ip_address_count.map(Into::into),
        cidr_block: subnet.cidr_block.clone(),
        customer_owned_ipv4_pool: Some(subnet.customer_owned_ipv4_pool.clone().unwrap_or_default()),
        default_for_az: Some(subnet.default_for_az.unwrap_or(false)),
        enable_dns64: Some(subnet.enable_dns64.unwrap_or(false)),
        enable_lni_at_device_index: Some(subnet.enable_lni_at_device_index.unwrap_or(0).into()),
        enable_resource_name_dns_a_record_on_launch: Some(
            names.and_then(|names| names.enable_resource_name_dns_a_record).unwrap_or(false),
        ),
        enable_resource_name_dns_aaaa_record_on_launch: Some(
            names.and_then(|names| names.enable_resource_name_dns_aaaa_record).unwrap_or(false),
        ),
        id: subnet.subnet_id.clone(),
        ipv6_cidr_block: Some(ipv6.and_then(|ipv6| ipv6.ipv6_cidr_block.clone()).unwrap_or_default()),
        ipv6_cidr_block_association_id: Some(ipv6.and_then(|ipv6| ipv6.association_id.clone()).unwrap_or_default()),
        ipv6_native: Some(subnet.ipv6_native.unwrap_or(false)),
        map_customer_owned_ip_on_launch: Some(subnet.map_customer_owned_ip_on_launch.unwrap_or(false)),
        map_public_ip_on_launch: Some(subnet.map_public_ip_on_launch.unwrap_or(false)),
        outpost_arn: Some(subnet.outpost_arn.clone().unwrap_or_default()),
        owner_id: subnet.owner_id.clone(),
        private_dns_hostname_type_on_launch: Some(
            names.and_then(|names| names.hostname_type.as_ref()).map_or("", |kind| kind.as_str()).to_owned(),
        ),
        state: subnet.state.as_ref().map(|state| state.as_str().to_owned()),
        tags: Some(tag_map(pairs(subnet.tags.as_deref()))),
        vpc_id: subnet.vpc_id.clone(),
        filter: config.filter.clone(),
    }
}
