//! `aws_ecs_cluster`

use std::collections::BTreeMap;

use aws_sdk_ecs::types::{
    Cluster as EcsCluster, ClusterConfiguration, ClusterField, ClusterServiceConnectDefaultsRequest,
    ClusterSetting as EcsClusterSetting, ClusterSettingName, ExecuteCommandConfiguration,
    ExecuteCommandLogConfiguration, ExecuteCommandLogging, ManagedStorageConfiguration,
};
use futures_util::future::try_join_all;
use wpinfra_core::provider::{
    Draft, Identity, Observed, ReadRequest, RemoteError, RemoteId, RemoteResult, ResourceType, Token, Wait, wait,
};
use wpinfra_schema_derive::{BlockModel, Model};

use super::{built, creation_tags, last_part, only_missing, pairs, update_tags};
use crate::client::Aws;
use crate::error::{Call as _, gone_is_done, missing};
use crate::tags::{self, Tags};
use crate::text::non_empty;

/// Clusters that `DescribeClusters` takes at the most.
const CLUSTERS_AT_ONCE: usize = 100;

/// A place where tasks and services run.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_ecs_cluster", version = 0)]
pub struct Cluster {
    /// ARN of the cluster.
    #[attr(computed)]
    pub arn: Option<String>,
    /// ARN of the cluster.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// Name, unique in the region of the account.
    #[attr(required, replace, length(1, 255), pattern("^[0-9A-Za-z_-]*$", "letters, digits, hyphens and underscores"))]
    pub name: String,
    /// Tags of the cluster.
    #[attr(optional)]
    pub tags: Tags,
    /// Tags with those of the provider block.
    #[attr(optional, computed)]
    pub tags_all: Tags,
    /// How commands run inside of containers, and what encrypts storage.
    #[block(list)]
    pub configuration: Option<Configuration>,
    /// Namespace of services that name none themselves.
    #[block(list)]
    pub service_connect_defaults: Option<ServiceConnectDefaults>,
    /// Settings: whether Container Insights collects metrics.
    #[block(set, computed)]
    pub setting: Vec<Setting>,
}

/// How commands run inside of containers, and what encrypts storage.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct Configuration {
    /// How `ecs execute-command` works.
    #[block(list)]
    pub execute_command_configuration: Option<ExecuteCommand>,
    /// What encrypts the storage that ECS manages.
    #[block(list)]
    pub managed_storage_configuration: Option<ManagedStorage>,
}

/// Namespace of services that name none themselves.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct ServiceConnectDefaults {
    /// ARN of a Cloud Map namespace.
    #[attr(required, format(Arn))]
    pub namespace: String,
}

/// One setting.
#[derive(Clone, Debug, Default, PartialEq, Eq, BlockModel)]
pub struct Setting {
    /// Name of the setting.
    #[attr(required, one_of("containerInsights"))]
    pub name: String,
    /// `enabled`, `disabled` or `enhanced`.
    #[attr(required)]
    pub value: String,
}

/// How `ecs execute-command` works.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct ExecuteCommand {
    /// KMS key that encrypts what passes between client and container.
    #[attr(optional)]
    pub kms_key_id: Option<String>,
    /// Where the output is logged: nowhere, as the task definition says, or as `log_configuration` says.
    #[attr(optional, default = "DEFAULT", one_of("NONE", "DEFAULT", "OVERRIDE"))]
    pub logging: String,
    /// Where the output is logged with `OVERRIDE`.
    #[block(list)]
    pub log_configuration: Option<CommandLog>,
}

/// What encrypts the storage that ECS manages.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct ManagedStorage {
    /// KMS key of the ephemeral storage of Fargate tasks.
    #[attr(optional)]
    pub fargate_ephemeral_storage_kms_key_id: Option<String>,
    /// KMS key of volumes.
    #[attr(optional)]
    pub kms_key_id: Option<String>,
}

/// Where the output of commands is logged.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct CommandLog {
    /// Whether CloudWatch Logs encrypts it.
    #[attr(optional)]
    pub cloud_watch_encryption_enabled: Option<bool>,
    /// Log group of CloudWatch Logs.
    #[attr(optional)]
    pub cloud_watch_log_group_name: Option<String>,
    /// Whether S3 encrypts it.
    #[attr(optional)]
    pub s3_bucket_encryption_enabled: Option<bool>,
    /// Bucket of S3.
    #[attr(optional)]
    pub s3_bucket_name: Option<String>,
    /// Folder in the bucket.
    #[attr(optional)]
    pub s3_key_prefix: Option<String>,
}

/// The resource type.
pub struct ClusterType;

impl ResourceType for ClusterType {
    type Model = Cluster;
    type Client = Aws;

    const IDENTITY: Identity = Identity::Name;
    const READY: Option<Wait> = Some(wait(&["PROVISIONING"], &["ACTIVE"]).timeout_minutes(10));
    const GONE: Option<Wait> =
        Some(wait(&["ACTIVE", "PROVISIONING", "DEPROVISIONING"], &["INACTIVE"]).timeout_minutes(10));

    fn plan(&self, aws: Option<&Aws>, draft: &mut Draft<'_>) {
        tags::plan(aws, draft);
    }

    async fn create(&self, aws: &Aws, planned: &Cluster, _token: &Token) -> RemoteResult<RemoteId> {
        let call = aws
            .ecs
            .create_cluster()
            .cluster_name(&planned.name)
            .set_configuration(planned.configuration.as_ref().map(configuration_to_aws))
            .set_service_connect_defaults(namespace_to_aws(planned.service_connect_defaults.as_ref())?)
            .set_settings(settings_to_aws(&planned.setting))
            .set_tags(creation_tags(&planned.tags_all));
        let answer = call.send().await.named("ecs:CreateCluster")?;
        let arn = answer.cluster.and_then(|cluster| cluster.cluster_arn);
        arn.map(RemoteId).ok_or_else(|| missing("ecs:CreateCluster", "cluster ARN"))
    }

    async fn read(&self, aws: &Aws, requests: &[ReadRequest<Cluster>]) -> RemoteResult<Vec<Option<Observed<Cluster>>>> {
        let names: Vec<&str> = requests.iter().map(|request| request.id.0.as_str()).collect();
        let found = clusters(aws, &names).await?;
        let observed = requests.iter().map(|request| {
            found.get(last_part(&request.id.0)).map(|cluster| observed(aws, cluster, &request.prior)).transpose()
        });
        observed.collect()
    }

    async fn update(&self, aws: &Aws, id: &RemoteId, prior: &Cluster, planned: &Cluster) -> RemoteResult<()> {
        update_tags(aws, &id.0, &prior.tags_all, &planned.tags_all).await?;
        let mut call = aws.ecs.update_cluster().cluster(&id.0);
        let mut differs = false;
        if settings_by_name(prior) != settings_by_name(planned) {
            call = call.set_settings(settings_to_aws(&planned.setting));
            differs = true;
        }
        if !same_configuration(prior.configuration.as_ref(), planned.configuration.as_ref()) {
            let nothing = Configuration::default();
            call = call.configuration(configuration_to_aws(planned.configuration.as_ref().unwrap_or(&nothing)));
            differs = true;
        }
        if prior.service_connect_defaults != planned.service_connect_defaults {
            // No name takes the default away.
            let nothing = ServiceConnectDefaults::default();
            let defaults = planned.service_connect_defaults.as_ref().unwrap_or(&nothing);
            call = call.set_service_connect_defaults(namespace_to_aws(Some(defaults))?);
            differs = true;
        }
        if differs {
            call.send().await.named("ecs:UpdateCluster")?;
        }
        Ok(())
    }

    async fn delete(&self, aws: &Aws, id: &RemoteId, _prior: &Cluster) -> RemoteResult<()> {
        // While services or tasks are leaving, ECS calls the cluster busy, and the engine asks again.
        gone_is_done(aws.ecs.delete_cluster().cluster(&id.0).send().await.named("ecs:DeleteCluster").map(|_| ()))
    }

    async fn find(&self, aws: &Aws, planned: &Cluster, _token: &Token) -> RemoteResult<Option<RemoteId>> {
        let found = clusters(aws, &[&planned.name]).await?;
        Ok(found.into_values().find_map(|cluster| cluster.cluster_arn).map(RemoteId))
    }

    fn import(&self, id: &str) -> Result<(RemoteId, Cluster), String> {
        if id.is_empty() {
            return Err("The id of a cluster is its name: web".to_owned());
        }
        let name = last_part(id).to_owned();
        Ok((RemoteId(name.clone()), Cluster { id: Some(name.clone()), name, ..Cluster::default() }))
    }
}

/// Returns the clusters that stand, by name; `names` may be ARNs.
async fn clusters(aws: &Aws, names: &[&str]) -> RemoteResult<BTreeMap<String, EcsCluster>> {
    const DESCRIBE: &str = "ecs:DescribeClusters";
    let calls = names.chunks(CLUSTERS_AT_ONCE).map(|names| async move {
        let call = aws
            .ecs
            .describe_clusters()
            .set_clusters(Some(names.iter().map(ToString::to_string).collect()))
            .include(ClusterField::Configurations)
            .include(ClusterField::Settings)
            .include(ClusterField::Tags);
        let answer = call.send().await.named(DESCRIBE)?;
        only_missing(DESCRIBE, answer.failures())?;
        Ok::<_, RemoteError>(answer.clusters.unwrap_or_default())
    });
    let found = try_join_all(calls).await?;
    // A deleted cluster goes on being shown for a while.
    let standing = found.into_iter().flatten().filter(|cluster| cluster.status.as_deref() != Some("INACTIVE"));
    Ok(standing.filter_map(|cluster| Some((cluster.cluster_name.clone()?, cluster))).collect())
}

fn observed(aws: &Aws, cluster: &EcsCluster, prior: &Cluster) -> RemoteResult<Observed<Cluster>> {
    const DESCRIBE: &str = "ecs:DescribeClusters";
    let (tags, tags_all) = aws.tags.observed(pairs(cluster.tags()), &prior.tags);
    let arn = cluster.cluster_arn.clone().ok_or_else(|| missing(DESCRIBE, "cluster ARN"))?;
    let setting = |setting: &EcsClusterSetting| Setting {
        name: setting.name.as_ref().map(|name| name.as_str().to_owned()).unwrap_or_default(),
        value: setting.value.clone().unwrap_or_default(),
    };
    let model = Cluster {
        arn: Some(arn.clone()),
        id: Some(arn),
        name: cluster.cluster_name.clone().ok_or_else(|| missing(DESCRIBE, "cluster name"))?,
        tags,
        tags_all,
        configuration: cluster.configuration.as_ref().map(configuration_from_aws),
        service_connect_defaults: cluster
            .service_connect_defaults
            .as_ref()
            .and_then(|defaults| non_empty(&defaults.namespace))
            .map(|namespace| ServiceConnectDefaults { namespace }),
        setting: cluster.settings().iter().map(setting).collect(),
    };
    Ok(Observed::in_state(model, cluster.status.clone().ok_or_else(|| missing(DESCRIBE, "status"))?))
}

/// Tells whether two configurations are the same to ECS, which knows no difference between unset and empty.
fn same_configuration(prior: Option<&Configuration>, planned: Option<&Configuration>) -> bool {
    prior.map(configuration_to_aws) == planned.map(configuration_to_aws)
}

fn settings_by_name(cluster: &Cluster) -> BTreeMap<&str, &str> {
    cluster.setting.iter().map(|setting| (setting.name.as_str(), setting.value.as_str())).collect()
}

fn settings_to_aws(settings: &[Setting]) -> Option<Vec<EcsClusterSetting>> {
    let setting = |setting: &Setting| {
        EcsClusterSetting::builder().name(ClusterSettingName::from(setting.name.as_str())).value(&setting.value).build()
    };
    (!settings.is_empty()).then(|| settings.iter().map(setting).collect())
}

fn namespace_to_aws(
    defaults: Option<&ServiceConnectDefaults>,
) -> RemoteResult<Option<ClusterServiceConnectDefaultsRequest>> {
    let request = |defaults: &ServiceConnectDefaults| {
        built(ClusterServiceConnectDefaultsRequest::builder().namespace(&defaults.namespace).build())
    };
    defaults.map(request).transpose()
}

fn configuration_to_aws(configuration: &Configuration) -> ClusterConfiguration {
    let log = |log: &CommandLog| {
        ExecuteCommandLogConfiguration::builder()
            .set_cloud_watch_log_group_name(non_empty(&log.cloud_watch_log_group_name))
            .cloud_watch_encryption_enabled(log.cloud_watch_encryption_enabled.unwrap_or(false))
            .set_s3_bucket_name(non_empty(&log.s3_bucket_name))
            .s3_encryption_enabled(log.s3_bucket_encryption_enabled.unwrap_or(false))
            .set_s3_key_prefix(non_empty(&log.s3_key_prefix))
            .build()
    };
    let command = configuration.execute_command_configuration.as_ref().map(|command| {
        ExecuteCommandConfiguration::builder()
            .set_kms_key_id(non_empty(&command.kms_key_id))
            .logging(ExecuteCommandLogging::from(command.logging.as_str()))
            .set_log_configuration(command.log_configuration.as_ref().map(log))
            .build()
    });
    let storage = configuration.managed_storage_configuration.as_ref().map(|storage| {
        ManagedStorageConfiguration::builder()
            .set_kms_key_id(non_empty(&storage.kms_key_id))
            .set_fargate_ephemeral_storage_kms_key_id(non_empty(&storage.fargate_ephemeral_storage_kms_key_id))
            .build()
    });
    ClusterConfiguration::builder()
        .set_execute_command_configuration(command)
        .set_managed_storage_configuration(storage)
        .build()
}

fn configuration_from_aws(configuration: &ClusterConfiguration) -> Configuration {
    let text = |text: &Option<String>| Some(text.clone().unwrap_or_default());
    let log = |log: &ExecuteCommandLogConfiguration| CommandLog {
        cloud_watch_encryption_enabled: Some(log.cloud_watch_encryption_enabled),
        cloud_watch_log_group_name: text(&log.cloud_watch_log_group_name),
        s3_bucket_encryption_enabled: Some(log.s3_encryption_enabled),
        s3_bucket_name: text(&log.s3_bucket_name),
        s3_key_prefix: text(&log.s3_key_prefix),
    };
    Configuration {
        execute_command_configuration: configuration.execute_command_configuration.as_ref().map(|command| {
            ExecuteCommand {
                kms_key_id: text(&command.kms_key_id),
                logging: command.logging.as_ref().map_or("DEFAULT", ExecuteCommandLogging::as_str).to_owned(),
                log_configuration: command.log_configuration.as_ref().map(log),
            }
        }),
        managed_storage_configuration: configuration.managed_storage_configuration.as_ref().map(|storage| {
            ManagedStorage {
                fargate_ephemeral_storage_kms_key_id: text(&storage.fargate_ephemeral_storage_kms_key_id),
                kms_key_id: text(&storage.kms_key_id),
            }
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configurations_survive_the_way_to_aws_and_back() {
        let configuration = Configuration {
            execute_command_configuration: Some(ExecuteCommand {
                kms_key_id: Some("key".to_owned()),
                logging: "OVERRIDE".to_owned(),
                log_configuration: Some(CommandLog {
                    cloud_watch_encryption_enabled: Some(true),
                    cloud_watch_log_group_name: Some("/ecs/web".to_owned()),
                    s3_bucket_encryption_enabled: Some(false),
                    s3_bucket_name: Some("bucket".to_owned()),
                    s3_key_prefix: Some("folder".to_owned()),
                }),
            }),
            managed_storage_configuration: Some(ManagedStorage {
                fargate_ephemeral_storage_kms_key_id: Some("fargate".to_owned()),
                kms_key_id: Some("volumes".to_owned()),
            }),
        };
        assert_eq!(configuration_from_aws(&configuration_to_aws(&configuration)), configuration);
    }

    #[test]
    fn unset_and_empty_are_the_same_configuration() {
        let command = |kms_key_id| {
            Some(Configuration {
                execute_command_configuration: Some(ExecuteCommand {
                    kms_key_id,
                    logging: "NONE".to_owned(),
                    log_configuration: None,
                }),
                managed_storage_configuration: None,
            })
        };
        for (other, same) in [(None, true), (Some(String::new()), true), (Some("key".to_owned()), false)] {
            assert_eq!(same_configuration(command(None).as_ref(), command(other.clone()).as_ref()), same, "{other:?}");
        }
        assert!(!same_configuration(command(None).as_ref(), None));
    }

    #[test]
    fn import_ids_are_names() {
        for (id, name) in [("web", Some("web")), ("arn:aws:ecs:eu-west-1:1:cluster/web", Some("web")), ("", None)] {
            let imported = ClusterType.import(id).ok().map(|(_, model)| model.name);
            assert_eq!(imported.as_deref(), name, "{id}");
        }
    }
}
