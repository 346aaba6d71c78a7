//! What became of a run that was cut off: every effect that it had begun is finished or forgotten, before planning.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::join_all;
use wpinfra_core::desired::{BlockId, BlockKind, Desired, Known};
use wpinfra_core::provider::{AnyResourceType, Client, Observed, ReadRequest, RemoteId, RemoteResult, Token};
use wpinfra_core::state::{ObjectState, ObjectStatus, State};
use wpinfra_core::{Diagnostic, Diagnostics, InstanceAddress, Marks, ProviderAddress, Severity, Value};

use crate::describe::{interrupted, remote_failure};
use crate::ephemeral::{Ephemerals, NeededOpen};
use crate::interrupt::Urgency;
use crate::journal::{Effect, Pending, record};
use crate::known::recorded;
use crate::observer::Event;
use crate::refresh::{configure, resource_of};
use crate::retry::{Call, Remote};
use crate::run::{decode, encode};
use crate::state_file::parse_object;
use crate::store::Store;
use crate::surroundings::Surroundings;
use crate::wait::{Goal, Polls, Target, time_limit};

/// An object whose creation was begun is looked for at least until so long after that.
const VISIBLE_AFTER: Duration = Duration::from_secs(15);
/// The pause between two looks.
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);

/// Finishes or forgets what an interrupted run had begun, and saves the state; does nothing where nothing is open.
///
/// Connections that this takes are added to `clients`. With errors the state stays as it is, and so does the journal: the
/// next start tries again.
pub async fn recover(
    surroundings: &Surroundings<'_>,
    desired: &dyn Desired,
    store: &mut Store,
    clients: &mut BTreeMap<ProviderAddress, Client>,
) -> Diagnostics {
    let pending: Vec<Pending> = store.pending().cloned().collect();
    let created = store.created_before();
    if pending.is_empty() && created.is_empty() {
        return Diagnostics::new();
    }
    let remote = Remote::new(*surroundings);
    let ephemerals = Ephemerals::new(&remote);
    let recovering = async {
        let mut diagnostics = find_out_all(&remote, &ephemerals, desired, store, clients).await;
        diagnostics.extend(ephemerals.close(|_| true).await);
        diagnostics
    };
    tokio::select! {
        diagnostics = recovering => diagnostics,
        never = ephemerals.keep_open() => match never {},
    }
}

async fn find_out_all(
    remote: &Remote<'_>,
    ephemerals: &Ephemerals<'_>,
    desired: &dyn Desired,
    store: &mut Store,
    clients: &mut BTreeMap<ProviderAddress, Client>,
) -> Diagnostics {
    let surroundings = &remote.surroundings;
    let pending: Vec<Pending> = store.pending().cloned().collect();
    let created = store.created_before();
    let polls = Polls::new(remote);
    let recovery = Recovery { surroundings, remote, ephemerals, polls: &polls, state: store.state() };
    let (passing, mut diagnostics) = recovery.connect(desired, providers_of(&pending, &created), clients).await;
    if diagnostics.has_errors() {
        return diagnostics;
    }
    let findings = join_all(pending.iter().map(|pending| recovery.find_out(pending, clients)));
    let findings = tokio::select! {
        findings = findings => findings,
        () = surroundings.interrupt.reaches(Urgency::Stop) => return interrupted("The recovery of an earlier apply").into(),
    };
    let mut state = store.state().clone();
    let mut objects = NewObjects::new();
    for (address, provider, id) in created {
        note(&mut objects, surroundings, &address, &provider, &id);
    }
    for (pending, finding) in pending.iter().zip(findings) {
        match finding {
            Err(problems) => diagnostics.extend(problems),
            Ok(finding) => {
                surroundings.observer.notice(&Event::Note(&finding.in_words(pending)));
                if let (Finding::Stands(object), Effect::Create) = (&finding, pending.begun.effect) {
                    let id = object.id().unwrap_or_default();
                    note(&mut objects, surroundings, &pending.begun.address, &pending.begun.provider, id);
                }
                finding.apply(pending, &mut state);
            }
        }
    }
    if diagnostics.has_errors() {
        return diagnostics;
    }
    state.prune();
    if let Err(problem) = store.save_recovered(&state, surroundings.entropy) {
        diagnostics.push(*problem);
    }
    diagnostics.extend(finish(remote, &objects, clients).await);
    clients.retain(|provider, _| !passing.contains(provider));
    diagnostics
}

/// New objects by provider configuration: type and id.
pub(crate) type NewObjects = BTreeMap<ProviderAddress, Vec<(&'static str, RemoteId)>>;

fn note(objects: &mut NewObjects, surroundings: &Surroundings<'_>, address: &str, provider: &str, id: &str) {
    let parsed = address.parse::<InstanceAddress>().ok().zip(provider.parse::<ProviderAddress>().ok());
    let Some((address, provider)) = parsed else { return };
    let Some(resource) = surroundings.registry.resource(&provider.source, address.resource_type()) else { return };
    let new = (resource.name(), RemoteId(id.to_owned()));
    let known = objects.entry(provider).or_default();
    if !known.contains(&new) {
        known.push(new);
    }
}

fn providers_of(pending: &[Pending], created: &[(String, String, String)]) -> BTreeSet<ProviderAddress> {
    let pending = pending.iter().map(|pending| pending.begun.provider.as_str());
    pending
        .chain(created.iter().map(|(_, provider, _)| provider.as_str()))
        .filter_map(|text| text.parse().ok())
        .collect()
}

/// Lets the providers do what they do once for all new objects; that it fails is no more than a warning.
pub(crate) async fn finish(
    remote: &Remote<'_>,
    objects: &NewObjects,
    clients: &BTreeMap<ProviderAddress, Client>,
) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for (provider, objects) in objects {
        let found = remote.surroundings.registry.provider(&provider.source).zip(clients.get(provider));
        let Some((implementation, client)) = found else { continue };
        let call = Call::plain(provider, None);
        if let Err(error) = remote.call(&call, || implementation.finish(client, objects)).await {
            let problem = remote_failure(&error, "tidying up after the apply", None, None);
            diagnostics.push(Diagnostic { severity: Severity::Warning, ..problem });
        }
    }
    diagnostics
}

struct Recovery<'a> {
    surroundings: &'a Surroundings<'a>,
    remote: &'a Remote<'a>,
    ephemerals: &'a Ephemerals<'a>,
    polls: &'a Polls<'a>,
    state: &'a State,
}

/// What became of an effect.
enum Finding {
    /// The object stands.
    Stands(Box<ObjectState>),
    /// There is none.
    Gone,
    /// What is recorded is left to the refresh.
    AsRecorded,
}

impl Finding {
    fn in_words(&self, pending: &Pending) -> String {
        let address = &pending.begun.address;
        match (self, pending.begun.effect) {
            (Self::Stands(object), Effect::Create) => {
                let tainted = if object.status == ObjectStatus::Tainted { ", but not in order" } else { "" };
                format!(
                    "{address}: an interrupted apply had created {}{tainted}; it is recorded now",
                    object.id().unwrap_or("it")
                )
            }
            (Self::Gone, Effect::Create) => {
                format!("{address}: an interrupted apply had begun to create it, but did not")
            }
            (Self::Gone, Effect::Delete) => format!("{address}: an interrupted apply had destroyed it"),
            (Self::Stands(_) | Self::AsRecorded, Effect::Delete) => {
                format!("{address}: an interrupted apply had begun to destroy it, but it still stands")
            }
            (_, Effect::Update) | (Self::AsRecorded, Effect::Create) => {
                format!("{address}: an interrupted apply had begun to change it")
            }
        }
    }

    fn apply(self, pending: &Pending, state: &mut State) {
        let begun = &pending.begun;
        let Some((address, provider)) = address_of(pending) else { return };
        let object = match self {
            Self::AsRecorded => return,
            Self::Gone if begun.effect != Effect::Delete => return,
            Self::Gone => None,
            Self::Stands(object) => Some(*object),
        };
        let instance = state.instance_mut(&address, &provider);
        record(instance, begun.deposed.as_deref(), object);
    }
}

fn address_of(pending: &Pending) -> Option<(InstanceAddress, ProviderAddress)> {
    Some((pending.begun.address.parse().ok()?, pending.begun.provider.parse().ok()?))
}

impl Recovery<'_> {
    /// Makes the connections that the pending effects went through; returns those that an ephemeral value was needed for.
    async fn connect(
        &self,
        desired: &dyn Desired,
        providers: BTreeSet<ProviderAddress>,
        clients: &mut BTreeMap<ProviderAddress, Client>,
    ) -> (BTreeSet<ProviderAddress>, Diagnostics) {
        let (mut passing, mut diagnostics) = (BTreeSet::new(), Diagnostics::new());
        let mut known = recorded(self.state, desired, self.surroundings.registry);
        let blocks = desired.blocks();
        let needed = NeededOpen::new(blocks);
        let wanted = |id: BlockId| match &blocks[id].kind {
            BlockKind::Provider(address) => providers.contains(address) && !clients.contains_key(address),
            BlockKind::Resource(_) | BlockKind::Value => false,
        };
        let wanted: Vec<BlockId> = (0..blocks.len()).filter(|id| wanted(*id)).collect();
        for block in needed.all().iter().filter(|block| wanted.iter().any(|provider| needed.needs(**block, *provider)))
        {
            let BlockKind::Resource(address) = &blocks[*block].kind else { continue };
            for expansion in diagnostics.absorb(desired.expand(address, &known)) {
                known.expand(&expansion);
                for key in &expansion.keys {
                    let instance = expansion.resource.instance(key.clone());
                    diagnostics.extend(self.open(desired, &mut known, clients, &mut passing, &instance).await);
                }
            }
        }
        for provider in providers {
            diagnostics.extend(self.connect_to(desired, &known, clients, &mut passing, &provider).await);
        }
        (passing, diagnostics)
    }

    /// Opens an ephemeral value that a connection is made with.
    async fn open(
        &self,
        desired: &dyn Desired,
        known: &mut Known,
        clients: &mut BTreeMap<ProviderAddress, Client>,
        passing: &mut BTreeSet<ProviderAddress>,
        address: &InstanceAddress,
    ) -> Diagnostics {
        let (instance, mut diagnostics) = desired.instance(address, known);
        // What is not known yet leaves the connection unknown, which is told there.
        let Some(instance) = instance.filter(|instance| instance.config.is_wholly_known()) else { return diagnostics };
        diagnostics.extend(self.connect_to(desired, known, clients, passing, &instance.provider).await);
        let registry = self.surroundings.registry;
        let schema = registry.schema(&instance.provider.source, address.resource.mode, address.resource_type());
        let Some((client, schema)) = clients.get(&instance.provider).zip(schema) else { return diagnostics };
        match self.ephemerals.open(client, address, &instance.provider, &instance.config).await {
            Ok(result) => known.set(address, wpinfra_plan::opened_value(&result, &instance.config, schema)),
            Err(problems) => diagnostics.extend(problems),
        }
        diagnostics
    }

    async fn connect_to(
        &self,
        desired: &dyn Desired,
        known: &Known,
        clients: &mut BTreeMap<ProviderAddress, Client>,
        passing: &mut BTreeSet<ProviderAddress>,
        provider: &ProviderAddress,
    ) -> Diagnostics {
        if clients.contains_key(provider) {
            return Diagnostics::new();
        }
        let (config, mut diagnostics) = desired.provider(provider, known);
        let Some(config) = config.filter(Value::is_wholly_known) else {
            diagnostics.push(Diagnostic::error(
                "Interrupted apply cannot be recovered",
                format!(
                    "An apply was interrupted. To find out what became of its last steps, wpinfra has to ask through {provider}, \
                     whose configuration is not known. Give the provider a configuration that does not depend on resources."
                ),
            ));
            return diagnostics;
        };
        if config.deep_marks().contains(Marks::EPHEMERAL) {
            passing.insert(provider.clone());
        }
        match configure(self.remote, provider, &config).await {
            Ok(client) => drop(clients.insert(provider.clone(), client)),
            Err(problems) => diagnostics.extend(problems),
        }
        diagnostics
    }

    async fn find_out(
        &self,
        pending: &Pending,
        clients: &BTreeMap<ProviderAddress, Client>,
    ) -> Result<Finding, Diagnostics> {
        let Some((address, provider)) = address_of(pending) else {
            let detail = format!("The journal names {:?} and {:?}.", pending.begun.address, pending.begun.provider);
            return Err(Diagnostic::bug("Journal is inconsistent", detail).into());
        };
        let resource = resource_of(self.remote, &provider, &address)?;
        let Some(client) = clients.get(&provider) else {
            return Err(
                Diagnostic::bug("Provider is not connected", format!("It is needed to recover {address}.")).into()
            );
        };
        let target = Target { address: &address, provider: &provider, resource, client };
        let object = parse_object(&pending.begun.object).map_err(|why| inconsistent(&address, &why))?;
        let value = decode(&object, resource.schema()).map_err(|why| inconsistent(&address, &why.to_string()))?;
        let result = match pending.begun.effect {
            Effect::Update => Ok(Finding::AsRecorded),
            Effect::Delete => self.after_delete(&target, pending, &value).await,
            Effect::Create => self.after_create(&target, pending, object, &value).await,
        };
        result.map_err(|error| {
            remote_failure(&error, "finding out what an interrupted apply had done", Some(&address), None).into()
        })
    }

    async fn after_delete(&self, target: &Target<'_>, pending: &Pending, value: &Value) -> RemoteResult<Finding> {
        let id = pending.begun.id.clone().unwrap_or_default();
        let requests = [ReadRequest { id: RemoteId(id), prior: value.without_deep_marks() }];
        let call = Call::plain(target.provider, Some(target.address));
        let found = self.remote.call(&call, || target.resource.read(target.client, &requests)).await?;
        let is_gone = |observed: &Observed<Value>| match (&observed.status, target.resource.gone()) {
            (Some(status), Some(wait)) => wait.target.contains(&status.as_str()),
            _ => false,
        };
        Ok(match found.into_iter().next().flatten() {
            Some(observed) if !is_gone(&observed) => Finding::AsRecorded,
            _ => Finding::Gone,
        })
    }

    async fn after_create(
        &self,
        target: &Target<'_>,
        pending: &Pending,
        object: ObjectState,
        value: &Value,
    ) -> RemoteResult<Finding> {
        let plain = value.without_deep_marks();
        let id = match &pending.created {
            Some(id) => Some(RemoteId(id.clone())),
            None => self.look_for(target, pending, &plain).await?,
        };
        let Some(id) = id else { return Ok(Finding::Gone) };
        let planned = plain.with_attribute("id", Value::string(&id.0));
        let request = ReadRequest { id: id.clone(), prior: planned.clone() };
        let limit = time_limit(target.resource, &plain, "create", target.resource.ready());
        let goal = Goal::Ready(target.resource.ready());
        let observed = self.polls.until(target, &request, goal, limit, &|_| {}).await;
        let (status, value) = match observed {
            Ok(Some(observed)) => {
                let status = if pending.begun.provisioned { ObjectStatus::Tainted } else { ObjectStatus::Ready };
                (status, wpinfra_plan::normalise(&planned, &observed.model, target.resource.schema()))
            }
            // It was made, and will not become what it should: the next plan replaces it.
            Ok(None) => (ObjectStatus::Tainted, planned),
            Err(error) if error.kind == wpinfra_core::provider::RemoteErrorKind::Failed => {
                (ObjectStatus::Tainted, planned)
            }
            Err(error) => return Err(error),
        };
        let (attributes, _) = encode(&value, target.resource.schema());
        Ok(Finding::Stands(Box::new(ObjectState { status, attributes, ..object })))
    }

    /// Looks for an object that may have been created, as long as it may still become visible.
    async fn look_for(
        &self,
        target: &Target<'_>,
        pending: &Pending,
        planned: &Value,
    ) -> RemoteResult<Option<RemoteId>> {
        let resource: &dyn AnyResourceType = target.resource;
        let token = Token(pending.begun.token.clone());
        let call = Call::plain(target.provider, Some(target.address));
        loop {
            let found = self.remote.find(&call, resource, target.client, planned, &token, 1).await?;
            if found.is_some()
                || resource.identity() == wpinfra_core::provider::Identity::None
                || !self.is_recent(pending)
            {
                return Ok(found);
            }
            self.surroundings.clock.sleep(BETWEEN_LOOKS).await;
        }
    }

    fn is_recent(&self, pending: &Pending) -> bool {
        let begun: Option<jiff::Timestamp> = pending.begun.at.parse().ok();
        begun.is_some_and(|begun| {
            let age = self.surroundings.clock.now().duration_since(begun);
            age < jiff::SignedDuration::from_secs(i64::try_from(VISIBLE_AFTER.as_secs()).unwrap_or(i64::MAX))
        })
    }
}

fn inconsistent(address: &InstanceAddress, why: &str) -> Diagnostics {
    let detail =
        format!("What it says of {address} does not fit its type: {why}. It may come from another version of wpinfra.");
    Diagnostic::error("Journal is inconsistent", detail).into()
}
