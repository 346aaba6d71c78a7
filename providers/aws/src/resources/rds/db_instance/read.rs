//! What RDS tells about instances.

use aws_sdk_rds::types::{DbInstance as RdsInstance, Filter};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use wpinfra_core::provider::{Observed, ReadRequest, RemoteId, RemoteResult};

use super::{DbInstance, ListenerEndpoint, MasterUserSecret};
use crate::client::Aws;
use crate::error::Call as _;
use crate::resources::rds::pairs;
use crate::tags::CREATION_TAG;
use crate::text::{non_empty, prefix_of};

/// Values of one filter that RDS is asked for at a time.
const FILTER_VALUES: usize = 100;

/// Reads instances, by resource id or, after an import, by name.
pub(super) async fn read(
    aws: &Aws,
    requests: &[ReadRequest<DbInstance>],
) -> RemoteResult<Vec<Option<Observed<DbInstance>>>> {
    let (by_id, by_name): (Vec<String>, Vec<String>) =
        requests.iter().map(|request| request.id.0.clone()).partition(|id| is_resource_id(id));
    let (with_id, with_name) = futures_util::future::try_join(
        instances(aws, "dbi-resource-id", by_id),
        instances(aws, "db-instance-id", by_name),
    )
    .await?;
    let observed = requests.iter().map(|request| {
        let found = if is_resource_id(&request.id.0) { &with_id } else { &with_name };
        choose(found, &request.id, request.prior.identifier.as_deref())
            .map(|instance| observed(aws, instance, &request.prior))
    });
    Ok(observed.collect())
}

/// Returns the instances that a filter finds.
pub(super) async fn instances(aws: &Aws, filter: &str, values: Vec<String>) -> RemoteResult<Vec<RdsInstance>> {
    let mut found = Vec::new();
    for values in values.chunks(FILTER_VALUES) {
        let filter = Filter::builder().name(filter).set_values(Some(values.to_vec())).build();
        let mut pages = aws.rds.describe_db_instances().filters(filter).into_paginator().items().send();
        while let Some(instance) = pages.next().await {
            found.push(instance.named("rds:DescribeDBInstances")?);
        }
    }
    Ok(found)
}

/// Returns the name of an instance, asking for it if the state does not tell.
pub(super) async fn identifier_of(aws: &Aws, id: &RemoteId, prior: &DbInstance) -> RemoteResult<Option<String>> {
    if let Some(name) = non_empty(&prior.identifier) {
        return Ok(Some(name));
    }
    let found = instances(aws, "dbi-resource-id", vec![id.0.clone()]).await?;
    Ok(found.into_iter().find_map(|instance| instance.db_instance_identifier))
}

/// Tells ids such as `db-ABCDEFGHIJKLMNOPQRSTUVWXYZ` from names, which have no upper-case letters.
fn is_resource_id(id: &str) -> bool {
    id.strip_prefix("db-").is_some_and(|rest| {
        rest.bytes().any(|byte| byte.is_ascii_uppercase())
            && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    })
}

/// Returns the instance with an id or name; should several have the id, the one that is called as it was.
fn choose<'a>(found: &'a [RdsInstance], id: &RemoteId, name: Option<&str>) -> Option<&'a RdsInstance> {
    let mut matching = found.iter().filter(|instance| {
        instance.dbi_resource_id.as_deref() == Some(&id.0) || instance.db_instance_identifier.as_deref() == Some(&id.0)
    });
    let first = matching.clone().next();
    matching.find(|instance| name.is_some() && instance.db_instance_identifier.as_deref() == name).or(first)
}

fn observed(aws: &Aws, instance: &RdsInstance, prior: &DbInstance) -> Observed<DbInstance> {
    let (tags, mut tags_all) = aws.tags.observed(pairs(instance.tag_list()), &prior.tags);
    let mut settings = settings(instance, prior);
    // An instance that still has its creation tag lacks the settings that the create call does not take. Two attributes say so:
    // the tag itself, and one that every plan knows, so that the update is made that brings the settings.
    if let Some((key, value)) = pairs(instance.tag_list()).find(|(key, _)| key == CREATION_TAG) {
        tags_all.get_or_insert_default().insert(key, value);
        settings.apply_immediately = !prior.apply_immediately;
    }
    let model = DbInstance { tags, tags_all, ..memberships(instance, prior, settings) };
    let status = model.status.clone().unwrap_or_default();
    let mut observed = Observed::in_state(model, status);
    observed.reason =
        instance.status_infos().iter().find(|info| info.normal == Some(false)).and_then(|info| info.message.clone());
    observed
}

/// Fills in the settings of the instance itself. A change that waits for the maintenance window counts as made.
fn settings(instance: &RdsInstance, prior: &DbInstance) -> DbInstance {
    let pending = instance.pending_modified_values.as_ref();
    let number = |number: Option<i32>| Some(i64::from(number.unwrap_or_default()));
    let text = |text: &Option<String>| Some(text.clone().unwrap_or_default());
    let actual = pending.and_then(|pending| pending.engine_version.clone()).or_else(|| instance.engine_version.clone());
    let identifier = pending
        .and_then(|pending| pending.db_instance_identifier.clone())
        .or_else(|| instance.db_instance_identifier.clone())
        .unwrap_or_default();
    DbInstance {
        allocated_storage: number(pending.and_then(|pending| pending.allocated_storage).or(instance.allocated_storage)),
        apply_immediately: prior.apply_immediately,
        arn: instance.db_instance_arn.clone(),
        auto_minor_version_upgrade: instance.auto_minor_version_upgrade.unwrap_or(false),
        availability_zone: text(&instance.availability_zone),
        backup_retention_period: number(
            pending.and_then(|pending| pending.backup_retention_period).or(instance.backup_retention_period),
        ),
        backup_target: text(&instance.backup_target),
        backup_window: text(&instance.preferred_backup_window),
        ca_cert_identifier: text(
            &pending
                .and_then(|pending| pending.ca_certificate_identifier.clone())
                .or_else(|| instance.ca_certificate_identifier.clone()),
        ),
        character_set_name: text(&instance.character_set_name),
        copy_tags_to_snapshot: instance.copy_tags_to_snapshot.unwrap_or(false),
        custom_iam_instance_profile: text(&instance.custom_iam_instance_profile),
        customer_owned_ip_enabled: Some(instance.customer_owned_ip_enabled.unwrap_or(false)),
        database_insights_mode: Some(
            instance.database_insights_mode.as_ref().map_or("", |mode| mode.as_str()).to_owned(),
        ),
        db_name: text(&instance.db_name),
        dedicated_log_volume: pending
            .and_then(|pending| pending.dedicated_log_volume)
            .or(instance.dedicated_log_volume)
            .unwrap_or(false),
        deletion_protection: Some(instance.deletion_protection.unwrap_or(false)),
        enabled_cloudwatch_logs_exports: instance.enabled_cloudwatch_logs_exports().iter().cloned().collect(),
        engine: text(&instance.engine),
        engine_lifecycle_support: text(&instance.engine_lifecycle_support),
        engine_version: Some(configured_version(
            prior.engine_version.as_deref(),
            actual.as_deref().unwrap_or_default(),
        )),
        engine_version_actual: Some(instance.engine_version.clone().unwrap_or_default()),
        iam_database_authentication_enabled: Some(
            pending
                .and_then(|pending| pending.iam_database_authentication_enabled)
                .or(instance.iam_database_authentication_enabled)
                .unwrap_or(false),
        ),
        id: instance.dbi_resource_id.clone(),
        identifier_prefix: Some(
            non_empty(&prior.identifier_prefix)
                .unwrap_or_else(|| prefix_of(&identifier).unwrap_or_default().to_owned()),
        ),
        identifier: Some(identifier),
        instance_class: pending
            .and_then(|pending| pending.db_instance_class.clone())
            .or_else(|| instance.db_instance_class.clone())
            .unwrap_or_default(),
        iops: number(pending.and_then(|pending| pending.iops).or(instance.iops)),
        kms_key_id: text(&instance.kms_key_id),
        license_model: text(
            &pending.and_then(|pending| pending.license_model.clone()).or_else(|| instance.license_model.clone()),
        ),
        maintenance_window: Some(as_configured(
            prior.maintenance_window.as_deref(),
            instance.preferred_maintenance_window.as_deref().unwrap_or_default(),
        )),
        max_allocated_storage: number(instance.max_allocated_storage),
        monitoring_interval: instance.monitoring_interval.unwrap_or_default().into(),
        monitoring_role_arn: text(&instance.monitoring_role_arn),
        multi_az: Some(pending.and_then(|pending| pending.multi_az).or(instance.multi_az).unwrap_or(false)),
        nchar_character_set_name: text(&instance.nchar_character_set_name),
        network_type: text(&instance.network_type),
        performance_insights_enabled: instance.performance_insights_enabled.unwrap_or(false),
        performance_insights_kms_key_id: text(&instance.performance_insights_kms_key_id),
        performance_insights_retention_period: number(instance.performance_insights_retention_period),
        publicly_accessible: instance.publicly_accessible.unwrap_or(false),
        replica_mode: Some(instance.replica_mode.as_ref().map_or("", |mode| mode.as_str()).to_owned()),
        resource_id: instance.dbi_resource_id.clone(),
        status: Some(status(instance, prior)),
        storage_encrypted: Some(instance.storage_encrypted.unwrap_or(false)),
        storage_throughput: number(
            pending.and_then(|pending| pending.storage_throughput).or(instance.storage_throughput),
        ),
        storage_type: text(
            &pending.and_then(|pending| pending.storage_type.clone()).or_else(|| instance.storage_type.clone()),
        ),
        timezone: text(&instance.timezone),
        username: text(&instance.master_username),
        ..DbInstance::default()
    }
}

/// Fills in what the instance belongs to, where it answers, and what only the configuration tells.
fn memberships(instance: &RdsInstance, prior: &DbInstance, settings: DbInstance) -> DbInstance {
    let text = |text: Option<String>| Some(text.unwrap_or_default());
    let endpoint = instance.endpoint.as_ref();
    let address = endpoint.and_then(|endpoint| endpoint.address.clone());
    let pending = instance.pending_modified_values.as_ref();
    let port = endpoint.and_then(|endpoint| endpoint.port).or(instance.db_instance_port.filter(|port| *port != 0));
    let domain = instance.domain_memberships().first();
    let subnet_group = instance.db_subnet_group.as_ref().and_then(|group| group.db_subnet_group_name.clone());
    DbInstance {
        allow_major_version_upgrade: prior.allow_major_version_upgrade,
        blue_green_update: prior.blue_green_update.clone(),
        db_subnet_group_name: pending.and_then(|pending| pending.db_subnet_group_name.clone()).or(subnet_group),
        delete_automated_backups: prior.delete_automated_backups,
        domain: text(domain.and_then(|domain| domain.domain.clone())),
        domain_auth_secret_arn: text(domain.and_then(|domain| domain.auth_secret_arn.clone())),
        domain_dns_ips: domain.map(|domain| domain.dns_ips().to_vec()).unwrap_or_default(),
        domain_fqdn: text(domain.and_then(|domain| domain.fqdn.clone())),
        domain_iam_role_name: text(domain.and_then(|domain| domain.iam_role_name.clone())),
        domain_ou: text(domain.and_then(|domain| domain.ou.clone())),
        endpoint: address
            .as_ref()
            .zip(endpoint.and_then(|endpoint| endpoint.port))
            .map(|(name, port)| format!("{name}:{port}")),
        address,
        final_snapshot_identifier: prior.final_snapshot_identifier.clone(),
        hosted_zone_id: endpoint.map(|endpoint| endpoint.hosted_zone_id.clone().unwrap_or_default()),
        latest_restorable_time: Some(
            instance
                .latest_restorable_time
                .and_then(|time| DateTime::from_secs(time.secs()).fmt(Format::DateTime).ok())
                .unwrap_or_default(),
        ),
        listener_endpoint: instance.listener_endpoint.iter().map(listener).collect(),
        manage_master_user_password: prior.manage_master_user_password,
        master_user_secret: instance.master_user_secret.iter().map(secret).collect(),
        master_user_secret_kms_key_id: prior.master_user_secret_kms_key_id.clone(),
        option_group_name: instance
            .option_group_memberships()
            .first()
            .and_then(|group| group.option_group_name.clone()),
        parameter_group_name: instance
            .db_parameter_groups()
            .first()
            .and_then(|group| group.db_parameter_group_name.clone()),
        password: prior.password.clone(),
        password_wo_version: prior.password_wo_version,
        port: pending.and_then(|pending| pending.port).or(port).map(i64::from),
        replicas: instance.read_replica_db_instance_identifiers().to_vec(),
        replicate_source_db: Some(source_as_configured(
            prior.replicate_source_db.as_deref(),
            instance.read_replica_source_db_instance_identifier.as_deref().unwrap_or_default(),
        )),
        restore_to_point_in_time: prior.restore_to_point_in_time.clone(),
        s3_import: prior.s3_import.clone(),
        skip_final_snapshot: prior.skip_final_snapshot,
        snapshot_identifier: prior.snapshot_identifier.clone(),
        upgrade_storage_config: prior.upgrade_storage_config,
        vpc_security_group_ids: instance
            .vpc_security_groups()
            .iter()
            .filter_map(|group| group.vpc_security_group_id.clone())
            .collect(),
        ..settings
    }
}

fn listener(endpoint: &aws_sdk_rds::types::Endpoint) -> ListenerEndpoint {
    ListenerEndpoint {
        address: endpoint.address.clone(),
        hosted_zone_id: endpoint.hosted_zone_id.clone(),
        port: endpoint.port.map(i64::from),
    }
}

fn secret(secret: &aws_sdk_rds::types::MasterUserSecret) -> MasterUserSecret {
    MasterUserSecret {
        kms_key_id: secret.kms_key_id.clone(),
        secret_arn: secret.secret_arn.clone(),
        secret_status: secret.secret_status.clone(),
    }
}

/// Returns the state of the instance.
///
/// For some seconds after a change RDS still says `available`, and lists the new values as pending.
fn status(instance: &RdsInstance, prior: &DbInstance) -> String {
    let status = instance.db_instance_status.as_deref().unwrap_or("creating");
    let begins = prior.apply_immediately
        && instance.pending_modified_values.as_ref().is_some_and(|pending| {
            is_wanted(pending.db_instance_class.as_ref(), Some(&prior.instance_class))
                || is_wanted(pending.storage_type.as_ref(), prior.storage_type.as_ref())
                || is_wanted(pending.db_instance_identifier.as_ref(), prior.identifier.as_ref())
                || is_wanted(pending.allocated_storage.map(i64::from).as_ref(), prior.allocated_storage.as_ref())
                || is_wanted(pending.iops.map(i64::from).as_ref(), prior.iops.as_ref())
                || is_wanted(pending.port.map(i64::from).as_ref(), prior.port.as_ref())
                || is_wanted(pending.multi_az.as_ref(), prior.multi_az.as_ref())
                || is_wanted(
                    pending.backup_retention_period.map(i64::from).as_ref(),
                    prior.backup_retention_period.as_ref(),
                )
        });
    if begins && status == "available" { "modifying".to_owned() } else { status.to_owned() }
}

fn is_wanted<T: PartialEq>(pending: Option<&T>, planned: Option<&T>) -> bool {
    pending.is_some() && pending == planned
}

/// Returns the version as it is configured, if the actual one begins with it.
fn configured_version(configured: Option<&str>, actual: &str) -> String {
    match configured {
        Some(configured) if !configured.is_empty() && actual.starts_with(configured) => configured.to_owned(),
        _ => actual.to_owned(),
    }
}

/// Returns the text as it is configured, if only the case of letters differs.
fn as_configured(configured: Option<&str>, actual: &str) -> String {
    configured.filter(|configured| configured.eq_ignore_ascii_case(actual)).unwrap_or(actual).to_owned()
}

/// Returns the source of a replica as it is configured: by name, or by ARN.
fn source_as_configured(configured: Option<&str>, actual: &str) -> String {
    let same = configured.filter(|configured| {
        !actual.is_empty()
            && configured.strip_suffix(actual).is_some_and(|rest| rest.is_empty() || rest.ends_with(":db:"))
    });
    same.unwrap_or(actual).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resource_ids_are_told_from_names() {
        for (id, expected) in [
            ("db-M5ENSHXFPU6XHZ4G4ZEI5QIO2U", true),
            ("db-main", false),
            ("main", false),
            ("db-123", false),
            ("DB-MAIN", false),
        ] {
            assert_eq!(is_resource_id(id), expected, "{id}");
        }
    }

    #[test]
    fn a_part_of_the_version_stays_as_configured() {
        for (configured, actual, expected) in [
            (Some("8.0"), "8.0.39", "8.0"),
            (Some("8.0.39"), "8.0.39", "8.0.39"),
            (Some("5.7"), "8.0.39", "8.0.39"),
            (Some(""), "8.0.39", "8.0.39"),
            (None, "8.0.39", "8.0.39"),
        ] {
            assert_eq!(configured_version(configured, actual), expected);
        }
    }

    #[test]
    fn sources_are_the_same_by_name_and_by_arn() {
        let arn = "arn:aws:rds:ap-northeast-1:123456789012:db:main";
        for (configured, actual, expected) in [
            (Some(arn), "main", arn),
            (Some("main"), "main", "main"),
            (Some(arn), "", ""),
            (Some("xmain"), "main", "main"),
        ] {
            assert_eq!(source_as_configured(configured, actual), expected);
        }
    }

    #[test]
    fn of_several_instances_with_the_same_id_the_name_decides() {
        let instance =
            |name: &str| RdsInstance::builder().dbi_resource_id("db-A1").db_instance_identifier(name).build();
        let found = [instance("one"), instance("two")];
        let name = |prior: Option<&str>| {
            choose(&found, &RemoteId("db-A1".to_owned()), prior).and_then(|found| found.db_instance_identifier.clone())
        };
        assert_eq!(name(Some("two")).as_deref(), Some("two"));
        assert_eq!(name(Some("renamed")).as_deref(), Some("one"));
        assert_eq!(name(None).as_deref(), Some("one"));
    }
}
