//! Resource types whose truth is the state, with no more to write than what they generate.

use std::future::{Future, ready};

use serde_json::{Map, Value as Json};
use wpinfra_core::model::Model;
use wpinfra_core::provider::{
    AnyResourceType, Draft, Identity, Observed, ReadRequest, RemoteError, RemoteErrorKind, RemoteId, RemoteResult,
    ResourceType, Token, Truth, resource,
};
use wpinfra_core::{Diagnostics, Value};

/// A resource type of which nothing is remote.
pub(crate) trait LocalType: Send + Sync + 'static {
    /// The attributes as a Rust type.
    type Model: Model;

    /// See [`ResourceType::validate`].
    fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    /// See [`ResourceType::plan`].
    fn plan(&self, _draft: &mut Draft<'_>) {}

    /// See [`ResourceType::upgrade`].
    fn upgrade(&self, _version: u64, attributes: Map<String, Json>) -> Map<String, Json> {
        attributes
    }

    /// See [`ResourceType::generate`].
    fn generate(&self, planned: &Self::Model) -> RemoteResult<Self::Model>;

    /// See [`ResourceType::generate_update`]. By default everything generated stays, as the plan says.
    fn update(&self, _prior: &Self::Model, planned: &Self::Model) -> Self::Model {
        planned.clone()
    }

    /// Returns the object that an import id tells; an error says what the id should look like.
    fn import(&self, id: &str) -> Result<Self::Model, String>;
}

/// Makes the engine's view of a local resource type.
pub(crate) fn local<T: LocalType>(local_type: T) -> Box<dyn AnyResourceType> {
    resource(Local(local_type))
}

/// Returns the error for values that cannot be generated as asked.
pub(crate) fn refused<M: Model>(message: impl Into<String>) -> RemoteError {
    RemoteError::local(RemoteErrorKind::Refused, M::NAME, message)
}

/// Returns the sentence for a type that has no imports.
pub(crate) fn no_import<M: Model>() -> String {
    format!("{} cannot be imported: its values follow from nothing that an id could tell.", M::NAME)
}

struct Local<T>(T);

impl<T: LocalType> ResourceType for Local<T> {
    type Model = T::Model;
    type Client = ();

    const IDENTITY: Identity = Identity::None;
    const TRUTH: Truth = Truth::State;

    fn validate(&self, config: &Value) -> Diagnostics {
        self.0.validate(config)
    }

    fn plan(&self, _client: Option<&()>, draft: &mut Draft<'_>) {
        self.0.plan(draft);
    }

    fn upgrade(&self, version: u64, attributes: Map<String, Json>) -> Map<String, Json> {
        self.0.upgrade(version, attributes)
    }

    fn generate(&self, _client: &(), planned: &T::Model) -> RemoteResult<T::Model> {
        self.0.generate(planned)
    }

    fn generate_update(&self, _client: &(), prior: &T::Model, planned: &T::Model) -> RemoteResult<T::Model> {
        Ok(self.0.update(prior, planned))
    }

    fn create(
        &self,
        _client: &(),
        _planned: &T::Model,
        _token: &Token,
    ) -> impl Future<Output = RemoteResult<RemoteId>> + Send {
        ready(Err(nothing_remote::<T>("create")))
    }

    fn read(
        &self,
        _client: &(),
        requests: &[ReadRequest<T::Model>],
    ) -> impl Future<Output = RemoteResult<Vec<Option<Observed<T::Model>>>>> + Send {
        ready(Ok(requests.iter().map(|request| Some(Observed::of(request.prior.clone()))).collect()))
    }

    fn update(
        &self,
        _client: &(),
        _id: &RemoteId,
        _prior: &T::Model,
        _planned: &T::Model,
    ) -> impl Future<Output = RemoteResult<()>> + Send {
        ready(Err(nothing_remote::<T>("update")))
    }

    fn delete(&self, _client: &(), _id: &RemoteId, _prior: &T::Model) -> impl Future<Output = RemoteResult<()>> + Send {
        ready(Ok(()))
    }

    fn find(
        &self,
        _client: &(),
        _planned: &T::Model,
        _token: &Token,
    ) -> impl Future<Output = RemoteResult<Option<RemoteId>>> + Send {
        ready(Ok(None))
    }

    fn import(&self, id: &str) -> Result<(RemoteId, T::Model), String> {
        let model = self.0.import(id)?;
        let recorded = model.to_value().get("id");
        let id = recorded.as_ref().and_then(Value::as_str).unwrap_or(id).to_owned();
        Ok((RemoteId(id), model))
    }
}

fn nothing_remote<T: LocalType>(operation: &str) -> RemoteError {
    let message = format!("objects of {} stand in the state alone", T::Model::NAME);
    RemoteError::local(RemoteErrorKind::Bug, operation, message)
}
