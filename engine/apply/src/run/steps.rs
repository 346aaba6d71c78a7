//! The steps of an execution graph.

use std::sync::Arc;
use std::time::Duration;

use wpinfra_core::desired::{DesiredInstance, ProvisionWhen};
use wpinfra_core::provider::{
    AnyResourceType, Client, Creation, ReadRequest, RemoteErrorKind, RemoteId, RemoteResult, Token, Truth,
};
use wpinfra_core::schema::TypeSystem;
use wpinfra_core::state::ObjectStatus;
use wpinfra_core::{Diagnostic, Diagnostics, InstanceAddress, Path, ProviderAddress, SourceRange, Value};
use wpinfra_plan::{Change, StepId, StepKind, planned_value, settle};

use super::agree::{contradiction, in_words};
use super::record::{Beginning, object_of};
use super::{Run, Shared};
use crate::describe::remote_failure;
use crate::journal::{Effect, Entry};
use crate::observer::{Event, StepEvent};
use crate::refresh::{configure, read_data_source, request_of, resource_of};
use crate::retry::{CONSISTENCY_BOUND, Call};
use crate::wait::{Goal, Target, time_limit};

/// A step while it is being taken.
struct Progress<'a> {
    id: StepId,
    kind: &'a StepKind,
    change: &'a Change,
    started: Duration,
}

/// What a create or update needs.
struct Prepared<'a> {
    resource: &'a dyn AnyResourceType,
    client: Client,
    /// The object to be, with marks.
    planned: Value,
    /// The same as the provider gets it: without marks, and with the arguments that are never recorded.
    sent: Value,
    range: Option<SourceRange>,
}

impl Run<'_> {
    /// Takes one step.
    pub(super) async fn step(&self, id: StepId) -> Result<(), Diagnostics> {
        let step = &self.plan.graph.steps[id];
        let key = match &step.kind {
            StepKind::Delete { deposed } | StepKind::Forget { deposed } => deposed.clone(),
            StepKind::Create | StepKind::Update | StepKind::Depose { .. } | StepKind::Read | StepKind::Import => None,
        };
        // An object that this very run sets aside has the change of its instance.
        let change =
            self.changes.get(&(step.address.clone(), key)).or_else(|| self.changes.get(&(step.address.clone(), None)));
        let Some(change) = change.copied() else {
            let detail = format!("The plan has the step {:?} for {}, but no change of it.", step.kind, step.address);
            return Err(Diagnostic::bug("Step without a change", detail).into());
        };
        self.open_before(step, change).await?;
        let result = self.take(id, change).await;
        self.close_after(step, change).await;
        result
    }

    async fn take(&self, id: StepId, change: &Change) -> Result<(), Diagnostics> {
        let step = &self.plan.graph.steps[id];
        let progress = Progress { id, kind: &step.kind, change, started: self.surroundings.clock.elapsed() };
        let prior_id = change.before.as_ref().and_then(id_of);
        self.surroundings.observer.notice(&Event::StepStarted(self.event(&progress, prior_id.as_deref())));
        let result = match &step.kind {
            StepKind::Create => self.create(&progress).await,
            StepKind::Update => self.update(&progress).await,
            StepKind::Delete { deposed } => self.delete(&progress, deposed.as_ref()).await,
            StepKind::Depose { key } => self.depose(change, key),
            StepKind::Read => self.read(&progress).await,
            StepKind::Forget { deposed } => self.forget(&progress, deposed.as_ref()),
            StepKind::Import => self.import(&progress),
        };
        let result = result.map_err(|problems| problems.about(&step.address));
        match &result {
            Ok(id) => self.surroundings.observer.notice(&Event::StepFinished(self.event(&progress, id.as_deref()))),
            Err(problems) => {
                if let Some(diagnostic) = problems.iter().next() {
                    let step = self.event(&progress, prior_id.as_deref());
                    self.surroundings.observer.notice(&Event::StepFailed { step, diagnostic });
                }
            }
        }
        result.map(drop)
    }

    fn event<'e>(&self, progress: &Progress<'e>, id: Option<&'e str>) -> StepEvent<'e> {
        let elapsed = self.surroundings.clock.elapsed().saturating_sub(progress.started);
        StepEvent { address: &progress.change.address, kind: progress.kind, id, elapsed }
    }

    async fn create(&self, progress: &Progress<'_>) -> Result<Option<String>, Diagnostics> {
        let change = progress.change;
        let prepared = self.prepare(change, None).await?;
        if prepared.resource.truth() == Truth::State {
            return self.create_local(progress, &prepared).await;
        }
        let Prepared { resource, client, planned, sent, range } = prepared;
        let looking = Call::plain(&change.provider, Some(&change.address));
        let sent = self.remote.call(&looking, || resource.prepare(&client, &sent)).await.map_err(|error| {
            Diagnostics::from(remote_failure(&error, "preparing its creation", Some(&change.address), range.clone()))
        })?;
        let token = Token(self.surroundings.entropy.uuid());
        let provisioned = self.has_provisioners(change);
        let found_out = sent.mark_at(&planned.unmark_deep().1);
        let object = object_of(change, resource, &without_write_only(&found_out, resource), ObjectStatus::Ready, None);
        let (step, effect) = (progress.id, Effect::Create);
        self.begin(Beginning { step, effect, change, token: &token, object, id: None, provisioned }).await?;
        let limit = time_limit(resource, &planned, "create", resource.ready());
        let call = self.changing(change, limit);
        let id = match self.remote.create(&call, resource, &client, &sent, &token).await {
            Ok(id) => id,
            Err(error) => {
                let mut problems =
                    Diagnostics::from(remote_failure(&error, "creating it", Some(&change.address), range));
                if error.outcome_known {
                    problems.extend(self.nothing(progress.id));
                    problems.extend(self.restore(change));
                }
                return Err(problems);
            }
        };
        // Even if that cannot be recorded, the object is waited for: the state at the end of the run will hold it.
        let unrecorded = self.created(progress.id, &id).await.err().unwrap_or_default();
        self.shared().note_created(change, resource.name(), &id);
        let target = Target { address: &change.address, provider: &change.provider, resource, client: &client };
        let (planned, sent) = (with_id(&planned, &id), with_id(&sent, &id));
        let goal = Objective { id: &id, planned: &planned, sent: &sent, limit, creation: resource.creation() };
        let mut outcome = self.bring_up(progress, &target, &goal, range).await;
        outcome.problems.extend(unrecorded);
        self.record_creation(progress, resource, &planned, outcome, provisioned).await
    }

    /// Makes an object that stands only in the state.
    async fn create_local(
        &self,
        progress: &Progress<'_>,
        prepared: &Prepared<'_>,
    ) -> Result<Option<String>, Diagnostics> {
        let Prepared { resource, client, planned, sent, range } = prepared;
        let provisioned = self.has_provisioners(progress.change);
        let made = resource.generate(client, sent);
        let outcome = check_local(progress.change, prepared, made, "creating it", range.clone());
        if outcome.value.is_none() {
            let mut problems = outcome.problems;
            problems.extend(self.restore(progress.change));
            return Err(problems);
        }
        self.record_creation(progress, *resource, planned, outcome, provisioned).await
    }

    /// Provisions a new object and records it, whatever became of it.
    async fn record_creation(
        &self,
        progress: &Progress<'_>,
        resource: &dyn AnyResourceType,
        planned: &Value,
        mut outcome: Outcome,
        provisioned: bool,
    ) -> Result<Option<String>, Diagnostics> {
        let change = progress.change;
        let value = outcome.value.take().unwrap_or_else(|| planned.clone());
        if !outcome.failed() {
            self.know(change, &value);
            outcome.problems.extend(self.run_creation_provisioners(change).await);
        }
        // What did not become ready, or was not provisioned, cannot be kept.
        let is_unfinished = outcome.failed() && (provisioned || !outcome.is_ready);
        let status = if is_unfinished { ObjectStatus::Tainted } else { ObjectStatus::Ready };
        let object = object_of(change, resource, &value, status, None);
        outcome.problems.extend(self.done(progress.id, change, None, Some(object)).err().unwrap_or_default());
        self.shared().created += 1;
        self.conclude(change, outcome, id_of(&value))
    }

    async fn update(&self, progress: &Progress<'_>) -> Result<Option<String>, Diagnostics> {
        let change = progress.change;
        let Some(prior) = change.before.clone() else {
            return Err(
                Diagnostic::bug("Nothing to change", format!("{} has no object before.", change.address)).into()
            );
        };
        let prepared = self.prepare(change, Some(&prior)).await?;
        let plain_prior = prior.without_deep_marks();
        let outcome = if prepared.resource.truth() == Truth::State {
            let made = prepared.resource.generate_update(&prepared.client, &plain_prior, &prepared.sent);
            check_local(change, &prepared, made, "changing it", prepared.range.clone())
        } else {
            self.update_remote(progress, &prepared, &plain_prior).await?
        };
        self.record_update(progress, &prepared, outcome, id_of(&prior))
    }

    async fn update_remote(
        &self,
        progress: &Progress<'_>,
        prepared: &Prepared<'_>,
        prior: &Value,
    ) -> Result<Outcome, Diagnostics> {
        let change = progress.change;
        let Prepared { resource, client, planned, sent, range } = prepared;
        let before = self.recorded(change);
        let id = RemoteId(id_of(prior).unwrap_or_default());
        let object = object_of(change, *resource, planned, ObjectStatus::Ready, before.as_ref());
        let (step, effect, token) = (progress.id, Effect::Update, Token(self.surroundings.entropy.uuid()));
        self.begin(Beginning { step, effect, change, token: &token, object, id: Some(&id), provisioned: false })
            .await?;
        let limit = time_limit(*resource, planned, "update", resource.ready());
        let call = self.changing(change, limit);
        if let Err(error) = self.remote.call(&call, || resource.update(client, &id, prior, sent)).await {
            return Ok(Outcome::failing(remote_failure(&error, "changing it", Some(&change.address), range.clone())));
        }
        let target = Target { address: &change.address, provider: &change.provider, resource: *resource, client };
        let goal = Objective { id: &id, planned, sent, limit, creation: Creation::Complete };
        Ok(self.bring_up(progress, &target, &goal, range.clone()).await)
    }

    fn record_update(
        &self,
        progress: &Progress<'_>,
        prepared: &Prepared<'_>,
        mut outcome: Outcome,
        id: Option<String>,
    ) -> Result<Option<String>, Diagnostics> {
        let change = progress.change;
        match outcome.value.take() {
            // What of it was done the next refresh sees.
            None => outcome.problems.extend(self.nothing(progress.id)),
            Some(value) => {
                self.know(change, &value);
                let before = self.recorded(change);
                let object = object_of(change, prepared.resource, &value, ObjectStatus::Ready, before.as_ref());
                outcome.problems.extend(self.done(progress.id, change, None, Some(object)).err().unwrap_or_default());
                let mut shared = self.shared();
                shared.changed += 1;
                shared.imported += usize::from(change.importing.is_some());
            }
        }
        self.conclude(change, outcome, id)
    }

    /// Checks the postconditions of what has become ready.
    fn conclude(&self, change: &Change, outcome: Outcome, id: Option<String>) -> Result<Option<String>, Diagnostics> {
        if outcome.failed() {
            return Err(outcome.problems);
        }
        let mut shared = self.shared();
        let problems = self.desired.check_after(&change.address, &shared.known);
        shared.warnings.extend(outcome.problems);
        if problems.has_errors() {
            return Err(problems);
        }
        shared.warnings.extend(problems);
        Ok(id)
    }

    /// Evaluates the configuration again, with all that is known now, and sees to it that the plan still holds.
    async fn prepare(&self, change: &Change, prior: Option<&Value>) -> Result<Prepared<'_>, Diagnostics> {
        let resource = resource_of(self.remote, &change.provider, &change.address)?;
        let client = self.client(&change.provider).await?;
        let instance = self.evaluate(&change.address)?;
        let (planned, problems) = planned_value(resource, Some(&client), prior, &instance);
        let Some(planned) = planned.filter(|_| !problems.has_errors()) else { return Err(problems) };
        let promised = change.after.as_ref().and_then(|after| contradiction(after, &planned));
        if let Some(path) = promised {
            let detail = format!(
                "The plan said what {} of {} would be, but evaluated again during the apply it is something else. Something that \
                 the plan took for settled has changed since, or a value differs at every evaluation. Nothing was done to the \
                 object. Plan again.",
                in_words(&path),
                change.address
            );
            let range = instance.range_of(&path);
            return Err(Diagnostic::error("Configuration does not agree with the plan", detail)
                .at(range)
                .about(&change.address)
                .into());
        }
        let sent = with_write_only(&planned.without_deep_marks(), &instance.config, resource);
        Ok(Prepared { resource, client, planned, sent, range: instance.range })
    }

    pub(super) fn evaluate(&self, address: &InstanceAddress) -> Result<DesiredInstance, Diagnostics> {
        let mut shared = self.shared();
        let (instance, mut problems) = self.desired.instance(address, &shared.known);
        problems.extend(self.desired.check_before(address, &shared.known));
        if problems.has_errors() {
            return Err(problems);
        }
        shared.warnings.extend(problems);
        instance.ok_or_else(|| {
            Diagnostic::bug(
                "Planned instance is missing",
                format!("{address} is planned, but not in the configuration."),
            )
            .into()
        })
    }

    /// Returns a connection, making it if there is none yet.
    pub(super) async fn client(&self, provider: &ProviderAddress) -> Result<Client, Diagnostics> {
        let mut clients = self.clients.lock().await;
        if let Some(client) = clients.get(provider) {
            return Ok(Client::clone(client));
        }
        let (config, problems) = self.desired.provider(provider, &self.shared().known);
        let Some(config) = config.filter(|_| !problems.has_errors()) else { return Err(problems) };
        if !config.is_wholly_known() {
            let detail = format!("The configuration of {provider} depends on something that is still not known.");
            return Err(Diagnostic::error("Provider configuration is unknown", detail).into());
        }
        let client = configure(self.remote, provider, &config).await?;
        clients.insert(provider.clone(), Client::clone(&client));
        Ok(client)
    }

    /// Returns how a request that changes an object is repeated.
    fn changing<'c>(&self, change: &'c Change, busy_for: Duration) -> Call<'c> {
        let is_early = change.dependencies.iter().any(|block| self.shared().fresh.contains(block));
        let not_found_for = if is_early { CONSISTENCY_BOUND } else { Duration::ZERO };
        Call { provider: &change.provider, address: Some(&change.address), busy_for, not_found_for }
    }

    /// Waits until a created or changed object is ready, and finds out what it is.
    async fn bring_up(
        &self,
        progress: &Progress<'_>,
        target: &Target<'_>,
        goal: &Objective<'_>,
        range: Option<SourceRange>,
    ) -> Outcome {
        let (plain, marks) = goal.planned.unmark_deep();
        let schema = target.resource.schema();
        // The id is the way to the object; what the attribute of that name says only the read tells.
        let plain = without_id(&plain);
        let result: RemoteResult<(Value, Vec<Path>)> = async {
            let observed = self.wait_ready(progress, target, goal).await?;
            // What was looked up before the create is wanted as much as what was planned.
            let wanted = without_id(goal.sent);
            let is_reached = settle(&wanted, &observed, schema).1.is_empty();
            if goal.creation == Creation::Complete || is_reached {
                return Ok(settle(&plain, &observed, schema));
            }
            let call = self.changing(progress.change, goal.limit);
            let wanted = with_observed(goal.sent, &observed);
            let update = || target.resource.update(target.client, goal.id, &observed, &wanted);
            self.remote.call(&call, update).await?;
            let observed = self.wait_ready(progress, target, goal).await?;
            Ok(settle(&plain, &observed, schema))
        }
        .await;
        match result {
            Err(error) => Outcome::failing(remote_failure(
                &error,
                "waiting until it is ready",
                Some(&progress.change.address),
                range,
            )),
            Ok((value, apart)) => {
                let value = Some(value.mark_at(&marks));
                let mut outcome = Outcome { value, problems: Diagnostics::new(), is_ready: true };
                outcome.check(&apart, target.address, target.resource, range);
                outcome
            }
        }
    }

    async fn wait_ready(
        &self,
        progress: &Progress<'_>,
        target: &Target<'_>,
        goal: &Objective<'_>,
    ) -> RemoteResult<Value> {
        let request = ReadRequest { id: goal.id.clone(), prior: goal.sent.clone() };
        let tell = |status: Option<&str>| self.tell(progress, &goal.id.0, status);
        let ready = Goal::Ready(target.resource.ready());
        let observed = self.polls.until(target, &request, ready, goal.limit, &tell).await?;
        Ok(observed.expect("a wait for an object to be ready ends with the object").model)
    }

    fn tell(&self, progress: &Progress<'_>, id: &str, status: Option<&str>) {
        let step = self.event(progress, Some(id));
        self.surroundings.observer.notice(&Event::StepProgress { step, status });
    }

    async fn delete(&self, progress: &Progress<'_>, deposed: Option<&Arc<str>>) -> Result<Option<String>, Diagnostics> {
        let change = progress.change;
        let resource = resource_of(self.remote, &change.provider, &change.address)?;
        let Some(prior) = &change.before else {
            return Err(
                Diagnostic::bug("Nothing to destroy", format!("{} has no object before.", change.address)).into()
            );
        };
        if deposed.is_none() {
            self.run_destruction_provisioners(change, prior).await?;
        }
        if resource.truth() == Truth::State {
            self.done(progress.id, change, deposed, None)?;
            self.shared().destroyed += 1;
            return Ok(id_of(prior));
        }
        let client = self.client(&change.provider).await?;
        let id = RemoteId(id_of(prior).unwrap_or_default());
        let token = Token(self.surroundings.entropy.uuid());
        let object = object_of(change, resource, prior, ObjectStatus::Ready, None);
        let (step, effect) = (progress.id, Effect::Delete);
        let change_of_object = Change { deposed: deposed.cloned(), ..change.clone() };
        let beginning = Beginning {
            step,
            effect,
            change: &change_of_object,
            token: &token,
            object,
            id: Some(&id),
            provisioned: false,
        };
        self.begin(beginning).await?;
        if let Err(error) = self.delete_and_wait(progress, resource, &client, &id, prior).await {
            let mut problems = Diagnostics::from(remote_failure(&error, "destroying it", Some(&change.address), None));
            problems.extend(self.nothing(progress.id));
            return Err(problems);
        }
        self.done(progress.id, change, deposed, None)?;
        self.shared().destroyed += 1;
        Ok(Some(id.0))
    }

    async fn delete_and_wait(
        &self,
        progress: &Progress<'_>,
        resource: &dyn AnyResourceType,
        client: &Client,
        id: &RemoteId,
        prior: &Value,
    ) -> RemoteResult<()> {
        let change = progress.change;
        let limit = time_limit(resource, prior, "delete", resource.gone());
        let call = Call { not_found_for: Duration::ZERO, ..self.changing(change, limit) };
        let plain = prior.without_deep_marks();
        let deleted = self.remote.call(&call, || resource.delete(client, id, &plain)).await;
        match deleted {
            Err(error) if error.kind == RemoteErrorKind::NotFound => return Ok(()),
            other => other?,
        }
        let Some(wait) = resource.gone() else { return Ok(()) };
        let target = Target { address: &change.address, provider: &change.provider, resource, client };
        let tell = |status: Option<&str>| self.tell(progress, &id.0, status);
        self.polls.until(&target, &request_of(prior), Goal::Gone(wait), limit, &tell).await.map(drop)
    }

    fn depose(&self, change: &Change, key: &Arc<str>) -> Result<Option<String>, Diagnostics> {
        self.append(&Entry::Deposed { address: change.address.to_string(), key: key.to_string() })?;
        let mut shared = self.shared();
        let instance = shared.state.instance_mut(&change.address, &change.provider);
        if let Some(object) = instance.current.take() {
            instance.deposed.insert(key.to_string(), object);
        }
        Ok(None)
    }

    /// Makes the object that was set aside the current one again, after the creation of its successor failed.
    fn restore(&self, change: &Change) -> Diagnostics {
        let steps = self.plan.graph.steps.iter().filter(|step| step.address == change.address);
        let key = steps
            .into_iter()
            .find_map(|step| if let StepKind::Depose { key } = &step.kind { Some(key.to_string()) } else { None });
        let Some(key) = key else { return Diagnostics::new() };
        if let Err(problems) = self.append(&Entry::Restored { address: change.address.to_string(), key: key.clone() }) {
            return problems;
        }
        let mut shared = self.shared();
        let instance = shared.state.instance_mut(&change.address, &change.provider);
        instance.current = instance.deposed.remove(&key);
        Diagnostics::new()
    }

    async fn read(&self, progress: &Progress<'_>) -> Result<Option<String>, Diagnostics> {
        let change = progress.change;
        let instance = self.evaluate(&change.address)?;
        if !instance.config.is_wholly_known() {
            let detail = format!("The arguments of {} are still not known when their turn has come.", change.address);
            return Err(Diagnostic::bug("Data source with unknown arguments", detail).into());
        }
        let client = self.client(&change.provider).await?;
        let result =
            read_data_source(self.remote, &client, &change.address, &change.provider, &instance.config).await?;
        let (_, marks) = instance.config.unmark_deep();
        let value = wpinfra_plan::mark_sensitive(&result.mark_at(&marks), self.schema(change)?);
        let (attributes, sensitive_paths) = super::encode(&value, self.schema(change)?);
        let object = wpinfra_core::state::ObjectState {
            status: ObjectStatus::Ready,
            schema_version: self.schema(change)?.version,
            attributes,
            sensitive_paths,
            private: None,
            dependencies: change.dependencies.clone(),
            create_before_destroy: false,
            identity: None,
        };
        self.know(change, &value);
        self.done(progress.id, change, None, Some(object))?;
        self.conclude(change, Outcome::ready(), id_of(&value))
    }

    fn schema(&self, change: &Change) -> Result<&wpinfra_core::schema::Schema, Diagnostics> {
        let resource = &change.address.resource;
        let found = self.surroundings.registry.schema(&change.provider.source, resource.mode, &resource.resource_type);
        found.ok_or_else(|| Diagnostic::bug("Type without a schema", format!("{} has none.", change.address)).into())
    }

    fn forget(&self, progress: &Progress<'_>, deposed: Option<&Arc<str>>) -> Result<Option<String>, Diagnostics> {
        self.done(progress.id, progress.change, deposed, None)?;
        self.shared().forgotten += 1;
        Ok(None)
    }

    fn import(&self, progress: &Progress<'_>) -> Result<Option<String>, Diagnostics> {
        let change = progress.change;
        let resource = resource_of(self.remote, &change.provider, &change.address)?;
        let Some(value) = change.after.as_ref().or(change.before.as_ref()) else {
            return Err(Diagnostic::bug("Import without an object", format!("{} has none.", change.address)).into());
        };
        let object = object_of(change, resource, value, ObjectStatus::Ready, None);
        self.know(change, value);
        self.done(progress.id, change, None, Some(object))?;
        self.shared().imported += 1;
        self.conclude(change, Outcome::ready(), id_of(value))
    }

    fn know(&self, change: &Change, value: &Value) {
        self.shared().known.set(&change.address, value.clone());
    }

    fn has_provisioners(&self, change: &Change) -> bool {
        // The object is not there yet: what its provisioners say of it is not known, and does not matter here.
        let (provisioners, _unknown) =
            self.desired.provisioners(&change.address, ProvisionWhen::Create, &self.shared().known);
        !provisioners.is_empty()
    }
}

impl Shared {
    fn note_created(&mut self, change: &Change, type_name: &'static str, id: &RemoteId) {
        self.fresh.insert(change.address.config());
        self.objects.entry(change.provider.clone()).or_default().push((type_name, id.clone()));
    }
}

/// What became of an object that was created or changed.
struct Outcome {
    /// What it is now, if that is known.
    value: Option<Value>,
    /// Errors if it did not become what it should; warnings otherwise.
    problems: Diagnostics,
    /// Whether the remote object is in order.
    is_ready: bool,
}

impl Outcome {
    fn ready() -> Self {
        Self { value: None, problems: Diagnostics::new(), is_ready: true }
    }

    fn failing(problem: Diagnostic) -> Self {
        Self { value: None, problems: problem.into(), is_ready: false }
    }

    fn failed(&self) -> bool {
        self.problems.has_errors()
    }

    /// Holds what was observed against what was planned.
    fn check(
        &mut self,
        apart: &[Path],
        address: &InstanceAddress,
        resource: &dyn AnyResourceType,
        range: Option<SourceRange>,
    ) {
        let Some(value) = &self.value else { return };
        if !value.is_wholly_known() {
            let detail = format!("After the apply there is still something unknown in {address}.");
            self.problems.push(Diagnostic::bug("Unknown value after apply", detail).about(address).at(range.clone()));
        }
        if apart.is_empty() {
            return;
        }
        let places: Vec<String> = apart.iter().take(5).map(in_words).collect();
        let detail = format!(
            "{} was planned with other values than it has now: {}. The remote object is recorded as it is; the next plan shows \
             the difference.",
            address,
            places.join(", ")
        );
        let problem = match resource.schema().type_system {
            // Types of the older kind may do that in Terraform too.
            TypeSystem::Legacy => Diagnostic::warning("Object is not as planned", detail),
            TypeSystem::Strict => Diagnostic::bug("Object is not as planned", detail),
        };
        self.problems.push(problem.about(address).at(range));
    }
}

/// Holds what a type without a remote service has made against what was planned.
fn check_local(
    change: &Change,
    prepared: &Prepared<'_>,
    made: RemoteResult<Value>,
    doing: &str,
    range: Option<SourceRange>,
) -> Outcome {
    match made {
        Err(error) => {
            let problem = remote_failure(&error, doing, Some(&change.address), range);
            Outcome { value: None, problems: problem.into(), is_ready: false }
        }
        Ok(made) => {
            let (plain, marks) = prepared.planned.unmark_deep();
            let (value, apart) = settle(&plain, &made, prepared.resource.schema());
            let mut outcome =
                Outcome { value: Some(value.mark_at(&marks)), problems: Diagnostics::new(), is_ready: true };
            outcome.check(&apart, &change.address, prepared.resource, range);
            outcome
        }
    }
}

/// What an object is to become, and how long that may take.
struct Objective<'a> {
    id: &'a RemoteId,
    /// The object to be, with marks.
    planned: &'a Value,
    /// The same as the provider gets it.
    sent: &'a Value,
    limit: Duration,
    creation: Creation,
}

fn with_id(value: &Value, id: &RemoteId) -> Value {
    if value.get("id").is_some() { value.with_attribute("id", Value::string(&id.0)) } else { value.clone() }
}

/// Returns what is wanted with the observed value in place of every attribute that is not settled yet: there, nothing is wanted.
fn with_observed(wanted: &Value, observed: &Value) -> Value {
    let attributes = wanted.mapping().into_iter().flatten().map(|(name, value)| {
        let found = observed.get(name).filter(|_| !value.is_wholly_known());
        (Arc::clone(name), found.unwrap_or_else(|| value.clone()))
    });
    Value::object(attributes).with_marks(wanted.marks())
}

fn without_id(value: &Value) -> Value {
    match value.get("id") {
        Some(id) => value.with_attribute("id", Value::unknown(id.ty().clone())),
        None => value.clone(),
    }
}

fn write_only(resource: &dyn AnyResourceType) -> impl Iterator<Item = &'static str> {
    let attributes = resource.schema().block.attributes.iter();
    attributes.filter(|(_, attribute)| attribute.write_only).map(|(name, _)| *name)
}

/// Returns a planned object with the arguments that are passed on and never recorded.
fn with_write_only(planned: &Value, config: &Value, resource: &dyn AnyResourceType) -> Value {
    write_only(resource).fold(planned.clone(), |value, name| match config.get(name) {
        Some(secret) => value.with_attribute(name, secret.without_deep_marks()),
        None => value,
    })
}

/// Returns an object without the arguments that must not be recorded.
fn without_write_only(value: &Value, resource: &dyn AnyResourceType) -> Value {
    write_only(resource).fold(value.clone(), |value, name| match value.get(name) {
        Some(secret) => value.with_attribute(name, Value::null(secret.ty().clone())),
        None => value,
    })
}

/// Returns the id in the value of an object.
pub(super) fn id_of(value: &Value) -> Option<String> {
    value.get("id")?.as_str().map(str::to_owned)
}
