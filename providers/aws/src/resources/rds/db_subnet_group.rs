//! `aws_db_subnet_group`

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_rds::types::DbSubnetGroup as RdsSubnetGroup;
use futures_util::future::try_join_all;
use wpinfra_core::provider::{
    Draft, Identity, Observed, ReadRequest, RemoteId, RemoteResult, ResourceType, Token, Wait, wait,
};
use wpinfra_schema_derive::Model;

use super::{pairs, tag_list, update_tags};
use crate::client::Aws;
use crate::error::{Call as _, found, gone_is_done, missing};
use crate::tags::{self, Tags};
use crate::text::{non_empty, prefix_of, unique_name};

/// Subnets that databases may stand in.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_db_subnet_group", version = 0)]
pub struct DbSubnetGroup {
    /// ARN of the group.
    #[attr(computed)]
    pub arn: Option<String>,
    /// What it is for.
    #[attr(optional, default = "Managed by Terraform")]
    pub description: String,
    /// Name of the group.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// Name of the group.
    #[attr(
        optional,
        computed,
        replace,
        length(1, 255),
        pattern("^[ \\-.0-9_a-z]+$", "lower-case letters, digits, spaces, and the characters -._"),
        conflicts("name_prefix")
    )]
    pub name: Option<String>,
    /// Beginning of a generated name.
    #[attr(
        optional,
        computed,
        replace,
        length(1, 229),
        pattern("^[ \\-.0-9_a-z]+$", "lower-case letters, digits, spaces, and the characters -._"),
        conflicts("name")
    )]
    pub name_prefix: Option<String>,
    /// Subnets, in at least two availability zones.
    #[attr(required)]
    pub subnet_ids: BTreeSet<String>,
    /// Kinds of addresses that databases in it can have.
    #[attr(computed)]
    pub supported_network_types: BTreeSet<String>,
    /// Tags of the group.
    #[attr(optional)]
    pub tags: Tags,
    /// Tags with those of the provider block.
    #[attr(optional, computed)]
    pub tags_all: Tags,
    /// VPC that the subnets are part of.
    #[attr(computed)]
    pub vpc_id: Option<String>,
}

/// The resource type.
pub struct DbSubnetGroupType;

impl ResourceType for DbSubnetGroupType {
    type Model = DbSubnetGroup;
    type Client = Aws;

    const IDENTITY: Identity = Identity::Name;
    const READY: Option<Wait> = Some(wait(&["Pending"], &["Complete"]).timeout_minutes(5));

    fn plan(&self, aws: Option<&Aws>, draft: &mut Draft<'_>) {
        tags::plan(aws, draft);
    }

    async fn create(&self, aws: &Aws, planned: &DbSubnetGroup, token: &Token) -> RemoteResult<RemoteId> {
        let call = aws
            .rds
            .create_db_subnet_group()
            .db_subnet_group_name(name_of(planned, token))
            .db_subnet_group_description(&planned.description)
            .set_subnet_ids(Some(planned.subnet_ids.iter().cloned().collect()))
            .set_tags(Some(tag_list(planned.tags_all.clone().unwrap_or_default())));
        let answer = call.send().await.named("rds:CreateDBSubnetGroup")?;
        let name = answer.db_subnet_group.and_then(|group| group.db_subnet_group_name);
        name.map(RemoteId).ok_or_else(|| missing("rds:CreateDBSubnetGroup", "name"))
    }

    async fn read(
        &self,
        aws: &Aws,
        requests: &[ReadRequest<DbSubnetGroup>],
    ) -> RemoteResult<Vec<Option<Observed<DbSubnetGroup>>>> {
        let names: Vec<&str> = requests.iter().map(|request| request.id.0.as_str()).collect();
        let groups = groups(aws, &names).await?;
        let reads = requests.iter().map(|request| async {
            match groups.get(&request.id.0) {
                Some(group) => observed(aws, group, &request.prior).await.map(Some),
                None => Ok(None),
            }
        });
        try_join_all(reads).await
    }

    async fn update(
        &self,
        aws: &Aws,
        id: &RemoteId,
        prior: &DbSubnetGroup,
        planned: &DbSubnetGroup,
    ) -> RemoteResult<()> {
        let arn = prior.arn.as_deref().unwrap_or_default();
        update_tags(aws, arn, &prior.tags_all, &planned.tags_all).await?;
        if prior.description == planned.description && prior.subnet_ids == planned.subnet_ids {
            return Ok(());
        }
        let call = aws
            .rds
            .modify_db_subnet_group()
            .db_subnet_group_name(&id.0)
            .db_subnet_group_description(&planned.description)
            .set_subnet_ids(Some(planned.subnet_ids.iter().cloned().collect()));
        call.send().await.named("rds:ModifyDBSubnetGroup").map(drop)
    }

    async fn delete(&self, aws: &Aws, id: &RemoteId, _prior: &DbSubnetGroup) -> RemoteResult<()> {
        let call = aws.rds.delete_db_subnet_group().db_subnet_group_name(&id.0);
        gone_is_done(call.send().await.named("rds:DeleteDBSubnetGroup").map(drop))
    }

    async fn find(&self, aws: &Aws, planned: &DbSubnetGroup, token: &Token) -> RemoteResult<Option<RemoteId>> {
        let name = name_of(planned, token);
        Ok(groups(aws, &[&name]).await?.into_keys().next().map(RemoteId))
    }
}

/// Returns the name of a new group.
fn name_of(planned: &DbSubnetGroup, token: &Token) -> String {
    non_empty(&planned.name)
        .unwrap_or_else(|| unique_name(non_empty(&planned.name_prefix).as_deref().unwrap_or("terraform-"), token))
}

/// Returns groups by name. RDS has no filter on names, so that for more than one all groups are asked for.
async fn groups(aws: &Aws, names: &[&str]) -> RemoteResult<BTreeMap<String, RdsSubnetGroup>> {
    let call = aws.rds.describe_db_subnet_groups();
    let answers = if let [name] = names {
        let answer = call.db_subnet_group_name(*name).send().await.named("rds:DescribeDBSubnetGroups");
        found(answer)?.and_then(|answer| answer.db_subnet_groups).unwrap_or_default()
    } else {
        let mut all = Vec::new();
        let mut pages = call.into_paginator().items().send();
        while let Some(group) = pages.next().await {
            all.push(group.named("rds:DescribeDBSubnetGroups")?);
        }
        all
    };
    let named = answers.into_iter().filter_map(|group| Some((group.db_subnet_group_name.clone()?, group)));
    Ok(named.filter(|(name, _)| names.contains(&name.as_str())).collect())
}

async fn observed(aws: &Aws, group: &RdsSubnetGroup, prior: &DbSubnetGroup) -> RemoteResult<Observed<DbSubnetGroup>> {
    let arn = group.db_subnet_group_arn.clone().unwrap_or_default();
    let answer = aws.rds.list_tags_for_resource().resource_name(&arn).send().await.named("rds:ListTagsForResource")?;
    let (tags, tags_all) = aws.tags.observed(pairs(answer.tag_list()), &prior.tags);
    let name = group.db_subnet_group_name.clone().unwrap_or_default();
    let model = DbSubnetGroup {
        arn: Some(arn),
        description: group.db_subnet_group_description.clone().unwrap_or_default(),
        id: Some(name.clone()),
        name_prefix: Some(
            non_empty(&prior.name_prefix).unwrap_or_else(|| prefix_of(&name).unwrap_or_default().to_owned()),
        ),
        name: Some(name),
        subnet_ids: group.subnets().iter().filter_map(|subnet| subnet.subnet_identifier.clone()).collect(),
        supported_network_types: group.supported_network_types().iter().cloned().collect(),
        tags,
        tags_all,
        vpc_id: group.vpc_id.clone(),
    };
    Ok(Observed::in_state(model, group.subnet_group_status.clone().unwrap_or_else(|| "Complete".to_owned())))
}
