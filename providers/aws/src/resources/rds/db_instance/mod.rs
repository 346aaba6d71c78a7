//! `aws_db_instance`

mod create;
mod model;
mod read;
mod update;

use serde_json::{Map, Value as Json};
use wpinfra_core::model::Model as _;
use wpinfra_core::provider::{
    Creation, Draft, Identity, Observed, ReadRequest, RemoteError, RemoteErrorKind, RemoteId, RemoteResult,
    ResourceType, Token, Wait, wait,
};
use wpinfra_core::{Diagnostic, Value};

pub use self::model::{BlueGreenUpdate, DbInstance, ListenerEndpoint, MasterUserSecret, PointInTime, S3Import};
use crate::client::Aws;
use crate::error::{Call as _, gone_is_done};
use crate::tags;
use crate::text::non_empty;

/// States that an instance goes through by itself.
const UNSETTLED: &[&str] = &[
    "backing-up",
    "configuring-associated-roles",
    "configuring-enhanced-monitoring",
    "configuring-iam-database-auth",
    "configuring-log-exports",
    "converting-to-vpc",
    "creating",
    "maintenance",
    "modifying",
    "moving-to-vpc",
    "rebooting",
    "renaming",
    "resetting-master-credentials",
    "starting",
    "stopping",
    "storage-full",
    "upgrading",
];

/// States in which an instance can be used.
const SETTLED: &[&str] =
    &["available", "stopped", "storage-config-upgrade", "storage-initialization", "storage-optimization"];

/// States that an instance may be in while it is deleted; the last snapshot is taken first.
const UNTIL_GONE: &[&str] = &[
    "available",
    "backing-up",
    "delete-precheck",
    "deleting",
    "failed",
    "incompatible-network",
    "incompatible-option-group",
    "incompatible-parameters",
    "incompatible-restore",
    "modifying",
    "starting",
    "stopped",
    "stopping",
    "storage-full",
    "storage-optimization",
];

/// The resource type.
pub struct DbInstanceType;

impl ResourceType for DbInstanceType {
    type Model = DbInstance;
    type Client = Aws;

    const IDENTITY: Identity = Identity::Name;
    // Replicas and restored instances come up with the settings of what they are made from.
    const CREATION: Creation = Creation::ThenUpdate;
    const READY: Option<Wait> = Some(wait(UNSETTLED, SETTLED).timeout_minutes(80));
    const GONE: Option<Wait> = Some(wait(UNTIL_GONE, &[]).timeout_minutes(60));

    fn plan(&self, aws: Option<&Aws>, draft: &mut Draft<'_>) {
        tags::plan(aws, draft);
        require_arguments_of_new(draft);
        refuse_blue_green(draft);
    }

    /// Version 1 has `delete_automated_backups`; version 2 is known by an id that stays when the instance is renamed.
    fn upgrade(&self, version: u64, mut attributes: Map<String, Json>) -> Map<String, Json> {
        if version < 1 {
            attributes.entry("delete_automated_backups").or_insert(Json::Bool(true));
        }
        if version < 2 {
            let resource_id =
                attributes.get("resource_id").filter(|id| id.as_str().is_some_and(|id| !id.is_empty())).cloned();
            if let Some(name) = resource_id.and_then(|resource_id| attributes.insert("id".to_owned(), resource_id)) {
                let identifier = attributes.entry("identifier").or_insert(Json::Null);
                if identifier.as_str().is_none_or(str::is_empty) {
                    *identifier = name;
                }
            }
        }
        attributes
    }

    async fn create(&self, aws: &Aws, planned: &DbInstance, token: &Token) -> RemoteResult<RemoteId> {
        create::create(aws, planned, token).await
    }

    async fn read(
        &self,
        aws: &Aws,
        requests: &[ReadRequest<DbInstance>],
    ) -> RemoteResult<Vec<Option<Observed<DbInstance>>>> {
        read::read(aws, requests).await
    }

    async fn update(&self, aws: &Aws, id: &RemoteId, prior: &DbInstance, planned: &DbInstance) -> RemoteResult<()> {
        update::update(aws, id, prior, planned).await
    }

    async fn delete(&self, aws: &Aws, id: &RemoteId, prior: &DbInstance) -> RemoteResult<()> {
        let snapshot = non_empty(&prior.final_snapshot_identifier);
        if !prior.skip_final_snapshot && snapshot.is_none() {
            return Err(no_final_snapshot());
        }
        let Some(identifier) = read::identifier_of(aws, id, prior).await? else { return Ok(()) };
        let call = aws
            .rds
            .delete_db_instance()
            .db_instance_identifier(identifier)
            .delete_automated_backups(prior.delete_automated_backups)
            .skip_final_snapshot(prior.skip_final_snapshot)
            .set_final_db_snapshot_identifier(snapshot.filter(|_| !prior.skip_final_snapshot));
        gone_is_done(call.send().await.named("rds:DeleteDBInstance").map(drop))
    }

    async fn find(&self, aws: &Aws, planned: &DbInstance, token: &Token) -> RemoteResult<Option<RemoteId>> {
        let identifier = create::identifier(planned, token);
        let found = read::instances(aws, "db-instance-id", vec![identifier]).await?;
        Ok(found.into_iter().find_map(|instance| instance.dbi_resource_id).map(RemoteId))
    }

    /// Databases are imported by their names.
    fn import(&self, id: &str) -> Result<(RemoteId, DbInstance), String> {
        let empty = DbInstance::schema().block.empty_value();
        let prior = empty
            .with_attribute("identifier", Value::string(id))
            .with_attribute("delete_automated_backups", Value::bool(true))
            .with_attribute("skip_final_snapshot", Value::bool(true));
        let model = DbInstance::from_value(&prior).map_err(|error| error.to_string())?;
        Ok((RemoteId(id.to_owned()), model))
    }
}

fn no_final_snapshot() -> RemoteError {
    RemoteError::local(
        RemoteErrorKind::Refused,
        "rds:DeleteDBInstance",
        "the last snapshot has no name, so nothing was deleted: set \"final_snapshot_identifier\", or \"skip_final_snapshot\" to true \
         if the data may be lost, apply that, and try again",
    )
}

/// Says what a new instance lacks before AWS does.
fn require_arguments_of_new(draft: &mut Draft<'_>) {
    if draft.prior.is_some() {
        return;
    }
    let is_set = |name: &str| draft.config.get(name).is_some_and(|value| !value.is_null());
    let has_block = |name: &str| {
        draft
            .config
            .get(name)
            .is_some_and(|value| !value.is_known() || value.elements().is_some_and(|found| !found.is_empty()))
    };
    if is_set("replicate_source_db") || is_set("snapshot_identifier") || has_block("restore_to_point_in_time") {
        return;
    }
    let mut missing: Vec<&str> =
        ["allocated_storage", "engine", "username"].into_iter().filter(|name| !is_set(name)).collect();
    let passwords = ["password", "password_wo", "manage_master_user_password"];
    if !passwords.into_iter().any(is_set) {
        missing.push("password (or password_wo, or manage_master_user_password)");
    }
    if !missing.is_empty() {
        let detail = format!(
            "A new database that is not a replica and not restored from anything needs these arguments as well: {}.",
            missing.join(", ")
        );
        draft.diagnostics.push(Diagnostic::error("Missing arguments", detail));
    }
}

/// Attributes whose change needs nothing of the server.
const SETTINGS_OF_OURS: &[&str] = &[
    "allow_major_version_upgrade",
    "apply_immediately",
    "blue_green_update",
    "delete_automated_backups",
    "final_snapshot_identifier",
    "skip_final_snapshot",
    "tags",
    "tags_all",
    "timeouts",
];

/// Refuses changes that are to be made by a blue/green deployment.
fn refuse_blue_green(draft: &mut Draft<'_>) {
    let enabled = draft
        .config
        .get("blue_green_update")
        .and_then(|blocks| blocks.elements()?.first()?.get("enabled").and_then(|value| value.as_bool()));
    if draft.prior.is_none() || enabled != Some(true) {
        return;
    }
    let names = draft.planned.mapping().into_iter().flatten().map(|(name, _)| name.to_string());
    let changed: Vec<String> =
        names.filter(|name| !SETTINGS_OF_OURS.contains(&name.as_str()) && draft.changes(name)).collect();
    if !changed.is_empty() && draft.replace.is_empty() {
        let detail = format!(
            "The block \"blue_green_update\" asks for a blue/green deployment, which wpinfra cannot do yet. Take the block out to change {} \
             in place, or do the deployment in the RDS console and plan again.",
            changed.join(", ")
        );
        draft.diagnostics.push(Diagnostic::error("Blue/green deployments are not supported", detail));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn older_states_get_the_lasting_id() {
        let upgraded = |version, attributes: Json| {
            let Json::Object(attributes) = attributes else { panic!("an object") };
            Json::Object(DbInstanceType.upgrade(version, attributes))
        };
        let old = json!({"id": "main", "identifier": "main", "resource_id": "db-A1"});
        let new = json!({"id": "db-A1", "identifier": "main", "resource_id": "db-A1"});
        assert_eq!(upgraded(1, old), new);
        assert_eq!(upgraded(2, new.clone()), new);
        let unnamed = json!({"id": "main", "resource_id": "db-A1"});
        assert_eq!(
            upgraded(0, unnamed),
            json!({"delete_automated_backups": true, "id": "db-A1", "identifier": "main", "resource_id": "db-A1"})
        );
        let unknown = json!({"id": "main", "delete_automated_backups": false});
        assert_eq!(upgraded(0, unknown.clone()), unknown, "the next refresh finds it by name");
    }

    #[test]
    fn imports_name_the_database() {
        let (id, prior) = DbInstanceType.import("main").expect("any name");
        assert_eq!(id.0, "main");
        assert!(prior.skip_final_snapshot && prior.delete_automated_backups);
    }
}
