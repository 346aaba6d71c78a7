//! EC2: networks, addresses, gateways, routes, security groups.

pub mod eip;
pub mod internet_gateway;
pub mod main_route_table_association;
pub mod nat_gateway;
mod permissions;
pub mod route;
pub mod route_table;
pub mod route_table_association;
mod route_target;
pub mod security_group;
pub mod security_group_rule;
pub mod subnet;
pub mod vpc;
pub mod vpc_security_group_rule;

use aws_sdk_ec2::types::{ResourceType as Ec2Type, Tag, TagSpecification};
use futures_util::TryFutureExt as _;
use wpinfra_core::provider::{AnyResourceType, RemoteId, RemoteResult, Token, resource};

use self::vpc_security_group_rule::{EgressRule, IngressRule, RuleType};
use crate::client::Aws;
use crate::error::Call as _;
use crate::reads::filter;
use crate::tags::{CREATION_TAG, Tags, with_token};

/// Returns the resource types of EC2.
pub(crate) fn all() -> Vec<Box<dyn AnyResourceType>> {
    vec![
        resource(eip::EipType),
        resource(internet_gateway::InternetGatewayType),
        resource(main_route_table_association::MainRouteTableAssociationType),
        resource(nat_gateway::NatGatewayType),
        resource(route::RouteType),
        resource(route_table::RouteTableType),
        resource(route_table_association::RouteTableAssociationType),
        resource(security_group::SecurityGroupType),
        resource(security_group_rule::SecurityGroupRuleType),
        resource(subnet::SubnetType),
        resource(vpc::VpcType),
        resource(RuleType::<IngressRule>::new()),
        resource(RuleType::<EgressRule>::new()),
    ]
}

/// Returns the tags of a new object, creation tag included, in the form that EC2's create calls take.
pub(crate) fn creation_tags(kind: Ec2Type, tags_all: &Tags, token: &Token) -> TagSpecification {
    let tags = with_token(tags_all, token).into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
    TagSpecification::builder().resource_type(kind).set_tags(Some(tags.collect())).build()
}

/// Returns EC2's tags as pairs.
pub(crate) fn pairs(tags: Option<&[Tag]>) -> impl Iterator<Item = (String, String)> + '_ {
    let tags = tags.unwrap_or_default().iter();
    tags.map(|tag| (tag.key.clone().unwrap_or_default(), tag.value.clone().unwrap_or_default()))
}

/// Brings the tags of an object from `prior` to `planned` (both `tags_all`).
pub(crate) async fn update_tags(aws: &Aws, id: &str, prior: &Tags, planned: &Tags) -> RemoteResult<()> {
    let (set, removed) = aws.tags.difference(prior, planned);
    if !removed.is_empty() {
        let keys = removed.into_iter().map(|key| Tag::builder().key(key).build());
        aws.ec2.delete_tags().resources(id).set_tags(Some(keys.collect())).send().await.named("ec2:DeleteTags")?;
    }
    if !set.is_empty() {
        let tags = set.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
        aws.ec2.create_tags().resources(id).set_tags(Some(tags.collect())).send().await.named("ec2:CreateTags")?;
    }
    Ok(())
}

/// Returns the id of the object that carries the creation tag. One operation makes one object, so its kind need not be asked for.
pub(crate) async fn find_by_creation_tag(aws: &Aws, token: &Token) -> RemoteResult<Option<RemoteId>> {
    let found = aws
        .ec2
        .describe_tags()
        .filters(filter("key", [CREATION_TAG]))
        .filters(filter("value", [&*token.0]))
        .send()
        .await
        .named("ec2:DescribeTags")?;
    Ok(found.tags().iter().find_map(|tag| tag.resource_id.clone()).map(RemoteId))
}

/// Takes the creation tag off objects whose creation is recorded.
pub(crate) async fn remove_creation_tags(aws: &Aws, ids: Vec<String>) -> RemoteResult<()> {
    // EC2 takes up to a thousand resources in one call.
    for ids in ids.chunks(1000) {
        let call =
            aws.ec2.delete_tags().set_resources(Some(ids.to_vec())).tags(Tag::builder().key(CREATION_TAG).build());
        call.send().map_ok(|_| ()).await.named("ec2:DeleteTags")?;
    }
    Ok(())
}
