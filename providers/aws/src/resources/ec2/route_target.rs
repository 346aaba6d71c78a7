//! Destinations and targets of routes, shared by `aws_route_table` and `aws_route`.

use aws_sdk_ec2::types::Route as Ec2Route;
use wpinfra_core::provider::RemoteResult;

use crate::client::Aws;
use crate::error::{Call as _, gone_is_done};

/// Where packets of a route are sent to, named by the argument that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TargetKind {
    CarrierGateway,
    CoreNetwork,
    EgressOnlyGateway,
    Gateway,
    LocalGateway,
    NatGateway,
    NetworkInterface,
    TransitGateway,
    VpcEndpoint,
    VpcPeeringConnection,
}

/// Which packets a route is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Destination {
    Ipv4(String),
    Ipv6(String),
    PrefixList(String),
}

/// A route apart from the table that it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RouteEntry {
    pub(crate) destination: Destination,
    pub(crate) kind: TargetKind,
    pub(crate) target: String,
}

impl Destination {
    /// Returns the destination as EC2 writes it.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Ipv4(text) | Self::Ipv6(text) | Self::PrefixList(text) => text,
        }
    }

    /// Returns the destination of a route as EC2 tells it.
    pub(crate) fn of(route: &Ec2Route) -> Option<Self> {
        route
            .destination_cidr_block
            .clone()
            .map(Self::Ipv4)
            .or_else(|| route.destination_ipv6_cidr_block.clone().map(Self::Ipv6))
            .or_else(|| route.destination_prefix_list_id.clone().map(Self::PrefixList))
    }

    /// Returns the one of three arguments that is set.
    pub(crate) fn from_arguments(ipv4: Option<&String>, ipv6: Option<&String>, list: Option<&String>) -> Option<Self> {
        let set = |text: Option<&String>| text.filter(|text| !text.is_empty()).cloned();
        set(ipv4).map(Self::Ipv4).or_else(|| set(ipv6).map(Self::Ipv6)).or_else(|| set(list).map(Self::PrefixList))
    }

    /// Tells whether two destinations are the same network, however they are written.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let network = |text: &str| text.parse::<ipnet::IpNet>().ok();
        self == other || network(self.text()).is_some_and(|mine| network(other.text()) == Some(mine))
    }
}

/// Returns the target of a route as EC2 tells it.
pub(crate) fn target_of(route: &Ec2Route) -> Option<(TargetKind, String)> {
    let gateway = route.gateway_id.clone();
    let is_endpoint = gateway.as_deref().is_some_and(|gateway| gateway.starts_with("vpce-"));
    let candidates = [
        (TargetKind::CarrierGateway, route.carrier_gateway_id.clone()),
        (TargetKind::CoreNetwork, route.core_network_arn.clone()),
        (TargetKind::EgressOnlyGateway, route.egress_only_internet_gateway_id.clone()),
        (if is_endpoint { TargetKind::VpcEndpoint } else { TargetKind::Gateway }, gateway),
        (TargetKind::LocalGateway, route.local_gateway_id.clone()),
        (TargetKind::NatGateway, route.nat_gateway_id.clone()),
        (TargetKind::NetworkInterface, route.network_interface_id.clone()),
        (TargetKind::TransitGateway, route.transit_gateway_id.clone()),
        (TargetKind::VpcPeeringConnection, route.vpc_peering_connection_id.clone()),
    ];
    candidates.into_iter().find_map(|(kind, target)| Some((kind, target.filter(|target| !target.is_empty())?)))
}

/// Sets destination and target on a call; creating and replacing take the same.
macro_rules! with_route {
    ($call:expr, $entry:expr) => {{
        let call = match &$entry.destination {
            Destination::Ipv4(text) => $call.destination_cidr_block(text),
            Destination::Ipv6(text) => $call.destination_ipv6_cidr_block(text),
            Destination::PrefixList(text) => $call.destination_prefix_list_id(text),
        };
        let target = &$entry.target;
        match $entry.kind {
            TargetKind::CarrierGateway => call.carrier_gateway_id(target),
            TargetKind::CoreNetwork => call.core_network_arn(target),
            TargetKind::EgressOnlyGateway => call.egress_only_internet_gateway_id(target),
            TargetKind::Gateway => call.gateway_id(target),
            TargetKind::LocalGateway => call.local_gateway_id(target),
            TargetKind::NatGateway => call.nat_gateway_id(target),
            TargetKind::NetworkInterface => call.network_interface_id(target),
            TargetKind::TransitGateway => call.transit_gateway_id(target),
            TargetKind::VpcEndpoint => call.vpc_endpoint_id(target),
            TargetKind::VpcPeeringConnection => call.vpc_peering_connection_id(target),
        }
    }};
}

/// Adds a route to a table.
pub(crate) async fn create_route(aws: &Aws, table: &str, entry: &RouteEntry) -> RemoteResult<()> {
    with_route!(aws.ec2.create_route().route_table_id(table), entry).send().await.named("ec2:CreateRoute").map(|_| ())
}

/// Gives a route of a table another target.
pub(crate) async fn replace_route(aws: &Aws, table: &str, entry: &RouteEntry) -> RemoteResult<()> {
    with_route!(aws.ec2.replace_route().route_table_id(table), entry).send().await.named("ec2:ReplaceRoute").map(|_| ())
}

/// Removes a route from a table.
pub(crate) async fn delete_route(aws: &Aws, table: &str, destination: &Destination) -> RemoteResult<()> {
    let call = aws.ec2.delete_route().route_table_id(table);
    let call = match destination {
        Destination::Ipv4(text) => call.destination_cidr_block(text),
        Destination::Ipv6(text) => call.destination_ipv6_cidr_block(text),
        Destination::PrefixList(text) => call.destination_prefix_list_id(text),
    };
    gone_is_done(call.send().await.named("ec2:DeleteRoute").map(|_| ()))
}
