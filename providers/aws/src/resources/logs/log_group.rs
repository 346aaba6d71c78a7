//! `aws_cloudwatch_log_group`

use std::collections::BTreeMap;

use aws_sdk_cloudwatchlogs::types::{LogGroup as RemoteLogGroup, LogGroupClass};
use futures_util::future::try_join_all;
use wpinfra_core::Value;
use wpinfra_core::provider::{
    Creation, Draft, Identity, Observed, ReadRequest, RemoteId, RemoteResult, ResourceType, Token,
};
use wpinfra_schema_derive::Model;

use crate::client::Aws;
use crate::error::{Call as _, found, gone_is_done};
use crate::tags::{self, Tags};
use crate::text::{name_or_unique, non_empty, prefix_of};

/// A place for log streams of one kind.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_cloudwatch_log_group", version = 0)]
pub struct LogGroup {
    /// ARN of the group.
    #[attr(computed)]
    pub arn: Option<String>,
    /// Id: the name.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// Key that the logs are encrypted with.
    #[attr(optional)]
    pub kms_key_id: Option<String>,
    /// What the logs are used for, and so what they cost.
    #[attr(optional, computed, replace, one_of("STANDARD", "INFREQUENT_ACCESS", "DELIVERY"))]
    pub log_group_class: Option<String>,
    /// Name, unique in account and region.
    #[attr(
        optional,
        computed,
        replace,
        length(1, 512),
        pattern(r"^[.\-_/#A-Za-z0-9]*$", "letters, digits and ._-/#"),
        conflicts("name_prefix")
    )]
    pub name: Option<String>,
    /// Beginning of a name that is made unique.
    #[attr(
        optional,
        computed,
        replace,
        length(1, 483),
        pattern(r"^[.\-_/#A-Za-z0-9]*$", "letters, digits and ._-/#"),
        conflicts("name")
    )]
    pub name_prefix: Option<String>,
    /// Days after which logs are deleted; 0 for never.
    #[attr(optional, default = 0, integer, check = retention_that_aws_knows)]
    pub retention_in_days: i64,
    /// Whether the group is left alone when it is removed from the configuration.
    #[attr(optional, default = false, local)]
    pub skip_destroy: bool,
    /// Tags of the group.
    #[attr(optional)]
    pub tags: Tags,
    /// Tags with those of the provider block.
    #[attr(optional, computed)]
    pub tags_all: Tags,
}

/// Days that `PutRetentionPolicy` takes, and 0 for none.
const RETENTIONS: &[i64] =
    &[0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

fn retention_that_aws_knows(days: &Value) -> Result<(), String> {
    let known = days.as_number().and_then(wpinfra_core::Number::to_i64).is_some_and(|days| RETENTIONS.contains(&days));
    let list = RETENTIONS.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if known { Ok(()) } else { Err(format!("one of {list}")) }
}

/// The resource type.
pub struct LogGroupType;

impl ResourceType for LogGroupType {
    type Model = LogGroup;
    type Client = Aws;

    const IDENTITY: Identity = Identity::Name;
    // CreateLogGroup takes no retention.
    const CREATION: Creation = Creation::ThenUpdate;

    fn plan(&self, aws: Option<&Aws>, draft: &mut Draft<'_>) {
        tags::plan(aws, draft);
    }

    async fn create(&self, aws: &Aws, planned: &LogGroup, token: &Token) -> RemoteResult<RemoteId> {
        let name = planned.name_for(token);
        let call = aws
            .logs
            .create_log_group()
            .log_group_name(&name)
            .set_kms_key_id(non_empty(&planned.kms_key_id))
            .set_log_group_class(non_empty(&planned.log_group_class).map(|class| LogGroupClass::from(class.as_str())))
            .set_tags(planned.tags_all.clone().filter(|tags| !tags.is_empty()).map(|tags| tags.into_iter().collect()));
        call.send().await.named("logs:CreateLogGroup")?;
        Ok(RemoteId(name))
    }

    async fn read(
        &self,
        aws: &Aws,
        requests: &[ReadRequest<LogGroup>],
    ) -> RemoteResult<Vec<Option<Observed<LogGroup>>>> {
        let names: Vec<String> = requests.iter().map(|request| request.id.0.clone()).collect();
        let groups = groups_by_name(aws, &names).await?;
        let tags = try_join_all(names.iter().map(|name| tags_of(aws, groups.get(name)))).await?;
        let observed = requests.iter().zip(tags).map(|(request, tags)| {
            let group = groups.get(&request.id.0)?;
            Some(Observed::of(observed(aws, group, tags?, &request.prior)))
        });
        Ok(observed.collect())
    }

    async fn update(&self, aws: &Aws, id: &RemoteId, prior: &LogGroup, planned: &LogGroup) -> RemoteResult<()> {
        if prior.retention_in_days != planned.retention_in_days {
            set_retention(aws, id, planned.retention_in_days).await?;
        }
        let key = non_empty(&planned.kms_key_id);
        if non_empty(&prior.kms_key_id) != key {
            if let Some(key) = key {
                let call = aws.logs.associate_kms_key().log_group_name(&id.0).kms_key_id(key);
                call.send().await.named("logs:AssociateKmsKey")?;
            } else {
                aws.logs.disassociate_kms_key().log_group_name(&id.0).send().await.named("logs:DisassociateKmsKey")?;
            }
        }
        let (set, removed) = aws.tags.difference(&prior.tags_all, &planned.tags_all);
        let arn = match non_empty(&prior.arn) {
            Some(arn) => arn,
            None => aws.arn("logs", &format!("log-group:{}", id.0)).await?,
        };
        if !removed.is_empty() {
            let call = aws.logs.untag_resource().resource_arn(&arn).set_tag_keys(Some(removed));
            call.send().await.named("logs:UntagResource")?;
        }
        if !set.is_empty() {
            let call = aws.logs.tag_resource().resource_arn(&arn).set_tags(Some(set.into_iter().collect()));
            call.send().await.named("logs:TagResource")?;
        }
        Ok(())
    }

    async fn delete(&self, aws: &Aws, id: &RemoteId, prior: &LogGroup) -> RemoteResult<()> {
        if prior.skip_destroy {
            return Ok(());
        }
        gone_is_done(
            aws.logs.delete_log_group().log_group_name(&id.0).send().await.named("logs:DeleteLogGroup").map(|_| ()),
        )
    }

    async fn find(&self, aws: &Aws, planned: &LogGroup, token: &Token) -> RemoteResult<Option<RemoteId>> {
        let name = planned.name_for(token);
        let groups = groups_by_name(aws, std::slice::from_ref(&name)).await?;
        Ok(groups.contains_key(&name).then_some(RemoteId(name)))
    }
}

impl LogGroup {
    fn name_for(&self, token: &Token) -> String {
        name_or_unique(&self.name, &self.name_prefix, token)
    }
}

async fn set_retention(aws: &Aws, id: &RemoteId, days: i64) -> RemoteResult<()> {
    if days == 0 {
        let call = aws.logs.delete_retention_policy().log_group_name(&id.0);
        return call.send().await.named("logs:DeleteRetentionPolicy").map(|_| ());
    }
    let call = aws.logs.put_retention_policy().log_group_name(&id.0).set_retention_in_days(i32::try_from(days).ok());
    call.send().await.named("logs:PutRetentionPolicy").map(|_| ())
}

/// Reads the groups with the names: in one listing where they begin alike, else one listing each.
async fn groups_by_name(aws: &Aws, names: &[String]) -> RemoteResult<BTreeMap<String, RemoteLogGroup>> {
    let shared = common_prefix(names);
    let prefixes: Vec<&str> = if shared.len() > 1 { vec![shared] } else { names.iter().map(String::as_str).collect() };
    let listings = prefixes.into_iter().map(|prefix| listing(aws, prefix));
    let listed = try_join_all(listings).await?.into_iter().flatten();
    let wanted = listed.filter_map(|group| Some((group.log_group_name.clone()?, group)));
    Ok(wanted.filter(|(name, _)| names.contains(name)).collect())
}

async fn listing(aws: &Aws, prefix: &str) -> RemoteResult<Vec<RemoteLogGroup>> {
    let mut listed = Vec::new();
    let mut pages = aws.logs.describe_log_groups().log_group_name_prefix(prefix).into_paginator().items().send();
    while let Some(group) = pages.next().await {
        listed.push(group.named("logs:DescribeLogGroups")?);
    }
    Ok(listed)
}

/// Returns the text that all names begin with.
fn common_prefix(names: &[String]) -> &str {
    let Some(first) = names.first() else { return "" };
    let length = names.iter().fold(first.len(), |length, name| {
        let same = first.bytes().zip(name.bytes()).take_while(|(a, b)| a == b).count();
        length.min(same)
    });
    first.get(..length).unwrap_or_default()
}

/// Returns the tags of a group; `None` if there is no such group.
async fn tags_of(aws: &Aws, group: Option<&RemoteLogGroup>) -> RemoteResult<Option<BTreeMap<String, String>>> {
    let Some(arn) = group.and_then(plain_arn) else { return Ok(None) };
    let call = aws.logs.list_tags_for_resource().resource_arn(arn);
    let answer = found(call.send().await.named("logs:ListTagsForResource"))?;
    Ok(answer.map(|answer| answer.tags.unwrap_or_default().into_iter().collect()))
}

/// Returns the ARN of the group itself, not of its streams.
fn plain_arn(group: &RemoteLogGroup) -> Option<String> {
    let arn = group.log_group_arn.clone().or_else(|| group.arn.clone())?;
    Some(arn.strip_suffix(":*").unwrap_or(&arn).to_owned())
}

fn observed(aws: &Aws, group: &RemoteLogGroup, tags: BTreeMap<String, String>, prior: &LogGroup) -> LogGroup {
    let (tags, tags_all) = aws.tags.observed(tags, &prior.tags);
    let name = group.log_group_name.clone().unwrap_or_default();
    LogGroup {
        arn: plain_arn(group),
        id: Some(name.clone()),
        kms_key_id: Some(group.kms_key_id.clone().unwrap_or_default()),
        log_group_class: Some(group.log_group_class.as_ref().map_or("", LogGroupClass::as_str).to_owned()),
        name_prefix: Some(prefix_of(&name).unwrap_or_default().to_owned()),
        name: Some(name),
        retention_in_days: group.retention_in_days.unwrap_or(0).into(),
        skip_destroy: prior.skip_destroy,
        tags,
        tags_all,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_begin_alike_are_listed_together() {
        let names = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        for (given, expected) in [(&["/ecs/a", "/ecs/b"][..], "/ecs/"), (&["a"], "a"), (&["x", "y"], ""), (&[], "")] {
            assert_eq!(common_prefix(&names(given)), expected);
        }
    }
}
