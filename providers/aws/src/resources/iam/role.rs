//! `aws_iam_role`

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::types::{Role as IamRole, Tag};
use futures_util::future::{try_join_all, try_join3};
use wpinfra_core::provider::{
    Creation, Draft, Identity, Observed, ReadRequest, RemoteError, RemoteErrorKind, RemoteId, RemoteResult,
    ResourceType, Token,
};
use wpinfra_schema_derive::{BlockModel, Model};

use crate::client::Aws;
use crate::error::{Call as _, found, gone_is_done, missing};
use crate::policy;
use crate::tags::{self, Tags};
use crate::text::{name_or_unique, non_empty, prefix_of};

/// What a service or a user may act as.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_iam_role", version = 0)]
pub struct Role {
    /// ARN of the role.
    #[attr(computed)]
    pub arn: Option<String>,
    /// Who may act as the role, a policy as JSON.
    #[attr(required, equal = policy::same, length(1, usize::MAX), format(Policy))]
    pub assume_role_policy: String,
    /// When the role was created.
    #[attr(computed)]
    pub create_date: Option<String>,
    /// What the role is for.
    #[attr(optional, length(0, 1000))]
    pub description: Option<String>,
    /// Whether policies are detached from the role when it is deleted.
    #[attr(optional, default = false, local)]
    pub force_detach_policies: bool,
    /// Id: the name.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// All managed policies of the role; others are detached.
    #[attr(optional, computed, deprecated = "Use aws_iam_role_policy_attachment instead.", each(format(Arn)))]
    pub managed_policy_arns: BTreeSet<String>,
    /// Longest session in seconds.
    #[attr(optional, default = 3600, range(3600, 43200), integer)]
    pub max_session_duration: i64,
    /// Name, unique in the account.
    #[attr(
        optional,
        computed,
        replace,
        length(1, 64),
        pattern(r"^[\w+=,.@-]*$", "letters, digits and _+=,.@-"),
        conflicts("name_prefix")
    )]
    pub name: Option<String>,
    /// Beginning of a name that is made unique.
    #[attr(
        optional,
        computed,
        replace,
        length(1, 38),
        pattern(r"^[\w+=,.@-]*$", "letters, digits and _+=,.@-"),
        conflicts("name")
    )]
    pub name_prefix: Option<String>,
    /// Path before the name in the ARN.
    #[attr(optional, default = "/", replace, length(0, 512))]
    pub path: String,
    /// Policy that limits what the role's policies can permit.
    #[attr(optional, format(Arn))]
    pub permissions_boundary: Option<String>,
    /// Tags of the role.
    #[attr(optional)]
    pub tags: Tags,
    /// Tags with those of the provider block.
    #[attr(optional, computed)]
    pub tags_all: Tags,
    /// Id of the role that no later role of the name will have.
    #[attr(computed)]
    pub unique_id: Option<String>,
    /// All policies that stand in the role itself; others are deleted.
    #[block(set, computed, deprecated = "Use aws_iam_role_policy instead.")]
    pub inline_policy: Vec<InlinePolicy>,
}

/// A policy that stands in the role itself.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct InlinePolicy {
    /// Name, unique in the role.
    #[attr(optional, length(1, 128), pattern(r"^[\w+=,.@-]*$", "letters, digits and _+=,.@-"))]
    pub name: Option<String>,
    /// The policy as JSON.
    #[attr(optional, equal = policy::same, format(Policy))]
    pub policy: Option<String>,
}

/// The resource type.
pub struct RoleType;

impl ResourceType for RoleType {
    type Model = Role;
    type Client = Aws;

    const IDENTITY: Identity = Identity::Name;
    // CreateRole takes no policies but the one for assuming it.
    const CREATION: Creation = Creation::ThenUpdate;

    fn plan(&self, aws: Option<&Aws>, draft: &mut Draft<'_>) {
        tags::plan(aws, draft);
    }

    async fn create(&self, aws: &Aws, planned: &Role, token: &Token) -> RemoteResult<RemoteId> {
        let call = aws
            .iam
            .create_role()
            .role_name(planned.name_for(token))
            .path(&planned.path)
            .assume_role_policy_document(&planned.assume_role_policy)
            .set_description(non_empty(&planned.description))
            .set_max_session_duration(i32::try_from(planned.max_session_duration).ok())
            .set_permissions_boundary(non_empty(&planned.permissions_boundary))
            .set_tags(tag_list(planned.tags_all.iter().flatten())?);
        let answer = call.send().await.named("iam:CreateRole")?;
        answer.role.map(|role| RemoteId(role.role_name)).ok_or_else(|| missing("iam:CreateRole", "role"))
    }

    async fn read(&self, aws: &Aws, requests: &[ReadRequest<Role>]) -> RemoteResult<Vec<Option<Observed<Role>>>> {
        let names = || requests.iter().map(|request| request.id.0.clone());
        let roles =
            try_join_all(names().map(|name| async move {
                found(aws.iam.get_role().role_name(name).send().await.named("iam:GetRole"))
            }));
        let (roles, attached, inline) =
            try_join3(roles, aws.attached_policies(names()), aws.inline_policies(names())).await?;
        let observed = requests.iter().zip(roles).map(|(request, answer)| {
            let role = answer?.role?;
            let attached = attached.get(&request.id.0).cloned().unwrap_or_default();
            let inline = inline.get(&request.id.0).cloned().unwrap_or_default();
            Some(Observed::of(observed(aws, &role, attached, inline, &request.prior)))
        });
        Ok(observed.collect())
    }

    async fn update(&self, aws: &Aws, id: &RemoteId, prior: &Role, planned: &Role) -> RemoteResult<()> {
        update_itself(aws, id, prior, planned).await?;
        update_tags(aws, id, &prior.tags_all, &planned.tags_all).await?;
        update_managed(aws, id, &prior.managed_policy_arns, &planned.managed_policy_arns).await?;
        update_inline(aws, id, &prior.inline_policy, &planned.inline_policy).await
    }

    async fn delete(&self, aws: &Aws, id: &RemoteId, prior: &Role) -> RemoteResult<()> {
        leave_instance_profiles(aws, id).await?;
        let (mut managed, mut inline) = (prior.managed_policy_arns.clone(), names_of(&prior.inline_policy));
        if prior.force_detach_policies {
            let (attached, embedded) = futures_util::future::try_join(
                aws.attached_policies([id.0.clone()]),
                aws.inline_policies([id.0.clone()]),
            )
            .await?;
            managed.extend(attached.get(&id.0).cloned().unwrap_or_default());
            inline.extend(embedded.get(&id.0).into_iter().flat_map(|policies| policies.keys().cloned()));
        }
        update_managed(aws, id, &managed, &BTreeSet::new()).await?;
        for name in inline {
            let call = aws.iam.delete_role_policy().role_name(&id.0).policy_name(name);
            gone_is_done(call.send().await.named("iam:DeleteRolePolicy").map(|_| ()))?;
        }
        gone_is_done(aws.iam.delete_role().role_name(&id.0).send().await.named("iam:DeleteRole").map(|_| ()))
    }

    async fn find(&self, aws: &Aws, planned: &Role, token: &Token) -> RemoteResult<Option<RemoteId>> {
        let name = planned.name_for(token);
        let answer = found(aws.iam.get_role().role_name(name).send().await.named("iam:GetRole"))?;
        Ok(answer.and_then(|answer| answer.role).map(|role| RemoteId(role.role_name)))
    }
}

impl Role {
    fn name_for(&self, token: &Token) -> String {
        name_or_unique(&self.name, &self.name_prefix, token)
    }
}

/// Returns tags in IAM's form; `None` where there are none.
fn tag_list<'a>(tags: impl Iterator<Item = (&'a String, &'a String)>) -> RemoteResult<Option<Vec<Tag>>> {
    let built: Result<Vec<Tag>, _> = tags.map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
    let built = built.map_err(|error| RemoteError::local(RemoteErrorKind::Bug, "iam:Tag", error.to_string()))?;
    Ok((!built.is_empty()).then_some(built))
}

fn names_of(policies: &[InlinePolicy]) -> BTreeSet<String> {
    policies.iter().filter_map(|policy| non_empty(&policy.name)).collect()
}

fn observed(
    aws: &Aws,
    role: &IamRole,
    attached: BTreeSet<String>,
    inline: BTreeMap<String, String>,
    prior: &Role,
) -> Role {
    let pairs = role.tags().iter().map(|tag| (tag.key.clone(), tag.value.clone()));
    let (tags, tags_all) = aws.tags.observed(pairs, &prior.tags);
    let boundary = role.permissions_boundary.as_ref().and_then(|boundary| boundary.permissions_boundary_arn.clone());
    let date = role.create_date.fmt(aws_smithy_types::date_time::Format::DateTime).unwrap_or_default();
    // What was written is kept where it means the same.
    let written = |name: &str, text: String| {
        let recorded = prior.inline_policy.iter().find(|policy| policy.name.as_deref() == Some(name));
        let recorded = recorded.and_then(|policy| policy.policy.clone());
        let same = |recorded: &String| policy::same(&recorded.as_str().into(), &text.as_str().into());
        recorded.filter(same).unwrap_or_else(|| policy::normal_form(&text).unwrap_or(text))
    };
    Role {
        arn: Some(role.arn.clone()),
        assume_role_policy: policy::decoded(role.assume_role_policy_document.as_deref().unwrap_or_default()),
        create_date: Some(date),
        description: Some(role.description.clone().unwrap_or_default()),
        force_detach_policies: prior.force_detach_policies,
        id: Some(role.role_name.clone()),
        managed_policy_arns: attached,
        max_session_duration: role.max_session_duration.unwrap_or(3600).into(),
        name: Some(role.role_name.clone()),
        name_prefix: Some(prefix_of(&role.role_name).unwrap_or_default().to_owned()),
        path: role.path.clone(),
        permissions_boundary: Some(boundary.unwrap_or_default()),
        tags,
        tags_all,
        unique_id: Some(role.role_id.clone()),
        inline_policy: inline
            .into_iter()
            .map(|(name, text)| InlinePolicy { policy: Some(written(&name, text)), name: Some(name) })
            .collect(),
    }
}

async fn update_itself(aws: &Aws, id: &RemoteId, prior: &Role, planned: &Role) -> RemoteResult<()> {
    let trust = |role: &Role| role.assume_role_policy.as_str().into();
    if !policy::same(&trust(prior), &trust(planned)) {
        let call = aws.iam.update_assume_role_policy().role_name(&id.0).policy_document(&planned.assume_role_policy);
        call.send().await.named("iam:UpdateAssumeRolePolicy")?;
    }
    let described = |role: &Role| (role.description.clone().unwrap_or_default(), role.max_session_duration);
    if described(prior) != described(planned) {
        let (description, duration) = described(planned);
        let call = aws.iam.update_role().role_name(&id.0).description(description);
        let call = call.set_max_session_duration(i32::try_from(duration).ok());
        call.send().await.named("iam:UpdateRole")?;
    }
    let boundary = non_empty(&planned.permissions_boundary);
    if non_empty(&prior.permissions_boundary) == boundary {
        return Ok(());
    }
    if let Some(boundary) = boundary {
        let call = aws.iam.put_role_permissions_boundary().role_name(&id.0).permissions_boundary(boundary);
        call.send().await.named("iam:PutRolePermissionsBoundary").map(|_| ())
    } else {
        let call = aws.iam.delete_role_permissions_boundary().role_name(&id.0);
        call.send().await.named("iam:DeleteRolePermissionsBoundary").map(|_| ())
    }
}

async fn update_tags(aws: &Aws, id: &RemoteId, prior: &Tags, planned: &Tags) -> RemoteResult<()> {
    let (set, removed) = aws.tags.difference(prior, planned);
    if !removed.is_empty() {
        let call = aws.iam.untag_role().role_name(&id.0).set_tag_keys(Some(removed));
        call.send().await.named("iam:UntagRole")?;
    }
    if let Some(tags) = tag_list(set.iter())? {
        aws.iam.tag_role().role_name(&id.0).set_tags(Some(tags)).send().await.named("iam:TagRole")?;
    }
    Ok(())
}

async fn update_managed(
    aws: &Aws,
    id: &RemoteId,
    prior: &BTreeSet<String>,
    planned: &BTreeSet<String>,
) -> RemoteResult<()> {
    for arn in prior.difference(planned) {
        let call = aws.iam.detach_role_policy().role_name(&id.0).policy_arn(arn);
        gone_is_done(call.send().await.named("iam:DetachRolePolicy").map(|_| ()))?;
    }
    for arn in planned.difference(prior) {
        let call = aws.iam.attach_role_policy().role_name(&id.0).policy_arn(arn);
        call.send().await.named("iam:AttachRolePolicy")?;
    }
    Ok(())
}

async fn update_inline(aws: &Aws, id: &RemoteId, prior: &[InlinePolicy], planned: &[InlinePolicy]) -> RemoteResult<()> {
    for name in names_of(prior).difference(&names_of(planned)) {
        let call = aws.iam.delete_role_policy().role_name(&id.0).policy_name(name);
        gone_is_done(call.send().await.named("iam:DeleteRolePolicy").map(|_| ()))?;
    }
    for policy in planned.iter().filter(|policy| !prior.contains(policy)) {
        if let (Some(name), Some(text)) = (non_empty(&policy.name), non_empty(&policy.policy)) {
            let call = aws.iam.put_role_policy().role_name(&id.0).policy_name(name).policy_document(text);
            call.send().await.named("iam:PutRolePolicy")?;
        }
    }
    Ok(())
}

/// Takes the role out of the instance profiles that hold it, which a role cannot be deleted from under.
async fn leave_instance_profiles(aws: &Aws, id: &RemoteId) -> RemoteResult<()> {
    let mut pages = aws.iam.list_instance_profiles_for_role().role_name(&id.0).into_paginator().items().send();
    while let Some(profile) = pages.next().await {
        let Some(profile) = found(profile.named("iam:ListInstanceProfilesForRole"))? else { return Ok(()) };
        let call = aws.iam.remove_role_from_instance_profile();
        let call = call.instance_profile_name(profile.instance_profile_name).role_name(&id.0);
        gone_is_done(call.send().await.named("iam:RemoveRoleFromInstanceProfile").map(|_| ()))?;
    }
    Ok(())
}
