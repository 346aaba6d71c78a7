//! Elastic Load Balancing, version 2: load balancers, listeners, target groups.

pub mod lb;
pub mod lb_listener;
pub mod lb_target_group;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use aws_sdk_elasticloadbalancingv2::types::Tag;
use futures_util::future::try_join_all;
use wpinfra_core::provider::{AnyResourceType, RemoteError, RemoteErrorKind, RemoteId, RemoteResult, resource};

use crate::client::Aws;
use crate::error::{Call as _, found};
use crate::tags::Tags;

/// Objects that one call may ask for.
const OBJECTS: usize = 20;

/// Tags of one object as pairs.
pub(crate) type Pairs = Vec<(String, String)>;

/// Returns the resource types of Elastic Load Balancing.
pub(crate) fn all() -> Vec<Box<dyn AnyResourceType>> {
    vec![
        resource(lb::LoadBalancerType),
        resource(lb_listener::ListenerType),
        resource(lb_target_group::TargetGroupType),
    ]
}

/// Asks for many objects at once; alone for each if one of them is not there, as such calls fail as a whole then.
async fn ask_for_all<T, F>(arns: &[String], ask: impl Fn(Vec<String>) -> F) -> RemoteResult<Vec<T>>
where
    F: Future<Output = RemoteResult<Vec<T>>>,
{
    let ask = &ask;
    let alone = |arn: &String| {
        let arn = arn.clone();
        async move { found(ask(vec![arn]).await).map(Option::unwrap_or_default) }
    };
    let chunks = arns.chunks(OBJECTS).map(|arns| async move {
        match ask(arns.to_vec()).await {
            Err(error) if error.kind == RemoteErrorKind::NotFound && arns.len() > 1 => {
                let answers = try_join_all(arns.iter().map(alone)).await?;
                Ok(answers.into_iter().flatten().collect::<Vec<T>>())
            }
            other => found(other).map(Option::unwrap_or_default),
        }
    });
    Ok(try_join_all(chunks).await?.into_iter().flatten().collect())
}

/// Returns the tags of load balancers, listeners and target groups by ARN.
async fn tags_of(aws: &Aws, arns: &[String]) -> RemoteResult<Arc<BTreeMap<String, Pairs>>> {
    let elb = aws.elb.clone();
    let fetch = |arns: Vec<String>| async move {
        let ask = |arns: Vec<String>| async {
            let call = elb.describe_tags().set_resource_arns(Some(arns));
            let answer = call.send().await.named("elasticloadbalancing:DescribeTags")?;
            Ok(answer.tag_descriptions.unwrap_or_default())
        };
        let described = ask_for_all(&arns, ask).await?;
        let by_arn = described.into_iter().map(|description| {
            let tags = description.tags.unwrap_or_default();
            let pairs = tags.into_iter().map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default()));
            (description.resource_arn.unwrap_or_default(), pairs.collect())
        });
        Ok(by_arn.collect())
    };
    aws.reads.elb_tags.load(arns.iter().cloned(), fetch).await
}

/// Returns tags in the form that create calls take; none if there are none, as an empty list is refused.
fn tag_list(tags: &Tags) -> Option<Vec<Tag>> {
    let tags = tags.as_ref().filter(|tags| !tags.is_empty())?;
    Some(tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect())
}

/// Brings the tags of an object from `prior` to `planned` (both `tags_all`).
async fn update_tags(aws: &Aws, arn: &str, prior: &Tags, planned: &Tags) -> RemoteResult<()> {
    let (set, removed) = aws.tags.difference(prior, planned);
    if !removed.is_empty() {
        let call = aws.elb.remove_tags().resource_arns(arn).set_tag_keys(Some(removed));
        call.send().await.named("elasticloadbalancing:RemoveTags")?;
    }
    if let Some(tags) = tag_list(&Some(set)) {
        let call = aws.elb.add_tags().resource_arns(arn).set_tags(Some(tags));
        call.send().await.named("elasticloadbalancing:AddTags")?;
    }
    Ok(())
}

/// Returns the end of an ARN from after `loadbalancer/`, or from `targetgroup/` on, as metrics name the object.
fn arn_suffix(arn: &str) -> String {
    let name = arn.splitn(6, ':').nth(5).unwrap_or_default();
    name.strip_prefix("loadbalancer/").unwrap_or(name).to_owned()
}

/// Refuses to create what stands already: asked for the same again, the service would hand over the old object.
fn refuse_existing(operation: &'static str, name: &str, existing: Option<RemoteId>) -> RemoteResult<()> {
    let Some(RemoteId(arn)) = existing else { return Ok(()) };
    let message = format!("{name:?} exists already: {arn}. Import it, or choose another name");
    Err(RemoteError::local(RemoteErrorKind::AlreadyExists, operation, message))
}

/// Returns a number as the service takes it.
fn int(number: Option<i64>) -> Option<i32> {
    number.and_then(|number| number.try_into().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_name_the_end_of_the_arn() {
        for (arn, expected) in [
            (
                "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:loadbalancer/app/main/6210c0e1400919a2",
                "app/main/6210c0e1400919a2",
            ),
            (
                "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:targetgroup/web/0c95ea0ca117a50f",
                "targetgroup/web/0c95ea0ca117a50f",
            ),
            ("nothing", ""),
        ] {
            assert_eq!(arn_suffix(arn), expected);
        }
    }

    #[tokio::test]
    async fn what_is_gone_hides_nothing_else() {
        let ask = |arns: Vec<String>| async move {
            if arns.iter().any(|arn| arn == "gone") {
                Err(RemoteError::local(RemoteErrorKind::NotFound, "test:Describe", "gone"))
            } else {
                Ok(arns)
            }
        };
        for (arns, expected) in
            [(&["a", "b"][..], &["a", "b"][..]), (&["a", "gone", "b"], &["a", "b"]), (&["gone"], &[]), (&[], &[])]
        {
            let arns: Vec<String> = arns.iter().map(|arn| (*arn).to_owned()).collect();
            assert_eq!(ask_for_all(&arns, ask).await.expect("an answer"), expected);
        }
    }
}
