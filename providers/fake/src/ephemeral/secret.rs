//! `fake_secret`

use std::time::Duration;

use wpinfra_core::provider::{EphemeralType, Lease, Opened, RemoteErrorKind, RemoteResult};
use wpinfra_schema_derive::Model;

use crate::Fake;
use crate::world::Service;

/// Tells a secret for a while.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "fake_secret", strict)]
pub(crate) struct Secret {
    /// Which secret; there is none called `missing`.
    #[attr(required)]
    name: String,
    /// Seconds after which it has to be renewed; for ever if not set.
    #[attr(optional, integer, range(1, 3600))]
    lasts: Option<i64>,
    /// The secret.
    #[attr(computed, sensitive)]
    value: Option<String>,
}

/// `fake_secret`
pub(crate) struct SecretType;

/// Returns how a secret stays open, by a handle that tells which one it is and for how long.
fn lease(name: &str, lasts: Option<u64>) -> Lease {
    let seconds = lasts.map_or_else(String::new, |lasts| lasts.to_string());
    Lease { handle: format!("{name}/{seconds}"), renew_after: lasts.map(Duration::from_secs) }
}

fn name_of(handle: &str) -> Vec<String> {
    handle.split('/').take(1).map(str::to_owned).collect()
}

impl EphemeralType for SecretType {
    type Model = Secret;
    type Client = Fake;

    async fn open(&self, fake: &Fake, config: &Secret) -> RemoteResult<Opened<Secret>> {
        let open = |service: &mut Service<'_>| {
            if config.name == "missing" {
                return Err(service.refuse(RemoteErrorKind::NotFound, "NoSuchSecret", "there is no such secret"));
            }
            let value = Some(format!("secret-of-{}", config.name));
            let lasts = config.lasts.and_then(|lasts| u64::try_from(lasts).ok());
            Ok(Opened { value: Secret { value, ..config.clone() }, lease: lease(&config.name, lasts) })
        };
        fake.world.call("fake:OpenSecret", vec![config.name.clone()], open).await
    }

    async fn renew(&self, fake: &Fake, handle: &str) -> RemoteResult<Lease> {
        let (name, lasts) = handle.split_once('/').unwrap_or((handle, ""));
        let lasts = lasts.parse().ok();
        fake.world.call("fake:RenewSecret", name_of(handle), |_| Ok(lease(name, lasts))).await
    }

    async fn close(&self, fake: &Fake, handle: &str) -> RemoteResult<()> {
        fake.world.call("fake:CloseSecret", name_of(handle), |_| Ok(())).await
    }
}
