//! `aws_iam_role_policy_attachment`

use wpinfra_core::provider::{Identity, Observed, ReadRequest, RemoteId, RemoteResult, ResourceType, Token};
use wpinfra_schema_derive::Model;

use crate::client::Aws;
use crate::error::{Call as _, gone_is_done};
use crate::text::unique_name;

/// Gives a role a managed policy.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_iam_role_policy_attachment", version = 0)]
pub struct RolePolicyAttachment {
    /// Id: made up, since AWS gives none.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// The policy.
    #[attr(required, replace, format(Arn))]
    pub policy_arn: String,
    /// The role, by name.
    #[attr(required, replace)]
    pub role: String,
}

/// The resource type.
pub struct RolePolicyAttachmentType;

impl ResourceType for RolePolicyAttachmentType {
    type Model = RolePolicyAttachment;
    type Client = Aws;

    const IDENTITY: Identity = Identity::Arguments;

    async fn create(&self, aws: &Aws, planned: &RolePolicyAttachment, token: &Token) -> RemoteResult<RemoteId> {
        let call = aws.iam.attach_role_policy().role_name(&planned.role).policy_arn(&planned.policy_arn);
        call.send().await.named("iam:AttachRolePolicy")?;
        Ok(made_up_id(planned, token))
    }

    async fn read(
        &self,
        aws: &Aws,
        requests: &[ReadRequest<RolePolicyAttachment>],
    ) -> RemoteResult<Vec<Option<Observed<RolePolicyAttachment>>>> {
        let attached = aws.attached_policies(requests.iter().map(|request| request.prior.role.clone())).await?;
        let observed = requests.iter().map(|request| {
            let stands = attached.get(&request.prior.role).is_some_and(|arns| arns.contains(&request.prior.policy_arn));
            let model = RolePolicyAttachment { id: Some(request.id.0.clone()), ..request.prior.clone() };
            stands.then(|| Observed::of(model))
        });
        Ok(observed.collect())
    }

    async fn update(
        &self,
        _aws: &Aws,
        _id: &RemoteId,
        _prior: &RolePolicyAttachment,
        _planned: &RolePolicyAttachment,
    ) -> RemoteResult<()> {
        // Every argument replaces.
        Ok(())
    }

    async fn delete(&self, aws: &Aws, _id: &RemoteId, prior: &RolePolicyAttachment) -> RemoteResult<()> {
        let call = aws.iam.detach_role_policy().role_name(&prior.role).policy_arn(&prior.policy_arn);
        gone_is_done(call.send().await.named("iam:DetachRolePolicy").map(|_| ()))
    }

    async fn find(&self, aws: &Aws, planned: &RolePolicyAttachment, token: &Token) -> RemoteResult<Option<RemoteId>> {
        let attached = aws.attached_policies([planned.role.clone()]).await?;
        let stands = attached.get(&planned.role).is_some_and(|arns| arns.contains(&planned.policy_arn));
        Ok(stands.then(|| made_up_id(planned, token)))
    }

    fn import(&self, id: &str) -> Result<(RemoteId, RolePolicyAttachment), String> {
        let (role, policy_arn) = id.split_once('/').filter(|(role, arn)| !role.is_empty() && !arn.is_empty()).ok_or_else(|| {
            format!("the import id {id:?} should be the role and the ARN of the policy: my-role/arn:aws:iam::aws:policy/ReadOnlyAccess")
        })?;
        let id = format!("{role}-{policy_arn}");
        let model =
            RolePolicyAttachment { id: Some(id.clone()), policy_arn: policy_arn.to_owned(), role: role.to_owned() };
        Ok((RemoteId(id), model))
    }
}

fn made_up_id(planned: &RolePolicyAttachment, token: &Token) -> RemoteId {
    RemoteId(unique_name(&format!("{}-", planned.role), token))
}
