//! `aws_iam_role_policy`

use wpinfra_core::Value;
use wpinfra_core::provider::{Draft, Identity, Observed, ReadRequest, RemoteId, RemoteResult, ResourceType, Token};
use wpinfra_schema_derive::Model;

use crate::client::Aws;
use crate::error::{Call as _, gone_is_done};
use crate::policy;
use crate::text::{name_or_unique, prefix_of};

/// A policy that stands in a role itself.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_iam_role_policy", version = 0)]
pub struct RolePolicy {
    /// Id: role and name with a colon between.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// Name, unique in the role.
    #[attr(
        optional,
        computed,
        replace,
        length(1, 128),
        pattern(r"^[\w+=,.@-]*$", "letters, digits and _+=,.@-"),
        conflicts("name_prefix")
    )]
    pub name: Option<String>,
    /// Beginning of a name that is made unique.
    #[attr(
        optional,
        computed,
        replace,
        length(1, 102),
        pattern(r"^[\w+=,.@-]*$", "letters, digits and _+=,.@-"),
        conflicts("name")
    )]
    pub name_prefix: Option<String>,
    /// The policy as JSON.
    #[attr(required, equal = policy::same, length(1, usize::MAX), format(Policy))]
    pub policy: String,
    /// The role, by name.
    #[attr(required, replace, length(1, 128), pattern(r"^[\w+=,.@-]*$", "the name of the role, not its ARN"))]
    pub role: String,
}

/// The resource type.
pub struct RolePolicyType;

impl ResourceType for RolePolicyType {
    type Model = RolePolicy;
    type Client = Aws;

    const IDENTITY: Identity = Identity::Name;

    fn plan(&self, _aws: Option<&Aws>, draft: &mut Draft<'_>) {
        normalise(draft, "policy");
    }

    async fn create(&self, aws: &Aws, planned: &RolePolicy, token: &Token) -> RemoteResult<RemoteId> {
        let name = planned.name_for(token);
        put(aws, &planned.role, &name, &planned.policy).await?;
        Ok(RemoteId(format!("{}:{name}", planned.role)))
    }

    async fn read(
        &self,
        aws: &Aws,
        requests: &[ReadRequest<RolePolicy>],
    ) -> RemoteResult<Vec<Option<Observed<RolePolicy>>>> {
        let parts = |request: &ReadRequest<RolePolicy>| {
            split(&request.id.0).map(|(role, name)| (role.to_owned(), name.to_owned()))
        };
        let roles = requests.iter().filter_map(|request| parts(request).map(|(role, _)| role));
        let found = aws.inline_policies(roles).await?;
        let observed = requests.iter().map(|request| {
            let (role, name) = parts(request)?;
            let text = found.get(&role)?.get(&name)?;
            Some(Observed::of(RolePolicy {
                id: Some(request.id.0.clone()),
                name_prefix: Some(prefix_of(&name).unwrap_or_default().to_owned()),
                name: Some(name),
                policy: policy::normal_form(text).unwrap_or_else(|| text.clone()),
                role,
            }))
        });
        Ok(observed.collect())
    }

    async fn update(&self, aws: &Aws, id: &RemoteId, _prior: &RolePolicy, planned: &RolePolicy) -> RemoteResult<()> {
        let name = split(&id.0).map_or_else(String::new, |(_, name)| name.to_owned());
        put(aws, &planned.role, &name, &planned.policy).await
    }

    async fn delete(&self, aws: &Aws, id: &RemoteId, prior: &RolePolicy) -> RemoteResult<()> {
        let name = split(&id.0).map_or_else(String::new, |(_, name)| name.to_owned());
        let call = aws.iam.delete_role_policy().role_name(&prior.role).policy_name(name);
        gone_is_done(call.send().await.named("iam:DeleteRolePolicy").map(|_| ()))
    }

    async fn find(&self, aws: &Aws, planned: &RolePolicy, token: &Token) -> RemoteResult<Option<RemoteId>> {
        let name = planned.name_for(token);
        let found = aws.inline_policies([planned.role.clone()]).await?;
        let stands = found.get(&planned.role).is_some_and(|policies| policies.contains_key(&name));
        Ok(stands.then(|| RemoteId(format!("{}:{name}", planned.role))))
    }

    fn import(&self, id: &str) -> Result<(RemoteId, RolePolicy), String> {
        let (role, name) = split(id).ok_or_else(|| {
            format!("the import id {id:?} should be the role and the name of the policy: my-role:my-policy")
        })?;
        let model = RolePolicy {
            id: Some(id.to_owned()),
            name: Some(name.to_owned()),
            role: role.to_owned(),
            ..RolePolicy::default()
        };
        Ok((RemoteId(id.to_owned()), model))
    }
}

impl RolePolicy {
    fn name_for(&self, token: &Token) -> String {
        name_or_unique(&self.name, &self.name_prefix, token)
    }
}

/// Splits an id into role and name.
fn split(id: &str) -> Option<(&str, &str)> {
    id.split_once(':').filter(|(role, name)| !role.is_empty() && !name.is_empty())
}

async fn put(aws: &Aws, role: &str, name: &str, policy: &str) -> RemoteResult<()> {
    let call = aws.iam.put_role_policy().role_name(role).policy_name(name).policy_document(policy);
    call.send().await.named("iam:PutRolePolicy").map(|_| ())
}

/// Brings a planned policy into the form that is recorded, unless the recorded one means the same and stays.
pub(super) fn normalise(draft: &mut Draft<'_>, name: &str) {
    let Some(planned) = draft.planned.get(name) else { return };
    let recorded = draft.prior.and_then(|prior| prior.get(name)).map(|value| value.without_deep_marks());
    if recorded.as_ref() == Some(&planned.without_deep_marks()) {
        return;
    }
    if let Some(written) = planned.as_str().and_then(policy::normal_form) {
        draft.set(name, Value::string(written).with_marks(planned.marks()));
    }
}
