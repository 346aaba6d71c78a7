//! `fake_machine`

use std::collections::{BTreeMap, BTreeSet};

use wpinfra_core::provider::{
    Identity, Observed, ReadRequest, RemoteErrorKind, RemoteId, RemoteResult, ResourceType, Token, Wait, wait,
};
use wpinfra_schema_derive::{BlockModel, Model};

use super::ids;
use crate::Fake;
use crate::world::{Phase, Service};

/// Takes its time to be created, changed and deleted.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "fake_machine", version = 1, timeouts(create = 600, update = 300, delete = 900))]
pub(crate) struct Machine {
    /// Network that the machine stands in.
    #[attr(required, replace)]
    network_id: String,
    /// What runs on it; `broken` never becomes ready.
    #[attr(optional, default = "plain", replace)]
    image: String,
    /// How large it is.
    #[attr(optional, default = "small", one_of("small", "medium", "large"))]
    size: String,
    /// Zone that the machine stands in; the provider's if not set.
    #[attr(optional, computed, replace)]
    zone: Option<String>,
    /// Password of the administrator; never told again.
    #[attr(optional, sensitive, local)]
    password: Option<String>,
    /// What it may do, as JSON.
    #[attr(optional, json, format(Json))]
    policy: Option<String>,
    /// Words without order.
    #[attr(optional)]
    labels: BTreeSet<String>,
    /// Any words.
    #[attr(optional)]
    tags: BTreeMap<String, String>,
    /// Disks in the order in which they are attached.
    #[block(list, max = 4)]
    disk: Vec<Disk>,
    /// Who may connect, in any order.
    #[block(set)]
    rule: Vec<Rule>,
    /// Where it stands, if that matters; a change of it replaces the machine.
    #[block(list, max = 1, replace)]
    placement: Option<Placement>,
    /// Address, another one after each change of size.
    #[attr(computed, unknown_on_update("size"))]
    address: Option<String>,
    /// Key for its console.
    #[attr(computed, sensitive)]
    console_key: Option<String>,
    /// Number of changes so far.
    #[attr(computed, unknown_on_update("*"))]
    generation: Option<i64>,
    /// Id: `machine-1`.
    #[attr(computed)]
    id: Option<String>,
}

/// Holds bytes.
#[derive(Clone, Debug, Default, BlockModel)]
pub(crate) struct Disk {
    /// Name of the disk.
    #[attr(required)]
    name: String,
    /// Size in gigabytes.
    #[attr(optional, default = 10, integer, range(1, 1000))]
    gigabytes: i64,
}

/// Lets somebody connect.
#[derive(Clone, Debug, Default, BlockModel)]
pub(crate) struct Rule {
    /// Port to connect to.
    #[attr(required, integer, range(0, 65535))]
    port: i64,
    /// Where connections may come from.
    #[attr(optional)]
    sources: BTreeSet<String>,
    /// What it is for.
    #[attr(optional)]
    note: Option<String>,
}

/// Says where a machine stands.
#[derive(Clone, Debug, Default, BlockModel)]
pub(crate) struct Placement {
    /// Rack of the machine.
    #[attr(required, replace)]
    rack: String,
}

/// `fake_machine`
pub(crate) struct MachineType;

impl ResourceType for MachineType {
    type Model = Machine;
    type Client = Fake;

    const IDENTITY: Identity = Identity::ClientToken;
    const READY: Option<Wait> = Some(wait(&["pending", "updating"], &["ready"]).timeout_minutes(10));
    const GONE: Option<Wait> =
        Some(wait(&["pending", "updating", "ready", "failed", "deleting"], &[]).timeout_minutes(15));

    async fn create(&self, fake: &Fake, planned: &Machine, token: &Token) -> RemoteResult<RemoteId> {
        let create = |service: &mut Service<'_>| create(service, fake, planned, token);
        fake.world.call("fake:CreateMachine", vec![planned.network_id.clone()], create).await
    }

    async fn read(
        &self,
        fake: &Fake,
        requests: &[ReadRequest<Machine>],
    ) -> RemoteResult<Vec<Option<Observed<Machine>>>> {
        let ids = ids(requests);
        let read = |service: &mut Service<'_>| {
            let mut found = service.observe_all::<Machine>(&ids)?;
            found.iter_mut().flatten().for_each(|observed| observed.model.password = None);
            Ok(found)
        };
        fake.world.call("fake:DescribeMachines", ids.clone(), read).await
    }

    async fn update(&self, fake: &Fake, id: &RemoteId, prior: &Machine, planned: &Machine) -> RemoteResult<()> {
        let update = |service: &mut Service<'_>| {
            let address = if prior.size == planned.size { prior.address.clone() } else { Some(new_address(service)) };
            let generation = prior.generation.map(|generation| generation + 1);
            service.store(&id.0, &Machine { address, generation, ..planned.clone() })?;
            service.begin(&id.0, Phase::Updating);
            Ok(())
        };
        fake.world.call("fake:UpdateMachine", vec![id.0.clone()], update).await
    }

    async fn delete(&self, fake: &Fake, id: &RemoteId, _prior: &Machine) -> RemoteResult<()> {
        let delete = |service: &mut Service<'_>| {
            service.refuse_if_used("machine_id", &id.0)?;
            if service.get(&id.0).is_some_and(|object| object.phase != Phase::Deleting) {
                service.begin(&id.0, Phase::Deleting);
            }
            Ok(())
        };
        fake.world.call("fake:DeleteMachine", vec![id.0.clone()], delete).await
    }

    async fn find(&self, fake: &Fake, _planned: &Machine, token: &Token) -> RemoteResult<Option<RemoteId>> {
        let find = |service: &mut Service<'_>| Ok(service.with_token("fake_machine", token));
        fake.world.call("fake:FindMachine", vec![token.0.clone()], find).await
    }
}

fn create(service: &mut Service<'_>, fake: &Fake, planned: &Machine, token: &Token) -> RemoteResult<RemoteId> {
    if let Some(made) = service.with_token("fake_machine", token) {
        return Ok(made);
    }
    if service.get(&planned.network_id).is_none_or(|object| object.type_name != "fake_network") {
        let message = format!("there is no network {}", planned.network_id);
        return Err(service.refuse(RemoteErrorKind::NotFound, "NetworkNotFound", message));
    }
    let id = service.new_id("machine");
    let made = Machine {
        id: Some(id.clone()),
        zone: planned.zone.clone().or_else(|| Some(fake.zone.clone())),
        address: Some(new_address(service)),
        console_key: Some(format!("key-of-{id}")),
        generation: Some(0),
        ..planned.clone()
    };
    service.insert(&id, &made, Some(token));
    if planned.image == "broken" {
        service.fail(&id);
    } else {
        service.begin(&id, Phase::Pending);
    }
    Ok(RemoteId(id))
}

fn new_address(service: &mut Service<'_>) -> String {
    service.new_id("address")
}
