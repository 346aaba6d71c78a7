//! What a provider is to the engine: resource types and data sources behind one trait each.
//!
//! A resource type performs single remote steps and says which waits apply. It never waits, retries, sleeps, prints or
//! asks who calls it: the engine does all of that, the same way for every type.

mod ephemeral;

use std::any::Any;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::diagnostic::Diagnostics;
use crate::model::{Model, ModelError};
use crate::path::Path;
use crate::schema::Schema;
use crate::value::Value;

pub use ephemeral::{AnyEphemeralType, EphemeralType, EphemeralTypes, Lease, Opened, ephemeral};

/// A future behind a pointer, for traits that are used as objects.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A configured connection to the remote service; the types of one provider agree on what is behind it.
pub type Client = Arc<dyn Any + Send + Sync>;

/// What the remote service calls an object: the value of the attribute `id`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RemoteId(pub String);

/// Identity of one create operation, the same in every attempt and after a restart: a UUID of 36 characters.
///
/// Types pass it on as the service's idempotency token, or write it into a creation tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token(pub String);

/// How a create whose answer was lost is found again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// The service takes an idempotency token: asking again gives the same object.
    ClientToken,
    /// The object carries a creation tag that holds the token.
    CreationTag,
    /// The name is chosen by us and unique in the service.
    Name,
    /// The arguments are the identity: "already exists" after a lost answer is success.
    Arguments,
    /// Nothing is remote, or a second one does no harm.
    None,
}

/// Whether a create call gives the object all that was planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Creation {
    /// It does.
    Complete,
    /// What the first read after the create still shows differently is brought about by an update.
    ThenUpdate,
}

/// Where the truth about an object stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// With the remote service: what it answers is believed, and the state only remembers it.
    Remote,
    /// In the state: nothing is remote, so nothing can drift or be lost, and nobody needs to be asked.
    ///
    /// This is the contract with the engine for such a type (`random_id`, `terraform_data`):
    ///
    /// - A refresh is the identity: the recorded object is what stands. The engine may call [`ResourceType::read`], which answers
    ///   each request with its `prior`, but has no reason to, nor to make a client for it.
    /// - Instead of create, waits and read, the engine calls [`ResourceType::generate`]; its answer is the whole object, and is
    ///   recorded. Instead of update, waits and read, it calls [`ResourceType::generate_update`]. The same checks hold as after a
    ///   read: known planned values are in the answer, and nothing in it is unknown. [`ResourceType::create`], `update` and `find`
    ///   are never called.
    /// - A delete is taking the object out of the state; [`ResourceType::delete`] does nothing and need not be called.
    /// - A `Begun` without `Done` in the journal left nothing behind: recovery forgets the create, or keeps the object as it was
    ///   before the update, and the next plan proposes it again.
    /// - An import is wholly told by its id: the model that [`ResourceType::import`] returns is the object.
    /// - There need not be an attribute `id` (`random_bytes` has none); where there is one, the answer holds it.
    State,
}

/// States that an object goes through before an operation has ended.
#[derive(Clone, Copy, Debug)]
pub struct Wait {
    /// States in which to go on waiting.
    pub pending: &'static [&'static str],
    /// States that end the wait well. Any other state ends it badly.
    pub target: &'static [&'static str],
    /// How long to wait at the most, if `timeouts` does not say.
    pub timeout: Duration,
}

/// Returns a wait for one of the target states, at most ten minutes.
pub const fn wait(pending: &'static [&'static str], target: &'static [&'static str]) -> Wait {
    Wait { pending, target, timeout: Duration::from_mins(10) }
}

impl Wait {
    /// Sets the time limit in minutes.
    #[must_use]
    pub const fn timeout_minutes(self, minutes: u64) -> Self {
        Self { timeout: Duration::from_mins(minutes), ..self }
    }
}

/// What a read found.
#[derive(Clone, Debug)]
pub struct Observed<M> {
    /// The attributes; those declared `local` are filled in by the engine.
    pub model: M,
    /// The state for waits; `None` if the object has none, which counts as ready.
    pub status: Option<String>,
    /// Why the object is in that state, in the service's words.
    pub reason: Option<String>,
}

impl<M> Observed<M> {
    /// Returns an observation of an object without states.
    pub fn of(model: M) -> Self {
        Self { model, status: None, reason: None }
    }

    /// Returns an observation of an object in a state.
    pub fn in_state(model: M, status: impl Into<String>) -> Self {
        Self { model, status: Some(status.into()), reason: None }
    }
}

/// One object to be read.
#[derive(Clone, Debug)]
pub struct ReadRequest<M> {
    /// Its id.
    pub id: RemoteId,
    /// What is recorded or planned of it. After an import only what the import id tells.
    pub prior: M,
}

/// Why a remote operation failed, as far as the engine acts on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoteErrorKind {
    /// Too many requests: slow down, try again.
    Throttled,
    /// A fault of the service or the connection: try again. `outcome_known` tells whether it may have happened.
    Transient,
    /// The object, or one that it refers to, is used or changed by something else right now: try again until the time limit.
    Busy,
    /// Something that the request refers to does not exist, or is not visible yet.
    NotFound,
    /// The object exists already.
    AlreadyExists,
    /// The credentials do not permit it.
    Denied,
    /// There are no credentials, or they have expired.
    Credentials,
    /// The service cannot be reached at all.
    Unreachable,
    /// The service does not accept the request.
    Refused,
    /// The object went into a state from which it will not become ready.
    Failed,
    /// wpinfra or the provider made a mistake.
    Bug,
}

/// A remote operation that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{operation}: {}{message}", code.as_ref().map(|code| format!("{code}: ")).unwrap_or_default())]
pub struct RemoteError {
    /// What to do about it.
    pub kind: RemoteErrorKind,
    /// The operation: `ec2:CreateNatGateway`.
    pub operation: String,
    /// The service's code: `InvalidSubnetID.NotFound`.
    pub code: Option<String>,
    /// The service's words.
    pub message: String,
    /// The service's number of the request, for its support.
    pub request_id: Option<String>,
    /// Whether it is certain that nothing was done.
    pub outcome_known: bool,
}

impl RemoteError {
    /// Returns an error that came from wpinfra's side of the conversation, nothing having been sent.
    pub fn local(kind: RemoteErrorKind, operation: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            kind,
            operation: operation.into(),
            code: None,
            message: message.into(),
            request_id: None,
            outcome_known: true,
        }
    }
}

impl From<ModelError> for RemoteError {
    fn from(error: ModelError) -> Self {
        Self::local(RemoteErrorKind::Bug, "decode", error.to_string())
    }
}

/// Result of a remote operation.
pub type RemoteResult<T> = Result<T, RemoteError>;

/// A change while it is being planned; resource types adjust it in [`ResourceType::plan`].
#[derive(Debug)]
pub struct Draft<'a> {
    /// What is recorded, refreshed; `None` for a create.
    pub prior: Option<&'a Value>,
    /// What the configuration says; null where it says nothing.
    pub config: &'a Value,
    /// What is to be, as the schema alone would have it. May be changed where the configuration is null and the attribute computed.
    pub planned: Value,
    /// Paths whose change replaces the object. May be added to or taken from.
    pub replace: Vec<Path>,
    /// Problems to be shown.
    pub diagnostics: Diagnostics,
}

impl Draft<'_> {
    /// Tells whether a top-level attribute is planned to differ from the prior state.
    pub fn changes(&self, name: &str) -> bool {
        let prior = self.prior.and_then(|prior| prior.get(name));
        prior.map(|value| value.without_deep_marks()) != self.planned.get(name).map(|value| value.without_deep_marks())
    }

    /// Sets a top-level attribute of the planned value.
    pub fn set(&mut self, name: &str, value: Value) {
        self.planned = self.planned.with_attribute(name, value);
    }

    /// Makes a top-level attribute known only after apply.
    pub fn set_unknown(&mut self, name: &str) {
        if let Some(ty) = self.planned.ty().attribute(name).cloned() {
            self.set(name, Value::unknown(ty));
        }
    }
}

/// One resource type, over its own model and client.
pub trait ResourceType: Send + Sync + 'static {
    /// The attributes as a Rust type.
    type Model: Model;
    /// The connection that the provider's configuration gives.
    type Client: Send + Sync + 'static;

    /// How a create whose answer was lost is found again.
    const IDENTITY: Identity;
    /// Where the truth about an object stands.
    const TRUTH: Truth = Truth::Remote;
    /// Whether the create call does everything.
    const CREATION: Creation = Creation::Complete;
    /// What to wait for after create and update.
    const READY: Option<Wait> = None;
    /// What to wait for after delete; the object being gone always ends the wait well.
    const GONE: Option<Wait> = None;

    /// Checks what the schema cannot express. Unknown parts are to be passed over.
    fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    /// Adjusts the planned change where the schema alone does not tell; `client` is `None` while the provider's configuration is unknown.
    fn plan(&self, _client: Option<&Self::Client>, _draft: &mut Draft<'_>) {}

    /// Brings recorded attributes of an older schema version up to the current one.
    fn upgrade(
        &self,
        _version: u64,
        attributes: serde_json::Map<String, serde_json::Value>,
    ) -> serde_json::Map<String, serde_json::Value> {
        attributes
    }

    /// Looks up, before the create, what nobody can tell afterwards; `None` if there is nothing of the kind.
    ///
    /// The answer is `planned` with that filled in: what it has in place of values that were unknown is taken, and so are its
    /// empty lists and maps, which say "none". Changes nothing remote. The engine journals the result before it calls
    /// [`ResourceType::create`], and passes it to that and to the reads that follow.
    fn prepare(
        &self,
        _client: &Self::Client,
        _planned: &Self::Model,
    ) -> impl Future<Output = RemoteResult<Option<Self::Model>>> + Send {
        std::future::ready(Ok(None))
    }

    /// Creates the object and returns its id at once, before it is ready.
    fn create(
        &self,
        client: &Self::Client,
        planned: &Self::Model,
        token: &Token,
    ) -> impl Future<Output = RemoteResult<RemoteId>> + Send;

    /// Reads many objects with as few calls as the service allows; `None` for those that are not there. In the order of the requests.
    fn read(
        &self,
        client: &Self::Client,
        requests: &[ReadRequest<Self::Model>],
    ) -> impl Future<Output = RemoteResult<Vec<Option<Observed<Self::Model>>>>> + Send;

    /// Changes the object in place from `prior` to `planned`; asked only for changes that need no replacement.
    fn update(
        &self,
        client: &Self::Client,
        id: &RemoteId,
        prior: &Self::Model,
        planned: &Self::Model,
    ) -> impl Future<Output = RemoteResult<()>> + Send;

    /// Deletes the object; that it is gone already is success.
    fn delete(
        &self,
        client: &Self::Client,
        id: &RemoteId,
        prior: &Self::Model,
    ) -> impl Future<Output = RemoteResult<()>> + Send;

    /// Looks for the object that a create with this token may have made.
    fn find(
        &self,
        client: &Self::Client,
        planned: &Self::Model,
        token: &Token,
    ) -> impl Future<Output = RemoteResult<Option<RemoteId>>> + Send;

    /// Returns the object that a create makes, for types whose [`Truth`] is the state: `planned` with everything filled in.
    ///
    /// Attributes that were unknown in the plan are `None` or empty in `planned`, like those that are null.
    fn generate(&self, _client: &Self::Client, _planned: &Self::Model) -> RemoteResult<Self::Model> {
        Err(truth_is_remote(Self::Model::NAME))
    }

    /// Returns what an update in place makes of the object, for types whose [`Truth`] is the state.
    fn generate_update(
        &self,
        _client: &Self::Client,
        _prior: &Self::Model,
        _planned: &Self::Model,
    ) -> RemoteResult<Self::Model> {
        Err(truth_is_remote(Self::Model::NAME))
    }

    /// Turns an import id into what a read needs; by default the id is the remote id.
    ///
    /// # Errors
    ///
    /// Returns the sentence that says what the id should look like.
    fn import(&self, id: &str) -> Result<(RemoteId, Self::Model), String> {
        let model = Self::Model::from_value(&Self::Model::schema().block.empty_value().with_attribute("id", id.into()));
        model.map(|model| (RemoteId(id.to_owned()), model)).map_err(|error| error.to_string())
    }
}

fn truth_is_remote(name: &str) -> RemoteError {
    RemoteError::local(RemoteErrorKind::Bug, "generate", format!("objects of {name} are created by its remote service"))
}

/// One data source, over its own model and client.
pub trait DataSource: Send + Sync + 'static {
    /// The attributes as a Rust type.
    type Model: Model;
    /// The connection that the provider's configuration gives.
    type Client: Send + Sync + 'static;

    /// Checks what the schema cannot express. Unknown parts are to be passed over.
    fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    /// Reads.
    fn read(
        &self,
        client: &Self::Client,
        config: &Self::Model,
    ) -> impl Future<Output = RemoteResult<Self::Model>> + Send;
}

/// A resource type as the engine sees it; made by [`resource`].
pub trait AnyResourceType: Send + Sync {
    /// Name: `aws_vpc`.
    fn name(&self) -> &'static str;
    /// The schema; computed once.
    fn schema(&self) -> &Schema;
    /// See [`ResourceType::IDENTITY`].
    fn identity(&self) -> Identity;
    /// See [`ResourceType::TRUTH`].
    fn truth(&self) -> Truth;
    /// See [`ResourceType::CREATION`].
    fn creation(&self) -> Creation;
    /// See [`ResourceType::READY`].
    fn ready(&self) -> Option<Wait>;
    /// See [`ResourceType::GONE`].
    fn gone(&self) -> Option<Wait>;
    /// See [`ResourceType::validate`].
    fn validate(&self, config: &Value) -> Diagnostics;
    /// See [`ResourceType::plan`].
    fn plan(&self, client: Option<&Client>, draft: &mut Draft<'_>);
    /// See [`ResourceType::upgrade`].
    fn upgrade(
        &self,
        version: u64,
        attributes: serde_json::Map<String, serde_json::Value>,
    ) -> serde_json::Map<String, serde_json::Value>;
    /// See [`ResourceType::prepare`].
    fn prepare<'a>(&'a self, client: &'a Client, planned: &'a Value) -> BoxFuture<'a, RemoteResult<Value>>;
    /// See [`ResourceType::create`].
    fn create<'a>(
        &'a self,
        client: &'a Client,
        planned: &'a Value,
        token: &'a Token,
    ) -> BoxFuture<'a, RemoteResult<RemoteId>>;
    /// See [`ResourceType::read`].
    fn read<'a>(
        &'a self,
        client: &'a Client,
        requests: &'a [ReadRequest<Value>],
    ) -> BoxFuture<'a, RemoteResult<Vec<Option<Observed<Value>>>>>;
    /// See [`ResourceType::update`].
    fn update<'a>(
        &'a self,
        client: &'a Client,
        id: &'a RemoteId,
        prior: &'a Value,
        planned: &'a Value,
    ) -> BoxFuture<'a, RemoteResult<()>>;
    /// See [`ResourceType::delete`].
    fn delete<'a>(&'a self, client: &'a Client, id: &'a RemoteId, prior: &'a Value) -> BoxFuture<'a, RemoteResult<()>>;
    /// See [`ResourceType::find`].
    fn find<'a>(
        &'a self,
        client: &'a Client,
        planned: &'a Value,
        token: &'a Token,
    ) -> BoxFuture<'a, RemoteResult<Option<RemoteId>>>;
    /// See [`ResourceType::generate`].
    fn generate(&self, client: &Client, planned: &Value) -> RemoteResult<Value>;
    /// See [`ResourceType::generate_update`].
    fn generate_update(&self, client: &Client, prior: &Value, planned: &Value) -> RemoteResult<Value>;
    /// See [`ResourceType::import`].
    fn import(&self, id: &str) -> Result<(RemoteId, Value), String>;
}

/// A data source as the engine sees it; made by [`data_source`].
pub trait AnyDataSource: Send + Sync {
    /// Name: `aws_region`.
    fn name(&self) -> &'static str;
    /// The schema; computed once.
    fn schema(&self) -> &Schema;
    /// See [`DataSource::validate`].
    fn validate(&self, config: &Value) -> Diagnostics;
    /// See [`DataSource::read`].
    fn read<'a>(&'a self, client: &'a Client, config: &'a Value) -> BoxFuture<'a, RemoteResult<Value>>;
}

/// A family of resource types with one configuration.
pub trait Provider: Send + Sync {
    /// Source address: `registry.terraform.io/hashicorp/aws`.
    fn source(&self) -> &'static str;
    /// Version of the provider whose behaviour this one has.
    fn version(&self) -> &'static str;
    /// Schema of the `provider` block.
    fn schema(&self) -> &Schema;
    /// Resource types by name.
    fn resources(&self) -> &BTreeMap<&'static str, Box<dyn AnyResourceType>>;
    /// Data sources by name.
    fn data_sources(&self) -> &BTreeMap<&'static str, Box<dyn AnyDataSource>>;
    /// Types of ephemeral values by name.
    fn ephemeral_types(&self) -> &EphemeralTypes {
        &ephemeral::NO_EPHEMERAL_TYPES
    }
    /// Makes the connection from a `provider` block, or from an empty one where there is none. Wholly known.
    fn configure<'a>(&'a self, config: &'a Value) -> BoxFuture<'a, Result<Client, Diagnostics>>;
    /// Returns how many requests the connection has sent so far, retries included; 0 where nobody counts.
    fn calls(&self, _client: &Client) -> u64 {
        0
    }
    /// Does what can be done once for all objects at the end of an apply; removing creation tags, say.
    fn finish<'a>(
        &'a self,
        _client: &'a Client,
        _created: &'a [(&'static str, RemoteId)],
    ) -> BoxFuture<'a, RemoteResult<()>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

/// Makes the engine's view of a resource type.
pub fn resource<T: ResourceType>(resource_type: T) -> Box<dyn AnyResourceType> {
    Box::new(Erased { schema: T::Model::schema(), inner: resource_type })
}

/// Makes the engine's view of a data source.
pub fn data_source<T: DataSource>(source: T) -> Box<dyn AnyDataSource> {
    Box::new(Erased { schema: T::Model::schema(), inner: source })
}

struct Erased<T> {
    schema: Schema,
    inner: T,
}

fn client_of<C: 'static>(client: &Client) -> &C {
    client.downcast_ref().expect("a provider's types share the client that its configure() makes")
}

impl<T: ResourceType> AnyResourceType for Erased<T> {
    fn name(&self) -> &'static str {
        T::Model::NAME
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn identity(&self) -> Identity {
        T::IDENTITY
    }

    fn truth(&self) -> Truth {
        T::TRUTH
    }

    fn creation(&self) -> Creation {
        T::CREATION
    }

    fn ready(&self) -> Option<Wait> {
        T::READY
    }

    fn gone(&self) -> Option<Wait> {
        T::GONE
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        self.inner.validate(config)
    }

    fn plan(&self, client: Option<&Client>, draft: &mut Draft<'_>) {
        self.inner.plan(client.map(client_of), draft);
    }

    fn upgrade(
        &self,
        version: u64,
        attributes: serde_json::Map<String, serde_json::Value>,
    ) -> serde_json::Map<String, serde_json::Value> {
        self.inner.upgrade(version, attributes)
    }

    fn prepare<'a>(&'a self, client: &'a Client, planned: &'a Value) -> BoxFuture<'a, RemoteResult<Value>> {
        Box::pin(async move {
            let model = T::Model::from_value(planned)?;
            let Some(prepared) = self.inner.prepare(client_of(client), &model).await? else {
                return Ok(planned.clone());
            };
            let prepared = prepared.to_value();
            // What is still not known stays so: the model cannot tell it from null.
            let filled = planned.mapping().into_iter().flatten().map(|(name, value)| {
                let found = prepared.get(name).filter(|found| !value.is_known() && !found.is_null());
                (Arc::clone(name), found.unwrap_or_else(|| value.clone()))
            });
            Ok(Value::object(filled).with_marks(planned.marks()))
        })
    }

    fn create<'a>(
        &'a self,
        client: &'a Client,
        planned: &'a Value,
        token: &'a Token,
    ) -> BoxFuture<'a, RemoteResult<RemoteId>> {
        Box::pin(async move {
            let planned = T::Model::from_value(planned)?;
            self.inner.create(client_of(client), &planned, token).await
        })
    }

    fn read<'a>(
        &'a self,
        client: &'a Client,
        requests: &'a [ReadRequest<Value>],
    ) -> BoxFuture<'a, RemoteResult<Vec<Option<Observed<Value>>>>> {
        Box::pin(async move {
            let typed = requests
                .iter()
                .map(|request| Ok(ReadRequest { id: request.id.clone(), prior: T::Model::from_value(&request.prior)? }))
                .collect::<Result<Vec<_>, ModelError>>()?;
            let found = self.inner.read(client_of(client), &typed).await?;
            Ok(found
                .into_iter()
                .map(|observed| {
                    observed.map(|Observed { model, status, reason }| Observed {
                        model: model.to_value(),
                        status,
                        reason,
                    })
                })
                .collect())
        })
    }

    fn update<'a>(
        &'a self,
        client: &'a Client,
        id: &'a RemoteId,
        prior: &'a Value,
        planned: &'a Value,
    ) -> BoxFuture<'a, RemoteResult<()>> {
        Box::pin(async move {
            let (prior, planned) = (T::Model::from_value(prior)?, T::Model::from_value(planned)?);
            self.inner.update(client_of(client), id, &prior, &planned).await
        })
    }

    fn delete<'a>(&'a self, client: &'a Client, id: &'a RemoteId, prior: &'a Value) -> BoxFuture<'a, RemoteResult<()>> {
        Box::pin(async move {
            let prior = T::Model::from_value(prior)?;
            self.inner.delete(client_of(client), id, &prior).await
        })
    }

    fn find<'a>(
        &'a self,
        client: &'a Client,
        planned: &'a Value,
        token: &'a Token,
    ) -> BoxFuture<'a, RemoteResult<Option<RemoteId>>> {
        Box::pin(async move {
            let planned = T::Model::from_value(planned)?;
            self.inner.find(client_of(client), &planned, token).await
        })
    }

    fn generate(&self, client: &Client, planned: &Value) -> RemoteResult<Value> {
        let planned = T::Model::from_value(planned)?;
        self.inner.generate(client_of(client), &planned).map(|model| model.to_value())
    }

    fn generate_update(&self, client: &Client, prior: &Value, planned: &Value) -> RemoteResult<Value> {
        let (prior, planned) = (T::Model::from_value(prior)?, T::Model::from_value(planned)?);
        self.inner.generate_update(client_of(client), &prior, &planned).map(|model| model.to_value())
    }

    fn import(&self, id: &str) -> Result<(RemoteId, Value), String> {
        self.inner.import(id).map(|(id, model)| (id, model.to_value()))
    }
}

impl<T: DataSource> AnyDataSource for Erased<T> {
    fn name(&self) -> &'static str {
        T::Model::NAME
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        self.inner.validate(config)
    }

    fn read<'a>(&'a self, client: &'a Client, config: &'a Value) -> BoxFuture<'a, RemoteResult<Value>> {
        Box::pin(async move {
            let config = T::Model::from_value(config)?;
            self.inner.read(client_of(client), &config).await.map(|model| model.to_value())
        })
    }
}
