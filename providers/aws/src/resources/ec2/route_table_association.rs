//! `aws_route_table_association`

use aws_sdk_ec2::types::{RouteTable as Ec2RouteTable, RouteTableAssociation as Ec2Association};
use wpinfra_core::provider::{
    Identity, Observed, ReadRequest, RemoteId, RemoteResult, ResourceType, Token, Wait, wait,
};
use wpinfra_schema_derive::Model;

use crate::client::Aws;
use crate::error::{Call as _, gone_is_done, missing};
use crate::reads::filter;
use crate::text::non_empty;

/// Gives a subnet or a gateway its route table.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_route_table_association", version = 0, timeouts(create = 300, delete = 300, update = 120))]
pub struct RouteTableAssociation {
    /// Internet gateway or virtual private gateway.
    #[attr(optional, replace, exactly_one("gateway_id", "subnet_id"))]
    pub gateway_id: Option<String>,
    /// Id: `rtbassoc-…`; another one after every change of the table.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// The table.
    #[attr(required)]
    pub route_table_id: String,
    /// Subnet.
    #[attr(optional, replace, exactly_one("gateway_id", "subnet_id"))]
    pub subnet_id: Option<String>,
}

/// The resource type.
pub struct RouteTableAssociationType;

impl ResourceType for RouteTableAssociationType {
    type Model = RouteTableAssociation;
    type Client = Aws;

    const IDENTITY: Identity = Identity::Arguments;
    const READY: Option<Wait> = Some(wait(&["associating"], &["associated"]).timeout_minutes(5));
    const GONE: Option<Wait> = Some(wait(&["associated", "disassociating"], &["disassociated"]).timeout_minutes(5));

    async fn create(&self, aws: &Aws, planned: &RouteTableAssociation, _token: &Token) -> RemoteResult<RemoteId> {
        let call = aws
            .ec2
            .associate_route_table()
            .route_table_id(&planned.route_table_id)
            .set_subnet_id(non_empty(&planned.subnet_id))
            .set_gateway_id(non_empty(&planned.gateway_id));
        let answer = call.send().await.named("ec2:AssociateRouteTable")?;
        answer.association_id.map(RemoteId).ok_or_else(|| missing("ec2:AssociateRouteTable", "association id"))
    }

    async fn read(
        &self,
        aws: &Aws,
        requests: &[ReadRequest<RouteTableAssociation>],
    ) -> RemoteResult<Vec<Option<Observed<RouteTableAssociation>>>> {
        let tables = aws.route_tables(requests.iter().map(|request| request.prior.route_table_id.clone())).await?;
        let observed = requests.iter().map(|request| {
            let table = tables.get(&request.prior.route_table_id)?;
            find_in(table, &request.prior).map(observed)
        });
        Ok(observed.collect())
    }

    async fn update(
        &self,
        aws: &Aws,
        id: &RemoteId,
        _prior: &RouteTableAssociation,
        planned: &RouteTableAssociation,
    ) -> RemoteResult<()> {
        let call =
            aws.ec2.replace_route_table_association().association_id(&id.0).route_table_id(&planned.route_table_id);
        call.send().await.named("ec2:ReplaceRouteTableAssociation").map(|_| ())
    }

    async fn delete(&self, aws: &Aws, id: &RemoteId, _prior: &RouteTableAssociation) -> RemoteResult<()> {
        let call = aws.ec2.disassociate_route_table().association_id(&id.0);
        gone_is_done(call.send().await.named("ec2:DisassociateRouteTable").map(|_| ()))
    }

    async fn find(&self, aws: &Aws, planned: &RouteTableAssociation, _token: &Token) -> RemoteResult<Option<RemoteId>> {
        let tables = aws.route_tables([planned.route_table_id.clone()]).await?;
        let found = tables.get(&planned.route_table_id).and_then(|table| find_in(table, planned));
        Ok(found.and_then(|association| association.route_table_association_id.clone()).map(RemoteId))
    }

    fn import(&self, id: &str) -> Result<(RemoteId, RouteTableAssociation), String> {
        let (target, table) =
            id.split_once('/').filter(|(target, table)| !target.is_empty() && !table.is_empty()).ok_or_else(|| {
                format!(
                    "the import id {id:?} should be the subnet or gateway and the route table: subnet-0123/rtb-4567"
                )
            })?;
        let (subnet_id, gateway_id) = if target.starts_with("subnet-") {
            (Some(target.to_owned()), None)
        } else {
            (None, Some(target.to_owned()))
        };
        // The association's own id comes with the first read, which goes by table and subnet.
        let model = RouteTableAssociation { gateway_id, id: None, route_table_id: table.to_owned(), subnet_id };
        Ok((RemoteId(id.to_owned()), model))
    }
}

/// Returns the association of the table with the subnet or gateway.
fn find_in<'a>(table: &'a Ec2RouteTable, wanted: &RouteTableAssociation) -> Option<&'a Ec2Association> {
    let (subnet, gateway) = (non_empty(&wanted.subnet_id), non_empty(&wanted.gateway_id));
    table.associations().iter().find(|association| {
        let same = |wanted: &Option<String>, found: &Option<String>| wanted.is_some() && wanted == found;
        same(&subnet, &association.subnet_id) || same(&gateway, &association.gateway_id)
    })
}

fn observed(association: &Ec2Association) -> Observed<RouteTableAssociation> {
    let model = RouteTableAssociation {
        gateway_id: Some(association.gateway_id.clone().unwrap_or_default()),
        id: association.route_table_association_id.clone(),
        route_table_id: association.route_table_id.clone().unwrap_or_default(),
        subnet_id: Some(association.subnet_id.clone().unwrap_or_default()),
    };
    Observed::in_state(model, state_of(association))
}

/// Returns the state of an association; those that do not tell one are settled.
pub(super) fn state_of(association: &Ec2Association) -> &str {
    let state = association.association_state.as_ref().and_then(|state| state.state.as_ref());
    state.map_or("associated", |state| state.as_str())
}

/// Returns the main association of a VPC and its table.
pub(super) async fn main_association(aws: &Aws, vpc: &str) -> RemoteResult<Option<Ec2Association>> {
    let call =
        aws.ec2.describe_route_tables().filters(filter("vpc-id", [vpc])).filters(filter("association.main", ["true"]));
    let answer = call.send().await.named("ec2:DescribeRouteTables")?;
    let mut associations = answer.route_tables().iter().flat_map(Ec2RouteTable::associations);
    Ok(associations.find(|association| association.main == Some(true)).cloned())
}
