//! `fake_network`

use std::collections::BTreeMap;

use wpinfra_core::provider::{Identity, Observed, ReadRequest, RemoteId, RemoteResult, ResourceType, Token};
use wpinfra_schema_derive::Model;

use super::ids;
use crate::Fake;
use crate::world::Service;

/// Holds machines.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "fake_network")]
pub(crate) struct Network {
    /// Addresses of the network.
    #[attr(required, replace, format(Cidr4))]
    pub(crate) cidr: String,
    /// Name of the network.
    #[attr(optional)]
    name: Option<String>,
    /// Any words.
    #[attr(optional)]
    tags: BTreeMap<String, String>,
    /// Zone that the network stands in; the provider's if not set.
    #[attr(optional, computed, replace)]
    zone: Option<String>,
    /// Id: `network-1`.
    #[attr(computed)]
    pub(crate) id: Option<String>,
}

/// `fake_network`
pub(crate) struct NetworkType;

impl ResourceType for NetworkType {
    type Model = Network;
    type Client = Fake;

    const IDENTITY: Identity = Identity::CreationTag;

    async fn create(&self, fake: &Fake, planned: &Network, token: &Token) -> RemoteResult<RemoteId> {
        let create = |service: &mut Service<'_>| {
            let id = service.new_id("network");
            let zone = planned.zone.clone().or_else(|| Some(fake.zone.clone()));
            service.insert(&id, &Network { id: Some(id.clone()), zone, ..planned.clone() }, Some(token));
            Ok(RemoteId(id))
        };
        fake.world.call("fake:CreateNetwork", vec![planned.cidr.clone()], create).await
    }

    async fn read(
        &self,
        fake: &Fake,
        requests: &[ReadRequest<Network>],
    ) -> RemoteResult<Vec<Option<Observed<Network>>>> {
        let ids = ids(requests);
        fake.world.call("fake:DescribeNetworks", ids.clone(), |service| service.observe_all(&ids)).await
    }

    async fn update(&self, fake: &Fake, id: &RemoteId, _prior: &Network, planned: &Network) -> RemoteResult<()> {
        fake.world.call("fake:UpdateNetwork", vec![id.0.clone()], |service| service.store(&id.0, planned)).await
    }

    async fn delete(&self, fake: &Fake, id: &RemoteId, _prior: &Network) -> RemoteResult<()> {
        let delete = |service: &mut Service<'_>| {
            service.refuse_if_used("network_id", &id.0)?;
            service.remove(&id.0);
            Ok(())
        };
        fake.world.call("fake:DeleteNetwork", vec![id.0.clone()], delete).await
    }

    async fn find(&self, fake: &Fake, _planned: &Network, token: &Token) -> RemoteResult<Option<RemoteId>> {
        let find = |service: &mut Service<'_>| Ok(service.with_token("fake_network", token));
        fake.world.call("fake:FindNetwork", vec![token.0.clone()], find).await
    }
}
