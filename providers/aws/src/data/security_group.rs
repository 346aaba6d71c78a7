//! `data "aws_security_group"`

use aws_sdk_ec2::types::SecurityGroup as Ec2SecurityGroup;
use wpinfra_core::provider::{DataSource, RemoteResult};
use wpinfra_schema_derive::Model;

use super::{FilterBlock, Search, only, tag_map};
use crate::client::Aws;
use crate::error::Call as _;
use crate::resources::ec2::pairs;
use crate::tags::Tags;

/// Finds one security group.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_security_group", version = 0, timeouts(read = 1200))]
pub struct SecurityGroup {
    /// ARN of the group.
    #[attr(computed)]
    pub arn: Option<String>,
    /// What the group is for.
    #[attr(computed)]
    pub description: Option<String>,
    /// Id: `sg-…`.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// Name.
    #[attr(optional, computed)]
    pub name: Option<String>,
    /// Tags that it must have.
    #[attr(optional, computed)]
    pub tags: Tags,
    /// VPC that it belongs to.
    #[attr(optional, computed)]
    pub vpc_id: Option<String>,
    /// What else to search by.
    #[block(set)]
    pub filter: Vec<FilterBlock>,
}

/// The data source.
pub struct SecurityGroupSource;

const DESCRIBE: &str = "ec2:DescribeSecurityGroups";

impl DataSource for SecurityGroupSource {
    type Model = SecurityGroup;
    type Client = Aws;

    async fn read(&self, aws: &Aws, config: &SecurityGroup) -> RemoteResult<SecurityGroup> {
        let search = Search::default()
            .by("group-id", config.id.as_ref())
            .by("group-name", config.name.as_ref())
            .by("vpc-id", config.vpc_id.as_ref())
            .by_tags(&config.tags)
            .by_blocks(&config.filter);
        let mut pages =
            aws.ec2.describe_security_groups().set_filters(search.filters()).into_paginator().items().send();
        let mut found: Vec<Ec2SecurityGroup> = Vec::new();
        while let Some(group) = pages.next().await {
            found.push(group.named(DESCRIBE)?);
        }
        let group = only(DESCRIBE, "security group", found)?;
        let id = group.group_id.clone().unwrap_or_default();
        Ok(SecurityGroup {
            arn: Some(aws.ec2_arn(group.owner_id.as_deref(), "security-group", &id)),
            description: group.description.clone(),
            id: Some(id),
            name: group.group_name.clone(),
            tags: Some(tag_map(pairs(group.tags.as_deref()))),
            vpc_id: group.vpc_id.clone(),
            filter: config.filter.clone(),
        })
    }
}
