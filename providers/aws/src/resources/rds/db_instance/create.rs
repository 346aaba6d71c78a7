//! The five ways of making a database instance.

use aws_sdk_rds::types::{DatabaseInsightsMode, DbInstance as RdsInstance, ReplicaMode};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use wpinfra_core::provider::{RemoteError, RemoteErrorKind, RemoteId, RemoteResult, Token};

use super::{DbInstance, PointInTime, S3Import};
use crate::client::Aws;
use crate::error::{Call as _, missing};
use crate::resources::rds::tag_list;
use crate::tags::with_token;
use crate::text::{non_empty, unique_name};

/// Sets what every way of making an instance takes.
macro_rules! common {
    ($call:expr, $planned:ident, $tags:expr) => {
        $call
            .db_instance_class(&$planned.instance_class)
            .set_allocated_storage(int($planned.allocated_storage))
            .auto_minor_version_upgrade($planned.auto_minor_version_upgrade)
            .set_availability_zone(non_empty(&$planned.availability_zone))
            .set_ca_certificate_identifier(non_empty(&$planned.ca_cert_identifier))
            .copy_tags_to_snapshot($planned.copy_tags_to_snapshot)
            .set_db_subnet_group_name(non_empty(&$planned.db_subnet_group_name))
            .set_dedicated_log_volume($planned.dedicated_log_volume.then_some(true))
            .set_deletion_protection($planned.deletion_protection)
            .set_enable_cloudwatch_logs_exports(list(&$planned.enabled_cloudwatch_logs_exports))
            .set_enable_iam_database_authentication($planned.iam_database_authentication_enabled)
            .set_iops(int($planned.iops))
            .set_multi_az($planned.multi_az)
            .set_network_type(non_empty(&$planned.network_type))
            .set_option_group_name(non_empty(&$planned.option_group_name))
            .set_port(int($planned.port))
            .publicly_accessible($planned.publicly_accessible)
            .set_storage_throughput(int($planned.storage_throughput))
            .set_storage_type(non_empty(&$planned.storage_type))
            .set_tags(Some($tags))
            .set_vpc_security_group_ids(list(&$planned.vpc_security_group_ids))
    };
}

/// Sets what describes directory and surroundings; an import from S3 does not take it.
macro_rules! surroundings {
    ($call:expr, $planned:ident) => {
        $call
            .set_backup_target(non_empty(&$planned.backup_target))
            .set_custom_iam_instance_profile(non_empty(&$planned.custom_iam_instance_profile))
            .set_domain(non_empty(&$planned.domain))
            .set_domain_auth_secret_arn(non_empty(&$planned.domain_auth_secret_arn))
            .set_domain_dns_ips((!$planned.domain_dns_ips.is_empty()).then(|| $planned.domain_dns_ips.clone()))
            .set_domain_fqdn(non_empty(&$planned.domain_fqdn))
            .set_domain_iam_role_name(non_empty(&$planned.domain_iam_role_name))
            .set_domain_ou(non_empty(&$planned.domain_ou))
            .set_enable_customer_owned_ip($planned.customer_owned_ip_enabled)
    };
}

/// Sets what watches the instance; a restored one gets it by an update.
macro_rules! monitoring {
    ($call:expr, $planned:ident) => {
        $call
            .set_database_insights_mode(
                non_empty(&$planned.database_insights_mode).as_deref().map(DatabaseInsightsMode::from),
            )
            .set_enable_performance_insights($planned.performance_insights_enabled.then_some(true))
            .set_monitoring_interval(int(Some($planned.monitoring_interval)))
            .set_monitoring_role_arn(non_empty(&$planned.monitoring_role_arn))
            .set_performance_insights_kms_key_id(non_empty(&$planned.performance_insights_kms_key_id))
            .set_performance_insights_retention_period(int($planned.performance_insights_retention_period))
    };
}

/// Sets what everything but a replica takes.
macro_rules! independent {
    ($call:expr, $planned:ident) => {
        $call
            .set_backup_retention_period(count($planned.backup_retention_period))
            .set_db_parameter_group_name(non_empty(&$planned.parameter_group_name))
            .set_engine_lifecycle_support(non_empty(&$planned.engine_lifecycle_support))
            .set_license_model(non_empty(&$planned.license_model))
            .set_manage_master_user_password($planned.manage_master_user_password.filter(|manages| *manages))
            .set_master_user_secret_kms_key_id(non_empty(&$planned.master_user_secret_kms_key_id))
            .set_preferred_backup_window(non_empty(&$planned.backup_window))
    };
}

/// Begins to make the instance.
pub(super) async fn create(aws: &Aws, planned: &DbInstance, token: &Token) -> RemoteResult<RemoteId> {
    let name = identifier(planned, token);
    let (operation, instance) = if let Some(source) = non_empty(&planned.replicate_source_db) {
        ("rds:CreateDBInstanceReadReplica", replicate(aws, planned, token, &name, &source).await?)
    } else if let Some(import) = &planned.s3_import {
        ("rds:RestoreDBInstanceFromS3", import_from_s3(aws, planned, &name, import).await?)
    } else if let Some(snapshot) = non_empty(&planned.snapshot_identifier) {
        ("rds:RestoreDBInstanceFromDBSnapshot", restore_snapshot(aws, planned, token, &name, &snapshot).await?)
    } else if let Some(time) = &planned.restore_to_point_in_time {
        ("rds:RestoreDBInstanceToPointInTime", restore_to_time(aws, planned, token, &name, time).await?)
    } else {
        ("rds:CreateDBInstance", create_new(aws, planned, &name).await?)
    };
    let id = instance.and_then(|instance| instance.dbi_resource_id);
    id.map(RemoteId).ok_or_else(|| missing(operation, "resource id"))
}

/// Returns the name of the instance: the one given, or a generated one.
pub(super) fn identifier(planned: &DbInstance, token: &Token) -> String {
    if let Some(name) = non_empty(&planned.identifier) {
        return name;
    }
    let prefix = non_empty(&planned.identifier_prefix);
    let mut name = unique_name(prefix.as_deref().unwrap_or("terraform-"), token);
    if planned.engine.as_deref().is_some_and(|engine| engine.to_lowercase().contains("sqlserver")) {
        // SQL Server takes no longer ones.
        name.truncate(15);
    }
    name
}

/// Returns the password in either of its arguments.
pub(super) fn password(planned: &DbInstance) -> Option<String> {
    non_empty(&planned.password).or_else(|| non_empty(&planned.password_wo))
}

async fn create_new(aws: &Aws, planned: &DbInstance, name: &str) -> RemoteResult<Option<RdsInstance>> {
    let tags = tag_list(planned.tags_all.clone().unwrap_or_default());
    let call = common!(aws.rds.create_db_instance(), planned, tags);
    let call = independent!(monitoring!(surroundings!(call, planned), planned), planned)
        .db_instance_identifier(name)
        // Terraform asks for no backups where nothing is said; RDS would keep those of one day.
        .backup_retention_period(count(planned.backup_retention_period).unwrap_or(0))
        .set_character_set_name(non_empty(&planned.character_set_name))
        .set_db_name(non_empty(&planned.db_name))
        .set_engine(non_empty(&planned.engine))
        .set_engine_version(non_empty(&planned.engine_version))
        .set_kms_key_id(non_empty(&planned.kms_key_id))
        .set_master_username(non_empty(&planned.username))
        .set_master_user_password(password(planned))
        .set_max_allocated_storage(int(planned.max_allocated_storage))
        .set_nchar_character_set_name(non_empty(&planned.nchar_character_set_name))
        .set_preferred_maintenance_window(non_empty(&planned.maintenance_window))
        .set_storage_encrypted(planned.storage_encrypted)
        .set_timezone(non_empty(&planned.timezone));
    Ok(call.send().await.named("rds:CreateDBInstance")?.db_instance)
}

async fn import_from_s3(
    aws: &Aws,
    planned: &DbInstance,
    name: &str,
    import: &S3Import,
) -> RemoteResult<Option<RdsInstance>> {
    let tags = tag_list(planned.tags_all.clone().unwrap_or_default());
    let call = common!(aws.rds.restore_db_instance_from_s3(), planned, tags);
    let call = independent!(monitoring!(call, planned), planned)
        .db_instance_identifier(name)
        // Terraform asks for no backups where nothing is said; RDS would keep those of one day.
        .backup_retention_period(count(planned.backup_retention_period).unwrap_or(0))
        .set_db_name(non_empty(&planned.db_name))
        .set_engine(non_empty(&planned.engine))
        .set_engine_version(non_empty(&planned.engine_version))
        .set_kms_key_id(non_empty(&planned.kms_key_id))
        .set_master_username(non_empty(&planned.username))
        .set_master_user_password(password(planned))
        .set_max_allocated_storage(int(planned.max_allocated_storage))
        .set_preferred_maintenance_window(non_empty(&planned.maintenance_window))
        .set_storage_encrypted(planned.storage_encrypted)
        .s3_bucket_name(&import.bucket_name)
        .set_s3_prefix(non_empty(&import.bucket_prefix))
        .s3_ingestion_role_arn(&import.ingestion_role)
        .source_engine(&import.source_engine)
        .source_engine_version(&import.source_engine_version);
    Ok(call.send().await.named("rds:RestoreDBInstanceFromS3")?.db_instance)
}

/// Makes a replica. The creation tag tells the update afterwards that the other settings are still those of the source.
async fn replicate(
    aws: &Aws,
    planned: &DbInstance,
    token: &Token,
    name: &str,
    source: &str,
) -> RemoteResult<Option<RdsInstance>> {
    let tags = tag_list(with_token(&planned.tags_all, token));
    let call = common!(aws.rds.create_db_instance_read_replica(), planned, tags);
    // A replica in the region of its source begins with the parameters of that one.
    let parameters = non_empty(&planned.parameter_group_name).filter(|_| is_elsewhere(source, &aws.region));
    let call = monitoring!(surroundings!(call, planned), planned)
        .db_instance_identifier(name)
        .source_db_instance_identifier(source)
        .set_db_parameter_group_name(parameters)
        .set_kms_key_id(non_empty(&planned.kms_key_id))
        .set_max_allocated_storage(int(planned.max_allocated_storage))
        .set_replica_mode(non_empty(&planned.replica_mode).as_deref().map(ReplicaMode::from))
        .set_upgrade_storage_config(planned.upgrade_storage_config);
    Ok(call.send().await.named("rds:CreateDBInstanceReadReplica")?.db_instance)
}

async fn restore_snapshot(
    aws: &Aws,
    planned: &DbInstance,
    token: &Token,
    name: &str,
    snapshot: &str,
) -> RemoteResult<Option<RdsInstance>> {
    let tags = tag_list(with_token(&planned.tags_all, token));
    let call = common!(aws.rds.restore_db_instance_from_db_snapshot(), planned, tags);
    // The snapshot of a whole cluster is named by its ARN.
    let of_cluster = snapshot.contains(":cluster-snapshot:");
    let call = independent!(surroundings!(call, planned), planned)
        .db_instance_identifier(name)
        .set_db_snapshot_identifier((!of_cluster).then(|| snapshot.to_owned()))
        .set_db_cluster_snapshot_identifier(of_cluster.then(|| snapshot.to_owned()))
        .set_db_name(name_of_restored_database(planned))
        .set_engine(non_empty(&planned.engine));
    Ok(call.send().await.named("rds:RestoreDBInstanceFromDBSnapshot")?.db_instance)
}

async fn restore_to_time(
    aws: &Aws,
    planned: &DbInstance,
    token: &Token,
    name: &str,
    source: &PointInTime,
) -> RemoteResult<Option<RdsInstance>> {
    let tags = tag_list(with_token(&planned.tags_all, token));
    let call = common!(aws.rds.restore_db_instance_to_point_in_time(), planned, tags);
    let call = independent!(surroundings!(call, planned), planned)
        .target_db_instance_identifier(name)
        .set_db_name(name_of_restored_database(planned))
        .set_engine(non_empty(&planned.engine))
        .set_max_allocated_storage(int(planned.max_allocated_storage))
        .set_restore_time(restore_time(source)?)
        .set_source_db_instance_automated_backups_arn(non_empty(&source.source_db_instance_automated_backups_arn))
        .set_source_db_instance_identifier(non_empty(&source.source_db_instance_identifier))
        .set_source_dbi_resource_id(non_empty(&source.source_dbi_resource_id))
        .set_use_latest_restorable_time(source.use_latest_restorable_time);
    Ok(call.send().await.named("rds:RestoreDBInstanceToPointInTime")?.db_instance)
}

fn restore_time(source: &PointInTime) -> RemoteResult<Option<DateTime>> {
    let Some(text) = non_empty(&source.restore_time) else { return Ok(None) };
    DateTime::from_str(&text, Format::DateTimeWithOffset).map(Some).map_err(|error| {
        let message = format!("{text:?} is not a time: {error}");
        RemoteError::local(RemoteErrorKind::Refused, "rds:RestoreDBInstanceToPointInTime", message)
    })
}

/// Returns the name of the database for engines whose restored databases can be renamed.
fn name_of_restored_database(planned: &DbInstance) -> Option<String> {
    let engine = planned.engine.as_deref().unwrap_or_default().to_lowercase();
    let keeps_names = ["mysql", "postgres", "mariadb"].contains(&engine.as_str()) || engine.starts_with("sqlserver");
    non_empty(&planned.db_name).filter(|_| !keeps_names)
}

/// Tells whether an instance that may be named by its ARN stands in another region.
fn is_elsewhere(source: &str, region: &str) -> bool {
    let mut parts = source.split(':');
    parts.next() == Some("arn") && parts.nth(2).is_some_and(|found| found != region)
}

/// Returns a number as RDS takes it; 0 is not set, as the older SDK cannot tell the two apart.
fn int(number: Option<i64>) -> Option<i32> {
    count(number).filter(|number| *number != 0)
}

/// Returns a number as RDS takes it.
pub(super) fn count(number: Option<i64>) -> Option<i32> {
    number.and_then(|number| number.try_into().ok())
}

fn list(texts: &std::collections::BTreeSet<String>) -> Option<Vec<String>> {
    (!texts.is_empty()).then(|| texts.iter().cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_generated_from_prefix_and_token() {
        let token = Token("01234567-89ab-cdef-0123-456789abcdef".to_owned());
        let with = |identifier: Option<&str>, prefix: Option<&str>, engine: &str| DbInstance {
            identifier: identifier.map(str::to_owned),
            identifier_prefix: prefix.map(str::to_owned),
            engine: Some(engine.to_owned()),
            ..DbInstance::default()
        };
        for (planned, expected) in [
            (with(Some("main"), None, "mysql"), "main"),
            (with(None, Some("app-"), "mysql"), "app-0123456789abcdef0123456789"),
            (with(None, None, "mysql"), "terraform-0123456789abcdef0123456789"),
            (with(None, None, "sqlserver-ex"), "terraform-01234"),
        ] {
            assert_eq!(identifier(&planned, &token), expected);
        }
    }

    #[test]
    fn a_source_elsewhere_is_named_by_its_arn() {
        for (source, expected) in [
            ("main", false),
            ("arn:aws:rds:eu-west-1:123456789012:db:main", true),
            ("arn:aws:rds:ap-northeast-1:123456789012:db:main", false),
        ] {
            assert_eq!(is_elsewhere(source, "ap-northeast-1"), expected, "{source}");
        }
    }
}
