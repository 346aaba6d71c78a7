//! TEMPORARY, never committed: against the local AWS.
use serde_json::{Value as Json, json};
use wpinfra_core::json as core_json;
use wpinfra_core::model::Model;
use wpinfra_core::provider::*;
use wpinfra_core::schema::{Block, Nesting};

use crate::client::Aws;

fn complete(block: &Block, given: &Json) -> Json {
    let mut out = serde_json::Map::new();
    for (name, attribute) in &block.attributes {
        let value = given
            .get(*name)
            .cloned()
            .unwrap_or_else(|| attribute.default.as_ref().map_or(Json::Null, core_json::to_json));
        out.insert((*name).to_owned(), value);
    }
    for (name, nested) in &block.blocks {
        let value = match given.get(*name) {
            Some(Json::Array(items)) => Json::Array(items.iter().map(|item| complete(&nested.block, item)).collect()),
            Some(other) => other.clone(),
            None if nested.nesting == Nesting::Single => Json::Null,
            None => json!([]),
        };
        out.insert((*name).to_owned(), value);
    }
    Json::Object(out)
}

fn planned<M: Model>(given: Json) -> M {
    let schema = M::schema();
    let json = complete(&schema.block, &given);
    let value = core_json::from_json(&json, &schema.implied_type()).unwrap_or_else(|error| panic!("{json} {error:?}"));
    M::from_value(&value).expect("a model")
}

fn shown<M: Model>(model: &M) -> Json {
    core_json::to_json(&model.to_value())
}

async fn read<T: ResourceType<Client = Aws>>(
    t: &T,
    aws: &Aws,
    id: &RemoteId,
    prior: &T::Model,
) -> Option<Observed<T::Model>> {
    let request = ReadRequest { id: id.clone(), prior: prior.clone() };
    let mut found = t.read(aws, std::slice::from_ref(&request)).await.expect("read");
    assert_eq!(found.len(), 1);
    found.pop().flatten()
}

async fn made<T: ResourceType<Client = Aws>>(t: &T, aws: &Aws, given: Json) -> (RemoteId, T::Model) {
    let wanted: T::Model = planned(given);
    let token = Token(uuid::Uuid::new_v4().to_string());
    let id = t.create(aws, &wanted, &token).await.expect("create");
    let mut observed = read(t, aws, &id, &wanted).await.expect("there");
    if T::CREATION == Creation::ThenUpdate {
        t.update(aws, &id, &observed.model, &wanted).await.expect("update");
        observed = read(t, aws, &id, &wanted).await.expect("there");
    }
    println!("MADE {} {id:?} {:?} {}", T::Model::NAME, observed.status, shown(&observed.model));
    let found = t.find(aws, &wanted, &token).await.expect("find");
    println!("FIND {found:?}");
    assert!(found.is_some(), "found again");
    (id, observed.model)
}

async fn changed<T: ResourceType<Client = Aws>>(
    t: &T,
    aws: &Aws,
    id: &RemoteId,
    prior: &T::Model,
    change: &[(&str, Json)],
) -> T::Model {
    let mut json = shown(prior);
    for (name, value) in change {
        json[*name] = value.clone();
    }
    let wanted: T::Model = planned(json);
    t.update(aws, id, prior, &wanted).await.expect("update");
    let observed = read(t, aws, id, &wanted).await.expect("there");
    println!("CHANGED {} {:?} {}", T::Model::NAME, observed.status, shown(&observed.model));
    for (name, value) in change {
        assert_eq!(&shown(&observed.model)[*name], value, "{name}");
    }
    observed.model
}

async fn gone<T: ResourceType<Client = Aws>>(t: &T, aws: &Aws, id: &RemoteId, prior: &T::Model) {
    t.delete(aws, id, prior).await.expect("delete");
    assert!(read(t, aws, id, prior).await.is_none(), "gone");
    t.delete(aws, id, prior).await.expect("delete again");
}

#[tokio::test]
#[ignore]
async fn live() {
    let provider = crate::provider();
    let config = core_json::from_json(
        &complete(&provider.schema().block, &json!({"region": "ap-northeast-1"})),
        &provider.schema().implied_type(),
    )
    .expect("config");
    let client = provider.configure(&config).await.expect("client");
    let aws: &Aws = client.downcast_ref().expect("aws");
    let (cluster_type, definition_type, service_type) =
        (super::cluster::ClusterType, super::task_definition::TaskDefinitionType, super::service::ServiceType);
    let (plain, _) = made(&cluster_type, aws, json!({"name": "plain"})).await;
    let (id, cluster) = made(&cluster_type, aws, json!({"name": "full", "tags": {"Name": "full"}, "tags_all": {"Name": "full"}, "setting": [{"name": "containerInsights", "value": "enabled"}],
        "configuration": [{"execute_command_configuration": [{"logging": "OVERRIDE", "log_configuration": [{"cloud_watch_encryption_enabled": true, "cloud_watch_log_group_name": "/ecs/full"}]}]}]})).await;
    let cluster = changed(
        &cluster_type,
        aws,
        &id,
        &cluster,
        &[
            ("setting", json!([{"name": "containerInsights", "value": "disabled"}])),
            ("tags_all", json!({"Name": "fuller"})),
            ("tags", json!({"Name": "fuller"})),
        ],
    )
    .await;
    let (imported, model) = cluster_type.import("full").expect("import");
    println!("IMPORTED {}", shown(&read(&cluster_type, aws, &imported, &model).await.expect("there").model));

    let (role, fs) = ("arn:aws:iam::123456789012:role/x", "fs-12345678");
    let (td_id, td) = made(&definition_type, aws, json!({"family": "web", "network_mode": "awsvpc", "cpu": "256", "memory": "512", "requires_compatibilities": ["FARGATE"], "tags": {"Name": "x"}, "tags_all": {"Name": "x"},
        "runtime_platform": [{"operating_system_family": "LINUX", "cpu_architecture": "ARM64"}], "ephemeral_storage": [{"size_in_gib": 30}],
        "container_definitions": "[{\"Name\":\"web\",\"image\":\"nginx\",\"cpu\":0,\"command\":[\"sh\",\"-c\",\"echo '<hello> & \\\"bye\\\"'\"],\"environment\":[{\"name\":\"B\",\"value\":\"2\"},{\"name\":\"A\",\"value\":\"1\"}],\"portMappings\":[{\"containerPort\":80}]}]"})).await;
    let td = changed(&definition_type, aws, &td_id, &td, &[("tags_all", json!({"Name": "x", "more": "yes"}))]).await;
    let (vid, volumes) = made(&definition_type, aws, json!({"family": "volumes", "network_mode": "bridge", "task_role_arn": role, "execution_role_arn": role, "pid_mode": "task", "ipc_mode": "host",
        "volume": [{"name": "files", "efs_volume_configuration": [{"file_system_id": fs, "root_directory": "/content", "transit_encryption": "ENABLED", "transit_encryption_port": 2999, "authorization_config": [{"iam": "ENABLED"}]}]},
            {"name": "host", "host_path": "/var/lib/host"}, {"name": "docker", "docker_volume_configuration": [{"scope": "shared", "autoprovision": true, "driver": "local", "driver_opts": {"type": "tmpfs"}, "labels": {"a": "b"}}]}],
        "placement_constraints": [{"type": "memberOf", "expression": "attribute:ecs.availability-zone in [ap-northeast-1a]"}],
        "container_definitions": "[{\"name\":\"web\",\"image\":\"nginx\",\"memory\":128,\"mountPoints\":[{\"sourceVolume\":\"files\",\"containerPath\":\"/srv\",\"readOnly\":true}]}]"})).await;
    gone(&definition_type, aws, &vid, &volumes).await;
    let arn = td.arn.clone().expect("arn");
    let (imported, model) = definition_type.import(&arn).expect("import");
    println!("IMPORTED {}", shown(&read(&definition_type, aws, &imported, &model).await.expect("there").model));
    assert!(
        read(
            &definition_type,
            aws,
            &RemoteId("arn:aws:ecs:ap-northeast-1:123456789012:task-definition/none:1".into()),
            &planned(json!({"family": "none", "container_definitions": "[]"}))
        )
        .await
        .is_none()
    );

    let full = cluster.arn.clone().expect("arn");
    let base = json!({"name": "web", "cluster": full, "task_definition": arn, "desired_count": 1, "launch_type": "FARGATE", "wait_for_steady_state": true, "propagate_tags": "SERVICE", "enable_ecs_managed_tags": true,
        "tags": {"Name": "web"}, "tags_all": {"Name": "web"}, "platform_version": "1.4.0", "health_check_grace_period_seconds": 60,
        "network_configuration": [{"assign_public_ip": true, "subnets": ["subnet-1", "subnet-2"], "security_groups": ["sg-1"]}],
        "deployment_circuit_breaker": [{"enable": true, "rollback": true}], "ordered_placement_strategy": [{"type": "spread", "field": "instanceId"}], "placement_constraints": [{"type": "distinctInstance"}],
        "service_connect_configuration": [{"enabled": true, "namespace": "ns", "service": [{"port_name": "http", "client_alias": [{"port": 80}]}]}],
        "volume_configuration": [{"name": "v", "managed_ebs_volume": [{"role_arn": role, "size_in_gb": 10}]}]});
    let (sid, service) = made(&service_type, aws, base.clone()).await;
    let service = changed(
        &service_type,
        aws,
        &sid,
        &service,
        &[
            ("desired_count", json!(2)),
            ("tags", json!({"Name": "web", "b": "c"})),
            ("tags_all", json!({"Name": "web", "b": "c"})),
            ("deployment_minimum_healthy_percent", json!(50)),
            ("enable_execute_command", json!(true)),
        ],
    )
    .await;
    let (imported, model) = service_type.import("full/web").expect("import");
    println!("IMPORTED {}", shown(&read(&service_type, aws, &imported, &model).await.expect("there").model));
    let more: Vec<(RemoteId, super::service::model::Service)> = futures_util::future::join_all((0..12).map(|n| {
        let given = json!({"name": format!("s{n}"), "cluster": if n % 2 == 0 { "full" } else { "plain" }, "task_definition": "web:1"});
        async move { made(&super::service::ServiceType, aws, given).await }
    })).await;
    let before = aws.calls();
    let requests: Vec<_> =
        more.iter().map(|(id, prior)| ReadRequest { id: id.clone(), prior: prior.clone() }).collect();
    assert!(
        service_type
            .read(aws, &requests)
            .await
            .expect("read")
            .iter()
            .zip(&more)
            .all(|(found, (_, prior))| found.as_ref().is_some_and(|found| found.model.name == prior.name))
    );
    println!("{} calls for 12 services in 2 clusters", aws.calls() - before);
    assert_eq!(
        cluster_type.delete(aws, &plain, &planned(json!({"name": "plain"}))).await.map_err(|error| error.kind),
        Err(RemoteErrorKind::Busy)
    );
    for (id, prior) in more.iter().chain([&(sid, service)]) {
        gone(&service_type, aws, id, prior).await;
    }
    gone(&definition_type, aws, &td_id, &td).await;
    gone(&cluster_type, aws, &id, &cluster).await;
    gone(&cluster_type, aws, &plain, &planned(json!({"name": "plain"}))).await;
    assert!(
        read(
            &service_type,
            aws,
            &RemoteId("arn:aws:ecs:ap-northeast-1:123456789012:service/nowhere/x".into()),
            &planned(json!({"name": "x"}))
        )
        .await
        .is_none()
    );

    let (fs_type, mt_type) =
        (crate::resources::efs::file_system::FileSystemType, crate::resources::efs::mount_target::MountTargetType);
    let (fid, file_system) = made(&fs_type, aws, json!({"encrypted": true, "tags": {"Name": "main"}, "tags_all": {"Name": "main"}, "lifecycle_policy": [{"transition_to_ia": "AFTER_30_DAYS"}]})).await;
    let file_system = changed(
        &fs_type,
        aws,
        &fid,
        &file_system,
        &[("lifecycle_policy", json!([])), ("tags_all", json!({"Name": "other"})), ("tags", json!({"Name": "other"}))],
    )
    .await;
    let vpc = aws
        .ec2
        .create_vpc()
        .cidr_block("10.0.0.0/16")
        .send()
        .await
        .expect("vpc")
        .vpc
        .and_then(|vpc| vpc.vpc_id)
        .expect("id");
    let subnet = aws
        .ec2
        .create_subnet()
        .vpc_id(&vpc)
        .cidr_block("10.0.1.0/24")
        .send()
        .await
        .expect("subnet")
        .subnet
        .and_then(|subnet| subnet.subnet_id)
        .expect("id");
    let group = aws
        .ec2
        .create_security_group()
        .vpc_id(&vpc)
        .group_name("g")
        .description("g")
        .send()
        .await
        .expect("group")
        .group_id
        .expect("id");
    let (mid, target) = made(&mt_type, aws, json!({"file_system_id": fid.0, "subnet_id": subnet})).await;
    let target = changed(&mt_type, aws, &mid, &target, &[("security_groups", json!([group]))]).await;
    let (imported, model) = mt_type.import(&mid.0).expect("import");
    assert_eq!(shown(&read(&mt_type, aws, &imported, &model).await.expect("there").model), shown(&target));
    assert_eq!(fs_type.delete(aws, &fid, &file_system).await.map_err(|error| error.kind), Err(RemoteErrorKind::Busy));
    gone(&mt_type, aws, &mid, &target).await;
    gone(&fs_type, aws, &fid, &file_system).await;
    assert!(read(&mt_type, aws, &mid, &target).await.is_none());
}
