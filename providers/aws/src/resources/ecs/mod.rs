//! ECS: clusters, task definitions, services.

mod accelerators;
pub mod cluster;
pub mod container_definitions;
mod raw_containers;
pub mod service;
pub mod task_definition;
mod task_volumes;

use aws_sdk_ecs::types::{Failure, Tag};
use wpinfra_core::provider::{AnyResourceType, RemoteError, RemoteErrorKind, RemoteResult, resource};

use crate::client::Aws;
use crate::error::Call as _;
use crate::tags::Tags;

/// Returns the resource types of ECS.
pub(crate) fn all() -> Vec<Box<dyn AnyResourceType>> {
    vec![resource(cluster::ClusterType), resource(service::ServiceType), resource(task_definition::TaskDefinitionType)]
}

/// Returns the tags of a new object in the form that ECS takes; `None` without any, as ECS wants no empty list of them.
fn creation_tags(tags_all: &Tags) -> Option<Vec<Tag>> {
    let tags = tags_all.iter().flatten().map(|(key, value)| tag(key, value)).collect::<Vec<_>>();
    (!tags.is_empty()).then_some(tags)
}

fn tag(key: &str, value: &str) -> Tag {
    Tag::builder().key(key).value(value).build()
}

/// Returns ECS's tags as pairs.
fn pairs(tags: &[Tag]) -> impl Iterator<Item = (String, String)> + '_ {
    tags.iter().map(|tag| (tag.key.clone().unwrap_or_default(), tag.value.clone().unwrap_or_default()))
}

/// Brings the tags of an object from `prior` to `planned` (both `tags_all`).
async fn update_tags(aws: &Aws, arn: &str, prior: &Tags, planned: &Tags) -> RemoteResult<()> {
    let (set, removed) = aws.tags.difference(prior, planned);
    if !removed.is_empty() {
        let call = aws.ecs.untag_resource().resource_arn(arn).set_tag_keys(Some(removed));
        call.send().await.named("ecs:UntagResource")?;
    }
    if !set.is_empty() {
        let tags = set.iter().map(|(key, value)| tag(key, value)).collect();
        aws.ecs.tag_resource().resource_arn(arn).set_tags(Some(tags)).send().await.named("ecs:TagResource")?;
    }
    Ok(())
}

/// Refuses answers in which objects are left out for another reason than that they do not exist.
fn only_missing(operation: &'static str, failures: &[Failure]) -> RemoteResult<()> {
    let Some(failure) = failures.iter().find(|failure| failure.reason.as_deref() != Some("MISSING")) else {
        return Ok(());
    };
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let message = format!("{}: {}", text(&failure.arn), text(&failure.detail));
    Err(RemoteError {
        code: failure.reason.clone(),
        ..RemoteError::local(RemoteErrorKind::Refused, operation, message)
    })
}

/// Unwraps what an SDK builder made; models have all that the builders want.
fn built<T, E: std::fmt::Display>(result: Result<T, E>) -> RemoteResult<T> {
    result.map_err(|error| RemoteError::local(RemoteErrorKind::Bug, "ecs", error.to_string()))
}

/// Tells whether ECS calls a request wrong in the way that has no code of its own.
fn has_code(error: &RemoteError, code: &str) -> bool {
    error.code.as_deref() == Some(code)
}

/// Returns the number in the size that the SDK takes; the schema's checks keep it within.
fn small(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(if number < 0 { i32::MIN } else { i32::MAX })
}

/// Returns an ARN's last part of the name, `web` of `arn:aws:ecs:…:cluster/web`; names are returned as they are.
fn last_part(arn_or_name: &str) -> &str {
    arn_or_name.rsplit('/').next().unwrap_or(arn_or_name)
}

fn is_arn(text: &str) -> bool {
    text.starts_with("arn:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_failures_than_missing_are_errors() {
        let failure = |reason: &str| Failure::builder().arn("arn:x").reason(reason).detail("why").build();
        for (reasons, code) in [
            (&[][..], None),
            (&["MISSING", "MISSING"][..], None),
            (&["MISSING", "ACCESS_DENIED"][..], Some("ACCESS_DENIED")),
        ] {
            let failures: Vec<Failure> = reasons.iter().map(|reason| failure(reason)).collect();
            let found = only_missing("ecs:DescribeClusters", &failures);
            assert_eq!(found.err().and_then(|error| error.code).as_deref(), code, "{reasons:?}");
        }
    }

    #[test]
    fn names_are_the_ends_of_arns() {
        for (text, name) in [
            ("arn:aws:ecs:eu-west-1:123456789012:cluster/web", "web"),
            ("arn:aws:ecs:eu-west-1:123456789012:service/web/site", "site"),
            ("web", "web"),
        ] {
            assert_eq!(last_part(text), name, "{text}");
        }
    }
}
