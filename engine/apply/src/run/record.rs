//! Recording what is about to happen and what has happened: in the journal first, then in memory.

use std::sync::Arc;

use serde_json::Value as Json;
use wpinfra_core::provider::{AnyResourceType, RemoteId, Token};
use wpinfra_core::state::{ObjectState, ObjectStatus};
use wpinfra_core::{Diagnostic, Diagnostics, Value};
use wpinfra_plan::{Change, StepId};

use super::{Run, encode};
use crate::journal::{Begun, Effect, Entry, JournalError};
use crate::state_file::object_to_json;

/// What is about to be done.
pub(super) struct Beginning<'a> {
    pub(super) step: StepId,
    pub(super) effect: Effect,
    pub(super) change: &'a Change,
    pub(super) token: &'a Token,
    /// The planned object of a create or update, the recorded one of a delete.
    pub(super) object: ObjectState,
    pub(super) id: Option<&'a RemoteId>,
    pub(super) provisioned: bool,
}

impl Run<'_> {
    /// Records what is about to be done; on return it is on the disk.
    pub(super) async fn begin(&self, beginning: Beginning<'_>) -> Result<(), Diagnostics> {
        let Beginning { step, effect, change, token, object, id, provisioned } = beginning;
        let entry = Entry::Begun(Begun {
            step,
            effect,
            address: change.address.to_string(),
            deposed: change.deposed.as_deref().map(str::to_owned),
            provider: change.provider.to_string(),
            token: token.0.clone(),
            at: self.surroundings.clock.now().to_string(),
            object: object_to_json(&object),
            id: id.map(|id| id.0.clone()),
            provisioned,
        });
        let number = self.append(&entry)?;
        // Everything that was recorded before is made durable here too, so that no effect comes before the end of what it
        // depends on is on the disk.
        self.journal.sync(number).await.map_err(|error| not_recorded(&error))
    }

    /// Records the id of a new object; on return it is on the disk.
    pub(super) async fn created(&self, step: StepId, id: &RemoteId) -> Result<(), Diagnostics> {
        let number = self.append(&Entry::Created { step, id: id.0.clone() })?;
        self.journal.sync(number).await.map_err(|error| not_recorded(&error))
    }

    /// Records what an instance is now, or that it is gone.
    ///
    /// This is durable before any effect that depends on it, as that begins with an entry of its own.
    pub(super) fn done(
        &self,
        step: StepId,
        change: &Change,
        deposed: Option<&Arc<str>>,
        object: Option<ObjectState>,
    ) -> Result<(), Diagnostics> {
        let entry = Entry::Done {
            step,
            address: change.address.to_string(),
            deposed: deposed.map(ToString::to_string),
            provider: change.provider.to_string(),
            object: object.as_ref().map(object_to_json),
        };
        let result = self.append(&entry);
        // Also if the journal cannot be written: the state at the end of the run holds it.
        let mut shared = self.shared();
        let instance = shared.state.instance_mut(&change.address, &change.provider);
        crate::journal::record(instance, deposed.map(|key| &**key), object);
        result.map(drop)
    }

    /// Records that a step has done nothing.
    pub(super) fn nothing(&self, step: StepId) -> Diagnostics {
        self.append(&Entry::Nothing { step }).err().unwrap_or_default()
    }

    /// Appends an entry to the journal.
    pub(super) fn append(&self, entry: &Entry) -> Result<u64, Diagnostics> {
        self.journal.append(entry).map_err(|error| not_recorded(&error))
    }

    /// Returns the object that is recorded of the instance.
    pub(super) fn recorded(&self, change: &Change) -> Option<ObjectState> {
        let shared = self.shared();
        let instance = shared.state.instance(&change.address)?;
        match &change.deposed {
            None => instance.current.clone(),
            Some(key) => instance.deposed.get(&**key).cloned(),
        }
    }
}

/// Returns an object as it is recorded.
pub(super) fn object_of(
    change: &Change,
    resource: &dyn AnyResourceType,
    value: &Value,
    status: ObjectStatus,
    before: Option<&ObjectState>,
) -> ObjectState {
    let (attributes, sensitive_paths) = encode(value, resource.schema());
    ObjectState {
        status,
        schema_version: resource.schema().version,
        attributes,
        sensitive_paths,
        private: before.and_then(|object| object.private.clone()),
        dependencies: change.dependencies.clone(),
        create_before_destroy: change.create_before_destroy,
        identity: before.and_then(|object| object.identity.clone()).filter(|identity| *identity != Json::Null),
    }
}

fn not_recorded(error: &JournalError) -> Diagnostics {
    let problem = crate::store::cannot_write(error.path(), error.cause());
    let detail = format!("{} Nothing more is begun: what is not recorded could be lost.", problem.detail);
    Diagnostic { summary: "Cannot record what is done".to_owned(), detail, ..problem }.into()
}
