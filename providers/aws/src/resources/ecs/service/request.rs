//! Requests that create and change a service.

use aws_sdk_ecs::operation::create_service::builders::CreateServiceInputBuilder;
use aws_sdk_ecs::operation::update_service::builders::UpdateServiceInputBuilder;
use aws_sdk_ecs::types::{
    AvailabilityZoneRebalancing, DeploymentController, DeploymentControllerType, LaunchType, PropagateTags,
    SchedulingStrategy,
};
use wpinfra_core::provider::{RemoteResult, Token};

use super::super::{built, creation_tags, small};
use super::model::{Service, ServiceConnect};
use super::to_aws;
use crate::text::non_empty;

/// Returns the request that creates a service; the token makes it harmless to send it twice.
pub(super) fn creation(planned: &Service, token: &Token) -> RemoteResult<CreateServiceInputBuilder> {
    let controller = planned.deployment_controller.as_ref().map(|controller| {
        built(
            DeploymentController::builder().r#type(DeploymentControllerType::from(controller.r#type.as_str())).build(),
        )
    });
    let is_daemon = planned.scheduling_strategy == "DAEMON";
    Ok(CreateServiceInputBuilder::default()
        .client_token(&token.0)
        .service_name(&planned.name)
        .set_cluster(non_empty(&planned.cluster))
        .set_task_definition(non_empty(&planned.task_definition))
        .set_desired_count((!is_daemon).then(|| small(planned.desired_count.unwrap_or(0))))
        .scheduling_strategy(SchedulingStrategy::from(planned.scheduling_strategy.as_str()))
        .set_launch_type(non_empty(&planned.launch_type).map(|kind| LaunchType::from(kind.as_str())))
        .set_platform_version(non_empty(&planned.platform_version))
        .set_role(non_empty(&planned.iam_role))
        .availability_zone_rebalancing(AvailabilityZoneRebalancing::from(
            planned.availability_zone_rebalancing.as_str(),
        ))
        .set_health_check_grace_period_seconds(planned.health_check_grace_period_seconds.map(small))
        .set_propagate_tags(non_empty(&planned.propagate_tags).map(|from| PropagateTags::from(from.as_str())))
        .enable_ecs_managed_tags(planned.enable_ecs_managed_tags)
        .enable_execute_command(planned.enable_execute_command)
        .set_deployment_controller(controller.transpose()?)
        .deployment_configuration(to_aws::deployment(planned)?)
        .set_capacity_provider_strategy(some(to_aws::capacity_providers(&planned.capacity_provider_strategy)?))
        .set_load_balancers(some(to_aws::load_balancers(&planned.load_balancer)))
        .set_network_configuration(planned.network_configuration.as_ref().map(to_aws::network).transpose()?)
        .set_placement_constraints(some(to_aws::constraints(&planned.placement_constraints)))
        .set_placement_strategy(some(to_aws::strategies(&planned.ordered_placement_strategy)))
        .set_service_registries(some(to_aws::registries(planned.service_registries.as_ref())))
        .set_service_connect_configuration(
            planned.service_connect_configuration.as_ref().map(to_aws::service_connect).transpose()?,
        )
        .set_volume_configurations(some(to_aws::volumes(planned.volume_configuration.as_ref())?))
        .set_vpc_lattice_configurations(some(to_aws::lattice(&planned.vpc_lattice_configurations)?))
        .set_tags(creation_tags(&planned.tags_all)))
}

/// Returns the request that brings a service from `prior` to `planned`, without the names; `None` if ECS need not know.
pub(super) fn changes(prior: &Service, planned: &Service) -> RemoteResult<Option<UpdateServiceInputBuilder>> {
    let nothing = UpdateServiceInputBuilder::default();
    let changes = changes_of_tasks(nothing.clone(), prior, planned);
    let changes = changes_of_deployments(changes, prior, planned)?;
    let changes = changes_of_connections(changes, prior, planned)?;
    let forces = planned.force_new_deployment == Some(true);
    let is_triggered = forces
        && (prior.force_new_deployment != planned.force_new_deployment
            || prior.triggers.clone().unwrap_or_default() != planned.triggers.clone().unwrap_or_default());
    if changes == nothing && !is_triggered {
        return Ok(None);
    }
    Ok(Some(if forces { changes.force_new_deployment(true) } else { changes }))
}

/// Adds what tasks there should be and where they run.
fn changes_of_tasks(
    mut changes: UpdateServiceInputBuilder,
    prior: &Service,
    planned: &Service,
) -> UpdateServiceInputBuilder {
    let count = |service: &Service| service.desired_count.unwrap_or(0);
    if planned.scheduling_strategy != "DAEMON" && count(prior) != count(planned) {
        changes = changes.desired_count(small(count(planned)));
    }
    if prior.task_definition != planned.task_definition {
        changes = changes.set_task_definition(non_empty(&planned.task_definition));
    }
    if prior.platform_version != planned.platform_version {
        changes = changes.set_platform_version(non_empty(&planned.platform_version));
    }
    if prior.enable_execute_command != planned.enable_execute_command {
        changes = changes.enable_execute_command(planned.enable_execute_command);
    }
    if prior.enable_ecs_managed_tags != planned.enable_ecs_managed_tags {
        changes = changes.enable_ecs_managed_tags(planned.enable_ecs_managed_tags);
    }
    let tags_from = |service: &Service| non_empty(&service.propagate_tags).unwrap_or_else(|| "NONE".to_owned());
    if tags_from(prior) != tags_from(planned) {
        changes = changes.propagate_tags(PropagateTags::from(tags_from(planned).as_str()));
    }
    let constraints = to_aws::constraints(&planned.placement_constraints);
    if to_aws::constraints(&prior.placement_constraints) != constraints {
        changes = changes.set_placement_constraints(Some(constraints));
    }
    let strategies = to_aws::strategies(&planned.ordered_placement_strategy);
    if to_aws::strategies(&prior.ordered_placement_strategy) != strategies {
        changes = changes.set_placement_strategy(Some(strategies));
    }
    changes
}

/// Adds how deployments go.
fn changes_of_deployments(
    mut changes: UpdateServiceInputBuilder,
    prior: &Service,
    planned: &Service,
) -> RemoteResult<UpdateServiceInputBuilder> {
    let deployment = to_aws::deployment(planned)?;
    if to_aws::deployment(prior)? != deployment {
        changes = changes.deployment_configuration(deployment);
    }
    if prior.availability_zone_rebalancing != planned.availability_zone_rebalancing {
        let rebalancing = AvailabilityZoneRebalancing::from(planned.availability_zone_rebalancing.as_str());
        changes = changes.availability_zone_rebalancing(rebalancing);
    }
    let providers = to_aws::capacity_providers(&planned.capacity_provider_strategy)?;
    if to_aws::capacity_providers(&prior.capacity_provider_strategy)? != providers {
        changes = changes.set_capacity_provider_strategy(Some(providers));
    }
    let grace = |service: &Service| service.health_check_grace_period_seconds.unwrap_or(0);
    if grace(prior) != grace(planned) {
        changes = changes.health_check_grace_period_seconds(small(grace(planned)));
    }
    Ok(changes)
}

/// Adds what the tasks are connected to; an empty list takes away what was there.
fn changes_of_connections(
    mut changes: UpdateServiceInputBuilder,
    prior: &Service,
    planned: &Service,
) -> RemoteResult<UpdateServiceInputBuilder> {
    let balancers = to_aws::load_balancers(&planned.load_balancer);
    if to_aws::load_balancers(&prior.load_balancer) != balancers {
        changes = changes.set_load_balancers(Some(balancers));
    }
    if prior.network_configuration != planned.network_configuration {
        let network = planned.network_configuration.as_ref().map(to_aws::network).transpose()?;
        changes = changes.set_network_configuration(network);
    }
    let registries = to_aws::registries(planned.service_registries.as_ref());
    if to_aws::registries(prior.service_registries.as_ref()) != registries {
        changes = changes.set_service_registries(Some(registries));
    }
    let off = ServiceConnect::default();
    let connect =
        |service: &Service| to_aws::service_connect(service.service_connect_configuration.as_ref().unwrap_or(&off));
    if connect(prior)? != connect(planned)? {
        changes = changes.service_connect_configuration(connect(planned)?);
    }
    let volumes = to_aws::volumes(planned.volume_configuration.as_ref())?;
    if to_aws::volumes(prior.volume_configuration.as_ref())? != volumes {
        changes = changes.set_volume_configurations(Some(volumes));
    }
    let lattice = to_aws::lattice(&planned.vpc_lattice_configurations)?;
    if to_aws::lattice(&prior.vpc_lattice_configurations)? != lattice {
        changes = changes.set_vpc_lattice_configurations(Some(lattice));
    }
    Ok(changes)
}

/// Returns a list for a request; `None` for an empty one.
fn some<T>(elements: Vec<T>) -> Option<Vec<T>> {
    (!elements.is_empty()).then_some(elements)
}

#[cfg(test)]
mod tests {
    use super::super::model::{LoadBalancer, Network};
    use super::*;

    fn fargate() -> Service {
        Service {
            name: "web".to_owned(),
            cluster: Some("main".to_owned()),
            scheduling_strategy: "REPLICA".to_owned(),
            availability_zone_rebalancing: "DISABLED".to_owned(),
            launch_type: Some("FARGATE".to_owned()),
            desired_count: Some(1),
            deployment_maximum_percent: Some(200),
            deployment_minimum_healthy_percent: Some(100),
            task_definition: Some("web:1".to_owned()),
            ..Service::default()
        }
    }

    #[test]
    fn creation_carries_what_is_planned_and_nothing_else() {
        let request = creation(&fargate(), &Token("token".to_owned())).expect("a request").build().expect("a request");
        assert_eq!(request.client_token(), Some("token"));
        assert_eq!(request.desired_count(), Some(1));
        assert_eq!(request.launch_type(), Some(&LaunchType::Fargate));
        assert_eq!(request.role(), None);
        assert!(request.tags.is_none() && request.load_balancers.is_none() && request.network_configuration.is_none());
        let daemon = Service { scheduling_strategy: "DAEMON".to_owned(), ..fargate() };
        let request = creation(&daemon, &Token("token".to_owned())).expect("a request").build().expect("a request");
        assert_eq!(request.desired_count(), None);
        assert_eq!(request.deployment_configuration().and_then(|found| found.maximum_percent), None);
    }

    /// Checks which members the update from `fargate()` to another service has.
    fn check(planned: &Service, expected: Option<&[&str]>) {
        let request = changes(&fargate(), planned).expect("a request");
        let members = request.map(|request| {
            let text = format!("{request:?}");
            // Members that are set print as `name: Some(…)`, nested ones have no place after "{ " or ", " at the top.
            let names = [
                "desired_count",
                "task_definition",
                "platform_version",
                "propagate_tags",
                "load_balancers",
                "network_configuration",
                "force_new_deployment",
                "service_connect_configuration",
                "deployment_configuration",
            ];
            names.into_iter().filter(|name| text.contains(&format!(" {name}: Some("))).collect::<Vec<_>>()
        });
        assert_eq!(members.as_deref(), expected, "{planned:?}");
    }

    #[test]
    fn updates_carry_only_what_differs() {
        let network = || Network { subnets: ["subnet-1".to_owned()].into(), ..Network::default() };
        let balancer =
            || LoadBalancer { container_name: "web".to_owned(), container_port: 80, ..LoadBalancer::default() };
        let triggers = || Some([("a".to_owned(), "1".to_owned())].into());
        check(&fargate(), None);
        check(&Service { wait_for_steady_state: true, force_delete: Some(true), ..fargate() }, None);
        check(&Service { triggers: triggers(), ..fargate() }, None);
        check(&Service { propagate_tags: Some("NONE".to_owned()), ..fargate() }, None);
        check(&Service { health_check_grace_period_seconds: Some(0), ..fargate() }, None);
        check(&Service { desired_count: Some(2), ..fargate() }, Some(&["desired_count"]));
        check(&Service { desired_count: None, ..fargate() }, Some(&["desired_count"]));
        check(&Service { task_definition: Some("web:2".to_owned()), ..fargate() }, Some(&["task_definition"]));
        check(&Service { propagate_tags: Some("SERVICE".to_owned()), ..fargate() }, Some(&["propagate_tags"]));
        check(&Service { load_balancer: vec![balancer()], ..fargate() }, Some(&["load_balancers"]));
        check(&Service { network_configuration: Some(network()), ..fargate() }, Some(&["network_configuration"]));
        check(&Service { deployment_maximum_percent: Some(150), ..fargate() }, Some(&["deployment_configuration"]));
        let forced = || Service { force_new_deployment: Some(true), ..fargate() };
        check(&Service { triggers: triggers(), ..forced() }, Some(&["force_new_deployment"]));
        check(&Service { desired_count: Some(2), ..forced() }, Some(&["desired_count", "force_new_deployment"]));
    }

    #[test]
    fn what_is_taken_away_is_named_as_empty() {
        let balancer = LoadBalancer { container_name: "web".to_owned(), container_port: 80, ..LoadBalancer::default() };
        let connect = ServiceConnect { enabled: true, ..ServiceConnect::default() };
        let prior =
            Service { load_balancer: vec![balancer], service_connect_configuration: Some(connect), ..fargate() };
        let request = changes(&prior, &fargate()).expect("a request").expect("changes").build().expect("a request");
        assert_eq!(request.load_balancers.as_deref(), Some(&[][..]));
        assert_eq!(request.service_connect_configuration().map(|connect| connect.enabled), Some(false));
    }
}
