//! `aws_vpc`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    AttributeBooleanValue, NetworkAcl, ResourceType as Ec2Type, RouteTable, SecurityGroup, Tenancy, Vpc as Ec2Vpc,
    VpcAttributeName, VpcCidrBlockStateCode, VpcIpv6CidrBlockAssociation, VpcTenancy,
};
use futures_util::future::{try_join_all, try_join3};
use wpinfra_core::Value;
use wpinfra_core::provider::{
    Creation, Draft, Identity, Observed, ReadRequest, RemoteId, RemoteResult, ResourceType, Token, Wait, wait,
};
use wpinfra_schema_derive::Model;

use super::{creation_tags, find_by_creation_tag, pairs, update_tags};
use crate::client::Aws;
use crate::error::{Call as _, gone_is_done, missing};
use crate::reads::{chunks, describe_by_filter, filter};
use crate::tags::{self, Tags};
use crate::text::non_empty;

/// A private network of its own.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_vpc", version = 1)]
pub struct Vpc {
    /// ARN of the VPC.
    #[attr(computed)]
    pub arn: Option<String>,
    /// Whether AWS gives it a /56 of IPv6 addresses.
    #[attr(optional, conflicts("ipv6_ipam_pool_id"))]
    pub assign_generated_ipv6_cidr_block: Option<bool>,
    /// IPv4 addresses: `10.0.0.0/16`.
    #[attr(optional, computed, replace, format(Cidr4), conflicts("ipv4_netmask_length"))]
    pub cidr_block: Option<String>,
    /// Network ACL that subnets without one of their own have.
    #[attr(computed)]
    pub default_network_acl_id: Option<String>,
    /// Route table that it was created with.
    #[attr(computed)]
    pub default_route_table_id: Option<String>,
    /// Security group that interfaces without one of their own have.
    #[attr(computed)]
    pub default_security_group_id: Option<String>,
    /// Options that DHCP hands out.
    #[attr(computed)]
    pub dhcp_options_id: Option<String>,
    /// Whether instances with public addresses get names.
    #[attr(optional, computed)]
    pub enable_dns_hostnames: Option<bool>,
    /// Whether Amazon's resolver answers.
    #[attr(optional, default = true)]
    pub enable_dns_support: bool,
    /// Whether the use of addresses is measured.
    #[attr(optional, computed)]
    pub enable_network_address_usage_metrics: Option<bool>,
    /// Id: `vpc-…`.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// Whether instances stand on hardware of their own.
    #[attr(optional, default = "default", replace_when = becomes_dedicated, one_of("default", "dedicated"))]
    pub instance_tenancy: String,
    /// IPAM pool that the IPv4 addresses come from.
    #[attr(optional, replace)]
    pub ipv4_ipam_pool_id: Option<String>,
    /// Length of the prefix that the pool gives.
    #[attr(optional, replace, integer, range(0, 32), conflicts("cidr_block"), required_with("ipv4_ipam_pool_id"))]
    pub ipv4_netmask_length: Option<i64>,
    /// Association of the IPv6 addresses.
    #[attr(computed, unknown_on_update("assign_generated_ipv6_cidr_block"))]
    pub ipv6_association_id: Option<String>,
    /// IPv6 addresses.
    #[attr(
        optional,
        computed,
        format(Cidr6),
        conflicts("assign_generated_ipv6_cidr_block", "ipv6_netmask_length"),
        required_with("ipv6_ipam_pool_id"),
        unknown_on_update("assign_generated_ipv6_cidr_block")
    )]
    pub ipv6_cidr_block: Option<String>,
    /// Network border group that the IPv6 addresses are announced from.
    #[attr(optional, computed, required_with("assign_generated_ipv6_cidr_block"))]
    pub ipv6_cidr_block_network_border_group: Option<String>,
    /// IPAM pool that the IPv6 addresses come from.
    #[attr(optional, conflicts("assign_generated_ipv6_cidr_block"))]
    pub ipv6_ipam_pool_id: Option<String>,
    /// Length of the prefix that the pool gives.
    #[attr(optional, integer, conflicts("ipv6_cidr_block"), required_with("ipv6_ipam_pool_id"))]
    pub ipv6_netmask_length: Option<i64>,
    /// Route table that subnets without one of their own have.
    #[attr(computed)]
    pub main_route_table_id: Option<String>,
    /// Account that owns the VPC.
    #[attr(computed)]
    pub owner_id: Option<String>,
    /// Tags of the VPC.
    #[attr(optional)]
    pub tags: Tags,
    /// Tags with those of the provider block.
    #[attr(optional, computed)]
    pub tags_all: Tags,
}

/// `ModifyVpcTenancy` knows only one direction: to `default`.
fn becomes_dedicated(_: &Value, planned: &Value) -> bool {
    planned.as_str() == Some("dedicated")
}

/// The resource type.
pub struct VpcType;

impl ResourceType for VpcType {
    type Model = Vpc;
    type Client = Aws;

    const IDENTITY: Identity = Identity::CreationTag;
    // CreateVpc takes none of the attributes that ModifyVpcAttribute changes.
    const CREATION: Creation = Creation::ThenUpdate;
    const READY: Option<Wait> = Some(wait(&["pending"], &["available"]).timeout_minutes(10));
    const GONE: Option<Wait> = Some(wait(&["available"], &[]).timeout_minutes(5));

    fn plan(&self, aws: Option<&Aws>, draft: &mut Draft<'_>) {
        tags::plan(aws, draft);
    }

    async fn create(&self, aws: &Aws, planned: &Vpc, token: &Token) -> RemoteResult<RemoteId> {
        let call = aws
            .ec2
            .create_vpc()
            .set_cidr_block(non_empty(&planned.cidr_block))
            .set_ipv4_ipam_pool_id(non_empty(&planned.ipv4_ipam_pool_id))
            .set_ipv4_netmask_length(planned.ipv4_netmask_length.and_then(|length| length.try_into().ok()))
            .set_amazon_provided_ipv6_cidr_block(planned.assign_generated_ipv6_cidr_block)
            .set_ipv6_cidr_block(non_empty(&planned.ipv6_cidr_block))
            .set_ipv6_cidr_block_network_border_group(non_empty(&planned.ipv6_cidr_block_network_border_group))
            .set_ipv6_ipam_pool_id(non_empty(&planned.ipv6_ipam_pool_id))
            .set_ipv6_netmask_length(planned.ipv6_netmask_length.and_then(|length| length.try_into().ok()))
            .instance_tenancy(Tenancy::from(planned.instance_tenancy.as_str()))
            .tag_specifications(creation_tags(Ec2Type::Vpc, &planned.tags_all, token));
        let answer = call.send().await.named("ec2:CreateVpc")?;
        let id = answer.vpc.and_then(|vpc| vpc.vpc_id);
        id.map(RemoteId).ok_or_else(|| missing("ec2:CreateVpc", "VPC id"))
    }

    async fn read(&self, aws: &Aws, requests: &[ReadRequest<Vpc>]) -> RemoteResult<Vec<Option<Observed<Vpc>>>> {
        let ids: Vec<String> = requests.iter().map(|request| request.id.0.clone()).collect();
        let (found, attributes, defaults) =
            try_join3(vpcs(aws, &ids), attributes_of_all(aws, &ids), defaults(aws, requests)).await?;
        let observed = requests.iter().zip(attributes).map(|(request, attributes)| {
            let vpc = found.get(&request.id.0)?;
            Some(observed(aws, vpc, attributes?, defaults.of(&request.id.0), &request.prior))
        });
        Ok(observed.collect())
    }

    async fn update(&self, aws: &Aws, id: &RemoteId, prior: &Vpc, planned: &Vpc) -> RemoteResult<()> {
        update_tags(aws, &id.0, &prior.tags_all, &planned.tags_all).await?;
        update_attributes(aws, id, prior, planned).await?;
        if prior.instance_tenancy != planned.instance_tenancy {
            let call = aws.ec2.modify_vpc_tenancy().vpc_id(&id.0).instance_tenancy(VpcTenancy::Default);
            call.send().await.named("ec2:ModifyVpcTenancy")?;
        }
        update_ipv6(aws, id, prior, planned).await
    }

    async fn delete(&self, aws: &Aws, id: &RemoteId, _prior: &Vpc) -> RemoteResult<()> {
        gone_is_done(aws.ec2.delete_vpc().vpc_id(&id.0).send().await.named("ec2:DeleteVpc").map(|_| ()))
    }

    async fn find(&self, aws: &Aws, _planned: &Vpc, token: &Token) -> RemoteResult<Option<RemoteId>> {
        find_by_creation_tag(aws, token).await
    }
}

async fn vpcs(aws: &Aws, ids: &[String]) -> RemoteResult<BTreeMap<String, Ec2Vpc>> {
    Ok(describe_by_filter!(aws.ec2, describe_vpcs, "ec2:DescribeVpcs", "vpc-id", ids, vpcs, |vpc: &Ec2Vpc| vpc
        .vpc_id
        .clone()))
}

/// The attributes of a VPC that only `DescribeVpcAttribute` tells.
#[derive(Clone, Copy)]
pub(crate) struct Attributes {
    pub(crate) dns_support: bool,
    pub(crate) dns_hostnames: bool,
    pub(crate) usage_metrics: bool,
}

async fn attributes_of_all(aws: &Aws, ids: &[String]) -> RemoteResult<Vec<Option<Attributes>>> {
    try_join_all(ids.iter().map(|id| async move { crate::error::found(attributes(aws, id).await) })).await
}

pub(crate) async fn attributes(aws: &Aws, id: &str) -> RemoteResult<Attributes> {
    let ask = |name: VpcAttributeName| aws.ec2.describe_vpc_attribute().vpc_id(id).attribute(name).send();
    let (support, hostnames, metrics) = futures_util::future::join3(
        ask(VpcAttributeName::EnableDnsSupport),
        ask(VpcAttributeName::EnableDnsHostnames),
        ask(VpcAttributeName::EnableNetworkAddressUsageMetrics),
    )
    .await;
    let on = |value: Option<AttributeBooleanValue>| value.and_then(|value| value.value).unwrap_or(false);
    Ok(Attributes {
        dns_support: on(support.named(DESCRIBE_ATTRIBUTE)?.enable_dns_support),
        dns_hostnames: on(hostnames.named(DESCRIBE_ATTRIBUTE)?.enable_dns_hostnames),
        usage_metrics: on(metrics.named(DESCRIBE_ATTRIBUTE)?.enable_network_address_usage_metrics),
    })
}

const DESCRIBE_ATTRIBUTE: &str = "ec2:DescribeVpcAttribute";
const MODIFY_ATTRIBUTE: &str = "ec2:ModifyVpcAttribute";

/// What VPCs come with, by VPC.
struct Defaults {
    network_acls: BTreeMap<String, String>,
    security_groups: BTreeMap<String, String>,
    main_route_tables: BTreeMap<String, String>,
}

/// What one VPC comes with.
struct DefaultsOfOne {
    network_acl: Option<String>,
    security_group: Option<String>,
    main_route_table: Option<String>,
}

impl Defaults {
    fn of(&self, vpc: &str) -> DefaultsOfOne {
        DefaultsOfOne {
            network_acl: self.network_acls.get(vpc).cloned(),
            security_group: self.security_groups.get(vpc).cloned(),
            main_route_table: self.main_route_tables.get(vpc).cloned(),
        }
    }
}

/// Finds what VPCs come with. Their default network ACL and security group stay the same for as long as they stand.
async fn defaults(aws: &Aws, requests: &[ReadRequest<Vpc>]) -> RemoteResult<Defaults> {
    let unknown = |recorded: fn(&Vpc) -> &Option<String>| -> Vec<String> {
        let lacking = requests.iter().filter(|request| non_empty(recorded(&request.prior)).is_none());
        lacking.map(|request| request.id.0.clone()).collect()
    };
    let (lacking_acl, lacking_group) =
        (unknown(|vpc| &vpc.default_network_acl_id), unknown(|vpc| &vpc.default_security_group_id));
    let (mut network_acls, mut security_groups, main_route_tables) = try_join3(
        default_network_acls(aws, &lacking_acl),
        default_security_groups(aws, &lacking_group),
        confirmed_main_route_tables(aws, requests),
    )
    .await?;
    for ReadRequest { id, prior } in requests {
        network_acls.extend(non_empty(&prior.default_network_acl_id).map(|acl| (id.0.clone(), acl)));
        security_groups.extend(non_empty(&prior.default_security_group_id).map(|group| (id.0.clone(), group)));
    }
    Ok(Defaults { network_acls, security_groups, main_route_tables })
}

/// Finds the main route tables. Those that are recorded are looked at together with the tables that others read; only where
/// none of all these is the main one is it searched for.
async fn confirmed_main_route_tables(
    aws: &Aws,
    requests: &[ReadRequest<Vpc>],
) -> RemoteResult<BTreeMap<String, String>> {
    let recorded = requests.iter().filter_map(|request| non_empty(&request.prior.main_route_table_id));
    let tables = aws.route_tables(recorded).await?;
    let is_main = |table: &&RouteTable| table.associations().iter().any(|association| association.main == Some(true));
    let main =
        tables.values().filter(is_main).filter_map(|table| table.vpc_id.clone().zip(table.route_table_id.clone()));
    let mut found: BTreeMap<String, String> = main.collect();
    let others = requests.iter().map(|request| request.id.0.clone()).filter(|vpc| !found.contains_key(vpc));
    let others = others.collect::<Vec<_>>();
    found.extend(main_route_tables(aws, &others).await?);
    Ok(found)
}

async fn default_network_acls(aws: &Aws, vpcs: &[String]) -> RemoteResult<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for vpcs in chunks(vpcs) {
        let call = aws.ec2.describe_network_acls().filters(filter("vpc-id", vpcs)).filters(filter("default", ["true"]));
        let mut pages = call.into_paginator().items().send();
        while let Some(acl) = pages.next().await {
            let acl: NetworkAcl = acl.named("ec2:DescribeNetworkAcls")?;
            found.extend(acl.vpc_id.zip(acl.network_acl_id));
        }
    }
    Ok(found)
}

async fn default_security_groups(aws: &Aws, vpcs: &[String]) -> RemoteResult<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for vpcs in chunks(vpcs) {
        let call = aws
            .ec2
            .describe_security_groups()
            .filters(filter("vpc-id", vpcs))
            .filters(filter("group-name", ["default"]));
        let mut pages = call.into_paginator().items().send();
        while let Some(group) = pages.next().await {
            let group: SecurityGroup = group.named("ec2:DescribeSecurityGroups")?;
            found.extend(group.vpc_id.zip(group.group_id));
        }
    }
    Ok(found)
}

pub(crate) async fn main_route_tables(aws: &Aws, vpcs: &[String]) -> RemoteResult<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for vpcs in chunks(vpcs) {
        let call = aws
            .ec2
            .describe_route_tables()
            .filters(filter("vpc-id", vpcs))
            .filters(filter("association.main", ["true"]));
        let mut pages = call.into_paginator().items().send();
        while let Some(table) = pages.next().await {
            let table: RouteTable = table.named("ec2:DescribeRouteTables")?;
            found.extend(table.vpc_id.zip(table.route_table_id));
        }
    }
    Ok(found)
}

fn observed(aws: &Aws, vpc: &Ec2Vpc, attributes: Attributes, defaults: DefaultsOfOne, prior: &Vpc) -> Observed<Vpc> {
    let (tags, tags_all) = aws.tags.observed(pairs(vpc.tags.as_deref()), &prior.tags);
    let id = vpc.vpc_id.clone().unwrap_or_default();
    let owner = vpc.owner_id.clone().unwrap_or_default();
    let ipv6 = ipv6_association(vpc);
    let pool = ipv6.and_then(|ipv6| ipv6.ipv6_pool.clone()).unwrap_or_default();
    let model = Vpc {
        arn: Some(format!("arn:{}:ec2:{}:{owner}:vpc/{id}", aws.partition(), aws.region)),
        assign_generated_ipv6_cidr_block: Some(ipv6.is_some() && pool == "Amazon"),
        cidr_block: vpc.cidr_block.clone(),
        default_network_acl_id: defaults.network_acl,
        // A VPC does not tell which table it was created with; like Terraform we take the main one for it.
        default_route_table_id: defaults.main_route_table.clone(),
        default_security_group_id: defaults.security_group,
        dhcp_options_id: vpc.dhcp_options_id.clone(),
        enable_dns_hostnames: Some(attributes.dns_hostnames),
        enable_dns_support: attributes.dns_support,
        enable_network_address_usage_metrics: Some(attributes.usage_metrics),
        id: Some(id),
        instance_tenancy: vpc.instance_tenancy.as_ref().map_or("default", |tenancy| tenancy.as_str()).to_owned(),
        ipv4_ipam_pool_id: prior.ipv4_ipam_pool_id.clone(),
        ipv4_netmask_length: prior.ipv4_netmask_length,
        ipv6_association_id: Some(ipv6.and_then(|ipv6| ipv6.association_id.clone()).unwrap_or_default()),
        ipv6_cidr_block: Some(ipv6.and_then(|ipv6| ipv6.ipv6_cidr_block.clone()).unwrap_or_default()),
        ipv6_cidr_block_network_border_group: Some(
            ipv6.and_then(|ipv6| ipv6.network_border_group.clone()).unwrap_or_default(),
        ),
        ipv6_ipam_pool_id: Some(if pool == "Amazon" { String::new() } else { pool }),
        ipv6_netmask_length: Some(prior.ipv6_netmask_length.unwrap_or(0)),
        main_route_table_id: defaults.main_route_table,
        owner_id: Some(owner),
        tags,
        tags_all,
    };
    Observed::in_state(model, vpc.state.as_ref().map_or("available", |state| state.as_str()))
}

fn ipv6_association(vpc: &Ec2Vpc) -> Option<&VpcIpv6CidrBlockAssociation> {
    vpc.ipv6_cidr_block_association_set().iter().find(|association| {
        association.ipv6_cidr_block_state.as_ref().and_then(|state| state.state.as_ref())
            == Some(&VpcCidrBlockStateCode::Associated)
    })
}

async fn update_attributes(aws: &Aws, id: &RemoteId, prior: &Vpc, planned: &Vpc) -> RemoteResult<()> {
    let modify = || aws.ec2.modify_vpc_attribute().vpc_id(&id.0);
    let boolean = |value: bool| AttributeBooleanValue::builder().value(value).build();
    // EC2 takes one attribute at a time, and host names only where its resolver answers.
    if prior.enable_dns_support != planned.enable_dns_support && planned.enable_dns_support {
        modify().enable_dns_support(boolean(true)).send().await.named(MODIFY_ATTRIBUTE)?;
    }
    if let Some(hostnames) = planned.enable_dns_hostnames
        && prior.enable_dns_hostnames != Some(hostnames)
    {
        modify().enable_dns_hostnames(boolean(hostnames)).send().await.named(MODIFY_ATTRIBUTE)?;
    }
    if prior.enable_dns_support != planned.enable_dns_support && !planned.enable_dns_support {
        modify().enable_dns_support(boolean(false)).send().await.named(MODIFY_ATTRIBUTE)?;
    }
    if let Some(metrics) = planned.enable_network_address_usage_metrics
        && prior.enable_network_address_usage_metrics != Some(metrics)
    {
        modify().enable_network_address_usage_metrics(boolean(metrics)).send().await.named(MODIFY_ATTRIBUTE)?;
    }
    Ok(())
}

async fn update_ipv6(aws: &Aws, id: &RemoteId, prior: &Vpc, planned: &Vpc) -> RemoteResult<()> {
    let wanted = |vpc: &Vpc| {
        (
            vpc.assign_generated_ipv6_cidr_block.unwrap_or(false),
            non_empty(&vpc.ipv6_ipam_pool_id),
            vpc.ipv6_netmask_length.filter(|length| *length != 0),
        )
    };
    let block = non_empty(&planned.ipv6_cidr_block);
    if wanted(prior) == wanted(planned) && (block.is_none() || block == non_empty(&prior.ipv6_cidr_block)) {
        return Ok(());
    }
    if let Some(association) = non_empty(&prior.ipv6_association_id) {
        aws.ec2
            .disassociate_vpc_cidr_block()
            .association_id(association)
            .send()
            .await
            .named("ec2:DisassociateVpcCidrBlock")?;
    }
    let (generated, pool, length) = wanted(planned);
    if !generated && pool.is_none() {
        return Ok(());
    }
    let call = aws
        .ec2
        .associate_vpc_cidr_block()
        .vpc_id(&id.0)
        .set_amazon_provided_ipv6_cidr_block(generated.then_some(true))
        .set_ipv6_cidr_block_network_border_group(non_empty(&planned.ipv6_cidr_block_network_border_group))
        .set_ipv6_ipam_pool_id(pool)
        .set_ipv6_netmask_length(length.and_then(|length| length.try_into().ok()))
        .set_ipv6_cidr_block(block);
    call.send().await.named("ec2:AssociateVpcCidrBlock").map(|_| ())
}
