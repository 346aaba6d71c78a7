//! Services as ECS answers them.

use aws_sdk_ecs::types::{DeploymentConfiguration, Tag};

use super::super::model::ServiceConnect;
use super::*;

fn deployment(status: &str, rollout: &str) -> Deployment {
    Deployment::builder()
        .status(status)
        .rollout_state(DeploymentRolloutState::from(rollout))
        .rollout_state_reason("why")
        .build()
}

fn service(running: i32, deployments: Vec<Deployment>) -> EcsService {
    EcsService::builder()
        .service_arn("arn:aws:ecs:eu-west-1:123456789012:service/web/site")
        .service_name("site")
        .cluster_arn("arn:aws:ecs:eu-west-1:123456789012:cluster/web")
        .task_definition("arn:aws:ecs:eu-west-1:123456789012:task-definition/site:7")
        .role_arn("arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS")
        .status("ACTIVE")
        .desired_count(2)
        .running_count(running)
        .deployment_configuration(
            DeploymentConfiguration::builder().maximum_percent(200).minimum_healthy_percent(50).build(),
        )
        .set_deployments(Some(deployments))
        .build()
}

#[test]
fn steady_is_one_deployment_with_all_of_its_tasks() {
    let (done, going_on, given_up) =
        (deployment("PRIMARY", "COMPLETED"), deployment("PRIMARY", "IN_PROGRESS"), deployment("PRIMARY", "FAILED"));
    let old = deployment("ACTIVE", "COMPLETED");
    for (running, deployments, waits, expected) in [
        (2, vec![done.clone()], true, "ACTIVE"),
        (2, vec![going_on.clone()], true, "ACTIVE"),
        (1, vec![done.clone()], true, DEPLOYING),
        (2, vec![going_on.clone(), old.clone()], true, DEPLOYING),
        (0, vec![going_on.clone()], false, "ACTIVE"),
        (2, vec![given_up.clone(), old.clone()], true, FAILED),
        (2, vec![given_up, old], false, "ACTIVE"),
    ] {
        let found = status(&service(running, deployments.clone()), waits).expect("a status");
        assert_eq!(found.0, expected, "{running} {deployments:?} {waits}");
        assert_eq!(found.1.is_some(), expected != "ACTIVE");
    }
}

#[test]
fn names_stay_as_the_configuration_writes_them() {
    let arn = "arn:aws:ecs:eu-west-1:123456789012:cluster/web";
    for (prior, expected) in [(None, arn), (Some(""), arn), (Some(arn), arn), (Some("web"), "web")] {
        assert_eq!(as_written(arn, prior), expected, "{prior:?}");
    }
    let linked = "arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS";
    let own = "arn:aws:iam::123456789012:role/own";
    for (arn, prior, expected) in [
        (linked, None, "/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"),
        (own, None, "own"),
        (own, Some("own"), "own"),
        (own, Some(own), own),
    ] {
        assert_eq!(role_as_written(arn, prior), expected, "{arn} {prior:?}");
    }
}

#[test]
fn what_only_the_state_knows_is_kept() {
    let prior = Service {
        cluster: Some("web".to_owned()),
        task_definition: Some("site:6".to_owned()),
        force_delete: Some(true),
        triggers: Some([("a".to_owned(), "1".to_owned())].into()),
        service_connect_configuration: Some(ServiceConnect { enabled: true, ..ServiceConnect::default() }),
        ..Service::default()
    };
    let found = model(&service(2, vec![deployment("PRIMARY", "COMPLETED")]), &prior).expect("a model");
    assert_eq!(found.cluster.as_deref(), Some("web"));
    assert_eq!(found.task_definition.as_deref(), Some("site:7"));
    assert_eq!((found.force_delete, found.triggers.clone()), (Some(true), prior.triggers.clone()));
    assert_eq!(
        found.service_connect_configuration.map(|connect| (connect.enabled, connect.namespace)),
        Some((true, Some(String::new())))
    );
    assert_eq!((found.desired_count, found.deployment_minimum_healthy_percent), (Some(2), Some(50)));
}

#[test]
fn shares_of_nothing_stay_unset() {
    let provider = |base, weight| CapacityProvider { base, capacity_provider: "FARGATE".to_owned(), weight };
    let item = CapacityProviderStrategyItem::builder().capacity_provider("FARGATE").weight(1).build().expect("an item");
    let found = EcsService::builder().capacity_provider_strategy(item).build();
    for (recorded, expected) in [
        (Some(provider(None, Some(1))), provider(None, Some(1))),
        (Some(provider(Some(0), None)), provider(Some(0), Some(1))),
        (None, provider(Some(0), Some(1))),
    ] {
        let prior = Service { capacity_provider_strategy: recorded.into_iter().collect(), ..Service::default() };
        assert_eq!(capacity_providers(&found, &prior), [expected]);
    }
}

#[test]
fn a_service_found_by_its_name_must_be_the_one_asked_for() {
    let mut found = service(2, Vec::new());
    found.tags = Some(vec![Tag::builder().key("a").value("1").build(), Tag::builder().key("aws:x").value("y").build()]);
    let planned = |definition: &str, tag: &str| Service {
        task_definition: Some(definition.to_owned()),
        tags_all: Some([("a".to_owned(), tag.to_owned())].into()),
        ..Service::default()
    };
    for (definition, tag, expected) in [
        ("site:7", "1", true),
        ("arn:aws:ecs:eu-west-1:123456789012:task-definition/site:7", "1", true),
        ("site", "1", true),
        ("site:8", "1", false),
        ("site:7", "2", false),
    ] {
        assert_eq!(is_what_was_created(&found, &planned(definition, tag)), expected, "{definition} {tag}");
    }
}
