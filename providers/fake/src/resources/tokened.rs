//! `fake_tokened`

use wpinfra_core::provider::{Identity, Observed, ReadRequest, RemoteId, RemoteResult, ResourceType, Token};
use wpinfra_schema_derive::Model;

use super::ids;
use crate::Fake;
use crate::world::Service;

/// Is made once for each token.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "fake_tokened")]
pub(crate) struct Tokened {
    /// Any text.
    #[attr(optional)]
    note: Option<String>,
    /// Text whose change makes a new one.
    #[attr(optional, replace)]
    kind: Option<String>,
    /// Id: `tokened-1`.
    #[attr(computed)]
    id: Option<String>,
}

/// `fake_tokened`
pub(crate) struct TokenedType;

impl ResourceType for TokenedType {
    type Model = Tokened;
    type Client = Fake;

    const IDENTITY: Identity = Identity::ClientToken;

    async fn create(&self, fake: &Fake, planned: &Tokened, token: &Token) -> RemoteResult<RemoteId> {
        let create = |service: &mut Service<'_>| {
            if let Some(made) = service.with_token("fake_tokened", token) {
                return Ok(made);
            }
            let id = service.new_id("tokened");
            service.insert(&id, &Tokened { id: Some(id.clone()), ..planned.clone() }, Some(token));
            Ok(RemoteId(id))
        };
        fake.world.call("fake:CreateTokened", Vec::new(), create).await
    }

    async fn read(
        &self,
        fake: &Fake,
        requests: &[ReadRequest<Tokened>],
    ) -> RemoteResult<Vec<Option<Observed<Tokened>>>> {
        let ids = ids(requests);
        fake.world.call("fake:DescribeTokened", ids.clone(), |service| service.observe_all(&ids)).await
    }

    async fn update(&self, fake: &Fake, id: &RemoteId, _prior: &Tokened, planned: &Tokened) -> RemoteResult<()> {
        fake.world.call("fake:UpdateTokened", vec![id.0.clone()], |service| service.store(&id.0, planned)).await
    }

    async fn delete(&self, fake: &Fake, id: &RemoteId, _prior: &Tokened) -> RemoteResult<()> {
        let delete = |service: &mut Service<'_>| {
            service.remove(&id.0);
            Ok(())
        };
        fake.world.call("fake:DeleteTokened", vec![id.0.clone()], delete).await
    }

    async fn find(&self, fake: &Fake, _planned: &Tokened, token: &Token) -> RemoteResult<Option<RemoteId>> {
        let find = |service: &mut Service<'_>| Ok(service.with_token("fake_tokened", token));
        fake.world.call("fake:FindTokened", vec![token.0.clone()], find).await
    }
}
