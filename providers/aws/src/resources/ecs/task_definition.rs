//! `aws_ecs_task_definition`

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ecs::types::{
    Compatibility, CpuArchitecture, EphemeralStorage as EcsEphemeralStorage, IpcMode, KeyValuePair, NetworkMode,
    OsFamily, PidMode, ProxyConfiguration as EcsProxy, ProxyConfigurationType, RuntimePlatform as EcsPlatform, Tag,
    TaskDefinition as EcsTaskDefinition, TaskDefinitionField, TaskDefinitionPlacementConstraint,
    TaskDefinitionPlacementConstraintType, TaskDefinitionStatus,
};
use futures_util::future::try_join_all;
use serde_json::Value as Json;
use wpinfra_core::Path;
use wpinfra_core::provider::{
    Draft, Identity, Observed, ReadRequest, RemoteError, RemoteErrorKind, RemoteId, RemoteResult, ResourceType, Token,
};
use wpinfra_schema_derive::{BlockModel, Model};

use super::accelerators::{InferenceAccelerator, accelerators_from_aws, with_accelerators};
use super::raw_containers::{Keep, put_into};
use super::task_volumes::{Volume, volume_from_aws, volume_to_aws};
use super::{built, container_definitions, creation_tags, has_code, is_arn, last_part, pairs, small, update_tags};
use crate::client::Aws;
use crate::error::{Call as _, gone_is_done, missing};
use crate::tags::{self, Tags};
use crate::text::non_empty;

const DESCRIBE: &str = "ecs:DescribeTaskDefinition";

/// Containers that run together, as one revision of a family of such definitions.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_ecs_task_definition", version = 1)]
pub struct TaskDefinition {
    /// ARN of the revision.
    #[attr(computed)]
    pub arn: Option<String>,
    /// ARN of the family.
    #[attr(computed)]
    pub arn_without_revision: Option<String>,
    /// The containers: a JSON list of container definitions, compared by meaning.
    #[attr(
        required,
        replace,
        equal = container_definitions::equal,
        check = container_definitions::check,
        as_observed
    )]
    pub container_definitions: String,
    /// CPU units of the task; 1024 are one processor.
    #[attr(optional, replace)]
    pub cpu: Option<String>,
    /// Whether AWS FIS may inject faults.
    #[attr(optional, computed, replace)]
    pub enable_fault_injection: Option<bool>,
    /// Role by which ECS pulls images and writes logs.
    #[attr(optional, replace, format(Arn))]
    pub execution_role_arn: Option<String>,
    /// Name of the family.
    #[attr(required, replace, length(1, 255), pattern("^[0-9A-Za-z_-]*$", "letters, digits, hyphens and underscores"))]
    pub family: String,
    /// Name of the family.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// Whom the containers share memory with.
    #[attr(optional, replace, one_of("host", "task", "none"))]
    pub ipc_mode: Option<String>,
    /// Memory of the task in MiB.
    #[attr(optional, replace)]
    pub memory: Option<String>,
    /// How the containers are joined to the network.
    #[attr(optional, computed, replace, one_of("bridge", "host", "awsvpc", "none"))]
    pub network_mode: Option<String>,
    /// Whose processes the containers see.
    #[attr(optional, replace, one_of("host", "task"))]
    pub pid_mode: Option<String>,
    /// Launch types that the definition has to be fit for.
    #[attr(optional, replace, each(one_of("EC2", "FARGATE", "EXTERNAL")))]
    pub requires_compatibilities: BTreeSet<String>,
    /// Number of the revision.
    #[attr(computed)]
    pub revision: Option<i64>,
    /// Whether the revision stays registered when it is destroyed or replaced.
    #[attr(optional, default = false, local)]
    pub skip_destroy: bool,
    /// Tags of the revision.
    #[attr(optional)]
    pub tags: Tags,
    /// Tags with those of the provider block.
    #[attr(optional, computed)]
    pub tags_all: Tags,
    /// Role that the containers act as.
    #[attr(optional, replace, format(Arn))]
    pub task_role_arn: Option<String>,
    /// Whether to follow the newest revision of the family, whoever registered it.
    #[attr(optional, default = false, local)]
    pub track_latest: bool,
    /// Size of the scratch disk on Fargate.
    #[block(list, replace)]
    pub ephemeral_storage: Option<EphemeralStorage>,
    /// Accelerators that containers may use.
    #[block(set, replace)]
    pub inference_accelerator: Vec<InferenceAccelerator>,
    /// Where the task may run.
    #[block(set, max = 10, replace)]
    pub placement_constraints: Vec<PlacementConstraint>,
    /// App Mesh proxy that the traffic goes through.
    #[block(list, replace)]
    pub proxy_configuration: Option<ProxyConfiguration>,
    /// System that the containers are made for.
    #[block(list, replace)]
    pub runtime_platform: Option<RuntimePlatform>,
    /// Volumes that containers can mount.
    #[block(set, replace)]
    pub volume: Vec<Volume>,
}

/// Size of the scratch disk on Fargate.
#[derive(Clone, Debug, Default, PartialEq, Eq, BlockModel)]
pub struct EphemeralStorage {
    /// Size in GiB.
    #[attr(required, replace, range(21, 200), integer)]
    pub size_in_gib: i64,
}

/// Where the task may run.
#[derive(Clone, Debug, Default, PartialEq, Eq, BlockModel)]
pub struct PlacementConstraint {
    /// Expression in the query language of clusters.
    #[attr(optional, replace)]
    pub expression: Option<String>,
    /// Kind of the constraint.
    #[attr(required, replace, one_of("memberOf"))]
    pub r#type: String,
}

/// App Mesh proxy that the traffic goes through.
#[derive(Clone, Debug, Default, PartialEq, Eq, BlockModel)]
pub struct ProxyConfiguration {
    /// Container that is the proxy.
    #[attr(required, replace)]
    pub container_name: String,
    /// Settings of the proxy.
    #[attr(optional, replace)]
    pub properties: Option<BTreeMap<String, String>>,
    /// Kind of the proxy.
    #[attr(optional, default = "APPMESH", replace, one_of("APPMESH"))]
    pub r#type: String,
}

/// System that the containers are made for.
#[derive(Clone, Debug, Default, PartialEq, Eq, BlockModel)]
pub struct RuntimePlatform {
    /// Architecture of the processor.
    #[attr(optional, replace, one_of("X86_64", "ARM64"))]
    pub cpu_architecture: Option<String>,
    /// Operating system.
    #[attr(
        optional,
        replace,
        one_of(
            "WINDOWS_SERVER_2019_FULL",
            "WINDOWS_SERVER_2019_CORE",
            "WINDOWS_SERVER_2016_FULL",
            "WINDOWS_SERVER_2004_CORE",
            "WINDOWS_SERVER_2022_CORE",
            "WINDOWS_SERVER_2022_FULL",
            "WINDOWS_SERVER_20H2_CORE",
            "LINUX"
        )
    )]
    pub operating_system_family: Option<String>,
}

/// The resource type.
pub struct TaskDefinitionType;

impl ResourceType for TaskDefinitionType {
    type Model = TaskDefinition;
    type Client = Aws;

    const IDENTITY: Identity = Identity::Arguments;

    fn plan(&self, aws: Option<&Aws>, draft: &mut Draft<'_>) {
        tags::plan(aws, draft);
        compare_in_network_mode(draft);
    }

    /// Notes the newest revision of the family, so that only a newer one can be taken for the one that is to be registered.
    async fn prepare(&self, aws: &Aws, planned: &TaskDefinition) -> RemoteResult<Option<TaskDefinition>> {
        let newest = described(aws, &planned.family).await?;
        let revision = newest.map_or(0, |newest| newest.definition.revision);
        Ok(Some(TaskDefinition { revision: Some(revision.into()), ..planned.clone() }))
    }

    async fn create(&self, aws: &Aws, planned: &TaskDefinition, _token: &Token) -> RemoteResult<RemoteId> {
        const REGISTER: &str = "ecs:RegisterTaskDefinition";
        let containers = container_definitions::for_request(&planned.container_definitions)
            .map_err(|error| RemoteError::local(RemoteErrorKind::Refused, REGISTER, error.to_string()))?;
        let volumes = planned.volume.iter().map(volume_to_aws).collect::<RemoteResult<Vec<_>>>()?;
        let call = aws
            .ecs
            .register_task_definition()
            .family(&planned.family)
            .set_cpu(non_empty(&planned.cpu))
            .set_memory(non_empty(&planned.memory))
            .set_enable_fault_injection(planned.enable_fault_injection)
            .set_execution_role_arn(non_empty(&planned.execution_role_arn))
            .set_task_role_arn(non_empty(&planned.task_role_arn))
            .set_ipc_mode(non_empty(&planned.ipc_mode).map(|mode| IpcMode::from(mode.as_str())))
            .set_pid_mode(non_empty(&planned.pid_mode).map(|mode| PidMode::from(mode.as_str())))
            .set_network_mode(non_empty(&planned.network_mode).map(|mode| NetworkMode::from(mode.as_str())))
            .set_requires_compatibilities(list(planned.requires_compatibilities.iter(), |kind| {
                Compatibility::from(kind.as_str())
            }))
            .set_ephemeral_storage(
                planned
                    .ephemeral_storage
                    .as_ref()
                    .map(|storage| EcsEphemeralStorage::builder().size_in_gib(small(storage.size_in_gib)).build()),
            )
            .set_placement_constraints(list(planned.placement_constraints.iter(), constraint_to_aws))
            .set_proxy_configuration(planned.proxy_configuration.as_ref().map(proxy_to_aws).transpose()?)
            .set_runtime_platform(planned.runtime_platform.as_ref().map(platform_to_aws))
            .set_volumes((!volumes.is_empty()).then_some(volumes))
            .set_tags(creation_tags(&planned.tags_all));
        let call = with_accelerators(call, &planned.inference_accelerator)?;
        let call = call.customize().map_request(move |request| put_into(request, &containers));
        let answer = call.send().await.named(REGISTER)?;
        let arn = answer.task_definition.and_then(|definition| definition.task_definition_arn);
        arn.map(RemoteId).ok_or_else(|| missing(REGISTER, "task definition ARN"))
    }

    async fn read(
        &self,
        aws: &Aws,
        requests: &[ReadRequest<TaskDefinition>],
    ) -> RemoteResult<Vec<Option<Observed<TaskDefinition>>>> {
        let reads = requests.iter().map(|request| async move {
            let found = described(aws, reference(&request.id, &request.prior)).await?;
            found.filter(Described::is_active).map(|found| found.observed(aws, &request.prior)).transpose()
        });
        try_join_all(reads).await
    }

    async fn update(
        &self,
        aws: &Aws,
        id: &RemoteId,
        prior: &TaskDefinition,
        planned: &TaskDefinition,
    ) -> RemoteResult<()> {
        update_tags(aws, prior.arn.as_deref().unwrap_or(&id.0), &prior.tags_all, &planned.tags_all).await
    }

    async fn delete(&self, aws: &Aws, id: &RemoteId, prior: &TaskDefinition) -> RemoteResult<()> {
        if prior.skip_destroy {
            return Ok(());
        }
        let arn = non_empty(&prior.arn).unwrap_or_else(|| id.0.clone());
        let call = aws.ecs.deregister_task_definition().task_definition(&arn);
        let result = call.send().await.named("ecs:DeregisterTaskDefinition").map(|_| ());
        match result {
            // ECS has no code of its own for a revision that is not there any more.
            Err(error) if error.kind == RemoteErrorKind::Refused => match described(aws, &arn).await? {
                Some(found) if found.is_active() => Err(error),
                _ => Ok(()),
            },
            other => gone_is_done(other),
        }
    }

    async fn find(&self, aws: &Aws, planned: &TaskDefinition, _token: &Token) -> RemoteResult<Option<RemoteId>> {
        let Some(newest) = described(aws, &planned.family).await?.filter(Described::is_active) else { return Ok(None) };
        let found = newest.observed(aws, planned)?.model;
        Ok(is_what_was_registered(&found, planned).then_some(found.arn).flatten().map(RemoteId))
    }

    fn import(&self, id: &str) -> Result<(RemoteId, TaskDefinition), String> {
        let family_and_revision = id.split_once(":task-definition/").map(|(_, rest)| rest).filter(|_| is_arn(id));
        let Some((family, revision)) = family_and_revision.and_then(|rest| rest.split_once(':')) else {
            return Err(
                "The id of a task definition is its ARN with the revision: arn:aws:ecs:eu-west-1:123456789012:task-definition/web:7"
                    .to_owned(),
            );
        };
        if family.is_empty() || revision.parse::<u32>().is_err() {
            return Err(format!("The ARN should end in a family and the number of a revision, not in {revision:?}."));
        }
        let model = TaskDefinition {
            arn: Some(id.to_owned()),
            family: family.to_owned(),
            id: Some(family.to_owned()),
            ..TaskDefinition::default()
        };
        Ok((RemoteId(family.to_owned()), model))
    }
}

/// Plans a new revision where the containers differ in the network mode at hand.
///
/// The schema's comparison does not know the mode, and lets pass what is the same in any of them.
fn compare_in_network_mode(draft: &mut Draft<'_>) {
    let text = |object: Option<&wpinfra_core::Value>, name| object.and_then(|object| object.get(name));
    let (before, wanted) =
        (text(draft.prior, "container_definitions"), text(Some(draft.config), "container_definitions"));
    let mode = text(Some(&draft.planned), "network_mode");
    let mode = mode.as_ref().and_then(wpinfra_core::Value::as_str);
    let (Some(before), Some(wanted)) = (before, wanted) else { return };
    let (Some(one), Some(other)) = (before.as_str(), wanted.as_str()) else { return };
    if container_definitions::equal_in(mode, one, other) {
        return;
    }
    let path = Path::root().attribute("container_definitions");
    draft.set("container_definitions", wanted);
    if !draft.replace.contains(&path) {
        draft.replace.push(path);
    }
}

/// Returns what to ask for: the revision that is recorded, or the newest of the family.
fn reference<'a>(id: &'a RemoteId, prior: &'a TaskDefinition) -> &'a str {
    let arn = prior.arn.as_deref().filter(|arn| !arn.is_empty()).unwrap_or(&id.0);
    if prior.track_latest { family_of(arn) } else { arn }
}

/// Returns the family of an ARN; families are returned as they are.
fn family_of(arn: &str) -> &str {
    let name = last_part(arn);
    name.split_once(':').map_or(name, |(family, _)| family)
}

/// What ECS tells of a revision.
struct Described {
    definition: EcsTaskDefinition,
    tags: Vec<Tag>,
    containers: Json,
}

/// Reads a revision by its ARN, or the newest of a family by its name.
async fn described(aws: &Aws, reference: &str) -> RemoteResult<Option<Described>> {
    let keep = Keep::default();
    let call = aws.ecs.describe_task_definition().task_definition(reference).include(TaskDefinitionField::Tags);
    match call.customize().interceptor(keep.clone()).send().await.named(DESCRIBE) {
        Ok(answer) => Ok(Some(Described {
            definition: answer.task_definition.ok_or_else(|| missing(DESCRIBE, "task definition"))?,
            tags: answer.tags.unwrap_or_default(),
            containers: keep.containers().ok_or_else(|| missing(DESCRIBE, "container definitions"))?,
        })),
        // The code for a task definition that does not exist: asked for one by name, ECS has no other use for it.
        Err(error) if has_code(&error, "ClientException") => Ok(None),
        Err(error) => Err(error),
    }
}

impl Described {
    fn is_active(&self) -> bool {
        self.definition.status.as_ref().is_none_or(|status| *status == TaskDefinitionStatus::Active)
    }

    fn observed(&self, aws: &Aws, prior: &TaskDefinition) -> RemoteResult<Observed<TaskDefinition>> {
        let (tags, tags_all) = aws.tags.observed(pairs(&self.tags), &prior.tags);
        let model = model(&self.definition, container_definitions::for_state(&self.containers))?;
        Ok(Observed::of(TaskDefinition {
            tags,
            tags_all,
            skip_destroy: prior.skip_destroy,
            track_latest: prior.track_latest,
            ..model
        }))
    }
}

/// Returns the attributes of a revision but for tags and what ECS does not know.
fn model(found: &EcsTaskDefinition, container_definitions: String) -> RemoteResult<TaskDefinition> {
    let arn = found.task_definition_arn.clone().ok_or_else(|| missing(DESCRIBE, "ARN"))?;
    let family = found.family.clone().ok_or_else(|| missing(DESCRIBE, "family"))?;
    let text = |text: Option<&str>| Some(text.unwrap_or_default().to_owned());
    Ok(TaskDefinition {
        arn_without_revision: arn.rsplit_once(':').map(|(family, _)| family.to_owned()),
        arn: Some(arn),
        container_definitions,
        cpu: text(found.cpu.as_deref()),
        enable_fault_injection: Some(found.enable_fault_injection.unwrap_or(false)),
        execution_role_arn: text(found.execution_role_arn.as_deref()),
        id: Some(family.clone()),
        family,
        ipc_mode: text(found.ipc_mode.as_ref().map(IpcMode::as_str)),
        memory: text(found.memory.as_deref()),
        network_mode: text(found.network_mode.as_ref().map(NetworkMode::as_str)),
        pid_mode: text(found.pid_mode.as_ref().map(PidMode::as_str)),
        requires_compatibilities: found
            .requires_compatibilities()
            .iter()
            .map(|kind| kind.as_str().to_owned())
            .collect(),
        revision: Some(found.revision.into()),
        task_role_arn: text(found.task_role_arn.as_deref()),
        ephemeral_storage: found
            .ephemeral_storage
            .as_ref()
            .map(|storage| EphemeralStorage { size_in_gib: storage.size_in_gib.into() }),
        inference_accelerator: accelerators_from_aws(found),
        placement_constraints: found.placement_constraints().iter().map(constraint_from_aws).collect(),
        proxy_configuration: found.proxy_configuration.as_ref().map(proxy_from_aws),
        runtime_platform: found.runtime_platform.as_ref().map(platform_from_aws),
        volume: found.volumes().iter().map(volume_from_aws).collect(),
        ..TaskDefinition::default()
    })
}

/// Tells whether the newest revision of a family is the one that a registration whose answer was lost has made.
///
/// `planned` has the number of the revision that was the newest before.
fn is_what_was_registered(found: &TaskDefinition, planned: &TaskDefinition) -> bool {
    let same = |one: &Option<String>, other: &Option<String>| non_empty(one) == non_empty(other);
    let mode = found.network_mode.as_deref();
    let names = |definition: &TaskDefinition| {
        definition.volume.iter().map(|volume| volume.name.clone()).collect::<BTreeSet<_>>()
    };
    found.revision > planned.revision
        && container_definitions::equal_in(mode, &found.container_definitions, &planned.container_definitions)
        && same(&found.cpu, &planned.cpu)
        && same(&found.memory, &planned.memory)
        && same(&found.execution_role_arn, &planned.execution_role_arn)
        && same(&found.task_role_arn, &planned.task_role_arn)
        && same(&found.ipc_mode, &planned.ipc_mode)
        && same(&found.pid_mode, &planned.pid_mode)
        && (non_empty(&planned.network_mode).is_none() || same(&found.network_mode, &planned.network_mode))
        && found.requires_compatibilities == planned.requires_compatibilities
        && found.ephemeral_storage == planned.ephemeral_storage
        && names(found) == names(planned)
        && found.tags_all.clone().unwrap_or_default() == planned.tags_all.clone().unwrap_or_default()
}

/// Returns a list for a request; `None` for an empty one.
fn list<T, U>(elements: impl Iterator<Item = T>, convert: impl Fn(T) -> U) -> Option<Vec<U>> {
    let elements: Vec<U> = elements.map(convert).collect();
    (!elements.is_empty()).then_some(elements)
}

fn constraint_to_aws(constraint: &PlacementConstraint) -> TaskDefinitionPlacementConstraint {
    TaskDefinitionPlacementConstraint::builder()
        .set_expression(non_empty(&constraint.expression))
        .r#type(TaskDefinitionPlacementConstraintType::from(constraint.r#type.as_str()))
        .build()
}

fn constraint_from_aws(constraint: &TaskDefinitionPlacementConstraint) -> PlacementConstraint {
    PlacementConstraint {
        expression: Some(constraint.expression.clone().unwrap_or_default()),
        r#type: constraint.r#type.as_ref().map_or_else(String::new, |kind| kind.as_str().to_owned()),
    }
}

fn proxy_to_aws(proxy: &ProxyConfiguration) -> RemoteResult<EcsProxy> {
    let property = |(name, value): (&String, &String)| KeyValuePair::builder().name(name).value(value).build();
    let properties = proxy.properties.iter().flatten().map(property).collect();
    built(
        EcsProxy::builder()
            .container_name(&proxy.container_name)
            .set_properties(Some(properties))
            .r#type(ProxyConfigurationType::from(proxy.r#type.as_str()))
            .build(),
    )
}

fn proxy_from_aws(proxy: &EcsProxy) -> ProxyConfiguration {
    let property = |pair: &KeyValuePair| Some((pair.name.clone()?, pair.value.clone().unwrap_or_default()));
    ProxyConfiguration {
        container_name: proxy.container_name.clone(),
        properties: Some(proxy.properties().iter().filter_map(property).collect()),
        r#type: proxy.r#type.as_ref().map_or("APPMESH", ProxyConfigurationType::as_str).to_owned(),
    }
}

fn platform_to_aws(platform: &RuntimePlatform) -> EcsPlatform {
    EcsPlatform::builder()
        .set_cpu_architecture(non_empty(&platform.cpu_architecture).map(|name| CpuArchitecture::from(name.as_str())))
        .set_operating_system_family(
            non_empty(&platform.operating_system_family).map(|name| OsFamily::from(name.as_str())),
        )
        .build()
}

fn platform_from_aws(platform: &EcsPlatform) -> RuntimePlatform {
    let text = |text: Option<&str>| Some(text.unwrap_or_default().to_owned());
    RuntimePlatform {
        cpu_architecture: text(platform.cpu_architecture.as_ref().map(CpuArchitecture::as_str)),
        operating_system_family: text(platform.operating_system_family.as_ref().map(OsFamily::as_str)),
    }
}

#[cfg(test)]
#[path = "task_definition_tests.rs"]
mod tests;
