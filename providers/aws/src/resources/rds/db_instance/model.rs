//! The arguments and attributes of a database instance.

use std::collections::BTreeSet;

use wpinfra_core::Value;
use wpinfra_schema_derive::{BlockModel, Model};

use crate::tags::Tags;

/// A database server.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_db_instance", version = 2, timeouts(create = 3000, delete = 3600, update = 4800))]
pub struct DbInstance {
    /// Name of the server in DNS.
    #[attr(computed)]
    pub address: Option<String>,
    /// Storage in GiB.
    #[attr(optional, computed, integer)]
    pub allocated_storage: Option<i64>,
    /// Whether a new major version of the engine may be set.
    #[attr(optional, local)]
    pub allow_major_version_upgrade: Option<bool>,
    /// Whether changes are made at once and not in the next maintenance window.
    #[attr(optional, default = false)]
    pub apply_immediately: bool,
    /// ARN of the instance.
    #[attr(computed)]
    pub arn: Option<String>,
    /// Whether AWS installs new minor versions in the maintenance window.
    #[attr(optional, default = true)]
    pub auto_minor_version_upgrade: bool,
    /// Zone that it stands in.
    #[attr(optional, computed, replace)]
    pub availability_zone: Option<String>,
    /// Days that backups are kept; 0 for no backups.
    #[attr(optional, computed, range(0, 35), integer)]
    pub backup_retention_period: Option<i64>,
    /// Where backups are kept.
    #[attr(optional, computed, replace, one_of("outposts", "region"), conflicts("s3_import"))]
    pub backup_target: Option<String>,
    /// Daily time of backups in UTC: `17:00-17:30`.
    #[attr(optional, computed, format(DayWindow))]
    pub backup_window: Option<String>,
    /// Authority that signs the certificate of the server.
    #[attr(optional, computed)]
    pub ca_cert_identifier: Option<String>,
    /// Character set of an Oracle or SQL Server database.
    #[attr(optional, computed, replace, conflicts("s3_import"))]
    pub character_set_name: Option<String>,
    /// Whether snapshots get the tags of the instance.
    #[attr(optional, default = false)]
    pub copy_tags_to_snapshot: bool,
    /// Instance profile of an RDS Custom instance.
    #[attr(optional, replace, pattern("^AWSRDSCustom", "a name that begins with AWSRDSCustom"))]
    pub custom_iam_instance_profile: Option<String>,
    /// Whether it has an address of an Outpost.
    #[attr(optional)]
    pub customer_owned_ip_enabled: Option<bool>,
    /// How much Database Insights shows.
    #[attr(optional, computed, one_of("standard", "advanced"))]
    pub database_insights_mode: Option<String>,
    /// Database that is made on the server.
    #[attr(optional, computed, replace, conflicts("replicate_source_db"))]
    pub db_name: Option<String>,
    /// Subnet group that it stands in.
    #[attr(optional, computed)]
    pub db_subnet_group_name: Option<String>,
    /// Whether the logs of the database have a volume of their own.
    #[attr(optional, default = false)]
    pub dedicated_log_volume: bool,
    /// Whether automated backups go together with the instance.
    #[attr(optional, default = true, local)]
    pub delete_automated_backups: bool,
    /// Whether AWS refuses to delete it.
    #[attr(optional)]
    pub deletion_protection: Option<bool>,
    /// Directory that the server joins.
    #[attr(optional, conflicts("domain_auth_secret_arn", "domain_dns_ips", "domain_fqdn", "domain_ou"))]
    pub domain: Option<String>,
    /// Secret with the credentials of a self-managed directory.
    #[attr(optional, format(Arn), conflicts("domain", "domain_iam_role_name"))]
    pub domain_auth_secret_arn: Option<String>,
    /// DNS servers of a self-managed directory.
    #[attr(
        optional,
        items(2, 2),
        each(pattern(r"^(\d{1,3}(\.\d{1,3}){3}|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*)$", "an IP address")),
        conflicts("domain", "domain_iam_role_name")
    )]
    pub domain_dns_ips: Vec<String>,
    /// Full name of the domain of a self-managed directory.
    #[attr(optional, computed, conflicts("domain", "domain_iam_role_name"))]
    pub domain_fqdn: Option<String>,
    /// Role that RDS uses towards the directory service.
    #[attr(optional, conflicts("domain_auth_secret_arn", "domain_dns_ips", "domain_fqdn", "domain_ou"))]
    pub domain_iam_role_name: Option<String>,
    /// Organizational unit of a self-managed directory.
    #[attr(optional, conflicts("domain", "domain_iam_role_name"))]
    pub domain_ou: Option<String>,
    /// Logs that go to CloudWatch.
    #[attr(
        optional,
        each(one_of(
            "agent",
            "alert",
            "audit",
            "diag.log",
            "error",
            "general",
            "iam-db-auth-error",
            "listener",
            "notify.log",
            "oemagent",
            "postgresql",
            "slowquery",
            "trace",
            "upgrade"
        ))
    )]
    pub enabled_cloudwatch_logs_exports: BTreeSet<String>,
    /// Name and port of the server: `name:3306`.
    #[attr(computed)]
    pub endpoint: Option<String>,
    /// Kind of database: `mysql`, `postgres`.
    #[attr(optional, computed, replace, ignore_case)]
    pub engine: Option<String>,
    /// Whether an old version gets paid extended support.
    #[attr(
        optional,
        computed,
        one_of("open-source-rds-extended-support", "open-source-rds-extended-support-disabled")
    )]
    pub engine_lifecycle_support: Option<String>,
    /// Version of the engine; a part of it, as `8.0`, leaves the rest to AWS.
    #[attr(optional, computed)]
    pub engine_version: Option<String>,
    /// Version that runs.
    #[attr(computed)]
    pub engine_version_actual: Option<String>,
    /// Name of the snapshot that is taken before the instance is deleted.
    #[attr(
        optional,
        local,
        pattern(
            "^[A-Za-z]([0-9A-Za-z]|-[0-9A-Za-z])*$",
            "a letter, then letters, digits and single hyphens, no hyphen at the end"
        )
    )]
    pub final_snapshot_identifier: Option<String>,
    /// Zone of the name in Route 53.
    #[attr(computed)]
    pub hosted_zone_id: Option<String>,
    /// Whether users can log in with IAM credentials.
    #[attr(optional)]
    pub iam_database_authentication_enabled: Option<bool>,
    /// Id of the instance that stays the same when it is renamed: `db-…`.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// Name of the instance.
    #[attr(
        optional,
        computed,
        pattern(
            "^[a-z]([0-9a-z]|-[0-9a-z])*$",
            "a letter, then lower-case letters, digits and single hyphens, no hyphen at the end"
        ),
        conflicts("identifier_prefix")
    )]
    pub identifier: Option<String>,
    /// Beginning of a generated name.
    #[attr(
        optional,
        computed,
        pattern("^[a-z]([0-9a-z]|-[0-9a-z])*-?$", "a letter, then lower-case letters, digits and single hyphens"),
        conflicts("identifier")
    )]
    pub identifier_prefix: Option<String>,
    /// Size of the server: `db.t3.micro`.
    #[attr(required)]
    pub instance_class: String,
    /// Provisioned operations per second of the storage.
    #[attr(optional, computed, integer)]
    pub iops: Option<i64>,
    /// Key that the storage is encrypted with.
    #[attr(optional, computed, replace, format(Arn))]
    pub kms_key_id: Option<String>,
    /// Latest time that it can be restored to.
    #[attr(computed)]
    pub latest_restorable_time: Option<String>,
    /// Kind of licence.
    #[attr(optional, computed)]
    pub license_model: Option<String>,
    /// Where the listener of a SQL Server availability group answers.
    #[attr(computed)]
    pub listener_endpoint: Vec<ListenerEndpoint>,
    /// Weekly time of maintenance in UTC: `sun:18:00-sun:18:30`.
    #[attr(optional, computed, ignore_case, format(WeekWindow))]
    pub maintenance_window: Option<String>,
    /// Whether RDS makes the password and keeps it in Secrets Manager.
    #[attr(optional, conflicts("password", "password_wo"), local)]
    pub manage_master_user_password: Option<bool>,
    /// Secret that RDS keeps the password in.
    #[attr(computed)]
    pub master_user_secret: Vec<MasterUserSecret>,
    /// Key that the secret is encrypted with.
    #[attr(optional, computed, length(1, 2048))]
    pub master_user_secret_kms_key_id: Option<String>,
    /// Size in GiB up to which the storage grows by itself.
    #[attr(optional, integer)]
    pub max_allocated_storage: Option<i64>,
    /// Seconds between measurements of enhanced monitoring; 0 for none.
    #[attr(optional, default = 0, integer, check = monitoring_interval)]
    pub monitoring_interval: i64,
    /// Role that sends the measurements to CloudWatch.
    #[attr(optional, computed, format(Arn))]
    pub monitoring_role_arn: Option<String>,
    /// Whether a standby runs in a second zone.
    #[attr(optional, computed)]
    pub multi_az: Option<bool>,
    /// National character set of an Oracle database.
    #[attr(optional, computed, replace)]
    pub nchar_character_set_name: Option<String>,
    /// Kinds of addresses: IPv4 or both.
    #[attr(optional, computed, one_of("DUAL", "IPV4"))]
    pub network_type: Option<String>,
    /// Option group.
    #[attr(optional, computed)]
    pub option_group_name: Option<String>,
    /// Parameter group.
    #[attr(optional, computed)]
    pub parameter_group_name: Option<String>,
    /// Password of the first user.
    #[attr(optional, sensitive, conflicts("manage_master_user_password", "password_wo"), local)]
    pub password: Option<String>,
    /// Password of the first user, which the state does not hold.
    #[attr(
        optional,
        sensitive,
        write_only,
        conflicts("manage_master_user_password", "password"),
        required_with("password_wo_version")
    )]
    pub password_wo: Option<String>,
    /// Number whose change sets `password_wo` anew.
    #[attr(optional, integer, required_with("password_wo"), local)]
    pub password_wo_version: Option<i64>,
    /// Whether Performance Insights is on.
    #[attr(optional, default = false)]
    pub performance_insights_enabled: bool,
    /// Key that the data of Performance Insights are encrypted with.
    #[attr(optional, computed, format(Arn))]
    pub performance_insights_kms_key_id: Option<String>,
    /// Days that the data of Performance Insights are kept.
    #[attr(optional, computed, integer, check = retention_period)]
    pub performance_insights_retention_period: Option<i64>,
    /// Port of the server.
    #[attr(optional, computed, integer)]
    pub port: Option<i64>,
    /// Whether its name leads to a public address.
    #[attr(optional, default = false)]
    pub publicly_accessible: bool,
    /// Whether an Oracle replica can be read.
    #[attr(optional, computed, one_of("open-read-only", "mounted"))]
    pub replica_mode: Option<String>,
    /// Read replicas of it.
    #[attr(computed)]
    pub replicas: Vec<String>,
    /// Instance that this one is a read replica of.
    #[attr(optional)]
    pub replicate_source_db: Option<String>,
    /// Id of the instance that stays the same when it is renamed.
    #[attr(computed)]
    pub resource_id: Option<String>,
    /// Whether it is deleted without a last snapshot.
    #[attr(optional, default = false, local)]
    pub skip_final_snapshot: bool,
    /// Snapshot that it is made from.
    #[attr(optional, computed, replace)]
    pub snapshot_identifier: Option<String>,
    /// State that RDS tells.
    #[attr(computed)]
    pub status: Option<String>,
    /// Whether the storage is encrypted.
    #[attr(optional, replace)]
    pub storage_encrypted: Option<bool>,
    /// Throughput of gp3 storage in MiB/s.
    #[attr(optional, computed, integer)]
    pub storage_throughput: Option<i64>,
    /// Kind of storage: `gp3`, `io1`.
    #[attr(optional, computed)]
    pub storage_type: Option<String>,
    /// Tags of the instance.
    #[attr(optional)]
    pub tags: Tags,
    /// Tags with those of the provider block.
    #[attr(optional, computed)]
    pub tags_all: Tags,
    /// Time zone of a SQL Server.
    #[attr(optional, computed, replace, conflicts("s3_import"))]
    pub timezone: Option<String>,
    /// Whether a replica gets the newest layout of the file system.
    #[attr(optional, local)]
    pub upgrade_storage_config: Option<bool>,
    /// First user, who may do everything.
    #[attr(optional, computed, replace, conflicts("replicate_source_db"))]
    pub username: Option<String>,
    /// Security groups of the server.
    #[attr(optional, computed)]
    pub vpc_security_group_ids: BTreeSet<String>,
    /// Whether changes are made on a copy that takes over.
    #[block(list)]
    pub blue_green_update: Option<BlueGreenUpdate>,
    /// Instance and time that it is made from.
    #[block(list, replace, conflicts("replicate_source_db", "s3_import", "snapshot_identifier"))]
    pub restore_to_point_in_time: Option<PointInTime>,
    /// Backup in S3 that it is made from.
    #[block(list, replace, conflicts("replicate_source_db", "snapshot_identifier"))]
    pub s3_import: Option<S3Import>,
}

/// Where the listener of an availability group answers.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct ListenerEndpoint {
    /// Name in DNS.
    #[attr(computed)]
    pub address: Option<String>,
    /// Zone of the name in Route 53.
    #[attr(computed)]
    pub hosted_zone_id: Option<String>,
    /// Port.
    #[attr(computed)]
    pub port: Option<i64>,
}

/// A secret of Secrets Manager that holds the password.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct MasterUserSecret {
    /// Key that it is encrypted with.
    #[attr(computed)]
    pub kms_key_id: Option<String>,
    /// ARN of the secret.
    #[attr(computed)]
    pub secret_arn: Option<String>,
    /// State of the secret.
    #[attr(computed)]
    pub secret_status: Option<String>,
}

/// Changes made on a copy that takes over.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct BlueGreenUpdate {
    /// Whether changes are made that way.
    #[attr(optional)]
    pub enabled: Option<bool>,
}

/// What an instance is restored from.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct PointInTime {
    /// Time to restore.
    #[attr(optional, format(Rfc3339))]
    pub restore_time: Option<String>,
    /// Backups of the source in another region.
    #[attr(optional)]
    pub source_db_instance_automated_backups_arn: Option<String>,
    /// Name of the source.
    #[attr(optional)]
    pub source_db_instance_identifier: Option<String>,
    /// Id of the source, which may be deleted already.
    #[attr(optional)]
    pub source_dbi_resource_id: Option<String>,
    /// Whether the latest possible time is restored.
    #[attr(optional)]
    pub use_latest_restorable_time: Option<bool>,
}

/// A backup in S3.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct S3Import {
    /// Bucket.
    #[attr(required, replace)]
    pub bucket_name: String,
    /// Beginning of the keys.
    #[attr(optional, replace)]
    pub bucket_prefix: Option<String>,
    /// Role that reads the bucket.
    #[attr(required, replace)]
    pub ingestion_role: String,
    /// Engine that the backup was made with.
    #[attr(required, replace)]
    pub source_engine: String,
    /// Version of that engine.
    #[attr(required, replace)]
    pub source_engine_version: String,
}

fn monitoring_interval(value: &Value) -> Result<(), String> {
    match whole(value) {
        Some(0 | 1 | 5 | 10 | 15 | 30 | 60) => Ok(()),
        _ => Err("one of 0, 1, 5, 10, 15, 30 and 60".to_owned()),
    }
}

fn retention_period(value: &Value) -> Result<(), String> {
    match whole(value) {
        Some(7 | 731) => Ok(()),
        Some(days) if days >= 31 && days % 31 == 0 => Ok(()),
        _ => Err("7, 731 or a multiple of 31".to_owned()),
    }
}

fn whole(value: &Value) -> Option<i64> {
    value.as_number().and_then(wpinfra_core::Number::to_i64)
}
