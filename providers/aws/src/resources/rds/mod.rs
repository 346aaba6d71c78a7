//! RDS: databases and the subnets that they stand in.

pub mod db_instance;
pub mod db_subnet_group;

use aws_sdk_rds::types::Tag;
use wpinfra_core::provider::{AnyResourceType, RemoteResult, resource};

use crate::client::Aws;
use crate::error::Call as _;
use crate::tags::Tags;

/// Returns the resource types of RDS.
pub(crate) fn all() -> Vec<Box<dyn AnyResourceType>> {
    vec![resource(db_instance::DbInstanceType), resource(db_subnet_group::DbSubnetGroupType)]
}

/// Returns tags in the form that RDS's create calls take.
fn tag_list(tags: impl IntoIterator<Item = (String, String)>) -> Vec<Tag> {
    tags.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

/// Returns RDS's tags as pairs.
fn pairs(tags: &[Tag]) -> impl Iterator<Item = (String, String)> + '_ {
    tags.iter().map(|tag| (tag.key.clone().unwrap_or_default(), tag.value.clone().unwrap_or_default()))
}

/// Brings the tags of an object from `prior` to `planned` (both `tags_all`).
async fn update_tags(aws: &Aws, arn: &str, prior: &Tags, planned: &Tags) -> RemoteResult<()> {
    let (set, removed) = aws.tags.difference(prior, planned);
    if !removed.is_empty() {
        remove_tags(aws, arn, removed).await?;
    }
    if !set.is_empty() {
        let call = aws.rds.add_tags_to_resource().resource_name(arn).set_tags(Some(tag_list(set)));
        call.send().await.named("rds:AddTagsToResource")?;
    }
    Ok(())
}

/// Takes tags off an object.
async fn remove_tags(aws: &Aws, arn: &str, keys: Vec<String>) -> RemoteResult<()> {
    let call = aws.rds.remove_tags_from_resource().resource_name(arn).set_tag_keys(Some(keys));
    call.send().await.named("rds:RemoveTagsFromResource").map(drop)
}
