//! `aws_main_route_table_association`

use wpinfra_core::provider::{
    Identity, Observed, ReadRequest, RemoteError, RemoteErrorKind, RemoteId, RemoteResult, ResourceType, Token, Wait,
    wait,
};
use wpinfra_schema_derive::Model;

use super::route_table_association::{main_association, state_of};
use crate::client::Aws;
use crate::error::{Call as _, gone_is_done, missing};
use crate::text::non_empty;

/// Makes a route table the one that subnets without an association of their own have.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_main_route_table_association", version = 0, timeouts(create = 300, delete = 300, update = 120))]
pub struct MainRouteTableAssociation {
    /// Id: `rtbassoc-…`; another one after every change of the table.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// Table that was the main one before, and is again afterwards.
    #[attr(computed, local)]
    pub original_route_table_id: Option<String>,
    /// The table.
    #[attr(required)]
    pub route_table_id: String,
    /// The VPC.
    #[attr(required)]
    pub vpc_id: String,
}

/// The resource type.
pub struct MainRouteTableAssociationType;

impl ResourceType for MainRouteTableAssociationType {
    type Model = MainRouteTableAssociation;
    type Client = Aws;

    const IDENTITY: Identity = Identity::Arguments;
    const READY: Option<Wait> = Some(wait(&["associating"], &["associated"]).timeout_minutes(5));

    async fn prepare(
        &self,
        aws: &Aws,
        planned: &MainRouteTableAssociation,
    ) -> RemoteResult<Option<MainRouteTableAssociation>> {
        let main = main_association(aws, &planned.vpc_id).await?.ok_or_else(|| no_main_table(&planned.vpc_id))?;
        Ok(Some(MainRouteTableAssociation { original_route_table_id: main.route_table_id, ..planned.clone() }))
    }

    async fn create(&self, aws: &Aws, planned: &MainRouteTableAssociation, _token: &Token) -> RemoteResult<RemoteId> {
        let main = main_association(aws, &planned.vpc_id).await?.ok_or_else(|| no_main_table(&planned.vpc_id))?;
        let call = aws
            .ec2
            .replace_route_table_association()
            .set_association_id(main.route_table_association_id)
            .route_table_id(&planned.route_table_id);
        let answer = call.send().await.named(REPLACE)?;
        answer.new_association_id.map(RemoteId).ok_or_else(|| missing(REPLACE, "new association id"))
    }

    async fn read(
        &self,
        aws: &Aws,
        requests: &[ReadRequest<MainRouteTableAssociation>],
    ) -> RemoteResult<Vec<Option<Observed<MainRouteTableAssociation>>>> {
        let tables = aws.route_tables(requests.iter().map(|request| request.prior.route_table_id.clone())).await?;
        let observed = requests.iter().map(|request| {
            let table = tables.get(&request.prior.route_table_id)?;
            let main = table.associations().iter().find(|association| association.main == Some(true))?;
            let model =
                MainRouteTableAssociation { id: main.route_table_association_id.clone(), ..request.prior.clone() };
            Some(Observed::in_state(model, state_of(main)))
        });
        Ok(observed.collect())
    }

    async fn update(
        &self,
        aws: &Aws,
        id: &RemoteId,
        _prior: &MainRouteTableAssociation,
        planned: &MainRouteTableAssociation,
    ) -> RemoteResult<()> {
        let call =
            aws.ec2.replace_route_table_association().association_id(&id.0).route_table_id(&planned.route_table_id);
        call.send().await.named(REPLACE).map(|_| ())
    }

    async fn delete(&self, aws: &Aws, id: &RemoteId, prior: &MainRouteTableAssociation) -> RemoteResult<()> {
        // A VPC always has a main table, so the one from before takes its place again.
        let call = aws
            .ec2
            .replace_route_table_association()
            .association_id(&id.0)
            .set_route_table_id(non_empty(&prior.original_route_table_id));
        gone_is_done(call.send().await.named(REPLACE).map(|_| ()))
    }

    async fn find(
        &self,
        aws: &Aws,
        planned: &MainRouteTableAssociation,
        _token: &Token,
    ) -> RemoteResult<Option<RemoteId>> {
        let main = main_association(aws, &planned.vpc_id).await?;
        let ours = main.filter(|main| main.route_table_id.as_ref() == Some(&planned.route_table_id));
        Ok(ours.and_then(|main| main.route_table_association_id).map(RemoteId))
    }

    fn import(&self, _id: &str) -> Result<(RemoteId, MainRouteTableAssociation), String> {
        Err("aws_main_route_table_association cannot be imported: AWS does not tell which table was the main one before; \
             leave it to apply to record it"
            .to_owned())
    }
}

const REPLACE: &str = "ec2:ReplaceRouteTableAssociation";

fn no_main_table(vpc: &str) -> RemoteError {
    RemoteError::local(
        RemoteErrorKind::NotFound,
        "ec2:DescribeRouteTables",
        format!("the VPC {vpc} has no main route table"),
    )
}
