//! `fake_tagged`

use std::collections::BTreeMap;

use wpinfra_core::provider::{Creation, Identity, Observed, ReadRequest, RemoteId, RemoteResult, ResourceType, Token};
use wpinfra_schema_derive::Model;

use super::ids;
use crate::Fake;
use crate::world::Service;

/// Is found again by its creation tag; its color has to be set in a second step.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "fake_tagged")]
pub(crate) struct Tagged {
    /// Any text.
    #[attr(optional)]
    note: Option<String>,
    /// Color, which a create does not take.
    #[attr(optional, default = "white")]
    color: String,
    /// Any words.
    #[attr(optional)]
    tags: BTreeMap<String, String>,
    /// Id: `tagged-1`.
    #[attr(computed)]
    id: Option<String>,
}

/// `fake_tagged`
pub(crate) struct TaggedType;

impl ResourceType for TaggedType {
    type Model = Tagged;
    type Client = Fake;

    const IDENTITY: Identity = Identity::CreationTag;
    const CREATION: Creation = Creation::ThenUpdate;

    async fn create(&self, fake: &Fake, planned: &Tagged, token: &Token) -> RemoteResult<RemoteId> {
        let create = |service: &mut Service<'_>| {
            let id = service.new_id("tagged");
            let made = Tagged { id: Some(id.clone()), color: "white".to_owned(), ..planned.clone() };
            service.insert(&id, &made, Some(token));
            Ok(RemoteId(id))
        };
        fake.world.call("fake:CreateTagged", Vec::new(), create).await
    }

    async fn read(&self, fake: &Fake, requests: &[ReadRequest<Tagged>]) -> RemoteResult<Vec<Option<Observed<Tagged>>>> {
        let ids = ids(requests);
        fake.world.call("fake:DescribeTagged", ids.clone(), |service| service.observe_all(&ids)).await
    }

    async fn update(&self, fake: &Fake, id: &RemoteId, _prior: &Tagged, planned: &Tagged) -> RemoteResult<()> {
        fake.world.call("fake:UpdateTagged", vec![id.0.clone()], |service| service.store(&id.0, planned)).await
    }

    async fn delete(&self, fake: &Fake, id: &RemoteId, _prior: &Tagged) -> RemoteResult<()> {
        let delete = |service: &mut Service<'_>| {
            service.remove(&id.0);
            Ok(())
        };
        fake.world.call("fake:DeleteTagged", vec![id.0.clone()], delete).await
    }

    async fn find(&self, fake: &Fake, _planned: &Tagged, token: &Token) -> RemoteResult<Option<RemoteId>> {
        let find = |service: &mut Service<'_>| Ok(service.with_token("fake_tagged", token));
        fake.world.call("fake:FindTagged", vec![token.0.clone()], find).await
    }
}
