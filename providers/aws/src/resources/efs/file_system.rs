//! `aws_efs_file_system`

use std::collections::BTreeMap;

use aws_sdk_efs::types::{
    FileSystemDescription, LifeCycleState, LifecyclePolicy as EfsLifecyclePolicy, PerformanceMode,
    ReplicationOverwriteProtection, Tag, ThroughputMode, TransitionToArchiveRules, TransitionToIaRules,
    TransitionToPrimaryStorageClassRules,
};
use futures_util::future::{try_join, try_join_all};
use wpinfra_core::provider::{
    Creation, Draft, Identity, Observed, ReadRequest, RemoteError, RemoteErrorKind, RemoteId, RemoteResult,
    ResourceType, Token, Wait, wait,
};
use wpinfra_schema_derive::{BlockModel, Model};

use super::dns_name;
use crate::client::Aws;
use crate::error::{Call as _, found, gone_is_done};
use crate::tags::{self, Tags};
use crate::text::non_empty;

const CREATE: &str = "elasticfilesystem:CreateFileSystem";
const DESCRIBE: &str = "elasticfilesystem:DescribeFileSystems";
/// From so many file systems on they are listed, all of the account, in place of one call for each.
const MANY: usize = 4;
/// File systems that a page of the list has at the most.
const PAGE: i32 = 100;

/// A file system that many machines mount at once.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_efs_file_system", version = 0)]
pub struct FileSystem {
    /// ARN of the file system.
    #[attr(computed)]
    pub arn: Option<String>,
    /// Zone that a file system of one zone stands in, by id.
    #[attr(computed)]
    pub availability_zone_id: Option<String>,
    /// Zone that a file system of one zone stands in, by name.
    #[attr(optional, computed, replace, length(1, usize::MAX))]
    pub availability_zone_name: Option<String>,
    /// Text that makes sure that the file system is created once.
    #[attr(optional, computed, replace, length(0, 64))]
    pub creation_token: Option<String>,
    /// Name by which it is mounted.
    #[attr(computed)]
    pub dns_name: Option<String>,
    /// Whether what is stored is encrypted.
    #[attr(optional, computed, replace)]
    pub encrypted: Option<bool>,
    /// Id: `fs-…`.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// KMS key that encrypts it.
    #[attr(optional, computed, replace, format(Arn))]
    pub kms_key_id: Option<String>,
    /// Value of the tag `Name`.
    #[attr(computed)]
    pub name: Option<String>,
    /// How many mount targets it has.
    #[attr(computed)]
    pub number_of_mount_targets: Option<i64>,
    /// Account that owns it.
    #[attr(computed)]
    pub owner_id: Option<String>,
    /// Whether it answers fast or serves many.
    #[attr(optional, computed, replace, one_of("generalPurpose", "maxIO"))]
    pub performance_mode: Option<String>,
    /// Throughput in MiB per second, with the mode `provisioned`.
    #[attr(optional)]
    pub provisioned_throughput_in_mibps: Option<f64>,
    /// How much is stored in it, as EFS last measured.
    #[attr(computed)]
    pub size_in_bytes: Vec<SizeInBytes>,
    /// Tags of the file system.
    #[attr(optional)]
    pub tags: Tags,
    /// Tags with those of the provider block.
    #[attr(optional, computed)]
    pub tags_all: Tags,
    /// What the throughput depends on.
    #[attr(optional, default = "bursting", one_of("bursting", "provisioned", "elastic"))]
    pub throughput_mode: String,
    /// When files move to cheaper storage, and back.
    #[block(list, max = 3)]
    pub lifecycle_policy: Vec<LifecyclePolicy>,
    /// What the file system is protected against.
    #[block(list, computed)]
    pub protection: Option<Protection>,
}

/// How much is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BlockModel)]
pub struct SizeInBytes {
    /// All of it.
    #[attr(computed)]
    pub value: Option<i64>,
    /// What is stored for infrequent access.
    #[attr(computed)]
    pub value_in_ia: Option<i64>,
    /// What is stored for frequent access.
    #[attr(computed)]
    pub value_in_standard: Option<i64>,
}

/// When files move to another storage; one move for each policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, BlockModel)]
pub struct LifecyclePolicy {
    /// After how long without access files move to the archive.
    #[attr(
        optional,
        one_of(
            "AFTER_1_DAY",
            "AFTER_7_DAYS",
            "AFTER_14_DAYS",
            "AFTER_30_DAYS",
            "AFTER_60_DAYS",
            "AFTER_90_DAYS",
            "AFTER_180_DAYS",
            "AFTER_270_DAYS",
            "AFTER_365_DAYS"
        )
    )]
    pub transition_to_archive: Option<String>,
    /// After how long without access files move to the storage for infrequent access.
    #[attr(
        optional,
        one_of(
            "AFTER_7_DAYS",
            "AFTER_14_DAYS",
            "AFTER_30_DAYS",
            "AFTER_60_DAYS",
            "AFTER_90_DAYS",
            "AFTER_1_DAY",
            "AFTER_180_DAYS",
            "AFTER_270_DAYS",
            "AFTER_365_DAYS"
        )
    )]
    pub transition_to_ia: Option<String>,
    /// When files move back.
    #[attr(optional, one_of("AFTER_1_ACCESS"))]
    pub transition_to_primary_storage_class: Option<String>,
}

/// What the file system is protected against.
#[derive(Clone, Debug, Default, PartialEq, Eq, BlockModel)]
pub struct Protection {
    /// Whether it cannot become the destination of a replication.
    #[attr(optional, computed, one_of("ENABLED", "DISABLED"))]
    pub replication_overwrite: Option<String>,
}

/// The resource type.
pub struct FileSystemType;

impl ResourceType for FileSystemType {
    type Model = FileSystem;
    type Client = Aws;

    const IDENTITY: Identity = Identity::ClientToken;
    // Lifecycle and protection have calls of their own.
    const CREATION: Creation = Creation::ThenUpdate;
    const READY: Option<Wait> = Some(wait(&["creating", "updating"], &["available"]).timeout_minutes(10));
    const GONE: Option<Wait> = Some(wait(&["available", "updating", "deleting"], &["deleted"]).timeout_minutes(10));

    fn plan(&self, aws: Option<&Aws>, draft: &mut Draft<'_>) {
        tags::plan(aws, draft);
    }

    async fn create(&self, aws: &Aws, planned: &FileSystem, token: &Token) -> RemoteResult<RemoteId> {
        let tags =
            planned.tags_all.iter().flatten().map(|(key, value)| tag(key, value)).collect::<RemoteResult<Vec<_>>>()?;
        let call = aws
            .efs
            .create_file_system()
            .creation_token(creation_token(planned, token))
            .set_availability_zone_name(non_empty(&planned.availability_zone_name))
            .set_encrypted(planned.encrypted)
            .set_kms_key_id(non_empty(&planned.kms_key_id))
            .set_performance_mode(non_empty(&planned.performance_mode).map(|mode| PerformanceMode::from(mode.as_str())))
            .throughput_mode(ThroughputMode::from(planned.throughput_mode.as_str()))
            .set_provisioned_throughput_in_mibps(planned.provisioned_throughput_in_mibps.filter(|mibps| *mibps != 0.0))
            .set_tags(Some(tags));
        Ok(RemoteId(call.send().await.named(CREATE)?.file_system_id))
    }

    async fn read(
        &self,
        aws: &Aws,
        requests: &[ReadRequest<FileSystem>],
    ) -> RemoteResult<Vec<Option<Observed<FileSystem>>>> {
        let ids: Vec<&str> = requests.iter().map(|request| request.id.0.as_str()).collect();
        let policies = try_join_all(ids.iter().map(|id| lifecycle_policies(aws, id)));
        let (found, policies) = try_join(file_systems(aws, &ids), policies).await?;
        let observed = requests
            .iter()
            .zip(policies)
            .map(|(request, policies)| Some(observed(aws, found.get(&request.id.0)?, &policies?, &request.prior)));
        Ok(observed.collect())
    }

    async fn update(&self, aws: &Aws, id: &RemoteId, prior: &FileSystem, planned: &FileSystem) -> RemoteResult<()> {
        update_tags(aws, id, prior, planned).await?;
        update_throughput(aws, id, prior, planned).await?;
        update_protection(aws, id, prior, planned).await?;
        let policies = policies_to_aws(&planned.lifecycle_policy);
        if policies_to_aws(&prior.lifecycle_policy) != policies {
            let call =
                aws.efs.put_lifecycle_configuration().file_system_id(&id.0).set_lifecycle_policies(Some(policies));
            call.send().await.named("elasticfilesystem:PutLifecycleConfiguration")?;
        }
        Ok(())
    }

    async fn delete(&self, aws: &Aws, id: &RemoteId, _prior: &FileSystem) -> RemoteResult<()> {
        let call = aws.efs.delete_file_system().file_system_id(&id.0);
        gone_is_done(call.send().await.named("elasticfilesystem:DeleteFileSystem").map(|_| ()))
    }

    async fn find(&self, aws: &Aws, planned: &FileSystem, token: &Token) -> RemoteResult<Option<RemoteId>> {
        let call = aws.efs.describe_file_systems().creation_token(creation_token(planned, token));
        let Some(answer) = found(call.send().await.named(DESCRIBE))? else { return Ok(None) };
        Ok(answer.file_systems().first().map(|found| RemoteId(found.file_system_id.clone())))
    }
}

/// Returns the token of the configuration, or that of the operation.
fn creation_token(planned: &FileSystem, token: &Token) -> String {
    non_empty(&planned.creation_token).unwrap_or_else(|| token.0.clone())
}

/// Returns the file systems that stand, by id.
async fn file_systems(aws: &Aws, ids: &[&str]) -> RemoteResult<BTreeMap<String, FileSystemDescription>> {
    let found = if ids.len() < MANY { by_id(aws, ids).await? } else { all(aws).await? };
    let standing = found.into_iter().filter(|found| found.life_cycle_state != LifeCycleState::Deleted);
    Ok(standing.map(|found| (found.file_system_id.clone(), found)).collect())
}

async fn by_id(aws: &Aws, ids: &[&str]) -> RemoteResult<Vec<FileSystemDescription>> {
    let calls = ids.iter().map(|id| async move {
        let answer = found(aws.efs.describe_file_systems().file_system_id(*id).send().await.named(DESCRIBE))?;
        Ok::<_, RemoteError>(answer.and_then(|answer| answer.file_systems).unwrap_or_default())
    });
    Ok(try_join_all(calls).await?.into_iter().flatten().collect())
}

async fn all(aws: &Aws) -> RemoteResult<Vec<FileSystemDescription>> {
    let mut found = Vec::new();
    let mut items = aws.efs.describe_file_systems().max_items(PAGE).into_paginator().items().send();
    while let Some(item) = items.next().await {
        found.push(item.named(DESCRIBE)?);
    }
    Ok(found)
}

async fn lifecycle_policies(aws: &Aws, id: &str) -> RemoteResult<Option<Vec<EfsLifecyclePolicy>>> {
    let call = aws.efs.describe_lifecycle_configuration().file_system_id(id);
    let answer = found(call.send().await.named("elasticfilesystem:DescribeLifecycleConfiguration"))?;
    Ok(answer.map(|answer| answer.lifecycle_policies.unwrap_or_default()))
}

fn observed(
    aws: &Aws,
    file_system: &FileSystemDescription,
    policies: &[EfsLifecyclePolicy],
    prior: &FileSystem,
) -> Observed<FileSystem> {
    let pairs = file_system.tags.iter().map(|tag| (tag.key.clone(), tag.value.clone()));
    let (tags, tags_all) = aws.tags.observed(pairs, &prior.tags);
    let id = &file_system.file_system_id;
    let arn = file_system.file_system_arn.clone().unwrap_or_else(|| {
        let (partition, region, owner) = (aws.partition(), &aws.region, &file_system.owner_id);
        format!("arn:{partition}:elasticfilesystem:{region}:{owner}:file-system/{id}")
    });
    let text = |text: &Option<String>| Some(text.clone().unwrap_or_default());
    let size = file_system.size_in_bytes.as_ref().map(|size| SizeInBytes {
        value: Some(size.value),
        value_in_ia: Some(size.value_in_ia.unwrap_or(0)),
        value_in_standard: Some(size.value_in_standard.unwrap_or(0)),
    });
    let protection = file_system.file_system_protection.as_ref().map(|protection| Protection {
        replication_overwrite: protection
            .replication_overwrite_protection
            .as_ref()
            .map(|state| state.as_str().to_owned()),
    });
    let model = FileSystem {
        arn: Some(arn),
        availability_zone_id: text(&file_system.availability_zone_id),
        availability_zone_name: text(&file_system.availability_zone_name),
        creation_token: Some(file_system.creation_token.clone()),
        dns_name: Some(dns_name(aws, id)),
        encrypted: Some(file_system.encrypted.unwrap_or(false)),
        id: Some(id.clone()),
        kms_key_id: text(&file_system.kms_key_id),
        name: text(&file_system.name),
        number_of_mount_targets: Some(file_system.number_of_mount_targets.into()),
        owner_id: Some(file_system.owner_id.clone()),
        performance_mode: Some(file_system.performance_mode.as_str().to_owned()),
        provisioned_throughput_in_mibps: Some(file_system.provisioned_throughput_in_mibps.unwrap_or(0.0)),
        size_in_bytes: size.into_iter().collect(),
        tags,
        tags_all,
        throughput_mode: file_system.throughput_mode.as_ref().map_or("bursting", ThroughputMode::as_str).to_owned(),
        lifecycle_policy: policies.iter().map(policy_from_aws).collect(),
        protection,
    };
    Observed::in_state(model, file_system.life_cycle_state.as_str())
}

fn policies_to_aws(policies: &[LifecyclePolicy]) -> Vec<EfsLifecyclePolicy> {
    let policy = |policy: &LifecyclePolicy| {
        let back = non_empty(&policy.transition_to_primary_storage_class);
        EfsLifecyclePolicy::builder()
            .set_transition_to_archive(
                non_empty(&policy.transition_to_archive).map(|rule| TransitionToArchiveRules::from(rule.as_str())),
            )
            .set_transition_to_ia(
                non_empty(&policy.transition_to_ia).map(|rule| TransitionToIaRules::from(rule.as_str())),
            )
            .set_transition_to_primary_storage_class(
                back.map(|rule| TransitionToPrimaryStorageClassRules::from(rule.as_str())),
            )
            .build()
    };
    policies.iter().map(policy).collect()
}

fn policy_from_aws(policy: &EfsLifecyclePolicy) -> LifecyclePolicy {
    let text = |text: Option<&str>| Some(text.unwrap_or_default().to_owned());
    LifecyclePolicy {
        transition_to_archive: text(policy.transition_to_archive.as_ref().map(TransitionToArchiveRules::as_str)),
        transition_to_ia: text(policy.transition_to_ia.as_ref().map(TransitionToIaRules::as_str)),
        transition_to_primary_storage_class: text(
            policy.transition_to_primary_storage_class.as_ref().map(TransitionToPrimaryStorageClassRules::as_str),
        ),
    }
}

async fn update_tags(aws: &Aws, id: &RemoteId, prior: &FileSystem, planned: &FileSystem) -> RemoteResult<()> {
    let (set, removed) = aws.tags.difference(&prior.tags_all, &planned.tags_all);
    if !removed.is_empty() {
        let call = aws.efs.untag_resource().resource_id(&id.0).set_tag_keys(Some(removed));
        call.send().await.named("elasticfilesystem:UntagResource")?;
    }
    if !set.is_empty() {
        let tags = set.iter().map(|(key, value)| tag(key, value)).collect::<RemoteResult<Vec<_>>>()?;
        let call = aws.efs.tag_resource().resource_id(&id.0).set_tags(Some(tags));
        call.send().await.named("elasticfilesystem:TagResource")?;
    }
    Ok(())
}

fn tag(key: &str, value: &str) -> RemoteResult<Tag> {
    let tag = Tag::builder().key(key).value(value).build();
    tag.map_err(|error| RemoteError::local(RemoteErrorKind::Bug, "elasticfilesystem", error.to_string()))
}

async fn update_throughput(aws: &Aws, id: &RemoteId, prior: &FileSystem, planned: &FileSystem) -> RemoteResult<()> {
    let throughput = |model: &FileSystem| {
        let mibps = model.provisioned_throughput_in_mibps.filter(|_| model.throughput_mode == "provisioned");
        (model.throughput_mode.clone(), mibps)
    };
    let (mode, mibps) = throughput(planned);
    if throughput(prior) == (mode.clone(), mibps) {
        return Ok(());
    }
    let call = aws.efs.update_file_system().file_system_id(&id.0).throughput_mode(ThroughputMode::from(mode.as_str()));
    call.set_provisioned_throughput_in_mibps(mibps).send().await.named("elasticfilesystem:UpdateFileSystem").map(|_| ())
}

async fn update_protection(aws: &Aws, id: &RemoteId, prior: &FileSystem, planned: &FileSystem) -> RemoteResult<()> {
    let state = |model: &FileSystem| {
        model.protection.as_ref().and_then(|protection| non_empty(&protection.replication_overwrite))
    };
    let Some(wanted) = state(planned).filter(|wanted| state(prior).as_ref() != Some(wanted)) else { return Ok(()) };
    let call = aws
        .efs
        .update_file_system_protection()
        .file_system_id(&id.0)
        .replication_overwrite_protection(ReplicationOverwriteProtection::from(wanted.as_str()));
    call.send().await.named("elasticfilesystem:UpdateFileSystemProtection").map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(archive: Option<&str>, ia: Option<&str>, primary: Option<&str>) -> LifecyclePolicy {
        LifecyclePolicy {
            transition_to_archive: archive.map(str::to_owned),
            transition_to_ia: ia.map(str::to_owned),
            transition_to_primary_storage_class: primary.map(str::to_owned),
        }
    }

    #[test]
    fn policies_survive_the_way_to_aws_and_back() {
        let policies = [
            policy(Some(""), Some("AFTER_30_DAYS"), Some("")),
            policy(Some("AFTER_90_DAYS"), Some(""), Some("")),
            policy(Some(""), Some(""), Some("AFTER_1_ACCESS")),
        ];
        let returned: Vec<LifecyclePolicy> = policies_to_aws(&policies).iter().map(policy_from_aws).collect();
        assert_eq!(returned, policies);
    }

    #[test]
    fn unset_and_empty_are_the_same_policy() {
        for (one, other, same) in [
            (policy(None, Some("AFTER_7_DAYS"), None), policy(Some(""), Some("AFTER_7_DAYS"), Some("")), true),
            (policy(None, Some("AFTER_7_DAYS"), None), policy(None, Some("AFTER_14_DAYS"), None), false),
        ] {
            let is_same = policies_to_aws(std::slice::from_ref(&one)) == policies_to_aws(std::slice::from_ref(&other));
            assert_eq!(is_same, same, "{one:?} {other:?}");
        }
    }

    #[test]
    fn the_configuration_may_choose_the_token() {
        let token = Token("operation".to_owned());
        for (configured, expected) in [(None, "operation"), (Some(""), "operation"), (Some("mine"), "mine")] {
            let planned = FileSystem { creation_token: configured.map(str::to_owned), ..FileSystem::default() };
            assert_eq!(creation_token(&planned, &token), expected, "{configured:?}");
        }
    }
}
