//! `fake_shy`

use wpinfra_core::provider::{Identity, Observed, ReadRequest, RemoteId, RemoteResult, ResourceType, Token};
use wpinfra_schema_derive::Model;

use super::ids;
use crate::Fake;
use crate::world::Service;

/// Is there at once, but found only later.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "fake_shy", strict)]
pub(crate) struct Shy {
    /// Any text.
    #[attr(optional)]
    note: Option<String>,
    /// Id: `shy-1`.
    #[attr(computed)]
    id: Option<String>,
}

/// `fake_shy`
pub(crate) struct ShyType;

impl ResourceType for ShyType {
    type Model = Shy;
    type Client = Fake;

    const IDENTITY: Identity = Identity::ClientToken;

    async fn create(&self, fake: &Fake, planned: &Shy, token: &Token) -> RemoteResult<RemoteId> {
        let create = |service: &mut Service<'_>| {
            if let Some(made) = service.with_token("fake_shy", token) {
                return Ok(made);
            }
            let id = service.new_id("shy");
            service.insert(&id, &Shy { id: Some(id.clone()), ..planned.clone() }, Some(token));
            service.hide(&id);
            Ok(RemoteId(id))
        };
        fake.world.call("fake:CreateShy", Vec::new(), create).await
    }

    async fn read(&self, fake: &Fake, requests: &[ReadRequest<Shy>]) -> RemoteResult<Vec<Option<Observed<Shy>>>> {
        let ids = ids(requests);
        fake.world.call("fake:DescribeShy", ids.clone(), |service| service.observe_all(&ids)).await
    }

    async fn update(&self, fake: &Fake, id: &RemoteId, _prior: &Shy, planned: &Shy) -> RemoteResult<()> {
        fake.world.call("fake:UpdateShy", vec![id.0.clone()], |service| service.store(&id.0, planned)).await
    }

    async fn delete(&self, fake: &Fake, id: &RemoteId, _prior: &Shy) -> RemoteResult<()> {
        let delete = |service: &mut Service<'_>| {
            service.remove(&id.0);
            Ok(())
        };
        fake.world.call("fake:DeleteShy", vec![id.0.clone()], delete).await
    }

    async fn find(&self, fake: &Fake, _planned: &Shy, token: &Token) -> RemoteResult<Option<RemoteId>> {
        let find = |service: &mut Service<'_>| Ok(service.with_token("fake_shy", token));
        fake.world.call("fake:FindShy", vec![token.0.clone()], find).await
    }
}
