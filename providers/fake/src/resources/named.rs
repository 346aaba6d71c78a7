//! `fake_named`

use wpinfra_core::provider::{
    Identity, Observed, ReadRequest, RemoteErrorKind, RemoteId, RemoteResult, ResourceType, Token,
};
use wpinfra_schema_derive::Model;

use super::ids;
use crate::Fake;
use crate::world::Service;

/// Has a name that no other one has.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "fake_named", strict)]
pub(crate) struct Named {
    /// The name.
    #[attr(required, replace, length(1, 20), pattern("^[a-z-]+$", "lower-case letters and hyphens"))]
    name: String,
    /// Any text.
    #[attr(optional, conflicts("title"))]
    note: Option<String>,
    /// Any text, instead of a note.
    #[attr(optional, ignore_case)]
    title: Option<String>,
    /// The name.
    #[attr(computed)]
    id: Option<String>,
}

/// `fake_named`
pub(crate) struct NamedType;

impl ResourceType for NamedType {
    type Model = Named;
    type Client = Fake;

    const IDENTITY: Identity = Identity::Name;

    async fn create(&self, fake: &Fake, planned: &Named, _token: &Token) -> RemoteResult<RemoteId> {
        let create = |service: &mut Service<'_>| {
            let id = planned.name.clone();
            if service.get(&id).is_some() {
                return Err(service.refuse(
                    RemoteErrorKind::AlreadyExists,
                    "NameTaken",
                    format!("{id} exists already"),
                ));
            }
            service.insert(&id, &Named { id: Some(id.clone()), ..planned.clone() }, None);
            Ok(RemoteId(id))
        };
        fake.world.call("fake:CreateNamed", vec![planned.name.clone()], create).await
    }

    async fn read(&self, fake: &Fake, requests: &[ReadRequest<Named>]) -> RemoteResult<Vec<Option<Observed<Named>>>> {
        let ids = ids(requests);
        fake.world.call("fake:DescribeNamed", ids.clone(), |service| service.observe_all(&ids)).await
    }

    async fn update(&self, fake: &Fake, id: &RemoteId, _prior: &Named, planned: &Named) -> RemoteResult<()> {
        fake.world.call("fake:UpdateNamed", vec![id.0.clone()], |service| service.store(&id.0, planned)).await
    }

    async fn delete(&self, fake: &Fake, id: &RemoteId, _prior: &Named) -> RemoteResult<()> {
        let delete = |service: &mut Service<'_>| {
            service.remove(&id.0);
            Ok(())
        };
        fake.world.call("fake:DeleteNamed", vec![id.0.clone()], delete).await
    }

    async fn find(&self, fake: &Fake, planned: &Named, _token: &Token) -> RemoteResult<Option<RemoteId>> {
        let find = |service: &mut Service<'_>| Ok(service.get(&planned.name).map(|_| RemoteId(planned.name.clone())));
        fake.world.call("fake:FindNamed", vec![planned.name.clone()], find).await
    }
}
