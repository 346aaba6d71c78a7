//! `aws_route_table`

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{ResourceType as Ec2Type, Route as Ec2Route, RouteOrigin, RouteTable as Ec2RouteTable};
use wpinfra_core::provider::{
    Creation, Draft, Identity, Observed, ReadRequest, RemoteId, RemoteResult, ResourceType, Token,
};
use wpinfra_schema_derive::{BlockModel, Model};

use super::route_target::{Destination, RouteEntry, TargetKind, create_route, delete_route, replace_route, target_of};
use super::{creation_tags, find_by_creation_tag, pairs, update_tags};
use crate::client::Aws;
use crate::error::{Call as _, gone_is_done, missing};
use crate::tags::{self, Tags};

/// Tells packets that leave a subnet where to go.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_route_table", version = 0, timeouts(create = 300, delete = 300, update = 120))]
pub struct RouteTable {
    /// ARN of the table.
    #[attr(computed)]
    pub arn: Option<String>,
    /// Id: `rtb-…`.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// Account that owns the table.
    #[attr(computed)]
    pub owner_id: Option<String>,
    /// Virtual private gateways that add their routes.
    #[attr(optional, computed)]
    pub propagating_vgws: BTreeSet<String>,
    /// Routes, apart from those that EC2 adds itself.
    #[attr(optional, computed, set, element_defaults)]
    pub route: Vec<TableRoute>,
    /// Tags of the table.
    #[attr(optional)]
    pub tags: Tags,
    /// Tags with those of the provider block.
    #[attr(optional, computed)]
    pub tags_all: Tags,
    /// VPC that the table belongs to.
    #[attr(required, replace)]
    pub vpc_id: String,
}

/// A route of a table.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct TableRoute {
    /// Carrier gateway to send to.
    #[attr(optional)]
    pub carrier_gateway_id: Option<String>,
    /// Destination by IPv4 addresses.
    #[attr(optional)]
    pub cidr_block: Option<String>,
    /// Core network to send to.
    #[attr(optional)]
    pub core_network_arn: Option<String>,
    /// Destination by prefix list.
    #[attr(optional)]
    pub destination_prefix_list_id: Option<String>,
    /// Egress-only internet gateway to send to.
    #[attr(optional)]
    pub egress_only_gateway_id: Option<String>,
    /// Internet gateway or virtual private gateway to send to.
    #[attr(optional)]
    pub gateway_id: Option<String>,
    /// Destination by IPv6 addresses.
    #[attr(optional)]
    pub ipv6_cidr_block: Option<String>,
    /// Local gateway of an Outpost to send to.
    #[attr(optional)]
    pub local_gateway_id: Option<String>,
    /// NAT gateway to send to.
    #[attr(optional)]
    pub nat_gateway_id: Option<String>,
    /// Network interface to send to.
    #[attr(optional)]
    pub network_interface_id: Option<String>,
    /// Transit gateway to send to.
    #[attr(optional)]
    pub transit_gateway_id: Option<String>,
    /// VPC endpoint to send to.
    #[attr(optional)]
    pub vpc_endpoint_id: Option<String>,
    /// Peering connection to send to.
    #[attr(optional)]
    pub vpc_peering_connection_id: Option<String>,
}

/// The resource type.
pub struct RouteTableType;

impl ResourceType for RouteTableType {
    type Model = RouteTable;
    type Client = Aws;

    // The token as well as a tag: the tag is also found after the service has forgotten the token.
    const IDENTITY: Identity = Identity::CreationTag;
    // CreateRouteTable takes no routes.
    const CREATION: Creation = Creation::ThenUpdate;

    fn plan(&self, aws: Option<&Aws>, draft: &mut Draft<'_>) {
        tags::plan(aws, draft);
    }

    async fn create(&self, aws: &Aws, planned: &RouteTable, token: &Token) -> RemoteResult<RemoteId> {
        let call = aws
            .ec2
            .create_route_table()
            .client_token(&token.0)
            .vpc_id(&planned.vpc_id)
            .tag_specifications(creation_tags(Ec2Type::RouteTable, &planned.tags_all, token));
        let answer = call.send().await.named("ec2:CreateRouteTable")?;
        let id = answer.route_table.and_then(|table| table.route_table_id);
        id.map(RemoteId).ok_or_else(|| missing("ec2:CreateRouteTable", "route table id"))
    }

    async fn read(
        &self,
        aws: &Aws,
        requests: &[ReadRequest<RouteTable>],
    ) -> RemoteResult<Vec<Option<Observed<RouteTable>>>> {
        let found = aws.route_tables(requests.iter().map(|request| request.id.0.clone())).await?;
        let observed = requests.iter().map(|request| Some(observed(aws, found.get(&request.id.0)?, &request.prior)));
        Ok(observed.collect())
    }

    async fn update(&self, aws: &Aws, id: &RemoteId, prior: &RouteTable, planned: &RouteTable) -> RemoteResult<()> {
        update_tags(aws, &id.0, &prior.tags_all, &planned.tags_all).await?;
        update_propagation(aws, id, prior, planned).await?;
        update_routes(aws, id, prior, planned).await
    }

    async fn delete(&self, aws: &Aws, id: &RemoteId, _prior: &RouteTable) -> RemoteResult<()> {
        // A table goes only when nothing is associated with it; the main association never goes.
        let found = aws.route_tables([id.0.clone()]).await?;
        let associations = found.get(&id.0).map(Ec2RouteTable::associations).unwrap_or_default();
        for association in associations.iter().filter(|association| association.main != Some(true)) {
            let call =
                aws.ec2.disassociate_route_table().set_association_id(association.route_table_association_id.clone());
            gone_is_done(call.send().await.named("ec2:DisassociateRouteTable").map(|_| ()))?;
        }
        gone_is_done(
            aws.ec2.delete_route_table().route_table_id(&id.0).send().await.named("ec2:DeleteRouteTable").map(|_| ()),
        )
    }

    async fn find(&self, aws: &Aws, _planned: &RouteTable, token: &Token) -> RemoteResult<Option<RemoteId>> {
        find_by_creation_tag(aws, token).await
    }
}

async fn update_propagation(aws: &Aws, id: &RemoteId, prior: &RouteTable, planned: &RouteTable) -> RemoteResult<()> {
    for gateway in prior.propagating_vgws.difference(&planned.propagating_vgws) {
        let call = aws.ec2.disable_vgw_route_propagation().route_table_id(&id.0).gateway_id(gateway);
        call.send().await.named("ec2:DisableVgwRoutePropagation")?;
    }
    for gateway in planned.propagating_vgws.difference(&prior.propagating_vgws) {
        let call = aws.ec2.enable_vgw_route_propagation().route_table_id(&id.0).gateway_id(gateway);
        call.send().await.named("ec2:EnableVgwRoutePropagation")?;
    }
    Ok(())
}

async fn update_routes(aws: &Aws, id: &RemoteId, prior: &RouteTable, planned: &RouteTable) -> RemoteResult<()> {
    let entries = |table: &RouteTable| table.route.iter().filter_map(TableRoute::entry).collect::<Vec<_>>();
    let (before, after) = (entries(prior), entries(planned));
    let same = |entry: &RouteEntry, others: &[RouteEntry]| {
        others.iter().find(|other| other.destination.is_same(&entry.destination)).cloned()
    };
    for gone in before.iter().filter(|entry| same(entry, &after).is_none()) {
        delete_route(aws, &id.0, &gone.destination).await?;
    }
    for entry in &after {
        match same(entry, &before) {
            None => create_route(aws, &id.0, entry).await?,
            Some(old) if (old.kind, &old.target) != (entry.kind, &entry.target) => {
                replace_route(aws, &id.0, entry).await?;
            }
            Some(_) => {}
        }
    }
    Ok(())
}

impl TableRoute {
    /// Returns the route that the block describes; `None` for one without destination or target.
    fn entry(&self) -> Option<RouteEntry> {
        let destination = Destination::from_arguments(
            self.cidr_block.as_ref(),
            self.ipv6_cidr_block.as_ref(),
            self.destination_prefix_list_id.as_ref(),
        )?;
        let targets = [
            (TargetKind::CarrierGateway, &self.carrier_gateway_id),
            (TargetKind::CoreNetwork, &self.core_network_arn),
            (TargetKind::EgressOnlyGateway, &self.egress_only_gateway_id),
            (TargetKind::Gateway, &self.gateway_id),
            (TargetKind::LocalGateway, &self.local_gateway_id),
            (TargetKind::NatGateway, &self.nat_gateway_id),
            (TargetKind::NetworkInterface, &self.network_interface_id),
            (TargetKind::TransitGateway, &self.transit_gateway_id),
            (TargetKind::VpcEndpoint, &self.vpc_endpoint_id),
            (TargetKind::VpcPeeringConnection, &self.vpc_peering_connection_id),
        ];
        let set = targets
            .into_iter()
            .find_map(|(kind, target)| Some((kind, target.clone().filter(|target| !target.is_empty())?)));
        set.map(|(kind, target)| RouteEntry { destination, kind, target })
    }

    /// Returns the block for a route as EC2 tells it: what is not set is "", as the older SDK writes elements of sets.
    fn observed(route: &Ec2Route) -> Option<Self> {
        let (destination, (kind, target)) = (Destination::of(route)?, target_of(route)?);
        let to = |wanted: TargetKind| Some(if kind == wanted { target.clone() } else { String::new() });
        let is = |text: Option<&str>| Some(text.unwrap_or_default().to_owned());
        let (ipv4, ipv6, list) = match &destination {
            Destination::Ipv4(text) => (Some(text.as_str()), None, None),
            Destination::Ipv6(text) => (None, Some(text.as_str()), None),
            Destination::PrefixList(text) => (None, None, Some(text.as_str())),
        };
        Some(Self {
            carrier_gateway_id: to(TargetKind::CarrierGateway),
            cidr_block: is(ipv4),
            core_network_arn: to(TargetKind::CoreNetwork),
            destination_prefix_list_id: is(list),
            egress_only_gateway_id: to(TargetKind::EgressOnlyGateway),
            gateway_id: to(TargetKind::Gateway),
            ipv6_cidr_block: is(ipv6),
            local_gateway_id: to(TargetKind::LocalGateway),
            nat_gateway_id: to(TargetKind::NatGateway),
            network_interface_id: to(TargetKind::NetworkInterface),
            transit_gateway_id: to(TargetKind::TransitGateway),
            vpc_endpoint_id: to(TargetKind::VpcEndpoint),
            vpc_peering_connection_id: to(TargetKind::VpcPeeringConnection),
        })
    }
}

/// Tells whether a route stands in the table because somebody asked for it, not because EC2 keeps it there.
fn is_chosen(route: &Ec2Route) -> bool {
    let gateway = route.gateway_id.as_deref().unwrap_or_default();
    let by_endpoint = route.destination_prefix_list_id.is_some() && gateway.starts_with("vpce-");
    gateway != "local" && route.origin != Some(RouteOrigin::EnableVgwRoutePropagation) && !by_endpoint
}

fn observed(aws: &Aws, table: &Ec2RouteTable, prior: &RouteTable) -> Observed<RouteTable> {
    let (tags, tags_all) = aws.tags.observed(pairs(table.tags.as_deref()), &prior.tags);
    let (id, owner) = (table.route_table_id.clone().unwrap_or_default(), table.owner_id.clone());
    Observed::of(RouteTable {
        arn: Some(aws.ec2_arn(owner.as_deref(), "route-table", &id)),
        id: Some(id),
        owner_id: owner,
        propagating_vgws: table.propagating_vgws().iter().filter_map(|gateway| gateway.gateway_id.clone()).collect(),
        route: table.routes().iter().filter(|route| is_chosen(route)).filter_map(TableRoute::observed).collect(),
        tags,
        tags_all,
        vpc_id: table.vpc_id.clone().unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_that_ec2_adds_are_not_ours() {
        let route = |gateway: &str| Ec2Route::builder().destination_cidr_block("10.0.0.0/16").gateway_id(gateway);
        assert!(!is_chosen(&route("local").build()));
        assert!(is_chosen(&route("igw-1").build()));
        assert!(!is_chosen(&route("vgw-1").origin(RouteOrigin::EnableVgwRoutePropagation).build()));
        let endpoint = Ec2Route::builder().destination_prefix_list_id("pl-1").gateway_id("vpce-1").build();
        assert!(!is_chosen(&endpoint));
    }

    #[test]
    fn observed_routes_give_the_same_entry_back() {
        let route = Ec2Route::builder().destination_cidr_block("0.0.0.0/0").nat_gateway_id("nat-1").build();
        let entry = TableRoute::observed(&route).and_then(|route| route.entry()).expect("complete");
        assert_eq!(
            (entry.destination.text(), entry.kind, &*entry.target),
            ("0.0.0.0/0", TargetKind::NatGateway, "nat-1")
        );
    }
}
