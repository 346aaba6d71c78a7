//! `aws_nat_gateway`

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{ConnectivityType, NatGateway as Ec2NatGateway, NatGatewayAddress, ResourceType as Ec2Type};
use wpinfra_core::provider::{
    Draft, Identity, Observed, ReadRequest, RemoteId, RemoteResult, ResourceType, Token, Wait, wait,
};
use wpinfra_core::{Diagnostic, Diagnostics, Value};
use wpinfra_schema_derive::Model;

use super::{creation_tags, find_by_creation_tag, pairs, update_tags};
use crate::client::Aws;
use crate::error::{Call as _, gone_is_done, missing};
use crate::reads::{chunks, filter};
use crate::tags::{self, Tags};
use crate::text::non_empty;

/// Gives instances in private subnets a way out to the internet.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_nat_gateway", version = 0, timeouts(create = 600, delete = 1800, update = 600))]
pub struct NatGateway {
    /// Allocation of the Elastic IP, absent for a private gateway.
    #[attr(optional, replace)]
    pub allocation_id: Option<String>,
    /// Association of the Elastic IP.
    #[attr(computed)]
    pub association_id: Option<String>,
    /// Whether it leads to the internet or to other networks.
    #[attr(optional, default = "public", replace, one_of("private", "public"))]
    pub connectivity_type: String,
    /// Id: `nat-…`.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// Network interface of the gateway.
    #[attr(computed)]
    pub network_interface_id: Option<String>,
    /// Address in the subnet.
    #[attr(optional, computed, replace, format(Ipv4))]
    pub private_ip: Option<String>,
    /// The Elastic IP.
    #[attr(computed)]
    pub public_ip: Option<String>,
    /// Allocations of further Elastic IPs.
    #[attr(optional)]
    pub secondary_allocation_ids: BTreeSet<String>,
    /// Number of further addresses in the subnet.
    #[attr(
        optional,
        computed,
        replace,
        integer,
        conflicts("secondary_private_ip_addresses"),
        unknown_on_update("secondary_allocation_ids")
    )]
    pub secondary_private_ip_address_count: Option<i64>,
    /// Further addresses in the subnet.
    #[attr(
        optional,
        computed,
        conflicts("secondary_private_ip_address_count"),
        unknown_on_update("secondary_allocation_ids")
    )]
    pub secondary_private_ip_addresses: BTreeSet<String>,
    /// Subnet that the gateway stands in.
    #[attr(required, replace)]
    pub subnet_id: String,
    /// Tags of the gateway.
    #[attr(optional)]
    pub tags: Tags,
    /// Tags with those of the provider block.
    #[attr(optional, computed)]
    pub tags_all: Tags,
}

/// The resource type.
pub struct NatGatewayType;

impl ResourceType for NatGatewayType {
    type Model = NatGateway;
    type Client = Aws;

    // The token as well as a tag: the tag is also found after the service has forgotten the token.
    const IDENTITY: Identity = Identity::CreationTag;
    const READY: Option<Wait> = Some(wait(&["pending"], &["available"]).timeout_minutes(10));
    const GONE: Option<Wait> = Some(wait(&["available", "deleting"], &["deleted"]).timeout_minutes(30));

    fn validate(&self, config: &Value) -> Diagnostics {
        let text = |name: &str| config.get(name).and_then(|value| value.as_str().map(ToOwned::to_owned));
        let allocated = config.get("allocation_id").is_some_and(|value| !value.is_null());
        if text("connectivity_type").as_deref() == Some("private") && allocated {
            return Diagnostic::error(
                "Conflicting arguments",
                "A private NAT gateway has no Elastic IP: remove \"allocation_id\", or make the gateway public.",
            )
            .into();
        }
        Diagnostics::new()
    }

    fn plan(&self, aws: Option<&Aws>, draft: &mut Draft<'_>) {
        tags::plan(aws, draft);
    }

    async fn create(&self, aws: &Aws, planned: &NatGateway, token: &Token) -> RemoteResult<RemoteId> {
        let call = aws
            .ec2
            .create_nat_gateway()
            .client_token(&token.0)
            .subnet_id(&planned.subnet_id)
            .set_allocation_id(non_empty(&planned.allocation_id))
            .connectivity_type(ConnectivityType::from(planned.connectivity_type.as_str()))
            .set_private_ip_address(non_empty(&planned.private_ip))
            .set_secondary_allocation_ids(some_of(&planned.secondary_allocation_ids))
            .set_secondary_private_ip_addresses(some_of(&planned.secondary_private_ip_addresses))
            .set_secondary_private_ip_address_count(
                planned
                    .secondary_private_ip_address_count
                    .and_then(|count| i32::try_from(count).ok())
                    .filter(|count| *count > 0),
            )
            .tag_specifications(creation_tags(Ec2Type::Natgateway, &planned.tags_all, token));
        let answer = call.send().await.named("ec2:CreateNatGateway")?;
        let id = answer.nat_gateway.and_then(|gateway| gateway.nat_gateway_id);
        id.map(RemoteId).ok_or_else(|| missing("ec2:CreateNatGateway", "NAT gateway id"))
    }

    async fn read(
        &self,
        aws: &Aws,
        requests: &[ReadRequest<NatGateway>],
    ) -> RemoteResult<Vec<Option<Observed<NatGateway>>>> {
        let ids: Vec<String> = requests.iter().map(|request| request.id.0.clone()).collect();
        let mut found = BTreeMap::new();
        for ids in chunks(&ids) {
            let mut pages =
                aws.ec2.describe_nat_gateways().filter(filter("nat-gateway-id", ids)).into_paginator().items().send();
            while let Some(gateway) = pages.next().await {
                let gateway: Ec2NatGateway = gateway.named("ec2:DescribeNatGateways")?;
                found.insert(gateway.nat_gateway_id.clone().unwrap_or_default(), gateway);
            }
        }
        let observed = requests.iter().map(|request| {
            let gateway = found.get(&request.id.0)?;
            // For an hour EC2 still tells of gateways that are deleted.
            let is_deleted = gateway.state.as_ref().is_some_and(|state| state.as_str() == "deleted");
            (!is_deleted).then(|| observed(aws, gateway, &request.prior))
        });
        Ok(observed.collect())
    }

    async fn update(&self, aws: &Aws, id: &RemoteId, prior: &NatGateway, planned: &NatGateway) -> RemoteResult<()> {
        update_tags(aws, &id.0, &prior.tags_all, &planned.tags_all).await?;
        if planned.connectivity_type == "public" {
            update_allocations(aws, id, prior, planned).await
        } else {
            update_private_addresses(aws, id, prior, planned).await
        }
    }

    async fn delete(&self, aws: &Aws, id: &RemoteId, _prior: &NatGateway) -> RemoteResult<()> {
        gone_is_done(
            aws.ec2.delete_nat_gateway().nat_gateway_id(&id.0).send().await.named("ec2:DeleteNatGateway").map(|_| ()),
        )
    }

    async fn find(&self, aws: &Aws, _planned: &NatGateway, token: &Token) -> RemoteResult<Option<RemoteId>> {
        find_by_creation_tag(aws, token).await
    }
}

/// Returns the texts as a list; `None` where there are none, as the API wants it.
fn some_of(texts: &BTreeSet<String>) -> Option<Vec<String>> {
    (!texts.is_empty()).then(|| texts.iter().cloned().collect())
}

/// Returns the addresses that are in the first set only.
fn only_in(first: &BTreeSet<String>, second: &BTreeSet<String>) -> Option<Vec<String>> {
    some_of(&first.difference(second).cloned().collect())
}

async fn update_allocations(aws: &Aws, id: &RemoteId, prior: &NatGateway, planned: &NatGateway) -> RemoteResult<()> {
    let (before, after) = (&prior.secondary_allocation_ids, &planned.secondary_allocation_ids);
    if let Some(added) = only_in(after, before) {
        let call = aws.ec2.associate_nat_gateway_address().nat_gateway_id(&id.0).set_allocation_ids(Some(added));
        call.send().await.named("ec2:AssociateNatGatewayAddress")?;
    }
    let Some(removed) = only_in(before, after) else { return Ok(()) };
    // EC2 takes associations, which only the gateway tells.
    let answer =
        aws.ec2.describe_nat_gateways().nat_gateway_ids(&id.0).send().await.named("ec2:DescribeNatGateways")?;
    let addresses = answer.nat_gateways().iter().flat_map(Ec2NatGateway::nat_gateway_addresses);
    let is_removed =
        |address: &&NatGatewayAddress| address.allocation_id.as_ref().is_some_and(|id| removed.contains(id));
    let associations: Vec<String> =
        addresses.filter(is_removed).filter_map(|address| address.association_id.clone()).collect();
    if associations.is_empty() {
        return Ok(());
    }
    let call = aws.ec2.disassociate_nat_gateway_address().nat_gateway_id(&id.0).set_association_ids(Some(associations));
    call.send().await.named("ec2:DisassociateNatGatewayAddress").map(|_| ())
}

async fn update_private_addresses(
    aws: &Aws,
    id: &RemoteId,
    prior: &NatGateway,
    planned: &NatGateway,
) -> RemoteResult<()> {
    let (before, after) = (&prior.secondary_private_ip_addresses, &planned.secondary_private_ip_addresses);
    if let Some(added) = only_in(after, before) {
        let call =
            aws.ec2.assign_private_nat_gateway_address().nat_gateway_id(&id.0).set_private_ip_addresses(Some(added));
        call.send().await.named("ec2:AssignPrivateNatGatewayAddress")?;
    }
    if let Some(removed) = only_in(before, after) {
        let call = aws
            .ec2
            .unassign_private_nat_gateway_address()
            .nat_gateway_id(&id.0)
            .set_private_ip_addresses(Some(removed));
        call.send().await.named("ec2:UnassignPrivateNatGatewayAddress")?;
    }
    Ok(())
}

fn observed(aws: &Aws, gateway: &Ec2NatGateway, prior: &NatGateway) -> Observed<NatGateway> {
    let (tags, tags_all) = aws.tags.observed(pairs(gateway.tags.as_deref()), &prior.tags);
    let addresses = gateway.nat_gateway_addresses();
    // A gateway with one address does not say that it is the primary one.
    let is_primary = |address: &&NatGatewayAddress| address.is_primary == Some(true) || addresses.len() == 1;
    let primary = addresses.iter().find(is_primary);
    let secondary: Vec<&NatGatewayAddress> = addresses.iter().filter(|address| !is_primary(address)).collect();
    let model = NatGateway {
        allocation_id: Some(primary.and_then(|address| address.allocation_id.clone()).unwrap_or_default()),
        association_id: Some(primary.and_then(|address| address.association_id.clone()).unwrap_or_default()),
        connectivity_type: gateway.connectivity_type.as_ref().map_or("public", ConnectivityType::as_str).to_owned(),
        id: gateway.nat_gateway_id.clone(),
        network_interface_id: Some(
            primary.and_then(|address| address.network_interface_id.clone()).unwrap_or_default(),
        ),
        private_ip: Some(primary.and_then(|address| address.private_ip.clone()).unwrap_or_default()),
        public_ip: Some(primary.and_then(|address| address.public_ip.clone()).unwrap_or_default()),
        secondary_allocation_ids: secondary.iter().filter_map(|address| address.allocation_id.clone()).collect(),
        secondary_private_ip_address_count: Some(i64::try_from(secondary.len()).unwrap_or(i64::MAX)),
        secondary_private_ip_addresses: secondary.iter().filter_map(|address| address.private_ip.clone()).collect(),
        subnet_id: gateway.subnet_id.clone().unwrap_or_default(),
        tags,
        tags_all,
    };
    let state = gateway.state.as_ref().map_or("available", |state| state.as_str());
    Observed { reason: gateway.failure_message.clone(), ..Observed::in_state(model, state) }
}
