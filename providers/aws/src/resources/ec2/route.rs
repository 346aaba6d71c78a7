//! `aws_route`

use aws_sdk_ec2::types::{Route as Ec2Route, RouteTable as Ec2RouteTable};
use wpinfra_core::provider::{
    Identity, Observed, ReadRequest, RemoteError, RemoteErrorKind, RemoteId, RemoteResult, ResourceType, Token,
};
use wpinfra_schema_derive::Model;

use super::route_target::{Destination, RouteEntry, TargetKind, create_route, delete_route, replace_route, target_of};
use crate::client::Aws;

/// Arguments of which one says where to.
const TARGETS: &[&str] = &[
    "carrier_gateway_id",
    "core_network_arn",
    "egress_only_gateway_id",
    "gateway_id",
    "local_gateway_id",
    "nat_gateway_id",
    "network_interface_id",
    "transit_gateway_id",
    "vpc_endpoint_id",
    "vpc_peering_connection_id",
];

/// Arguments of which one says which packets.
const DESTINATIONS: &[&str] = &["destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id"];

/// A route of a table whose other routes are managed elsewhere.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_route", version = 0, timeouts(create = 300, delete = 300, update = 120))]
pub struct Route {
    /// Carrier gateway to send to.
    #[attr(optional, exactly_one = TARGETS)]
    pub carrier_gateway_id: Option<String>,
    /// Core network to send to.
    #[attr(optional, exactly_one = TARGETS)]
    pub core_network_arn: Option<String>,
    /// Destination by IPv4 addresses.
    #[attr(optional, replace, format(Cidr4), exactly_one = DESTINATIONS)]
    pub destination_cidr_block: Option<String>,
    /// Destination by IPv6 addresses.
    #[attr(optional, replace, ignore_case, format(Cidr6), exactly_one = DESTINATIONS)]
    pub destination_ipv6_cidr_block: Option<String>,
    /// Destination by prefix list.
    #[attr(optional, replace, exactly_one = DESTINATIONS)]
    pub destination_prefix_list_id: Option<String>,
    /// Egress-only internet gateway to send to.
    #[attr(optional, exactly_one = TARGETS)]
    pub egress_only_gateway_id: Option<String>,
    /// Internet gateway or virtual private gateway to send to.
    #[attr(optional, exactly_one = TARGETS)]
    pub gateway_id: Option<String>,
    /// Id: made from table and destination.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// Instance behind the network interface.
    #[attr(computed)]
    pub instance_id: Option<String>,
    /// Account that owns that instance.
    #[attr(computed)]
    pub instance_owner_id: Option<String>,
    /// Local gateway of an Outpost to send to.
    #[attr(optional, exactly_one = TARGETS)]
    pub local_gateway_id: Option<String>,
    /// NAT gateway to send to.
    #[attr(optional, exactly_one = TARGETS)]
    pub nat_gateway_id: Option<String>,
    /// Network interface to send to.
    #[attr(optional, computed, exactly_one = TARGETS)]
    pub network_interface_id: Option<String>,
    /// How the route came about.
    #[attr(computed)]
    pub origin: Option<String>,
    /// Table that the route stands in.
    #[attr(required, replace)]
    pub route_table_id: String,
    /// Whether the target is there: `active` or `blackhole`.
    #[attr(computed)]
    pub state: Option<String>,
    /// Transit gateway to send to.
    #[attr(optional, exactly_one = TARGETS)]
    pub transit_gateway_id: Option<String>,
    /// VPC endpoint to send to.
    #[attr(optional, exactly_one = TARGETS)]
    pub vpc_endpoint_id: Option<String>,
    /// Peering connection to send to.
    #[attr(optional, exactly_one = TARGETS)]
    pub vpc_peering_connection_id: Option<String>,
}

/// The resource type.
pub struct RouteType;

impl ResourceType for RouteType {
    type Model = Route;
    type Client = Aws;

    const IDENTITY: Identity = Identity::Arguments;

    async fn create(&self, aws: &Aws, planned: &Route, _token: &Token) -> RemoteResult<RemoteId> {
        let entry = planned.entry().ok_or_else(incomplete)?;
        create_route(aws, &planned.route_table_id, &entry).await?;
        Ok(id_of(&planned.route_table_id, &entry.destination))
    }

    async fn read(&self, aws: &Aws, requests: &[ReadRequest<Route>]) -> RemoteResult<Vec<Option<Observed<Route>>>> {
        let tables = aws.route_tables(requests.iter().map(|request| request.prior.route_table_id.clone())).await?;
        let observed = requests.iter().map(|request| {
            let table = tables.get(&request.prior.route_table_id)?;
            let route = find_in(table, &request.prior.destination()?)?;
            Some(Observed::of(observed(request, route)))
        });
        Ok(observed.collect())
    }

    async fn update(&self, aws: &Aws, _id: &RemoteId, _prior: &Route, planned: &Route) -> RemoteResult<()> {
        replace_route(aws, &planned.route_table_id, &planned.entry().ok_or_else(incomplete)?).await
    }

    async fn delete(&self, aws: &Aws, _id: &RemoteId, prior: &Route) -> RemoteResult<()> {
        delete_route(aws, &prior.route_table_id, &prior.destination().ok_or_else(incomplete)?).await
    }

    async fn find(&self, aws: &Aws, planned: &Route, _token: &Token) -> RemoteResult<Option<RemoteId>> {
        let wanted = planned.entry().ok_or_else(incomplete)?;
        let tables = aws.route_tables([planned.route_table_id.clone()]).await?;
        let route = tables.get(&planned.route_table_id).and_then(|table| find_in(table, &wanted.destination));
        // A route to elsewhere is somebody else's.
        let ours = route.and_then(target_of).is_some_and(|(_, target)| target == wanted.target);
        Ok(ours.then(|| id_of(&planned.route_table_id, &wanted.destination)))
    }

    fn import(&self, id: &str) -> Result<(RemoteId, Route), String> {
        let (table, text) =
            id.split_once('_').filter(|(table, text)| !table.is_empty() && !text.is_empty()).ok_or_else(|| {
                format!("the import id {id:?} should be the route table and the destination: rtb-0123_10.0.0.0/16")
            })?;
        let destination = match text.parse::<ipnet::IpNet>() {
            Ok(ipnet::IpNet::V4(_)) => Destination::Ipv4(text.to_owned()),
            Ok(ipnet::IpNet::V6(_)) => Destination::Ipv6(text.to_owned()),
            Err(_) => Destination::PrefixList(text.to_owned()),
        };
        let remote = id_of(table, &destination);
        let mut route = Route { id: Some(remote.0.clone()), route_table_id: table.to_owned(), ..Route::default() };
        match destination {
            Destination::Ipv4(text) => route.destination_cidr_block = Some(text),
            Destination::Ipv6(text) => route.destination_ipv6_cidr_block = Some(text),
            Destination::PrefixList(text) => route.destination_prefix_list_id = Some(text),
        }
        Ok((remote, route))
    }
}

impl Route {
    fn destination(&self) -> Option<Destination> {
        Destination::from_arguments(
            self.destination_cidr_block.as_ref(),
            self.destination_ipv6_cidr_block.as_ref(),
            self.destination_prefix_list_id.as_ref(),
        )
    }

    /// Returns destination and target; `None` for a route without one of the two.
    fn entry(&self) -> Option<RouteEntry> {
        // The interface comes last: it is computed too, where an instance stands behind another target.
        let targets = [
            (TargetKind::CarrierGateway, &self.carrier_gateway_id),
            (TargetKind::CoreNetwork, &self.core_network_arn),
            (TargetKind::EgressOnlyGateway, &self.egress_only_gateway_id),
            (TargetKind::Gateway, &self.gateway_id),
            (TargetKind::LocalGateway, &self.local_gateway_id),
            (TargetKind::NatGateway, &self.nat_gateway_id),
            (TargetKind::TransitGateway, &self.transit_gateway_id),
            (TargetKind::VpcEndpoint, &self.vpc_endpoint_id),
            (TargetKind::VpcPeeringConnection, &self.vpc_peering_connection_id),
            (TargetKind::NetworkInterface, &self.network_interface_id),
        ];
        let set = targets
            .into_iter()
            .find_map(|(kind, target)| Some((kind, target.clone().filter(|target| !target.is_empty())?)));
        let destination = self.destination()?;
        set.map(|(kind, target)| RouteEntry { destination, kind, target })
    }
}

/// Returns the id of a route as Terraform makes it: the CRC-32 of the destination behind the table.
fn id_of(table: &str, destination: &Destination) -> RemoteId {
    RemoteId(format!("r-{table}{}", crc32fast::hash(destination.text().as_bytes())))
}

fn incomplete() -> RemoteError {
    RemoteError::local(RemoteErrorKind::Refused, "aws_route", "a route needs a destination and a target")
}

fn find_in<'a>(table: &'a Ec2RouteTable, destination: &Destination) -> Option<&'a Ec2Route> {
    table.routes().iter().find(|route| Destination::of(route).is_some_and(|found| found.is_same(destination)))
}

fn observed(request: &ReadRequest<Route>, route: &Ec2Route) -> Route {
    let found = target_of(route);
    let to = |wanted: TargetKind| {
        let target = found.as_ref().filter(|(kind, _)| *kind == wanted).map(|(_, target)| target.clone());
        Some(target.unwrap_or_default())
    };
    let text = |field: Option<&String>| Some(field.cloned().unwrap_or_default());
    // What was written is kept: the service tells the network, which may be written in other ways.
    let prior = &request.prior;
    Route {
        carrier_gateway_id: to(TargetKind::CarrierGateway),
        core_network_arn: to(TargetKind::CoreNetwork),
        destination_cidr_block: text(prior.destination_cidr_block.as_ref()),
        destination_ipv6_cidr_block: text(prior.destination_ipv6_cidr_block.as_ref()),
        destination_prefix_list_id: text(prior.destination_prefix_list_id.as_ref()),
        egress_only_gateway_id: to(TargetKind::EgressOnlyGateway),
        gateway_id: to(TargetKind::Gateway),
        id: Some(request.id.0.clone()),
        instance_id: text(route.instance_id.as_ref()),
        instance_owner_id: text(route.instance_owner_id.as_ref()),
        local_gateway_id: to(TargetKind::LocalGateway),
        nat_gateway_id: to(TargetKind::NatGateway),
        network_interface_id: text(route.network_interface_id.as_ref()),
        origin: Some(route.origin.as_ref().map_or("", |origin| origin.as_str()).to_owned()),
        route_table_id: prior.route_table_id.clone(),
        state: Some(route.state.as_ref().map_or("", |state| state.as_str()).to_owned()),
        transit_gateway_id: to(TargetKind::TransitGateway),
        vpc_endpoint_id: to(TargetKind::VpcEndpoint),
        vpc_peering_connection_id: to(TargetKind::VpcPeeringConnection),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_that_terraform_makes() {
        let (id, route) = RouteType.import("rtb-0123456789abcdef0_10.0.0.0/16").expect("well formed");
        assert_eq!(id.0, "r-rtb-0123456789abcdef0179966490");
        assert_eq!(route.destination_cidr_block.as_deref(), Some("10.0.0.0/16"));
        let (id, route) = RouteType.import("alpha_bravo").expect("well formed");
        assert_eq!(id.0, "r-alpha161200265");
        assert_eq!(route.destination_prefix_list_id.as_deref(), Some("bravo"));
        assert!(RouteType.import("rtb-0123").is_err());
    }
}
