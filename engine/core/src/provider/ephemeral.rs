//! Types of ephemeral values: opened when something needs them, closed after it, and recorded nowhere.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use super::{BoxFuture, Client, Erased, RemoteError, RemoteErrorKind, RemoteResult, client_of};
use crate::diagnostic::Diagnostics;
use crate::model::Model;
use crate::schema::Schema;
use crate::value::Value;

/// What opening an ephemeral value gave.
pub struct Opened<M> {
    /// The attributes.
    pub value: M,
    /// How it stays open.
    pub lease: Lease,
}

impl<M> Opened<M> {
    /// Returns a value that needs no renewal and nothing to be closed by.
    pub fn of(value: M) -> Self {
        Self { value, lease: Lease::default() }
    }
}

/// What keeps an ephemeral value open.
///
/// It is kept in memory alone, and has no text form: it may hold what opens the value.
#[derive(Default)]
pub struct Lease {
    /// What renewing and closing need to know of it; means something to its type alone.
    pub handle: String,
    /// After which time it has to be renewed, if it ends by itself.
    pub renew_after: Option<Duration>,
}

/// One type of ephemeral values, over its own model and client.
pub trait EphemeralType: Send + Sync + 'static {
    /// The attributes as a Rust type.
    type Model: Model;
    /// The connection that the provider's configuration gives.
    type Client: Send + Sync + 'static;

    /// Checks what the schema cannot express. Unknown parts are to be passed over.
    fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    /// Opens the value; asking again, after an answer was lost, must do no harm.
    fn open(
        &self,
        client: &Self::Client,
        config: &Self::Model,
    ) -> impl Future<Output = RemoteResult<Opened<Self::Model>>> + Send;

    /// Keeps the value open for another while; asked only where the lease has a time.
    fn renew(&self, _client: &Self::Client, _handle: &str) -> impl Future<Output = RemoteResult<Lease>> + Send {
        let why = format!("values of {} do not end by themselves", Self::Model::NAME);
        std::future::ready(Err(RemoteError::local(RemoteErrorKind::Bug, "renew", why)))
    }

    /// Closes the value; that it has ended already is success.
    fn close(&self, _client: &Self::Client, _handle: &str) -> impl Future<Output = RemoteResult<()>> + Send {
        std::future::ready(Ok(()))
    }
}

/// A type of ephemeral values as the engine sees it; made by [`ephemeral`].
pub trait AnyEphemeralType: Send + Sync {
    /// Name: `random_password`.
    fn name(&self) -> &'static str;
    /// The schema; computed once.
    fn schema(&self) -> &Schema;
    /// See [`EphemeralType::validate`].
    fn validate(&self, config: &Value) -> Diagnostics;
    /// See [`EphemeralType::open`].
    fn open<'a>(&'a self, client: &'a Client, config: &'a Value) -> BoxFuture<'a, RemoteResult<Opened<Value>>>;
    /// See [`EphemeralType::renew`].
    fn renew<'a>(&'a self, client: &'a Client, handle: &'a str) -> BoxFuture<'a, RemoteResult<Lease>>;
    /// See [`EphemeralType::close`].
    fn close<'a>(&'a self, client: &'a Client, handle: &'a str) -> BoxFuture<'a, RemoteResult<()>>;
}

/// Types of ephemeral values by name.
pub type EphemeralTypes = BTreeMap<&'static str, Box<dyn AnyEphemeralType>>;

/// What a provider without ephemeral values has.
pub(super) static NO_EPHEMERAL_TYPES: EphemeralTypes = BTreeMap::new();

/// Makes the engine's view of a type of ephemeral values.
pub fn ephemeral<T: EphemeralType>(ephemeral_type: T) -> Box<dyn AnyEphemeralType> {
    Box::new(Erased { schema: T::Model::schema(), inner: ephemeral_type })
}

impl<T: EphemeralType> AnyEphemeralType for Erased<T> {
    fn name(&self) -> &'static str {
        T::Model::NAME
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        self.inner.validate(config)
    }

    fn open<'a>(&'a self, client: &'a Client, config: &'a Value) -> BoxFuture<'a, RemoteResult<Opened<Value>>> {
        Box::pin(async move {
            let config = T::Model::from_value(config)?;
            let Opened { value, lease } = self.inner.open(client_of(client), &config).await?;
            Ok(Opened { value: value.to_value(), lease })
        })
    }

    fn renew<'a>(&'a self, client: &'a Client, handle: &'a str) -> BoxFuture<'a, RemoteResult<Lease>> {
        Box::pin(self.inner.renew(client_of(client), handle))
    }

    fn close<'a>(&'a self, client: &'a Client, handle: &'a str) -> BoxFuture<'a, RemoteResult<()>> {
        Box::pin(self.inner.close(client_of(client), handle))
    }
}
