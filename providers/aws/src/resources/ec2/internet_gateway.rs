//! `aws_internet_gateway`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{InternetGateway as Ec2InternetGateway, ResourceType as Ec2Type};
use wpinfra_core::provider::{
    Creation, Draft, Identity, Observed, ReadRequest, RemoteErrorKind, RemoteId, RemoteResult, ResourceType, Token,
};
use wpinfra_schema_derive::Model;

use super::{creation_tags, find_by_creation_tag, pairs, update_tags};
use crate::client::Aws;
use crate::error::{Call as _, gone_is_done, missing};
use crate::reads::describe_by_filter;
use crate::tags::{self, Tags};
use crate::text::non_empty;

/// Connects a VPC to the internet.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_internet_gateway", version = 0, timeouts(create = 1200, delete = 1200, update = 1200))]
pub struct InternetGateway {
    /// ARN of the gateway.
    #[attr(computed)]
    pub arn: Option<String>,
    /// Id: `igw-…`.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// Account that owns the gateway.
    #[attr(computed)]
    pub owner_id: Option<String>,
    /// Tags of the gateway.
    #[attr(optional)]
    pub tags: Tags,
    /// Tags with those of the provider block.
    #[attr(optional, computed)]
    pub tags_all: Tags,
    /// VPC that it is attached to.
    #[attr(optional, computed)]
    pub vpc_id: Option<String>,
}

/// The resource type.
pub struct InternetGatewayType;

impl ResourceType for InternetGatewayType {
    type Model = InternetGateway;
    type Client = Aws;

    const IDENTITY: Identity = Identity::CreationTag;
    // CreateInternetGateway does not attach.
    const CREATION: Creation = Creation::ThenUpdate;

    fn plan(&self, aws: Option<&Aws>, draft: &mut Draft<'_>) {
        tags::plan(aws, draft);
    }

    async fn create(&self, aws: &Aws, planned: &InternetGateway, token: &Token) -> RemoteResult<RemoteId> {
        let tags = creation_tags(Ec2Type::InternetGateway, &planned.tags_all, token);
        let call = aws.ec2.create_internet_gateway().tag_specifications(tags);
        let answer = call.send().await.named("ec2:CreateInternetGateway")?;
        let id = answer.internet_gateway.and_then(|gateway| gateway.internet_gateway_id);
        id.map(RemoteId).ok_or_else(|| missing("ec2:CreateInternetGateway", "internet gateway id"))
    }

    async fn read(
        &self,
        aws: &Aws,
        requests: &[ReadRequest<InternetGateway>],
    ) -> RemoteResult<Vec<Option<Observed<InternetGateway>>>> {
        let ids: Vec<String> = requests.iter().map(|request| request.id.0.clone()).collect();
        let found: BTreeMap<String, Ec2InternetGateway> = describe_by_filter!(
            aws.ec2,
            describe_internet_gateways,
            "ec2:DescribeInternetGateways",
            "internet-gateway-id",
            ids,
            internet_gateways,
            |gateway: &Ec2InternetGateway| gateway.internet_gateway_id.clone()
        );
        let observed = requests.iter().map(|request| {
            let gateway = found.get(&request.id.0)?;
            Some(observed(aws, gateway, &request.prior))
        });
        Ok(observed.collect())
    }

    async fn update(
        &self,
        aws: &Aws,
        id: &RemoteId,
        prior: &InternetGateway,
        planned: &InternetGateway,
    ) -> RemoteResult<()> {
        update_tags(aws, &id.0, &prior.tags_all, &planned.tags_all).await?;
        let (before, after) = (non_empty(&prior.vpc_id), non_empty(&planned.vpc_id));
        if before == after {
            return Ok(());
        }
        if let Some(vpc) = before {
            detach(aws, id, &vpc).await?;
        }
        if let Some(vpc) = after {
            let call = aws.ec2.attach_internet_gateway().internet_gateway_id(&id.0).vpc_id(vpc);
            match call.send().await.named("ec2:AttachInternetGateway") {
                // An earlier attempt whose answer was lost; the read that follows tells to which VPC.
                Err(error) if error.kind == RemoteErrorKind::AlreadyExists => {}
                answer => drop(answer?),
            }
        }
        Ok(())
    }

    async fn delete(&self, aws: &Aws, id: &RemoteId, prior: &InternetGateway) -> RemoteResult<()> {
        if let Some(vpc) = non_empty(&prior.vpc_id) {
            detach(aws, id, &vpc).await?;
        }
        let call = aws.ec2.delete_internet_gateway().internet_gateway_id(&id.0);
        gone_is_done(call.send().await.named("ec2:DeleteInternetGateway").map(|_| ()))
    }

    async fn find(&self, aws: &Aws, _planned: &InternetGateway, token: &Token) -> RemoteResult<Option<RemoteId>> {
        find_by_creation_tag(aws, token).await
    }
}

/// Detaches the gateway; that it is not attached there any more is as good.
async fn detach(aws: &Aws, id: &RemoteId, vpc: &str) -> RemoteResult<()> {
    let call = aws.ec2.detach_internet_gateway().internet_gateway_id(&id.0).vpc_id(vpc);
    match call.send().await.named("ec2:DetachInternetGateway") {
        Err(error) if error.code.as_deref() == Some("Gateway.NotAttached") => Ok(()),
        other => gone_is_done(other.map(|_| ())),
    }
}

fn observed(aws: &Aws, gateway: &Ec2InternetGateway, prior: &InternetGateway) -> Observed<InternetGateway> {
    let (tags, tags_all) = aws.tags.observed(pairs(gateway.tags.as_deref()), &prior.tags);
    let (id, owner) = (gateway.internet_gateway_id.clone().unwrap_or_default(), gateway.owner_id.clone());
    Observed::of(InternetGateway {
        arn: Some(aws.ec2_arn(owner.as_deref(), "internet-gateway", &id)),
        id: Some(id),
        owner_id: owner,
        tags,
        tags_all,
        vpc_id: Some(
            gateway.attachments().first().and_then(|attachment| attachment.vpc_id.clone()).unwrap_or_default(),
        ),
    })
}
