//! A service as answers have it.

use std::collections::BTreeMap;

use aws_sdk_ecs::types::{
    AssignPublicIp, CapacityProviderStrategyItem, Deployment, DeploymentConfiguration, DeploymentControllerType,
    DeploymentRolloutState, EbsTagSpecification, LaunchType, LogConfiguration, NetworkConfiguration, PropagateTags,
    SchedulingStrategy, Service as EcsService, ServiceConnectConfiguration, ServiceConnectService,
    ServiceManagedEbsVolumeConfiguration, ServiceRegistry, ServiceVolumeConfiguration, TaskFilesystemType,
    VpcLatticeConfiguration,
};
use wpinfra_core::provider::{Observed, RemoteResult};

use super::super::{is_arn, last_part, pairs};
use super::model::{
    Alarms, CapacityProvider, CertificateAuthority, CircuitBreaker, ClientAlias, ConnectService, ConnectTimeout,
    ConnectTls, DeploymentController, EbsVolume, LoadBalancer, Network, PlacementConstraint, PlacementStrategy,
    ProxyLog, Registry, SecretOption, Service, ServiceConnect, VolumeConfiguration, VolumeTags, VpcLattice,
};
use super::{DEPLOYING, DESCRIBE, FAILED, to_aws};
use crate::client::Aws;
use crate::error::missing;

/// Returns a service with its state.
pub(super) fn observed(aws: &Aws, found: &EcsService, prior: &Service) -> RemoteResult<Observed<Service>> {
    let (tags, tags_all) = aws.tags.observed(pairs(found.tags()), &prior.tags);
    let (status, reason) = status(found, prior.wait_for_steady_state)?;
    let model = Service { tags, tags_all, ..model(found, prior)? };
    Ok(Observed { model, status: Some(status), reason })
}

/// Tells whether a service is the one that a create whose answer was lost has made.
pub(super) fn is_what_was_created(found: &EcsService, planned: &Service) -> bool {
    let tags: BTreeMap<String, String> = pairs(found.tags()).collect();
    let has_tags = planned.tags_all.iter().flatten().all(|(key, value)| tags.get(key) == Some(value));
    let revision = |text: &str| last_part(text).to_owned();
    let wanted = planned.task_definition.as_deref().filter(|definition| definition.contains(':')).map(revision);
    has_tags && (wanted.is_none() || found.task_definition.as_deref().map(revision) == wanted)
}

/// Returns the state of a service and why it is in it.
///
/// Who waits for the steady state sees a service as deploying until one deployment is left and all of its tasks run.
fn status(found: &EcsService, waits_for_steady_state: bool) -> RemoteResult<(String, Option<String>)> {
    let status = found.status.clone().ok_or_else(|| missing(DESCRIBE, "status"))?;
    if !waits_for_steady_state || status != "ACTIVE" {
        return Ok((status, None));
    }
    let primary = primary_deployment(found);
    let rollout = primary.and_then(|deployment| deployment.rollout_state.as_ref());
    let reason = primary.and_then(|deployment| deployment.rollout_state_reason.clone());
    if rollout == Some(&DeploymentRolloutState::Failed) {
        return Ok((FAILED.to_owned(), reason));
    }
    let is_steady = found.deployments().len() <= 1 && found.running_count == found.desired_count;
    Ok(if is_steady { (status, None) } else { (DEPLOYING.to_owned(), reason) })
}

fn primary_deployment(found: &EcsService) -> Option<&Deployment> {
    found.deployments().iter().find(|deployment| deployment.status.as_deref() == Some("PRIMARY"))
}

/// Returns the attributes of a service but for its tags.
fn model(found: &EcsService, prior: &Service) -> RemoteResult<Service> {
    let arn = found.service_arn.clone().ok_or_else(|| missing(DESCRIBE, "service ARN"))?;
    let deployment = found.deployment_configuration.as_ref();
    let primary = primary_deployment(found);
    let is_daemon = found.scheduling_strategy == Some(SchedulingStrategy::Daemon);
    // An answer without a deployment configuration says nothing of it, not that it is 0.
    let percent = |of: fn(&DeploymentConfiguration) -> Option<i32>, recorded: Option<i64>| match deployment {
        Some(deployment) => Some(i64::from(of(deployment).unwrap_or_default())),
        None => recorded,
    };
    Ok(Service {
        availability_zone_rebalancing: found
            .availability_zone_rebalancing
            .as_ref()
            .map_or("", |state| state.as_str())
            .to_owned(),
        cluster: found.cluster_arn.as_deref().map(|arn| as_written(arn, prior.cluster.as_deref())),
        deployment_maximum_percent: percent(|deployment| deployment.maximum_percent, prior.deployment_maximum_percent),
        deployment_minimum_healthy_percent: percent(
            |deployment| deployment.minimum_healthy_percent,
            prior.deployment_minimum_healthy_percent,
        ),
        // How many instances there are is not a wish of the configuration.
        desired_count: if is_daemon { prior.desired_count } else { Some(found.desired_count.into()) },
        enable_ecs_managed_tags: found.enable_ecs_managed_tags,
        enable_execute_command: found.enable_execute_command,
        force_delete: prior.force_delete,
        force_new_deployment: prior.force_new_deployment,
        health_check_grace_period_seconds: Some(found.health_check_grace_period_seconds.unwrap_or(0).into()),
        iam_role: found.role_arn.as_deref().map(|arn| role_as_written(arn, prior.iam_role.as_deref())),
        id: Some(arn),
        launch_type: Some(found.launch_type.as_ref().map_or("", LaunchType::as_str).to_owned()),
        name: found.service_name.clone().ok_or_else(|| missing(DESCRIBE, "service name"))?,
        platform_version: Some(found.platform_version.clone().unwrap_or_default()),
        propagate_tags: Some(found.propagate_tags.as_ref().map_or("NONE", PropagateTags::as_str).to_owned()),
        scheduling_strategy: found
            .scheduling_strategy
            .as_ref()
            .map_or("REPLICA", SchedulingStrategy::as_str)
            .to_owned(),
        task_definition: Some(
            found
                .task_definition
                .as_deref()
                .map_or_else(String::new, |arn| as_written(arn, prior.task_definition.as_deref())),
        ),
        triggers: Some(prior.triggers.clone().unwrap_or_default()),
        wait_for_steady_state: prior.wait_for_steady_state,
        alarms: deployment.and_then(|deployment| deployment.alarms.as_ref()).map(|alarms| Alarms {
            alarm_names: alarms.alarm_names.iter().cloned().collect(),
            enable: alarms.enable,
            rollback: alarms.rollback,
        }),
        capacity_provider_strategy: capacity_providers(found, prior),
        deployment_circuit_breaker: deployment
            .and_then(|deployment| deployment.deployment_circuit_breaker.as_ref())
            .map(|breaker| CircuitBreaker { enable: breaker.enable, rollback: breaker.rollback }),
        deployment_controller: Some(DeploymentController {
            r#type: found
                .deployment_controller
                .as_ref()
                .map_or("ECS", |controller| DeploymentControllerType::as_str(&controller.r#type))
                .to_owned(),
        }),
        load_balancer: load_balancers(found),
        network_configuration: found.network_configuration.as_ref().and_then(network),
        ordered_placement_strategy: strategies(found),
        placement_constraints: constraints(found),
        service_connect_configuration: match primary.and_then(|primary| primary.service_connect_configuration.as_ref())
        {
            Some(connect) => Some(service_connect(connect)),
            None => recorded_service_connect(prior)?,
        },
        service_registries: found.service_registries().first().map(registry),
        volume_configuration: match primary.and_then(|primary| primary.volume_configurations.as_ref()) {
            Some(volumes) => volumes.first().map(volume),
            None => to_aws::volumes(prior.volume_configuration.as_ref())?.first().map(volume),
        },
        vpc_lattice_configurations: match primary.and_then(|primary| primary.vpc_lattice_configurations.as_ref()) {
            Some(lattice) => lattice.iter().map(vpc_lattice).collect(),
            None => prior.vpc_lattice_configurations.clone(),
        },
        tags: None,
        tags_all: None,
    })
}

/// Returns an ARN, or only the name in it where the configuration names the object so.
fn as_written(arn: &str, prior: Option<&str>) -> String {
    match prior.filter(|prior| !prior.is_empty()) {
        Some(prior) if !is_arn(prior) => last_part(arn).to_owned(),
        _ => arn.to_owned(),
    }
}

/// Returns the ARN of a role, or what stands for it where the configuration has a name; the service-linked role keeps its path.
fn role_as_written(arn: &str, prior: Option<&str>) -> String {
    if prior.is_some_and(is_arn) {
        return arn.to_owned();
    }
    match arn.split_once('/').map(|(_, path)| path) {
        Some(path) if path.contains('/') => format!("/{path}"),
        Some(name) => name.to_owned(),
        None => arn.to_owned(),
    }
}

/// Returns what is recorded of Service Connect, for services whose deployments do not tell, with unset parts as they are read.
fn recorded_service_connect(prior: &Service) -> RemoteResult<Option<ServiceConnect>> {
    let recorded = prior.service_connect_configuration.as_ref().map(to_aws::service_connect).transpose()?;
    Ok(recorded.as_ref().map(service_connect))
}

fn vpc_lattice(lattice: &VpcLatticeConfiguration) -> VpcLattice {
    VpcLattice {
        port_name: lattice.port_name.clone(),
        role_arn: lattice.role_arn.clone(),
        target_group_arn: lattice.target_group_arn.clone(),
    }
}

fn capacity_providers(found: &EcsService, prior: &Service) -> Vec<CapacityProvider> {
    let item = |item: &CapacityProviderStrategyItem| {
        let name = &item.capacity_provider;
        let recorded = prior.capacity_provider_strategy.iter().find(|provider| provider.capacity_provider == *name);
        // ECS does not tell 0 from unset; what the configuration leaves out stays out.
        let number = |found: i32, recorded: Option<Option<i64>>| {
            if found == 0 && recorded == Some(None) { None } else { Some(found.into()) }
        };
        CapacityProvider {
            base: number(item.base, recorded.map(|provider| provider.base)),
            capacity_provider: name.clone(),
            weight: number(item.weight, recorded.map(|provider| provider.weight)),
        }
    };
    found.capacity_provider_strategy().iter().map(item).collect()
}

fn load_balancers(found: &EcsService) -> Vec<LoadBalancer> {
    let item = |balancer: &aws_sdk_ecs::types::LoadBalancer| LoadBalancer {
        container_name: balancer.container_name.clone().unwrap_or_default(),
        container_port: balancer.container_port.unwrap_or_default().into(),
        elb_name: Some(balancer.load_balancer_name.clone().unwrap_or_default()),
        target_group_arn: Some(balancer.target_group_arn.clone().unwrap_or_default()),
    };
    found.load_balancers().iter().map(item).collect()
}

fn network(network: &NetworkConfiguration) -> Option<Network> {
    let vpc = network.awsvpc_configuration.as_ref()?;
    Some(Network {
        assign_public_ip: vpc.assign_public_ip == Some(AssignPublicIp::Enabled),
        security_groups: vpc.security_groups().iter().cloned().collect(),
        subnets: vpc.subnets.iter().cloned().collect(),
    })
}

fn strategies(found: &EcsService) -> Vec<PlacementStrategy> {
    let item = |strategy: &aws_sdk_ecs::types::PlacementStrategy| {
        let kind = strategy.r#type.as_ref().map_or_else(String::new, |kind| kind.as_str().to_owned());
        let field = strategy.field.clone().filter(|_| kind != "random").unwrap_or_default();
        // Instances have two names of the same meaning, and ECS answers with the one that people do not write.
        let field = if kind == "spread" && field == "instanceID" { "instanceId".to_owned() } else { field };
        PlacementStrategy { field: Some(field), r#type: kind }
    };
    found.placement_strategy().iter().map(item).collect()
}

fn constraints(found: &EcsService) -> Vec<PlacementConstraint> {
    let item = |constraint: &aws_sdk_ecs::types::PlacementConstraint| PlacementConstraint {
        expression: Some(constraint.expression.clone().unwrap_or_default()),
        r#type: constraint.r#type.as_ref().map_or_else(String::new, |kind| kind.as_str().to_owned()),
    };
    found.placement_constraints().iter().map(item).collect()
}

fn registry(registry: &ServiceRegistry) -> Registry {
    Registry {
        container_name: Some(registry.container_name.clone().unwrap_or_default()),
        container_port: Some(registry.container_port.unwrap_or(0).into()),
        port: Some(registry.port.unwrap_or(0).into()),
        registry_arn: registry.registry_arn.clone().unwrap_or_default(),
    }
}

fn service_connect(connect: &ServiceConnectConfiguration) -> ServiceConnect {
    ServiceConnect {
        enabled: connect.enabled,
        namespace: Some(connect.namespace.clone().unwrap_or_default()),
        log_configuration: connect.log_configuration.as_ref().map(proxy_log),
        service: connect.services().iter().map(connect_service).collect(),
    }
}

fn proxy_log(log: &LogConfiguration) -> ProxyLog {
    let secret = |secret: &aws_sdk_ecs::types::Secret| SecretOption {
        name: secret.name.clone(),
        value_from: secret.value_from.clone(),
    };
    ProxyLog {
        log_driver: log.log_driver.as_str().to_owned(),
        options: Some(log.options.clone().unwrap_or_default().into_iter().collect()),
        secret_option: log.secret_options().iter().map(secret).collect(),
    }
}

fn connect_service(service: &ServiceConnectService) -> ConnectService {
    let text = |text: &Option<String>| Some(text.clone().unwrap_or_default());
    ConnectService {
        discovery_name: text(&service.discovery_name),
        ingress_port_override: Some(service.ingress_port_override.unwrap_or(0).into()),
        port_name: service.port_name.clone(),
        client_alias: service
            .client_aliases()
            .first()
            .map(|alias| ClientAlias { dns_name: text(&alias.dns_name), port: alias.port.into() }),
        timeout: service.timeout.as_ref().map(|timeout| ConnectTimeout {
            idle_timeout_seconds: Some(timeout.idle_timeout_seconds.unwrap_or(0).into()),
            per_request_timeout_seconds: Some(timeout.per_request_timeout_seconds.unwrap_or(0).into()),
        }),
        tls: service.tls.as_ref().map(|tls| ConnectTls {
            kms_key: text(&tls.kms_key),
            role_arn: text(&tls.role_arn),
            issuer_cert_authority: tls.issuer_certificate_authority.as_ref().map(|authority| CertificateAuthority {
                aws_pca_authority_arn: authority.aws_pca_authority_arn.clone().unwrap_or_default(),
            }),
        }),
    }
}

fn volume(volume: &ServiceVolumeConfiguration) -> VolumeConfiguration {
    VolumeConfiguration {
        name: volume.name.clone(),
        managed_ebs_volume: volume.managed_ebs_volume.as_ref().map(ebs_volume),
    }
}

fn ebs_volume(volume: &ServiceManagedEbsVolumeConfiguration) -> EbsVolume {
    let number = |number: Option<i32>| Some(number.unwrap_or(0).into());
    let text = |text: &Option<String>| Some(text.clone().unwrap_or_default());
    EbsVolume {
        encrypted: volume.encrypted.unwrap_or(true),
        file_system_type: volume.filesystem_type.as_ref().map_or("xfs", TaskFilesystemType::as_str).to_owned(),
        iops: number(volume.iops),
        kms_key_id: text(&volume.kms_key_id),
        role_arn: volume.role_arn.clone(),
        size_in_gb: number(volume.size_in_gib),
        snapshot_id: text(&volume.snapshot_id),
        throughput: number(volume.throughput),
        volume_initialization_rate: number(volume.volume_initialization_rate),
        volume_type: text(&volume.volume_type),
        tag_specifications: volume.tag_specifications().iter().map(volume_tags).collect(),
    }
}

fn volume_tags(tags: &EbsTagSpecification) -> VolumeTags {
    VolumeTags {
        propagate_tags: Some(tags.propagate_tags.as_ref().map_or("", PropagateTags::as_str).to_owned()),
        resource_type: tags.resource_type.as_str().to_owned(),
        tags: Some(pairs(tags.tags()).collect()),
    }
}

#[cfg(test)]
#[path = "from_aws_tests.rs"]
mod tests;
