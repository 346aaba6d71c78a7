//! `aws_subnet`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    AttributeBooleanValue, HostnameType, ResourceType as Ec2Type, Subnet as Ec2Subnet, SubnetCidrBlockStateCode,
};
use wpinfra_core::Value;
use wpinfra_core::provider::{
    Creation, Draft, Identity, Observed, ReadRequest, RemoteId, RemoteResult, ResourceType, Token, Wait, wait,
};
use wpinfra_schema_derive::Model;

use super::{creation_tags, find_by_creation_tag, pairs, update_tags};
use crate::client::Aws;
use crate::error::{Call as _, gone_is_done, missing};
use crate::reads::describe_by_filter;
use crate::tags::{self, Tags};
use crate::text::non_empty;

/// Part of a VPC's addresses, in one availability zone.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_subnet", version = 1, timeouts(create = 600, delete = 1200))]
pub struct Subnet {
    /// ARN of the subnet.
    #[attr(computed)]
    pub arn: Option<String>,
    /// Whether network interfaces made here get an IPv6 address.
    #[attr(optional, default = false)]
    pub assign_ipv6_address_on_creation: bool,
    /// Zone by name: `ap-northeast-1a`.
    #[attr(optional, computed, replace, conflicts("availability_zone_id"))]
    pub availability_zone: Option<String>,
    /// Zone by id, the same in every account: `apne1-az4`.
    #[attr(optional, computed, replace, conflicts("availability_zone"))]
    pub availability_zone_id: Option<String>,
    /// IPv4 addresses: `10.0.1.0/24`.
    #[attr(optional, replace, format(Cidr4))]
    pub cidr_block: Option<String>,
    /// Pool of customer-owned addresses of an Outpost.
    #[attr(optional, required_with("map_customer_owned_ip_on_launch", "outpost_arn"))]
    pub customer_owned_ipv4_pool: Option<String>,
    /// Whether the resolver makes IPv6 addresses for names that have only IPv4 ones.
    #[attr(optional, default = false)]
    pub enable_dns64: bool,
    /// Position of the local network interface on an Outpost.
    #[attr(optional, integer, check = not_zero)]
    pub enable_lni_at_device_index: Option<i64>,
    /// Whether the names of instances resolve to IPv4 addresses.
    #[attr(optional, default = false)]
    pub enable_resource_name_dns_a_record_on_launch: bool,
    /// Whether the names of instances resolve to IPv6 addresses.
    #[attr(optional, default = false)]
    pub enable_resource_name_dns_aaaa_record_on_launch: bool,
    /// Id: `subnet-…`.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// IPv6 addresses, a /64 of the VPC's.
    #[attr(optional, format(Cidr6))]
    pub ipv6_cidr_block: Option<String>,
    /// Association of the IPv6 addresses.
    #[attr(computed)]
    pub ipv6_cidr_block_association_id: Option<String>,
    /// Whether the subnet has IPv6 addresses only.
    #[attr(optional, default = false, replace)]
    pub ipv6_native: bool,
    /// Whether network interfaces made here get a customer-owned address of an Outpost.
    #[attr(optional, required_with("customer_owned_ipv4_pool", "outpost_arn"))]
    pub map_customer_owned_ip_on_launch: Option<bool>,
    /// Whether network interfaces made here get a public IPv4 address.
    #[attr(optional, default = false)]
    pub map_public_ip_on_launch: bool,
    /// Outpost that the subnet stands on.
    #[attr(optional, replace, format(Arn))]
    pub outpost_arn: Option<String>,
    /// Account that owns the subnet.
    #[attr(computed)]
    pub owner_id: Option<String>,
    /// What the names of instances are made from.
    #[attr(optional, computed, one_of("ip-name", "resource-name"))]
    pub private_dns_hostname_type_on_launch: Option<String>,
    /// Tags of the subnet.
    #[attr(optional)]
    pub tags: Tags,
    /// Tags with those of the provider block.
    #[attr(optional, computed)]
    pub tags_all: Tags,
    /// VPC that the subnet is part of.
    #[attr(required, replace)]
    pub vpc_id: String,
}

/// The position 0 is the primary network interface's.
fn not_zero(index: &Value) -> Result<(), String> {
    if index.as_number().is_some_and(wpinfra_core::Number::is_zero) { Err("must not be 0".to_owned()) } else { Ok(()) }
}

/// The resource type.
pub struct SubnetType;

impl ResourceType for SubnetType {
    type Model = Subnet;
    type Client = Aws;

    const IDENTITY: Identity = Identity::CreationTag;
    // CreateSubnet takes none of the attributes that ModifySubnetAttribute changes.
    const CREATION: Creation = Creation::ThenUpdate;
    const READY: Option<Wait> = Some(wait(&["pending"], &["available"]).timeout_minutes(10));
    const GONE: Option<Wait> = Some(wait(&["available", "pending"], &[]).timeout_minutes(20));

    fn plan(&self, aws: Option<&Aws>, draft: &mut Draft<'_>) {
        tags::plan(aws, draft);
    }

    async fn create(&self, aws: &Aws, planned: &Subnet, token: &Token) -> RemoteResult<RemoteId> {
        let call = aws
            .ec2
            .create_subnet()
            .vpc_id(&planned.vpc_id)
            .set_cidr_block(non_empty(&planned.cidr_block))
            .set_ipv6_cidr_block(non_empty(&planned.ipv6_cidr_block))
            .set_availability_zone(non_empty(&planned.availability_zone))
            .set_availability_zone_id(non_empty(&planned.availability_zone_id))
            .set_outpost_arn(non_empty(&planned.outpost_arn))
            .set_ipv6_native(planned.ipv6_native.then_some(true))
            .tag_specifications(creation_tags(Ec2Type::Subnet, &planned.tags_all, token));
        let answer = call.send().await.named("ec2:CreateSubnet")?;
        let id = answer.subnet.and_then(|subnet| subnet.subnet_id);
        id.map(RemoteId).ok_or_else(|| missing("ec2:CreateSubnet", "subnet id"))
    }

    async fn read(&self, aws: &Aws, requests: &[ReadRequest<Subnet>]) -> RemoteResult<Vec<Option<Observed<Subnet>>>> {
        let ids: Vec<String> = requests.iter().map(|request| request.id.0.clone()).collect();
        let found: BTreeMap<String, Ec2Subnet> = describe_by_filter!(
            aws.ec2,
            describe_subnets,
            "ec2:DescribeSubnets",
            "subnet-id",
            ids,
            subnets,
            |subnet: &Ec2Subnet| subnet.subnet_id.clone()
        );
        Ok(requests
            .iter()
            .map(|request| found.get(&request.id.0).map(|subnet| observed(aws, subnet, &request.prior)))
            .collect())
    }

    async fn update(&self, aws: &Aws, id: &RemoteId, prior: &Subnet, planned: &Subnet) -> RemoteResult<()> {
        update_tags(aws, &id.0, &prior.tags_all, &planned.tags_all).await?;
        update_ipv6(aws, id, prior, planned).await?;
        update_attributes(aws, id, prior, planned).await
    }

    async fn delete(&self, aws: &Aws, id: &RemoteId, _prior: &Subnet) -> RemoteResult<()> {
        gone_is_done(aws.ec2.delete_subnet().subnet_id(&id.0).send().await.named("ec2:DeleteSubnet").map(|_| ()))
    }

    async fn find(&self, aws: &Aws, _planned: &Subnet, token: &Token) -> RemoteResult<Option<RemoteId>> {
        find_by_creation_tag(aws, token).await
    }
}

fn observed(aws: &Aws, subnet: &Ec2Subnet, prior: &Subnet) -> Observed<Subnet> {
    let (tags, tags_all) = aws.tags.observed(pairs(subnet.tags.as_deref()), &prior.tags);
    let ipv6 = subnet.ipv6_cidr_block_association_set().iter().find(|association| {
        association.ipv6_cidr_block_state.as_ref().and_then(|state| state.state.as_ref())
            == Some(&SubnetCidrBlockStateCode::Associated)
    });
    let names = subnet.private_dns_name_options_on_launch.as_ref();
    let model = Subnet {
        arn: subnet.subnet_arn.clone(),
        assign_ipv6_address_on_creation: subnet.assign_ipv6_address_on_creation.unwrap_or(false),
        availability_zone: subnet.availability_zone.clone(),
        availability_zone_id: subnet.availability_zone_id.clone(),
        cidr_block: Some(subnet.cidr_block.clone().unwrap_or_default()),
        customer_owned_ipv4_pool: Some(subnet.customer_owned_ipv4_pool.clone().unwrap_or_default()),
        enable_dns64: subnet.enable_dns64.unwrap_or(false),
        enable_lni_at_device_index: Some(subnet.enable_lni_at_device_index.unwrap_or(0).into()),
        enable_resource_name_dns_a_record_on_launch: names
            .and_then(|names| names.enable_resource_name_dns_a_record)
            .unwrap_or(false),
        enable_resource_name_dns_aaaa_record_on_launch: names
            .and_then(|names| names.enable_resource_name_dns_aaaa_record)
            .unwrap_or(false),
        id: subnet.subnet_id.clone(),
        ipv6_cidr_block: Some(ipv6.and_then(|ipv6| ipv6.ipv6_cidr_block.clone()).unwrap_or_default()),
        ipv6_cidr_block_association_id: Some(ipv6.and_then(|ipv6| ipv6.association_id.clone()).unwrap_or_default()),
        ipv6_native: subnet.ipv6_native.unwrap_or(false),
        map_customer_owned_ip_on_launch: Some(subnet.map_customer_owned_ip_on_launch.unwrap_or(false)),
        map_public_ip_on_launch: subnet.map_public_ip_on_launch.unwrap_or(false),
        outpost_arn: Some(subnet.outpost_arn.clone().unwrap_or_default()),
        owner_id: subnet.owner_id.clone(),
        private_dns_hostname_type_on_launch: names
            .and_then(|names| names.hostname_type.as_ref())
            .map(|kind| kind.as_str().to_owned()),
        tags,
        tags_all,
        vpc_id: subnet.vpc_id.clone().unwrap_or_default(),
    };
    let state = subnet.state.as_ref().map_or("available", |state| state.as_str());
    Observed::in_state(model, state)
}

/// Replaces the IPv6 addresses. While they are exchanged, interfaces made here cannot be told to have one.
async fn update_ipv6(aws: &Aws, id: &RemoteId, prior: &Subnet, planned: &Subnet) -> RemoteResult<()> {
    let (before, after) = (non_empty(&prior.ipv6_cidr_block), non_empty(&planned.ipv6_cidr_block));
    if before == after {
        return Ok(());
    }
    if let Some(association) = non_empty(&prior.ipv6_cidr_block_association_id) {
        if prior.assign_ipv6_address_on_creation {
            modify(aws, id).assign_ipv6_address_on_creation(boolean(false)).send().await.named(MODIFY)?;
        }
        aws.ec2
            .disassociate_subnet_cidr_block()
            .association_id(association)
            .send()
            .await
            .named("ec2:DisassociateSubnetCidrBlock")?;
    }
    if let Some(cidr) = after {
        aws.ec2
            .associate_subnet_cidr_block()
            .subnet_id(&id.0)
            .ipv6_cidr_block(cidr)
            .send()
            .await
            .named("ec2:AssociateSubnetCidrBlock")?;
    }
    Ok(())
}

const MODIFY: &str = "ec2:ModifySubnetAttribute";

/// Starts a call that changes one attribute: EC2 takes no more at a time.
fn modify(
    aws: &Aws,
    id: &RemoteId,
) -> aws_sdk_ec2::operation::modify_subnet_attribute::builders::ModifySubnetAttributeFluentBuilder {
    aws.ec2.modify_subnet_attribute().subnet_id(&id.0)
}

fn boolean(value: bool) -> AttributeBooleanValue {
    AttributeBooleanValue::builder().value(value).build()
}

async fn update_attributes(aws: &Aws, id: &RemoteId, prior: &Subnet, planned: &Subnet) -> RemoteResult<()> {
    let mut calls = Vec::new();
    let was_reset = non_empty(&prior.ipv6_cidr_block) != non_empty(&planned.ipv6_cidr_block);
    let assigns = prior.assign_ipv6_address_on_creation && !was_reset;
    if assigns != planned.assign_ipv6_address_on_creation {
        calls.push(modify(aws, id).assign_ipv6_address_on_creation(boolean(planned.assign_ipv6_address_on_creation)));
    }
    if prior.enable_dns64 != planned.enable_dns64 {
        calls.push(modify(aws, id).enable_dns64(boolean(planned.enable_dns64)));
    }
    let index = |subnet: &Subnet| subnet.enable_lni_at_device_index.filter(|index| *index != 0);
    if index(prior) != index(planned) {
        calls.push(match index(planned).and_then(|index| i32::try_from(index).ok()) {
            Some(index) => modify(aws, id).enable_lni_at_device_index(index),
            None => modify(aws, id).disable_lni_at_device_index(boolean(true)),
        });
    }
    if prior.enable_resource_name_dns_a_record_on_launch != planned.enable_resource_name_dns_a_record_on_launch {
        let on = boolean(planned.enable_resource_name_dns_a_record_on_launch);
        calls.push(modify(aws, id).enable_resource_name_dns_a_record_on_launch(on));
    }
    if prior.enable_resource_name_dns_aaaa_record_on_launch != planned.enable_resource_name_dns_aaaa_record_on_launch {
        let on = boolean(planned.enable_resource_name_dns_aaaa_record_on_launch);
        calls.push(modify(aws, id).enable_resource_name_dns_aaaa_record_on_launch(on));
    }
    if prior.map_public_ip_on_launch != planned.map_public_ip_on_launch {
        calls.push(modify(aws, id).map_public_ip_on_launch(boolean(planned.map_public_ip_on_launch)));
    }
    let customer = |subnet: &Subnet| {
        (subnet.map_customer_owned_ip_on_launch.unwrap_or(false), non_empty(&subnet.customer_owned_ipv4_pool))
    };
    if customer(prior) != customer(planned) {
        let (maps, pool) = customer(planned);
        calls.push(modify(aws, id).map_customer_owned_ip_on_launch(boolean(maps)).set_customer_owned_ipv4_pool(pool));
    }
    if let Some(kind) = non_empty(&planned.private_dns_hostname_type_on_launch)
        && prior.private_dns_hostname_type_on_launch != planned.private_dns_hostname_type_on_launch
    {
        calls.push(modify(aws, id).private_dns_hostname_type_on_launch(HostnameType::from(kind.as_str())));
    }
    for call in calls {
        call.send().await.named(MODIFY)?;
    }
    Ok(())
}
