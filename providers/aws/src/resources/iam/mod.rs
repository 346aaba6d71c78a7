//! IAM: roles and their policies.

pub mod role;
pub mod role_policy;
pub mod role_policy_attachment;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::try_join_all;
use wpinfra_core::provider::{AnyResourceType, RemoteResult, resource};

use crate::client::Aws;
use crate::error::{Call as _, found};
use crate::policy;

/// Returns the resource types of IAM.
pub(crate) fn all() -> Vec<Box<dyn AnyResourceType>> {
    vec![
        resource(role::RoleType),
        resource(role_policy::RolePolicyType),
        resource(role_policy_attachment::RolePolicyAttachmentType),
    ]
}

impl Aws {
    /// Returns the managed policies that are attached to the roles, by role; a role that is gone is not among them.
    pub(crate) async fn attached_policies(
        &self,
        roles: impl IntoIterator<Item = String>,
    ) -> RemoteResult<Arc<BTreeMap<String, BTreeSet<String>>>> {
        let iam = self.iam.clone();
        let fetch = |roles: Vec<String>| async move {
            let all = roles.into_iter().map(|role| attached_policies_of(iam.clone(), role));
            Ok(try_join_all(all).await?.into_iter().flatten().collect())
        };
        self.reads.attached_policies.load(roles, fetch).await
    }

    /// Returns the policies that stand in the roles themselves, by role and name; a role that is gone is not among them.
    pub(crate) async fn inline_policies(
        &self,
        roles: impl IntoIterator<Item = String>,
    ) -> RemoteResult<Arc<BTreeMap<String, BTreeMap<String, String>>>> {
        let iam = self.iam.clone();
        let fetch = |roles: Vec<String>| async move {
            let all = roles.into_iter().map(|role| inline_policies_of(iam.clone(), role));
            Ok(try_join_all(all).await?.into_iter().flatten().collect())
        };
        self.reads.inline_policies.load(roles, fetch).await
    }
}

async fn attached_policies_of(
    iam: aws_sdk_iam::Client,
    role: String,
) -> RemoteResult<Option<(String, BTreeSet<String>)>> {
    let mut arns = BTreeSet::new();
    let mut pages = iam.list_attached_role_policies().role_name(&role).into_paginator().items().send();
    while let Some(attached) = pages.next().await {
        let Some(attached) = found(attached.named("iam:ListAttachedRolePolicies"))? else { return Ok(None) };
        arns.extend(attached.policy_arn);
    }
    Ok(Some((role, arns)))
}

async fn inline_policies_of(
    iam: aws_sdk_iam::Client,
    role: String,
) -> RemoteResult<Option<(String, BTreeMap<String, String>)>> {
    let mut names = Vec::new();
    let mut pages = iam.list_role_policies().role_name(&role).into_paginator().items().send();
    while let Some(name) = pages.next().await {
        let Some(name) = found(name.named("iam:ListRolePolicies"))? else { return Ok(None) };
        names.push(name);
    }
    let policies = names.into_iter().map(|name| {
        let call = iam.get_role_policy().role_name(&role).policy_name(name);
        async move { found(call.send().await.named("iam:GetRolePolicy")) }
    });
    let policies = try_join_all(policies).await?.into_iter().flatten();
    let by_name = policies.map(|answer| (answer.policy_name, policy::decoded(&answer.policy_document))).collect();
    Ok(Some((role, by_name)))
}
