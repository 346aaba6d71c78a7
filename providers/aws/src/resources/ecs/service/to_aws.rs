//! Blocks of a service as requests have them.

use aws_sdk_ecs::types::{
    AssignPublicIp, AwsVpcConfiguration, CapacityProviderStrategyItem, DeploymentAlarms, DeploymentCircuitBreaker,
    DeploymentConfiguration, EbsResourceType, EbsTagSpecification, LoadBalancer as EcsLoadBalancer, LogConfiguration,
    LogDriver, NetworkConfiguration, PlacementConstraint as EcsConstraint, PlacementConstraintType,
    PlacementStrategy as EcsStrategy, PlacementStrategyType, PropagateTags, Secret, ServiceConnectClientAlias,
    ServiceConnectConfiguration, ServiceConnectService, ServiceConnectTlsCertificateAuthority,
    ServiceConnectTlsConfiguration, ServiceManagedEbsVolumeConfiguration, ServiceRegistry, ServiceVolumeConfiguration,
    Tag, TaskFilesystemType, TimeoutConfiguration, VpcLatticeConfiguration,
};
use wpinfra_core::provider::RemoteResult;

use super::super::{built, small};
use super::model::{
    CapacityProvider, ConnectService, ConnectTls, EbsVolume, LoadBalancer, Network, PlacementConstraint,
    PlacementStrategy, ProxyLog, Registry, Service, ServiceConnect, VolumeConfiguration, VolumeTags, VpcLattice,
};
use crate::text::non_empty;

/// Returns how deployments go.
pub(super) fn deployment(service: &Service) -> RemoteResult<DeploymentConfiguration> {
    let alarms = service.alarms.as_ref().map(|alarms| {
        built(
            DeploymentAlarms::builder()
                .set_alarm_names(Some(alarms.alarm_names.iter().cloned().collect()))
                .enable(alarms.enable)
                .rollback(alarms.rollback)
                .build(),
        )
    });
    let breaker = service
        .deployment_circuit_breaker
        .map(|breaker| DeploymentCircuitBreaker::builder().enable(breaker.enable).rollback(breaker.rollback).build());
    // Tasks that there is one of on every instance cannot be doubled, and ECS does not let itself be told.
    let most = service.deployment_maximum_percent.filter(|_| service.scheduling_strategy != "DAEMON");
    Ok(DeploymentConfiguration::builder()
        .set_minimum_healthy_percent(service.deployment_minimum_healthy_percent.map(small))
        .set_maximum_percent(most.map(small))
        .set_deployment_circuit_breaker(breaker)
        .set_alarms(alarms.transpose()?)
        .build())
}

/// Returns shares of capacity providers.
pub(super) fn capacity_providers(providers: &[CapacityProvider]) -> RemoteResult<Vec<CapacityProviderStrategyItem>> {
    let item = |provider: &CapacityProvider| {
        built(
            CapacityProviderStrategyItem::builder()
                .capacity_provider(&provider.capacity_provider)
                .base(small(provider.base.unwrap_or(0)))
                .weight(small(provider.weight.unwrap_or(0)))
                .build(),
        )
    };
    providers.iter().map(item).collect()
}

/// Returns load balancers.
pub(super) fn load_balancers(balancers: &[LoadBalancer]) -> Vec<EcsLoadBalancer> {
    let item = |balancer: &LoadBalancer| {
        EcsLoadBalancer::builder()
            .container_name(&balancer.container_name)
            .container_port(small(balancer.container_port))
            .set_load_balancer_name(non_empty(&balancer.elb_name))
            .set_target_group_arn(non_empty(&balancer.target_group_arn))
            .build()
    };
    balancers.iter().map(item).collect()
}

/// Returns where tasks stand.
pub(super) fn network(network: &Network) -> RemoteResult<NetworkConfiguration> {
    let public = if network.assign_public_ip { AssignPublicIp::Enabled } else { AssignPublicIp::Disabled };
    let vpc = AwsVpcConfiguration::builder()
        .set_subnets(Some(network.subnets.iter().cloned().collect()))
        .set_security_groups(Some(network.security_groups.iter().cloned().collect()))
        .assign_public_ip(public);
    Ok(NetworkConfiguration::builder().awsvpc_configuration(built(vpc.build())?).build())
}

/// Returns constraints of the placement.
pub(super) fn constraints(constraints: &[PlacementConstraint]) -> Vec<EcsConstraint> {
    let item = |constraint: &PlacementConstraint| {
        EcsConstraint::builder()
            .r#type(PlacementConstraintType::from(constraint.r#type.as_str()))
            .set_expression(non_empty(&constraint.expression))
            .build()
    };
    constraints.iter().map(item).collect()
}

/// Returns strategies of the placement.
pub(super) fn strategies(strategies: &[PlacementStrategy]) -> Vec<EcsStrategy> {
    let item = |strategy: &PlacementStrategy| {
        // What is drawn by lot has no field.
        let field = non_empty(&strategy.field).filter(|_| strategy.r#type != "random");
        EcsStrategy::builder().r#type(PlacementStrategyType::from(strategy.r#type.as_str())).set_field(field).build()
    };
    strategies.iter().map(item).collect()
}

/// Returns services of Cloud Map.
pub(super) fn registries(registry: Option<&Registry>) -> Vec<ServiceRegistry> {
    let port = |port: Option<i64>| port.filter(|port| *port != 0).map(small);
    let item = |registry: &Registry| {
        ServiceRegistry::builder()
            .registry_arn(&registry.registry_arn)
            .set_container_name(non_empty(&registry.container_name))
            .set_container_port(port(registry.container_port))
            .set_port(port(registry.port))
            .build()
    };
    registry.into_iter().map(item).collect()
}

/// Returns target groups of VPC Lattice.
pub(super) fn lattice(lattice: &[VpcLattice]) -> RemoteResult<Vec<VpcLatticeConfiguration>> {
    let item = |lattice: &VpcLattice| {
        built(
            VpcLatticeConfiguration::builder()
                .port_name(&lattice.port_name)
                .role_arn(&lattice.role_arn)
                .target_group_arn(&lattice.target_group_arn)
                .build(),
        )
    };
    lattice.iter().map(item).collect()
}

/// Returns how tasks find each other.
pub(super) fn service_connect(connect: &ServiceConnect) -> RemoteResult<ServiceConnectConfiguration> {
    let services = connect.service.iter().map(connect_service).collect::<RemoteResult<Vec<_>>>()?;
    Ok(ServiceConnectConfiguration::builder()
        .enabled(connect.enabled)
        .set_namespace(non_empty(&connect.namespace))
        .set_log_configuration(connect.log_configuration.as_ref().map(proxy_log).transpose()?)
        .set_services((!services.is_empty()).then_some(services))
        .build())
}

fn proxy_log(log: &ProxyLog) -> RemoteResult<LogConfiguration> {
    let secrets = log
        .secret_option
        .iter()
        .map(|secret| built(Secret::builder().name(&secret.name).value_from(&secret.value_from).build()));
    let options = log.options.as_ref().filter(|options| !options.is_empty());
    built(
        LogConfiguration::builder()
            .log_driver(LogDriver::from(log.log_driver.as_str()))
            .set_options(options.map(|options| options.clone().into_iter().collect()))
            .set_secret_options(Some(secrets.collect::<RemoteResult<Vec<_>>>()?))
            .build(),
    )
}

fn connect_service(service: &ConnectService) -> RemoteResult<ServiceConnectService> {
    let alias = service.client_alias.as_ref().map(|alias| {
        let builder = ServiceConnectClientAlias::builder().port(small(alias.port));
        built(builder.set_dns_name(non_empty(&alias.dns_name)).build())
    });
    let timeout = service.timeout.map(|timeout| {
        TimeoutConfiguration::builder()
            .set_idle_timeout_seconds(timeout.idle_timeout_seconds.filter(|time| *time != 0).map(small))
            .set_per_request_timeout_seconds(timeout.per_request_timeout_seconds.filter(|time| *time != 0).map(small))
            .build()
    });
    built(
        ServiceConnectService::builder()
            .port_name(&service.port_name)
            .set_discovery_name(non_empty(&service.discovery_name))
            .set_ingress_port_override(service.ingress_port_override.filter(|port| *port != 0).map(small))
            .set_client_aliases(alias.transpose()?.map(|alias| vec![alias]))
            .set_timeout(timeout)
            .set_tls(service.tls.as_ref().map(connect_tls))
            .build(),
    )
}

fn connect_tls(tls: &ConnectTls) -> ServiceConnectTlsConfiguration {
    let authority = tls.issuer_cert_authority.as_ref().map(|authority| {
        ServiceConnectTlsCertificateAuthority::builder().aws_pca_authority_arn(&authority.aws_pca_authority_arn).build()
    });
    ServiceConnectTlsConfiguration::builder()
        .set_issuer_certificate_authority(authority)
        .set_kms_key(non_empty(&tls.kms_key))
        .set_role_arn(non_empty(&tls.role_arn))
        .build()
}

/// Returns volumes that tasks get.
pub(super) fn volumes(volume: Option<&VolumeConfiguration>) -> RemoteResult<Vec<ServiceVolumeConfiguration>> {
    let item = |volume: &VolumeConfiguration| {
        let ebs = volume.managed_ebs_volume.as_ref().map(ebs_volume).transpose()?;
        built(ServiceVolumeConfiguration::builder().name(&volume.name).set_managed_ebs_volume(ebs).build())
    };
    volume.into_iter().map(item).collect()
}

fn ebs_volume(volume: &EbsVolume) -> RemoteResult<ServiceManagedEbsVolumeConfiguration> {
    let number = |number: Option<i64>| number.filter(|number| *number != 0).map(small);
    let tags = volume.tag_specifications.iter().map(volume_tags).collect::<RemoteResult<Vec<_>>>()?;
    built(
        ServiceManagedEbsVolumeConfiguration::builder()
            .role_arn(&volume.role_arn)
            .encrypted(volume.encrypted)
            .filesystem_type(TaskFilesystemType::from(volume.file_system_type.as_str()))
            .set_iops(number(volume.iops))
            .set_kms_key_id(non_empty(&volume.kms_key_id))
            .set_size_in_gib(number(volume.size_in_gb))
            .set_snapshot_id(non_empty(&volume.snapshot_id))
            .set_throughput(number(volume.throughput))
            .set_volume_initialization_rate(number(volume.volume_initialization_rate))
            .set_volume_type(non_empty(&volume.volume_type))
            .set_tag_specifications((!tags.is_empty()).then_some(tags))
            .build(),
    )
}

fn volume_tags(tags: &VolumeTags) -> RemoteResult<EbsTagSpecification> {
    let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
    built(
        EbsTagSpecification::builder()
            .resource_type(EbsResourceType::from(tags.resource_type.as_str()))
            .set_propagate_tags(non_empty(&tags.propagate_tags).map(|from| PropagateTags::from(from.as_str())))
            .set_tags(tags.tags.as_ref().filter(|tags| !tags.is_empty()).map(|tags| tags.iter().map(tag).collect()))
            .build(),
    )
}
