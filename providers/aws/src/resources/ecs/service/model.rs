//! Attributes of a service.

use std::collections::{BTreeMap, BTreeSet};

use wpinfra_core::Value;
use wpinfra_schema_derive::{BlockModel, Model};

use super::super::{is_arn, last_part};
use crate::tags::Tags;

/// Tasks that ECS keeps running.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_ecs_service", version = 1, timeouts(create = 1200, delete = 1200, update = 1200))]
pub struct Service {
    /// Whether tasks are spread anew when zones are out of balance.
    #[attr(optional, default = "DISABLED", one_of("ENABLED", "DISABLED"))]
    pub availability_zone_rebalancing: String,
    /// Cluster by name or ARN; `default` if none is named.
    #[attr(optional, computed, replace, equal = same_cluster)]
    pub cluster: Option<String>,
    /// Most tasks during a deployment, in percent of the desired count.
    #[attr(optional, default = 200, integer)]
    pub deployment_maximum_percent: Option<i64>,
    /// Fewest healthy tasks during a deployment, in percent of the desired count.
    #[attr(optional, default = 100, integer)]
    pub deployment_minimum_healthy_percent: Option<i64>,
    /// How many tasks should run.
    #[attr(optional, integer)]
    pub desired_count: Option<i64>,
    /// Whether ECS tags tasks with the names of cluster and service.
    #[attr(optional, default = false)]
    pub enable_ecs_managed_tags: bool,
    /// Whether commands can be run in the containers.
    #[attr(optional, default = false)]
    pub enable_execute_command: bool,
    /// Whether the service is deleted with its tasks, without scaling it to 0 first.
    #[attr(optional, local)]
    pub force_delete: Option<bool>,
    /// Whether every change starts a new deployment, and a change of `triggers` does.
    #[attr(optional, local)]
    pub force_new_deployment: Option<bool>,
    /// How long the health checks of the load balancer do not count for a new task.
    #[attr(optional, range(0, 2_147_483_647), integer)]
    pub health_check_grace_period_seconds: Option<i64>,
    /// Role by which ECS calls the load balancer, where the service-linked one will not do.
    #[attr(optional, computed, replace)]
    pub iam_role: Option<String>,
    /// ARN of the service.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// What the tasks run on.
    #[attr(optional, computed, replace, one_of("EC2", "FARGATE", "EXTERNAL"))]
    pub launch_type: Option<String>,
    /// Name, unique in the cluster.
    #[attr(required, replace)]
    pub name: String,
    /// Version of Fargate.
    #[attr(optional, computed)]
    pub platform_version: Option<String>,
    /// Where tasks get their tags from.
    #[attr(optional, one_of("TASK_DEFINITION", "SERVICE", "NONE"))]
    pub propagate_tags: Option<String>,
    /// Whether there is a number of tasks, or one on every instance.
    #[attr(optional, default = "REPLICA", replace, one_of("REPLICA", "DAEMON"))]
    pub scheduling_strategy: String,
    /// Tags of the service.
    #[attr(optional)]
    pub tags: Tags,
    /// Tags with those of the provider block.
    #[attr(optional, computed)]
    pub tags_all: Tags,
    /// Task definition by ARN, or by family and revision: `web:7`.
    #[attr(optional, equal = same_task_definition)]
    pub task_definition: Option<String>,
    /// Any values; with `force_new_deployment`, a change of them starts a new deployment.
    #[attr(optional, computed, equal = left_to_the_plan)]
    pub triggers: Option<BTreeMap<String, String>>,
    /// Whether an apply waits until the deployment is through.
    #[attr(optional, default = false, local)]
    pub wait_for_steady_state: bool,
    /// Alarms that stop a deployment.
    #[block(list)]
    pub alarms: Option<Alarms>,
    /// Capacity providers that the tasks are spread over.
    #[block(set, replace)]
    pub capacity_provider_strategy: Vec<CapacityProvider>,
    /// Whether a deployment whose tasks do not start is given up.
    #[block(list)]
    pub deployment_circuit_breaker: Option<CircuitBreaker>,
    /// Who brings about deployments.
    #[block(list, replace)]
    pub deployment_controller: Option<DeploymentController>,
    /// Load balancers that the tasks are registered with.
    #[block(set)]
    pub load_balancer: Vec<LoadBalancer>,
    /// Where tasks with network interfaces of their own stand.
    #[block(list)]
    pub network_configuration: Option<Network>,
    /// How tasks are spread over instances, most important first.
    #[block(list, max = 5)]
    pub ordered_placement_strategy: Vec<PlacementStrategy>,
    /// Where tasks may run.
    #[block(set, max = 10)]
    pub placement_constraints: Vec<PlacementConstraint>,
    /// How the tasks find and are found by others.
    #[block(list)]
    pub service_connect_configuration: Option<ServiceConnect>,
    /// Cloud Map service that the tasks are registered with.
    #[block(list)]
    pub service_registries: Option<Registry>,
    /// Volume that each task gets.
    #[block(list)]
    pub volume_configuration: Option<VolumeConfiguration>,
    /// Target groups of VPC Lattice that the tasks are registered with.
    #[block(set)]
    pub vpc_lattice_configurations: Vec<VpcLattice>,
}

/// Tells whether two clusters are the same, one by its ARN and one by its name perhaps.
fn same_cluster(one: &Value, other: &Value) -> bool {
    let (Some(one), Some(other)) = (one.as_str(), other.as_str()) else { return false };
    one == other || is_arn(one) != is_arn(other) && last_part(one) == last_part(other)
}

/// Tells whether two task definitions are the same, one by its ARN and one by family and revision perhaps.
fn same_task_definition(one: &Value, other: &Value) -> bool {
    // A family without a revision means the newest one, which nothing that is recorded can be equal to.
    let is_revision = |text: &str| text.contains(':');
    same_cluster(one, other) && one.as_str().is_some_and(is_revision) && other.as_str().is_some_and(is_revision)
        || one == other
}

/// Takes all triggers for the same: whether a change of them means anything depends on other arguments.
fn left_to_the_plan(_: &Value, _: &Value) -> bool {
    true
}

/// Alarms that stop a deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq, BlockModel)]
pub struct Alarms {
    /// Names of alarms of CloudWatch.
    #[attr(required)]
    pub alarm_names: BTreeSet<String>,
    /// Whether they are watched.
    #[attr(required)]
    pub enable: bool,
    /// Whether a stopped deployment is rolled back.
    #[attr(required)]
    pub rollback: bool,
}

/// A capacity provider and its share of the tasks.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, BlockModel)]
pub struct CapacityProvider {
    /// How many tasks it gets before the shares count.
    #[attr(optional, replace, range(0, 100_000), integer)]
    pub base: Option<i64>,
    /// Name of the capacity provider.
    #[attr(required, replace)]
    pub capacity_provider: String,
    /// Its share in relation to those of the others.
    #[attr(optional, replace, range(0, 1000), integer)]
    pub weight: Option<i64>,
}

/// Whether a deployment whose tasks do not start is given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BlockModel)]
pub struct CircuitBreaker {
    /// Whether it is given up.
    #[attr(required)]
    pub enable: bool,
    /// Whether it is rolled back then.
    #[attr(required)]
    pub rollback: bool,
}

/// Who brings about deployments.
#[derive(Clone, Debug, Default, PartialEq, Eq, BlockModel)]
pub struct DeploymentController {
    /// Kind of the controller.
    #[attr(optional, default = "ECS", replace, one_of("ECS", "CODE_DEPLOY", "EXTERNAL"))]
    pub r#type: String,
}

/// A load balancer that the tasks are registered with.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, BlockModel)]
pub struct LoadBalancer {
    /// Container that answers.
    #[attr(required)]
    pub container_name: String,
    /// Port of the container.
    #[attr(required, range(0, 65536), integer)]
    pub container_port: i64,
    /// Name of a Classic Load Balancer.
    #[attr(optional)]
    pub elb_name: Option<String>,
    /// Target group of an Application or Network Load Balancer.
    #[attr(optional, format(Arn))]
    pub target_group_arn: Option<String>,
}

/// Where tasks with network interfaces of their own stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, BlockModel)]
pub struct Network {
    /// Whether tasks on Fargate get a public address.
    #[attr(optional, default = false)]
    pub assign_public_ip: bool,
    /// Security groups of the interfaces.
    #[attr(optional)]
    pub security_groups: BTreeSet<String>,
    /// Subnets of the interfaces.
    #[attr(required)]
    pub subnets: BTreeSet<String>,
}

/// How tasks are spread over instances.
#[derive(Clone, Debug, Default, PartialEq, Eq, BlockModel)]
pub struct PlacementStrategy {
    /// What to spread over or pack by.
    #[attr(optional, ignore_case)]
    pub field: Option<String>,
    /// Kind of the strategy.
    #[attr(required, one_of("random", "spread", "binpack"))]
    pub r#type: String,
}

/// Where tasks may run.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, BlockModel)]
pub struct PlacementConstraint {
    /// Expression in the query language of clusters.
    #[attr(optional)]
    pub expression: Option<String>,
    /// Kind of the constraint.
    #[attr(required, one_of("distinctInstance", "memberOf"))]
    pub r#type: String,
}

/// How the tasks find and are found by others.
#[derive(Clone, Debug, Default, PartialEq, Eq, BlockModel)]
pub struct ServiceConnect {
    /// Whether Service Connect is on.
    #[attr(required)]
    pub enabled: bool,
    /// Cloud Map namespace by name or ARN.
    #[attr(optional, computed)]
    pub namespace: Option<String>,
    /// Where the proxies log.
    #[block(list)]
    pub log_configuration: Option<ProxyLog>,
    /// What the tasks offer.
    #[block(list)]
    pub service: Vec<ConnectService>,
}

/// Where the proxies of Service Connect log.
#[derive(Clone, Debug, Default, PartialEq, Eq, BlockModel)]
pub struct ProxyLog {
    /// Log driver.
    #[attr(required, one_of("json-file", "syslog", "journald", "gelf", "fluentd", "awslogs", "splunk", "awsfirelens"))]
    pub log_driver: String,
    /// Options of the driver.
    #[attr(optional, computed)]
    pub options: Option<BTreeMap<String, String>>,
    /// Options of the driver that are secret.
    #[block(list)]
    pub secret_option: Vec<SecretOption>,
}

/// An option of a log driver that is secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, BlockModel)]
pub struct SecretOption {
    /// Name of the option.
    #[attr(required)]
    pub name: String,
    /// Secret or parameter that holds its value.
    #[attr(required)]
    pub value_from: String,
}

/// A port that the tasks offer to others.
#[derive(Clone, Debug, Default, PartialEq, Eq, BlockModel)]
pub struct ConnectService {
    /// Name in the namespace.
    #[attr(optional, computed)]
    pub discovery_name: Option<String>,
    /// Port that the proxy listens on.
    #[attr(optional, range(0, 65535), integer)]
    pub ingress_port_override: Option<i64>,
    /// Name of a port mapping of the task definition.
    #[attr(required)]
    pub port_name: String,
    /// Name and port by which others reach it.
    #[block(list)]
    pub client_alias: Option<ClientAlias>,
    /// When the proxy gives up.
    #[block(list)]
    pub timeout: Option<ConnectTimeout>,
    /// How traffic between proxies is encrypted.
    #[block(list)]
    pub tls: Option<ConnectTls>,
}

/// Name and port by which others reach a port of the tasks.
#[derive(Clone, Debug, Default, PartialEq, Eq, BlockModel)]
pub struct ClientAlias {
    /// Name.
    #[attr(optional, computed)]
    pub dns_name: Option<String>,
    /// Port.
    #[attr(required, range(0, 65535), integer)]
    pub port: i64,
}

/// When a proxy of Service Connect gives up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BlockModel)]
pub struct ConnectTimeout {
    /// How long a connection may be idle.
    #[attr(optional, range(0, 2_147_483_647), integer)]
    pub idle_timeout_seconds: Option<i64>,
    /// How long a request may take.
    #[attr(optional, range(0, 2_147_483_647), integer)]
    pub per_request_timeout_seconds: Option<i64>,
}

/// How traffic between proxies is encrypted.
#[derive(Clone, Debug, Default, PartialEq, Eq, BlockModel)]
pub struct ConnectTls {
    /// KMS key that encrypts the private keys.
    #[attr(optional)]
    pub kms_key: Option<String>,
    /// Role by which ECS makes certificates.
    #[attr(optional, format(Arn))]
    pub role_arn: Option<String>,
    /// Who signs the certificates.
    #[block(list, min = 1)]
    pub issuer_cert_authority: Option<CertificateAuthority>,
}

/// Who signs the certificates of Service Connect.
#[derive(Clone, Debug, Default, PartialEq, Eq, BlockModel)]
pub struct CertificateAuthority {
    /// Certificate authority of AWS Private CA.
    #[attr(required, format(Arn))]
    pub aws_pca_authority_arn: String,
}

/// Cloud Map service that the tasks are registered with.
#[derive(Clone, Debug, Default, PartialEq, Eq, BlockModel)]
pub struct Registry {
    /// Container that answers.
    #[attr(optional)]
    pub container_name: Option<String>,
    /// Port of the container.
    #[attr(optional, range(0, 65536), integer)]
    pub container_port: Option<i64>,
    /// Port that SRV records tell.
    #[attr(optional, range(0, 65536), integer)]
    pub port: Option<i64>,
    /// ARN of the Cloud Map service.
    #[attr(required, format(Arn))]
    pub registry_arn: String,
}

/// Volume that each task gets.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct VolumeConfiguration {
    /// Name of a volume of the task definition that is configured at launch.
    #[attr(required)]
    pub name: String,
    /// Volume of EBS.
    #[block(list, min = 1)]
    pub managed_ebs_volume: Option<EbsVolume>,
}

/// Volume of EBS that each task gets.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct EbsVolume {
    /// Whether it is encrypted.
    #[attr(optional, default = true)]
    pub encrypted: bool,
    /// File system on it.
    #[attr(optional, default = "xfs", one_of("ext3", "ext4", "xfs", "ntfs"))]
    pub file_system_type: String,
    /// Operations per second.
    #[attr(optional, integer)]
    pub iops: Option<i64>,
    /// KMS key that encrypts it.
    #[attr(optional)]
    pub kms_key_id: Option<String>,
    /// Role by which ECS makes it.
    #[attr(required, format(Arn))]
    pub role_arn: String,
    /// Size in GiB.
    #[attr(optional, integer)]
    pub size_in_gb: Option<i64>,
    /// Snapshot that it is made from.
    #[attr(optional)]
    pub snapshot_id: Option<String>,
    /// Throughput in MiB per second.
    #[attr(optional, range(0, 1000), integer)]
    pub throughput: Option<i64>,
    /// Rate in MiB per second at which the snapshot is fetched.
    #[attr(optional, integer)]
    pub volume_initialization_rate: Option<i64>,
    /// Type of the volume.
    #[attr(optional)]
    pub volume_type: Option<String>,
    /// Tags of the volumes.
    #[block(list)]
    pub tag_specifications: Vec<VolumeTags>,
}

/// Tags of the volumes of tasks.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct VolumeTags {
    /// Where they get more tags from.
    #[attr(optional, one_of("TASK_DEFINITION", "SERVICE", "NONE"))]
    pub propagate_tags: Option<String>,
    /// What gets the tags.
    #[attr(required, one_of("volume"))]
    pub resource_type: String,
    /// The tags.
    #[attr(optional)]
    pub tags: Option<BTreeMap<String, String>>,
}

/// A target group of VPC Lattice that the tasks are registered with.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, BlockModel)]
pub struct VpcLattice {
    /// Name of a port mapping of the task definition.
    #[attr(
        required,
        length(1, 64),
        pattern("^[0-9_a-z][0-9_a-z-]*$", "lower-case letters, digits, underscores and hyphens, no hyphen first")
    )]
    pub port_name: String,
    /// Role by which ECS registers tasks.
    #[attr(required, format(Arn))]
    pub role_arn: String,
    /// Target group.
    #[attr(required, format(Arn))]
    pub target_group_arn: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_and_task_definitions_have_two_names() {
        let arn = |rest: &str| format!("arn:aws:ecs:eu-west-1:123456789012:{rest}");
        for (one, other, clusters, definitions) in [
            (arn("cluster/web"), "web".to_owned(), true, false),
            (arn("cluster/web"), "site".to_owned(), false, false),
            (arn("cluster/web"), arn("cluster/web"), true, true),
            (arn("task-definition/web:7"), "web:7".to_owned(), true, true),
            (arn("task-definition/web:7"), "web:8".to_owned(), false, false),
            (arn("task-definition/web:7"), "web".to_owned(), false, false),
            ("web:7".to_owned(), "web".to_owned(), false, false),
            ("web".to_owned(), "web".to_owned(), true, true),
        ] {
            let (left, right) = (Value::string(&one), Value::string(&other));
            assert_eq!(same_cluster(&left, &right), clusters, "{one} {other}");
            assert_eq!(same_cluster(&right, &left), clusters, "{other} {one}");
            assert_eq!(same_task_definition(&left, &right), definitions, "{one} {other}");
            assert_eq!(same_task_definition(&right, &left), definitions, "{other} {one}");
        }
    }
}
