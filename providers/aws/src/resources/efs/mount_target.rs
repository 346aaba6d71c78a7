//! `aws_efs_mount_target`

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_efs::types::{LifeCycleState, MountTargetDescription};
use futures_util::future::{try_join, try_join_all};
use wpinfra_core::provider::{
    Identity, Observed, ReadRequest, RemoteError, RemoteId, RemoteResult, ResourceType, Token, Wait, wait,
};
use wpinfra_schema_derive::Model;

use super::dns_name;
use crate::client::Aws;
use crate::error::{Call as _, found, gone_is_done};
use crate::text::non_empty;

const DESCRIBE: &str = "elasticfilesystem:DescribeMountTargets";
/// Mount targets that a page of the list has at the most.
const PAGE: i32 = 100;

/// A network interface in a subnet, by which the machines of its zone reach a file system.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_efs_mount_target", version = 0, timeouts(create = 1800, delete = 600))]
pub struct MountTarget {
    /// Zone by id.
    #[attr(computed)]
    pub availability_zone_id: Option<String>,
    /// Zone by name.
    #[attr(computed)]
    pub availability_zone_name: Option<String>,
    /// Name by which the file system is mounted in any zone that has a mount target.
    #[attr(computed)]
    pub dns_name: Option<String>,
    /// ARN of the file system.
    #[attr(computed)]
    pub file_system_arn: Option<String>,
    /// File system.
    #[attr(required, replace)]
    pub file_system_id: String,
    /// Id: `fsmt-…`.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// Address in the subnet.
    #[attr(optional, computed, replace, format(Ipv4))]
    pub ip_address: Option<String>,
    /// Name by which the file system is mounted through this mount target.
    #[attr(computed)]
    pub mount_target_dns_name: Option<String>,
    /// Network interface.
    #[attr(computed)]
    pub network_interface_id: Option<String>,
    /// Account that owns the mount target.
    #[attr(computed)]
    pub owner_id: Option<String>,
    /// Security groups of the network interface; the default one of the VPC if none are named.
    #[attr(optional, computed)]
    pub security_groups: BTreeSet<String>,
    /// Subnet.
    #[attr(required, replace)]
    pub subnet_id: String,
}

/// The resource type.
pub struct MountTargetType;

impl ResourceType for MountTargetType {
    type Model = MountTarget;
    type Client = Aws;

    // There is one in a zone at the most.
    const IDENTITY: Identity = Identity::Arguments;
    const READY: Option<Wait> = Some(wait(&["creating", "updating"], &["available"]).timeout_minutes(30));
    const GONE: Option<Wait> = Some(wait(&["available", "updating", "deleting"], &["deleted"]).timeout_minutes(10));

    async fn create(&self, aws: &Aws, planned: &MountTarget, _token: &Token) -> RemoteResult<RemoteId> {
        let groups: Vec<String> = planned.security_groups.iter().cloned().collect();
        let call = aws
            .efs
            .create_mount_target()
            .file_system_id(&planned.file_system_id)
            .subnet_id(&planned.subnet_id)
            .set_ip_address(non_empty(&planned.ip_address))
            .set_security_groups((!groups.is_empty()).then_some(groups));
        Ok(RemoteId(call.send().await.named("elasticfilesystem:CreateMountTarget")?.mount_target_id))
    }

    async fn read(
        &self,
        aws: &Aws,
        requests: &[ReadRequest<MountTarget>],
    ) -> RemoteResult<Vec<Option<Observed<MountTarget>>>> {
        let groups = try_join_all(requests.iter().map(|request| security_groups(aws, &request.id)));
        let (found, groups) = try_join(mount_targets(aws, requests), groups).await?;
        let observed = requests
            .iter()
            .zip(groups)
            .map(|(request, groups)| Some(observed(aws, found.get(&request.id.0)?, groups.unwrap_or_default())));
        Ok(observed.collect())
    }

    async fn update(&self, aws: &Aws, id: &RemoteId, prior: &MountTarget, planned: &MountTarget) -> RemoteResult<()> {
        if prior.security_groups == planned.security_groups {
            return Ok(());
        }
        let groups = planned.security_groups.iter().cloned().collect();
        let call =
            aws.efs.modify_mount_target_security_groups().mount_target_id(&id.0).set_security_groups(Some(groups));
        call.send().await.named("elasticfilesystem:ModifyMountTargetSecurityGroups").map(|_| ())
    }

    async fn delete(&self, aws: &Aws, id: &RemoteId, _prior: &MountTarget) -> RemoteResult<()> {
        let call = aws.efs.delete_mount_target().mount_target_id(&id.0);
        gone_is_done(call.send().await.named("elasticfilesystem:DeleteMountTarget").map(|_| ()))
    }

    async fn find(&self, aws: &Aws, planned: &MountTarget, _token: &Token) -> RemoteResult<Option<RemoteId>> {
        let found = of_file_system(aws, &planned.file_system_id).await?;
        let is_standing = |target: &&MountTargetDescription| {
            !matches!(target.life_cycle_state, LifeCycleState::Deleted | LifeCycleState::Deleting)
        };
        let of_subnet = found.iter().filter(is_standing).find(|target| target.subnet_id == planned.subnet_id);
        Ok(of_subnet.map(|target| RemoteId(target.mount_target_id.clone())))
    }
}

/// Returns the mount targets that stand, by id: one call for each file system.
async fn mount_targets(
    aws: &Aws,
    requests: &[ReadRequest<MountTarget>],
) -> RemoteResult<BTreeMap<String, MountTargetDescription>> {
    let (unknown, known): (Vec<_>, Vec<_>) =
        requests.iter().partition(|request| request.prior.file_system_id.is_empty());
    let file_systems: BTreeSet<&str> = known.iter().map(|request| request.prior.file_system_id.as_str()).collect();
    let (by_file_system, by_id) = try_join(
        try_join_all(file_systems.into_iter().map(|id| of_file_system(aws, id))),
        try_join_all(unknown.iter().map(|request| by_id(aws, &request.id))),
    )
    .await?;
    let found = by_file_system.into_iter().chain(by_id).flatten();
    let standing = found.filter(|target| target.life_cycle_state != LifeCycleState::Deleted);
    Ok(standing.map(|target| (target.mount_target_id.clone(), target)).collect())
}

async fn of_file_system(aws: &Aws, file_system: &str) -> RemoteResult<Vec<MountTargetDescription>> {
    let mut targets = Vec::new();
    let call = aws.efs.describe_mount_targets().file_system_id(file_system).max_items(PAGE);
    let mut items = call.into_paginator().items().send();
    while let Some(item) = items.next().await {
        // Without the file system there are no mount targets of it.
        let Some(target) = found(item.named(DESCRIBE))? else { break };
        targets.push(target);
    }
    Ok(targets)
}

async fn by_id(aws: &Aws, id: &RemoteId) -> RemoteResult<Vec<MountTargetDescription>> {
    let answer = found(aws.efs.describe_mount_targets().mount_target_id(&id.0).send().await.named(DESCRIBE))?;
    Ok(answer.and_then(|answer| answer.mount_targets).unwrap_or_default())
}

/// Returns the security groups of a mount target; `None` if it is not there.
async fn security_groups(aws: &Aws, id: &RemoteId) -> RemoteResult<Option<BTreeSet<String>>> {
    let call = aws.efs.describe_mount_target_security_groups().mount_target_id(&id.0);
    let result = call.send().await.named("elasticfilesystem:DescribeMountTargetSecurityGroups");
    match found(result) {
        Ok(answer) => Ok(answer.map(|answer| answer.security_groups.into_iter().collect())),
        // One that is being deleted has no network interface any more.
        Err(RemoteError { code: Some(code), .. }) if code == "IncorrectMountTargetState" => Ok(None),
        Err(error) => Err(error),
    }
}

fn observed(aws: &Aws, target: &MountTargetDescription, security_groups: BTreeSet<String>) -> Observed<MountTarget> {
    let text = |text: &Option<String>| Some(text.clone().unwrap_or_default());
    let dns_name = dns_name(aws, &target.file_system_id);
    let (partition, owner) = (aws.partition(), target.owner_id.clone().unwrap_or_default());
    let model = MountTarget {
        availability_zone_id: text(&target.availability_zone_id),
        mount_target_dns_name: Some(match &target.availability_zone_name {
            Some(zone) => format!("{zone}.{dns_name}"),
            None => String::new(),
        }),
        availability_zone_name: text(&target.availability_zone_name),
        dns_name: Some(dns_name),
        file_system_arn: Some(format!(
            "arn:{partition}:elasticfilesystem:{}:{owner}:file-system/{}",
            aws.region, target.file_system_id
        )),
        file_system_id: target.file_system_id.clone(),
        id: Some(target.mount_target_id.clone()),
        ip_address: text(&target.ip_address),
        network_interface_id: text(&target.network_interface_id),
        owner_id: Some(owner),
        security_groups,
        subnet_id: target.subnet_id.clone(),
    };
    Observed::in_state(model, target.life_cycle_state.as_str())
}
