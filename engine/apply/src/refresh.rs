//! Fulfilling what planning needs to know, everything at once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt, join_all};
use wpinfra_core::provider::{
    AnyResourceType, Client, Observed, ReadRequest, RemoteErrorKind, RemoteId, RemoteResult, Truth,
};
use wpinfra_core::{Diagnostic, Diagnostics, InstanceAddress, ProviderAddress, Value};
use wpinfra_plan::{Facts, Need, RefreshedObject};

use crate::describe::remote_failure;
use crate::ephemeral::Ephemerals;
use crate::observer::Event;
use crate::retry::{Call, Remote};
use crate::wait::check_count;

/// After this pause what was not found is looked for once more, before it counts as gone.
const SECOND_LOOK: Duration = Duration::from_secs(1);

/// One object that is to be read.
struct Wanted {
    address: InstanceAddress,
    deposed: Option<Arc<str>>,
    prior: Value,
}

/// Objects that are read in one call: those of one type and one provider configuration.
type Groups = BTreeMap<(ProviderAddress, Arc<str>), Vec<Wanted>>;

/// An instance, and the key of a deposed object.
type ObjectKey = (InstanceAddress, Option<Arc<str>>);

/// One thing that was found out.
enum Fact {
    Client(ProviderAddress, Client),
    Refreshed(Vec<(ObjectKey, RefreshedObject)>),
    Data(InstanceAddress, Value, Value),
    Imported(InstanceAddress, String, Option<Value>),
    Opened(InstanceAddress, Value, Value),
}

type Finding<'f> = BoxFuture<'f, Result<Fact, Diagnostics>>;

/// Finds out everything that is needed and adds it to the facts; returns how many objects were refreshed.
pub(crate) async fn fulfil(
    remote: &Remote<'_>,
    ephemerals: &Ephemerals<'_>,
    needs: Vec<Need>,
    facts: &mut Facts,
) -> (usize, Diagnostics) {
    let mut groups = Groups::new();
    let clients = facts.clients.clone();
    let mut findings: Vec<Finding<'_>> = Vec::new();
    for need in needs {
        match need {
            Need::Client { provider, config } => findings.push(connect(remote, provider, config).boxed()),
            Need::Refresh { address, deposed, provider, prior } => {
                let group = groups.entry((provider, Arc::clone(&address.resource.resource_type))).or_default();
                group.push(Wanted { address, deposed, prior });
            }
            Need::Data { address, provider, config } => {
                findings.push(read_data(remote, &clients, address, provider, config).boxed());
            }
            Need::Open { address, provider, config } => {
                findings.push(open(ephemerals, &clients, address, provider, config).boxed());
            }
            Need::Import { address, provider, id } => {
                findings.push(import(remote, &clients, address, provider, id).boxed());
            }
        }
    }
    let objects = groups.values().map(Vec::len).sum();
    if objects > 0 {
        remote.surroundings.observer.notice(&Event::RefreshStarted { objects });
    }
    findings.extend(groups.into_iter().map(|((provider, _), wanted)| told(remote, &clients, provider, wanted).boxed()));
    let mut diagnostics = Diagnostics::new();
    for finding in join_all(findings).await {
        match finding {
            Ok(fact) => add(facts, fact),
            Err(problems) => diagnostics.extend(problems),
        }
    }
    (objects, diagnostics)
}

/// Refreshes objects of one type, and tells of each that it is read.
async fn told(
    remote: &Remote<'_>,
    clients: &BTreeMap<ProviderAddress, Client>,
    provider: ProviderAddress,
    wanted: Vec<Wanted>,
) -> Result<Fact, Diagnostics> {
    let id = |one: &Wanted| one.prior.get("id").and_then(|id| id.as_str().map(str::to_owned));
    let objects: Vec<_> = wanted.iter().map(|one| (one.address.clone(), id(one))).collect();
    let observer = remote.surroundings.observer;
    for (address, id) in &objects {
        observer.notice(&Event::ObjectRefreshStarted { address, id: id.as_deref() });
    }
    let fact = refresh(remote, clients, provider, wanted).await?;
    for (address, id) in &objects {
        observer.notice(&Event::ObjectRefreshed { address, id: id.as_deref() });
    }
    Ok(fact)
}

fn add(facts: &mut Facts, fact: Fact) {
    match fact {
        Fact::Client(provider, client) => {
            facts.clients.insert(provider, client);
        }
        Fact::Refreshed(found) => facts.refreshed.extend(found),
        Fact::Data(address, result, config) => {
            facts.data.insert(address, (result, config));
        }
        Fact::Opened(address, result, config) => {
            facts.opened.insert(address, (result, config));
        }
        Fact::Imported(address, id, value) => {
            facts.imported.insert(address, (id, value));
        }
    }
}

async fn connect(remote: &Remote<'_>, provider: ProviderAddress, config: Value) -> Result<Fact, Diagnostics> {
    let client = configure(remote, &provider, &config).await?;
    Ok(Fact::Client(provider, client))
}

/// Makes a connection.
pub(crate) async fn configure(
    remote: &Remote<'_>,
    provider: &ProviderAddress,
    config: &Value,
) -> Result<Client, Diagnostics> {
    let Some(found) = remote.surroundings.registry.provider(&provider.source) else {
        return Err(
            Diagnostic::bug("Unknown provider", format!("{provider} was planned for, but is not built in.")).into()
        );
    };
    found.configure(&config.without_deep_marks()).await
}

/// Returns the connection of a provider configuration, which has been asked for before.
fn client_of<'c>(
    clients: &'c BTreeMap<ProviderAddress, Client>,
    provider: &ProviderAddress,
) -> Result<&'c Client, Diagnostics> {
    clients.get(provider).ok_or_else(|| {
        Diagnostic::bug("Provider is not connected", format!("Something was to be read through {provider}.")).into()
    })
}

/// Returns the resource type of an instance.
pub(crate) fn resource_of<'r>(
    remote: &Remote<'r>,
    provider: &ProviderAddress,
    address: &InstanceAddress,
) -> Result<&'r dyn AnyResourceType, Diagnostics> {
    remote.surroundings.registry.resource(&provider.source, address.resource_type()).ok_or_else(|| {
        let detail =
            format!("{provider} has no resource type {:?} in this version of wpinfra.", address.resource_type());
        Diagnostic::error("Unknown resource type", detail).about(address).into()
    })
}

async fn refresh(
    remote: &Remote<'_>,
    clients: &BTreeMap<ProviderAddress, Client>,
    provider: ProviderAddress,
    wanted: Vec<Wanted>,
) -> Result<Fact, Diagnostics> {
    let client = client_of(clients, &provider)?;
    let resource = resource_of(remote, &provider, &wanted[0].address)?;
    let requests: Vec<ReadRequest<Value>> = wanted.iter().map(|wanted| request_of(&wanted.prior)).collect();
    let call = Call::plain(&provider, None);
    let found = read_all(remote, &call, resource, client, &requests).await.map_err(|error| {
        let addresses: Vec<String> = wanted.iter().take(3).map(|wanted| wanted.address.to_string()).collect();
        let more = if wanted.len() > 3 { format!(" and {} more", wanted.len() - 3) } else { String::new() };
        Diagnostics::from(remote_failure(
            &error,
            &format!("reading {}{more}", addresses.join(", ")),
            Some(&wanted[0].address),
            None,
        ))
    })?;
    let objects = wanted.into_iter().zip(found).map(|(wanted, found)| {
        let object = found.map_or(RefreshedObject::Gone, |observed| RefreshedObject::Found(observed.model));
        ((wanted.address, wanted.deposed), object)
    });
    Ok(Fact::Refreshed(objects.collect()))
}

/// Returns what reads an object that is recorded or planned so.
pub(crate) fn request_of(prior: &Value) -> ReadRequest<Value> {
    let prior = prior.without_deep_marks();
    let id = prior.get("id").and_then(|id| id.as_str().map(str::to_owned)).unwrap_or_default();
    ReadRequest { id: RemoteId(id), prior }
}

/// Reads objects, and looks a second time for those that are not found: once is no evidence of absence.
async fn read_all(
    remote: &Remote<'_>,
    call: &Call<'_>,
    resource: &dyn AnyResourceType,
    client: &Client,
    requests: &[ReadRequest<Value>],
) -> RemoteResult<Vec<Option<Observed<Value>>>> {
    let found = remote.call(call, || resource.read(client, requests)).await?;
    let mut found = check_count(resource, found, requests.len())?;
    let missing: Vec<usize> = (0..found.len()).filter(|index| found[*index].is_none()).collect();
    if missing.is_empty() {
        return Ok(found);
    }
    remote.surroundings.clock.sleep(SECOND_LOOK).await;
    let again: Vec<ReadRequest<Value>> = missing.iter().map(|index| requests[*index].clone()).collect();
    let seen = remote.call(call, || resource.read(client, &again)).await?;
    for (index, seen) in missing.into_iter().zip(check_count(resource, seen, again.len())?) {
        found[index] = seen;
    }
    Ok(found)
}

async fn read_data(
    remote: &Remote<'_>,
    clients: &BTreeMap<ProviderAddress, Client>,
    address: InstanceAddress,
    provider: ProviderAddress,
    config: Value,
) -> Result<Fact, Diagnostics> {
    let client = client_of(clients, &provider)?;
    let result = read_data_source(remote, client, &address, &provider, &config).await?;
    Ok(Fact::Data(address, result, config))
}

/// Reads a data source.
pub(crate) async fn read_data_source(
    remote: &Remote<'_>,
    client: &Client,
    address: &InstanceAddress,
    provider: &ProviderAddress,
    config: &Value,
) -> Result<Value, Diagnostics> {
    let surroundings = &remote.surroundings;
    let source = surroundings.registry.data_source(&provider.source, address.resource_type()).ok_or_else(|| {
        let detail = format!("{provider} has no data source {:?} in this version of wpinfra.", address.resource_type());
        Diagnostics::from(Diagnostic::error("Unknown data source", detail).about(address))
    })?;
    let started = surroundings.clock.elapsed();
    surroundings.observer.notice(&Event::DataStarted { address });
    let call = Call::plain(provider, Some(address));
    let plain = config.without_deep_marks();
    let result = remote.call(&call, || source.read(client, &plain)).await;
    let result = result
        .map_err(|error| Diagnostics::from(remote_failure(&error, "reading the data source", Some(address), None)))?;
    let elapsed = surroundings.clock.elapsed().saturating_sub(started);
    surroundings.observer.notice(&Event::DataFinished { address, elapsed });
    Ok(result)
}

async fn open(
    ephemerals: &Ephemerals<'_>,
    clients: &BTreeMap<ProviderAddress, Client>,
    address: InstanceAddress,
    provider: ProviderAddress,
    config: Value,
) -> Result<Fact, Diagnostics> {
    let client = client_of(clients, &provider)?;
    let result = ephemerals.open(client, &address, &provider, &config).await?;
    Ok(Fact::Opened(address, result, config))
}

async fn import(
    remote: &Remote<'_>,
    clients: &BTreeMap<ProviderAddress, Client>,
    address: InstanceAddress,
    provider: ProviderAddress,
    id: String,
) -> Result<Fact, Diagnostics> {
    let client = client_of(clients, &provider)?;
    let resource = resource_of(remote, &provider, &address)?;
    let (remote_id, prior) = resource.import(&id).map_err(|sentence| {
        let detail = format!("{id:?} cannot be the import id of an object of type {}: {sentence}", resource.name());
        Diagnostics::from(Diagnostic::error("Invalid import id", detail).about(&address))
    })?;
    if resource.truth() == Truth::State {
        return Ok(Fact::Imported(address, id, Some(prior)));
    }
    let requests = [ReadRequest { id: remote_id, prior }];
    let call = Call::plain(&provider, Some(&address));
    let found = match remote.call(&call, || resource.read(client, &requests)).await {
        Ok(found) => check_count(resource, found, 1).map(|found| found.into_iter().next().flatten()),
        Err(error) if error.kind == RemoteErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    };
    let found = found.map_err(|error| {
        Diagnostics::from(remote_failure(
            &error,
            &format!("reading the object to import, {id:?}"),
            Some(&address),
            None,
        ))
    })?;
    Ok(Fact::Imported(address, id, found.map(|observed| observed.model)))
}
