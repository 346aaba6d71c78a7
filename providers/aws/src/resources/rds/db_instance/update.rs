//! Changes of a database instance in place.

use std::collections::BTreeSet;

use aws_sdk_rds::operation::modify_db_instance::ModifyDbInstanceInput;
use aws_sdk_rds::operation::modify_db_instance::builders::ModifyDbInstanceInputBuilder as Modify;
use aws_sdk_rds::types::{CloudwatchLogsExportConfiguration, DatabaseInsightsMode, ReplicaMode};
use wpinfra_core::provider::{RemoteError, RemoteErrorKind, RemoteId, RemoteResult};

use super::create::{count, password};
use super::{DbInstance, read};
use crate::client::Aws;
use crate::error::{Call as _, missing};
use crate::resources::rds::{remove_tags, update_tags};
use crate::tags::CREATION_TAG;
use crate::text::non_empty;

/// Brings the instance from `prior` to `planned`.
pub(super) async fn update(aws: &Aws, id: &RemoteId, prior: &DbInstance, planned: &DbInstance) -> RemoteResult<()> {
    let arn = prior.arn.clone().ok_or_else(|| missing("rds:DescribeDBInstances", "ARN of the instance"))?;
    let identifier = read::identifier_of(aws, id, prior)
        .await?
        .ok_or_else(|| missing("rds:DescribeDBInstances", "name of the instance"))?;
    promote(aws, &identifier, prior, planned).await?;
    let changes = changes(prior, planned);
    // The ARN holds the name, which the change may give anew, so tags come first.
    update_tags(aws, &arn, &prior.tags_all, &planned.tags_all).await?;
    if changes != ModifyDbInstanceInput::builder() {
        let call =
            changes.db_instance_identifier(&identifier).apply_immediately(planned.apply_immediately || is_new(prior));
        call.send_with(&aws.rds).await.named("rds:ModifyDBInstance")?;
    }
    if is_new(prior) {
        remove_tags(aws, &arn, vec![CREATION_TAG.to_owned()]).await?;
    }
    Ok(())
}

/// Tells whether the instance has just been restored or replicated, and has its settings from elsewhere.
fn is_new(prior: &DbInstance) -> bool {
    prior.tags_all.as_ref().is_some_and(|tags| tags.contains_key(CREATION_TAG))
}

/// Makes an instance of its own out of a replica whose source is not named any more.
async fn promote(aws: &Aws, identifier: &str, prior: &DbInstance, planned: &DbInstance) -> RemoteResult<()> {
    let (before, after) = (non_empty(&prior.replicate_source_db), non_empty(&planned.replicate_source_db));
    if before == after || is_new(prior) {
        return Ok(());
    }
    if after.is_some() {
        return Err(RemoteError::local(
            RemoteErrorKind::Refused,
            "rds:ModifyDBInstance",
            "an instance cannot become the replica of another one in place; make it anew, with `-replace`",
        ));
    }
    // Asked again after "not now", it may have become independent already.
    let found = read::instances(aws, "db-instance-id", vec![identifier.to_owned()]).await?;
    if found.iter().all(|instance| instance.read_replica_source_db_instance_identifier.is_none()) {
        return Ok(());
    }
    let call = aws
        .rds
        .promote_read_replica()
        .db_instance_identifier(identifier)
        .set_backup_retention_period(count(planned.backup_retention_period))
        .set_preferred_backup_window(non_empty(&planned.backup_window));
    call.send().await.named("rds:PromoteReadReplica").map(drop)
}

/// Returns what is to be changed; nothing else is set.
fn changes(prior: &DbInstance, planned: &DbInstance) -> Modify {
    let changes = ModifyDbInstanceInput::builder();
    let changes = change_server(changes, prior, planned);
    let changes = change_storage(changes, prior, planned);
    let changes = change_access(changes, prior, planned);
    let changes = change_password(changes, prior, planned);
    let changes = change_backups(changes, prior, planned);
    let changes = change_domain(changes, prior, planned);
    change_monitoring(changes, prior, planned)
}

/// Returns the planned text if it is set and another one.
#[expect(clippy::ref_option, reason = "it is called with fields of models, which are options")]
fn text(prior: &Option<String>, planned: &Option<String>) -> Option<String> {
    non_empty(planned).filter(|planned| non_empty(prior).as_ref() != Some(planned))
}

/// Returns the planned text if it is set and differs in more than the case of letters.
#[expect(clippy::ref_option, reason = "it is called with fields of models, which are options")]
fn text_ignoring_case(prior: &Option<String>, planned: &Option<String>) -> Option<String> {
    text(prior, planned).filter(|planned| !prior.as_deref().unwrap_or_default().eq_ignore_ascii_case(planned))
}

/// Returns the planned number if it is known and another one.
fn number(prior: Option<i64>, planned: Option<i64>) -> Option<i32> {
    count(planned.filter(|planned| *planned != prior.unwrap_or(0)))
}

/// Returns the planned switch if it is another one; unset is off.
fn switch(prior: Option<bool>, planned: Option<bool>) -> Option<bool> {
    let planned = planned.unwrap_or(false);
    (prior.unwrap_or(false) != planned).then_some(planned)
}

fn change_server(changes: Modify, prior: &DbInstance, planned: &DbInstance) -> Modify {
    let class = (prior.instance_class != planned.instance_class).then(|| planned.instance_class.clone());
    let version = text(&prior.engine_version, &planned.engine_version);
    let major = version.as_ref().and(planned.allow_major_version_upgrade);
    changes
        .set_db_instance_class(class)
        .set_engine_version(version)
        .set_allow_major_version_upgrade(major.filter(|allowed| *allowed))
        .set_auto_minor_version_upgrade(switch(
            Some(prior.auto_minor_version_upgrade),
            Some(planned.auto_minor_version_upgrade),
        ))
        .set_db_parameter_group_name(text(&prior.parameter_group_name, &planned.parameter_group_name))
        .set_engine_lifecycle_support(text(&prior.engine_lifecycle_support, &planned.engine_lifecycle_support))
        .set_license_model(text(&prior.license_model, &planned.license_model))
        .set_multi_az(planned.multi_az.filter(|multi_az| Some(*multi_az) != prior.multi_az))
        .set_new_db_instance_identifier(text(&prior.identifier, &planned.identifier))
        .set_option_group_name(text(&prior.option_group_name, &planned.option_group_name))
        .set_preferred_maintenance_window(text_ignoring_case(&prior.maintenance_window, &planned.maintenance_window))
        .set_replica_mode(text(&prior.replica_mode, &planned.replica_mode).as_deref().map(ReplicaMode::from))
}

/// Storage is described as a whole: RDS wants the size with the operations per second, and these with the throughput.
fn change_storage(changes: Modify, prior: &DbInstance, planned: &DbInstance) -> Modify {
    let kind = text(&prior.storage_type, &planned.storage_type);
    let size = number(prior.allocated_storage, planned.allocated_storage);
    let iops = number(prior.iops, planned.iops);
    let throughput = number(prior.storage_throughput, planned.storage_throughput);
    let growth = (prior.max_allocated_storage.unwrap_or(0) != planned.max_allocated_storage.unwrap_or(0)).then(|| {
        // The storage stops growing by itself if its greatest size is the one that it has.
        planned
            .max_allocated_storage
            .filter(|size| *size != 0)
            .or(planned.allocated_storage)
            .or(prior.allocated_storage)
    });
    let changes = changes
        .set_max_allocated_storage(growth.flatten().and_then(|size| count(Some(size))))
        .set_dedicated_log_volume(switch(Some(prior.dedicated_log_volume), Some(planned.dedicated_log_volume)));
    if kind.is_none() && size.is_none() && iops.is_none() && throughput.is_none() {
        return changes;
    }
    let is_known = |number: &i32| *number != 0;
    let current = |planned: Option<i64>, prior: Option<i64>| count(planned.or(prior)).filter(is_known);
    let all_iops = if takes_iops(prior, planned) { current(planned.iops, prior.iops) } else { None };
    let all_throughput =
        if is_large_gp3(prior, planned) { current(planned.storage_throughput, prior.storage_throughput) } else { None };
    changes
        .set_storage_type(kind)
        .set_allocated_storage(current(planned.allocated_storage, prior.allocated_storage))
        .set_iops(iops.filter(is_known).or(all_iops))
        .set_storage_throughput(throughput.filter(is_known).or(all_throughput))
}

fn takes_iops(prior: &DbInstance, planned: &DbInstance) -> bool {
    let kind = non_empty(&planned.storage_type).or_else(|| non_empty(&prior.storage_type));
    matches!(kind.as_deref(), Some("io1" | "io2")) || is_large_gp3(prior, planned)
}

/// Tells whether it is gp3 storage of a size from which on operations and throughput can be chosen.
fn is_large_gp3(prior: &DbInstance, planned: &DbInstance) -> bool {
    let kind = non_empty(&planned.storage_type).or_else(|| non_empty(&prior.storage_type));
    let engine = non_empty(&prior.engine).or_else(|| non_empty(&planned.engine)).unwrap_or_default().to_lowercase();
    let least = if engine.starts_with("sqlserver") {
        0
    } else if engine.starts_with("oracle") {
        200
    } else {
        400
    };
    kind.as_deref() == Some("gp3") && planned.allocated_storage.or(prior.allocated_storage).unwrap_or(0) >= least
}

fn change_access(changes: Modify, prior: &DbInstance, planned: &DbInstance) -> Modify {
    let groups = &planned.vpc_security_group_ids;
    let groups =
        (!groups.is_empty() && *groups != prior.vpc_security_group_ids).then(|| groups.iter().cloned().collect());
    changes
        .set_ca_certificate_identifier(text(&prior.ca_cert_identifier, &planned.ca_cert_identifier))
        .set_db_port_number(number(prior.port, planned.port))
        .set_db_subnet_group_name(text(&prior.db_subnet_group_name, &planned.db_subnet_group_name))
        .set_deletion_protection(switch(prior.deletion_protection, planned.deletion_protection))
        .set_enable_customer_owned_ip(switch(prior.customer_owned_ip_enabled, planned.customer_owned_ip_enabled))
        .set_enable_iam_database_authentication(switch(
            prior.iam_database_authentication_enabled,
            planned.iam_database_authentication_enabled,
        ))
        .set_network_type(text(&prior.network_type, &planned.network_type))
        .set_publicly_accessible(switch(Some(prior.publicly_accessible), Some(planned.publicly_accessible)))
        .set_vpc_security_group_ids(groups)
}

fn change_password(changes: Modify, prior: &DbInstance, planned: &DbInstance) -> Modify {
    let manages =
        switch(prior.manage_master_user_password.filter(|_| !is_new(prior)), planned.manage_master_user_password)
            .filter(|_| !is_new(prior));
    let stops = manages == Some(false);
    // A restored instance has the password of what it was made from.
    let is_other = prior.password != planned.password
        || prior.password_wo_version != planned.password_wo_version
        || stops
        || is_new(prior);
    let secret_key = text(&prior.master_user_secret_kms_key_id, &planned.master_user_secret_kms_key_id)
        .filter(|_| planned.manage_master_user_password == Some(true) && !is_new(prior));
    changes
        .set_manage_master_user_password(manages)
        .set_master_user_secret_kms_key_id(secret_key)
        .set_master_user_password(password(planned).filter(|_| is_other))
}

fn change_backups(changes: Modify, prior: &DbInstance, planned: &DbInstance) -> Modify {
    changes
        .set_backup_retention_period(number(prior.backup_retention_period, planned.backup_retention_period))
        .set_copy_tags_to_snapshot(switch(Some(prior.copy_tags_to_snapshot), Some(planned.copy_tags_to_snapshot)))
        .set_preferred_backup_window(text(&prior.backup_window, &planned.backup_window))
}

fn change_domain(changes: Modify, prior: &DbInstance, planned: &DbInstance) -> Modify {
    let membership = |instance: &DbInstance| {
        (
            [&instance.domain, &instance.domain_iam_role_name, &instance.domain_ou, &instance.domain_auth_secret_arn]
                .map(non_empty),
            instance.domain_dns_ips.clone(),
        )
    };
    let fqdn = text(&prior.domain_fqdn, &planned.domain_fqdn);
    if membership(prior) == membership(planned) && fqdn.is_none() {
        return changes;
    }
    if non_empty(&planned.domain).is_none() && non_empty(&planned.domain_ou).is_none() {
        return changes.disable_domain(true);
    }
    changes
        .set_domain(non_empty(&planned.domain))
        .set_domain_auth_secret_arn(non_empty(&planned.domain_auth_secret_arn))
        .set_domain_dns_ips((!planned.domain_dns_ips.is_empty()).then(|| planned.domain_dns_ips.clone()))
        .set_domain_fqdn(non_empty(&planned.domain_fqdn).filter(|_| non_empty(&planned.domain).is_none()))
        .set_domain_iam_role_name(non_empty(&planned.domain_iam_role_name))
        .set_domain_ou(non_empty(&planned.domain_ou))
}

fn change_monitoring(changes: Modify, prior: &DbInstance, planned: &DbInstance) -> Modify {
    let role = text(&prior.monitoring_role_arn, &planned.monitoring_role_arn);
    let interval = (prior.monitoring_interval != planned.monitoring_interval || role.is_some())
        .then(|| count(Some(planned.monitoring_interval)))
        .flatten();
    let role = interval.filter(|interval| *interval != 0).and_then(|_| non_empty(&planned.monitoring_role_arn));
    let insights = switch(Some(prior.performance_insights_enabled), Some(planned.performance_insights_enabled));
    let key = text(&prior.performance_insights_kms_key_id, &planned.performance_insights_kms_key_id);
    let kept = number(prior.performance_insights_retention_period, planned.performance_insights_retention_period);
    let mode = text(&prior.database_insights_mode, &planned.database_insights_mode);
    let changes = changes
        .set_monitoring_interval(interval)
        .set_monitoring_role_arn(role)
        .set_cloudwatch_logs_export_configuration(exports(
            &prior.enabled_cloudwatch_logs_exports,
            &planned.enabled_cloudwatch_logs_exports,
        ));
    if insights.is_none() && key.is_none() && kept.is_none() && mode.is_none() {
        return changes;
    }
    changes
        .enable_performance_insights(planned.performance_insights_enabled)
        .set_performance_insights_kms_key_id(key)
        .set_performance_insights_retention_period(
            kept.or_else(|| mode.as_ref().and_then(|_| count(planned.performance_insights_retention_period))),
        )
        .set_database_insights_mode(mode.as_deref().map(DatabaseInsightsMode::from))
}

/// Returns which logs to send to CloudWatch from now on, and which no more.
fn exports(prior: &BTreeSet<String>, planned: &BTreeSet<String>) -> Option<CloudwatchLogsExportConfiguration> {
    let (enable, disable): (Vec<String>, Vec<String>) =
        (planned.difference(prior).cloned().collect(), prior.difference(planned).cloned().collect());
    let set = |logs: Vec<String>| (!logs.is_empty()).then_some(logs);
    let (enable, disable) = (set(enable), set(disable));
    (enable.is_some() || disable.is_some()).then(|| {
        CloudwatchLogsExportConfiguration::builder().set_enable_log_types(enable).set_disable_log_types(disable).build()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance() -> DbInstance {
        DbInstance {
            allocated_storage: Some(20),
            apply_immediately: true,
            engine: Some("mysql".to_owned()),
            engine_version: Some("8.0".to_owned()),
            identifier: Some("main".to_owned()),
            instance_class: "db.t3.micro".to_owned(),
            iops: Some(0),
            maintenance_window: Some("sun:18:00-sun:18:30".to_owned()),
            password: Some("first".to_owned()),
            storage_type: Some("gp2".to_owned()),
            ..DbInstance::default()
        }
    }

    fn check(change: impl Fn(&mut DbInstance, &mut DbInstance), expected: &Modify) {
        let (mut prior, mut planned) = (instance(), instance());
        change(&mut prior, &mut planned);
        assert_eq!(&changes(&prior, &planned), expected);
    }

    fn nothing() -> Modify {
        ModifyDbInstanceInput::builder()
    }

    #[test]
    fn only_what_differs_is_changed() {
        check(|_, _| (), &nothing());
        check(|_, planned| planned.instance_class = "db.t3.small".into(), &nothing().db_instance_class("db.t3.small"));
        check(|_, planned| planned.password = Some("second".into()), &nothing().master_user_password("second"));
        check(|_, planned| planned.maintenance_window = Some("Sun:18:00-Sun:18:30".into()), &nothing());
        check(|_, planned| planned.identifier = Some("other".into()), &nothing().new_db_instance_identifier("other"));
        check(|prior, _| prior.deletion_protection = Some(true), &nothing().deletion_protection(false));
        check(|_, planned| planned.backup_retention_period = None, &nothing());
        check(
            |prior, planned| (prior.backup_retention_period, planned.backup_retention_period) = (Some(7), Some(0)),
            &nothing().backup_retention_period(0),
        );
    }

    #[test]
    fn what_is_not_known_is_left_alone() {
        check(
            |_, planned| (planned.iops, planned.storage_type, planned.engine_version) = (None, None, None),
            &nothing(),
        );
    }

    #[test]
    fn storage_is_described_as_a_whole() {
        check(|_, planned| planned.allocated_storage = Some(30), &nothing().allocated_storage(30));
        check(
            |prior, planned| {
                (prior.storage_type, planned.storage_type) = (Some("io1".into()), Some("io1".into()));
                (prior.iops, planned.iops) = (Some(1000), Some(2000));
            },
            &nothing().allocated_storage(20).iops(2000),
        );
        check(
            |prior, planned| {
                (prior.storage_type, planned.storage_type) = (Some("io1".into()), Some("io1".into()));
                (prior.iops, planned.iops) = (Some(1000), Some(1000));
                planned.allocated_storage = Some(200);
            },
            &nothing().allocated_storage(200).iops(1000),
        );
        check(
            |prior, planned| {
                prior.max_allocated_storage = Some(100);
                planned.max_allocated_storage = None;
            },
            &nothing().max_allocated_storage(20),
        );
    }

    #[test]
    fn restored_instances_get_the_planned_password() {
        let tag = || Some(std::collections::BTreeMap::from([(CREATION_TAG.to_owned(), "token".to_owned())]));
        check(|prior, _| prior.tags_all = tag(), &nothing().master_user_password("first"));
        check(
            |prior, planned| {
                prior.tags_all = tag();
                planned.password = None;
                planned.manage_master_user_password = Some(true);
            },
            &nothing(),
        );
    }

    #[test]
    fn passwords_come_and_go_with_the_secret() {
        check(
            |_, planned| (planned.password, planned.manage_master_user_password) = (None, Some(true)),
            &nothing().manage_master_user_password(true),
        );
        check(
            |prior, _| (prior.password, prior.manage_master_user_password) = (None, Some(true)),
            &nothing().manage_master_user_password(false).master_user_password("first"),
        );
        check(
            |prior, planned| {
                (prior.password, planned.password) = (None, None);
                (prior.password_wo_version, planned.password_wo_version) = (Some(1), Some(2));
                planned.password_wo = Some("hidden".into());
            },
            &nothing().master_user_password("hidden"),
        );
    }

    #[test]
    fn logs_are_turned_on_and_off() {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        let expected =
            CloudwatchLogsExportConfiguration::builder().enable_log_types("audit").disable_log_types("error").build();
        assert_eq!(exports(&set(&["error", "general"]), &set(&["audit", "general"])), Some(expected));
        assert_eq!(exports(&set(&["error"]), &set(&["error"])), None);
    }
}
