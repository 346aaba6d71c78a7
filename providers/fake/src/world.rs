//! The remote service that stands behind the fake types, in memory: objects, a log of calls, planned faults, virtual time.

use std::collections::BTreeMap;
use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use wpinfra_core::Value;
use wpinfra_core::model::Model;
use wpinfra_core::provider::{BoxFuture, Observed, RemoteError, RemoteErrorKind, RemoteId, RemoteResult, Token};

/// The remote service. Tests keep a handle to it, look into it and meddle with it.
pub struct World {
    state: Mutex<State>,
    clock: Option<Arc<dyn Clock>>,
}

/// Virtual time, for worlds in which calls and changes take some.
pub trait Clock: Send + Sync {
    /// Returns the time since some beginning.
    fn now(&self) -> Duration;
    /// Waits.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// How long something takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// It is over after so many reads of the object that still show it going on.
    Reads(u32),
    /// It is over after that time; needs a clock.
    Time(Duration),
}

/// One remote object.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its resource type.
    pub type_name: &'static str,
    /// Its attributes.
    pub value: Value,
    /// Token of the create, as an idempotency token or in a creation tag; gone when the tag is taken off.
    pub token: Option<String>,
    /// Where it is in its life.
    pub phase: Phase,
    /// While this lasts, reads do not find it.
    hidden: Option<Change>,
    /// While this lasts, the phase does not end.
    change: Option<Change>,
}

/// Where an object is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It is being created.
    Pending,
    /// It is being changed.
    Updating,
    /// It can be used.
    Ready,
    /// It is being deleted.
    Deleting,
    /// It was to become ready and never will.
    Failed,
}

impl Phase {
    /// Returns the word that reads give as status.
    pub fn status(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Updating => "updating",
            Self::Ready => "ready",
            Self::Deleting => "deleting",
            Self::Failed => "failed",
        }
    }
}

/// Something that goes on for a while.
#[derive(Clone, Copy, Debug)]
struct Change {
    pace: Pace,
    reads: u32,
    since: Duration,
}

impl Change {
    /// Counts a read and tells whether the change is over by then.
    fn is_over(&mut self, now: Duration) -> bool {
        self.reads += 1;
        match self.pace {
            Pace::Reads(reads) => self.reads > reads,
            Pace::Time(duration) => now.saturating_sub(self.since) >= duration,
        }
    }
}

/// One call, as the service saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The operation: `fake:CreateMachine`.
    pub operation: &'static str,
    /// Ids of the objects, or the name of the one to be.
    pub subjects: Vec<String>,
    /// The fault that struck, if one did.
    pub fault: Option<Fault>,
    /// Why it failed, if it did.
    pub error: Option<RemoteErrorKind>,
}

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The service refuses: nothing is done, and the caller knows.
    Refuse(RemoteErrorKind),
    /// The request is lost: nothing is done, and the caller does not know.
    LoseRequest,
    /// The answer is lost: it is done, and the caller does not know.
    LoseAnswer,
    /// The caller dies before the call: nothing is done, no future ever ends again until [`World::restart`].
    StopBefore,
    /// The caller dies before the answer: it is done, no future ever ends again until [`World::restart`].
    StopAfter,
}

impl Fault {
    fn is_stop(self) -> bool {
        matches!(self, Self::StopBefore | Self::StopAfter)
    }

    fn is_executed(self) -> bool {
        matches!(self, Self::LoseAnswer | Self::StopAfter)
    }
}

/// Which call a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// The call with this number, from 1, as [`World::calls`] counts.
    Call(usize),
    /// The call of the operation with this number among those, from 1.
    Operation(&'static str, usize),
    /// Every call of the operation.
    Always(&'static str),
}

#[derive(Default)]
struct State {
    objects: BTreeMap<String, Object>,
    calls: Vec<Call>,
    faults: Vec<(When, Fault)>,
    created: u64,
    latency: Duration,
    change_pace: Option<Pace>,
    hidden_pace: Option<Pace>,
    in_flight: usize,
    max_in_flight: usize,
    stopped: bool,
    wakers: Vec<Waker>,
}

impl World {
    /// Returns an empty world in which everything takes reads, not time.
    pub fn new() -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), clock: None })
    }

    /// Returns an empty world with a clock.
    pub fn with_clock(clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), clock: Some(clock) })
    }

    /// Sets how long every call takes; needs a clock.
    pub fn set_latency(&self, latency: Duration) {
        self.lock().latency = latency;
    }

    /// Sets how long a machine takes to be created, changed or deleted; two reads if never set.
    pub fn set_change_pace(&self, pace: Pace) {
        self.lock().change_pace = Some(pace);
    }

    /// Sets how long a new `fake_shy` is not found; two reads if never set.
    pub fn set_hidden_pace(&self, pace: Pace) {
        self.lock().hidden_pace = Some(pace);
    }

    /// Plans a fault.
    pub fn inject(&self, when: When, fault: Fault) {
        self.lock().faults.push((when, fault));
    }

    /// Forgets the planned faults.
    pub fn clear_faults(&self) {
        self.lock().faults.clear();
    }

    /// Returns everything that stands, by id. Objects that are being deleted count as standing.
    pub fn inventory(&self) -> BTreeMap<String, Object> {
        self.lock().objects.clone()
    }

    /// Returns the ids of the objects of a type.
    pub fn ids_of(&self, type_name: &str) -> Vec<String> {
        let state = self.lock();
        state.objects.iter().filter(|(_, object)| object.type_name == type_name).map(|(id, _)| id.clone()).collect()
    }

    /// Deletes an object behind the back of everybody.
    pub fn remove(&self, id: &str) -> bool {
        self.lock().objects.remove(id).is_some()
    }

    /// Changes an attribute behind the back of everybody.
    pub fn alter(&self, id: &str, attribute: &str, value: Value) {
        if let Some(object) = self.lock().objects.get_mut(id) {
            object.value = object.value.with_attribute(attribute, value);
        }
    }

    /// Returns all calls in the order in which the service executed them.
    pub fn calls(&self) -> Vec<Call> {
        self.lock().calls.clone()
    }

    /// Returns how many calls of the operation there were.
    pub fn count(&self, operation: &str) -> usize {
        self.lock().calls.iter().filter(|call| call.operation == operation).count()
    }

    /// Forgets the calls; numbers start from 1 again.
    pub fn clear_calls(&self) {
        let mut state = self.lock();
        state.calls.clear();
        state.max_in_flight = 0;
    }

    /// Returns how many calls were under way at once at the most.
    pub fn max_in_flight(&self) -> usize {
        self.lock().max_in_flight
    }

    /// Waits until a fault has stopped the caller: race it against the run, then drop the run as a kill would.
    pub fn stopped(self: &Arc<Self>) -> Stopped {
        Stopped { world: Arc::clone(self) }
    }

    /// Lets calls be made again after a stop.
    pub fn restart(&self) {
        self.lock().stopped = false;
    }

    /// Makes one call: notes it, lets a planned fault strike, and otherwise executes it in one instant.
    pub(crate) async fn call<R>(
        &self,
        operation: &'static str,
        subjects: Vec<String>,
        execute: impl FnOnce(&mut Service<'_>) -> RemoteResult<R>,
    ) -> RemoteResult<R> {
        let flight = self.begin();
        if let (Some(clock), latency) = (&self.clock, flight.latency)
            && !latency.is_zero()
        {
            clock.sleep(latency).await;
        }
        match self.execute(operation, subjects, execute) {
            Some(answer) => answer,
            None => pending().await,
        }
    }

    /// Executes a call; `None` if the caller does not live to see an answer.
    fn execute<R>(
        &self,
        operation: &'static str,
        subjects: Vec<String>,
        execute: impl FnOnce(&mut Service<'_>) -> RemoteResult<R>,
    ) -> Option<RemoteResult<R>> {
        let mut state = self.lock();
        if state.stopped {
            return None;
        }
        let fault = state.strike(operation);
        let executed = fault.is_none_or(Fault::is_executed).then(|| {
            let now = self.clock.as_ref().map_or(Duration::ZERO, |clock| clock.now());
            execute(&mut Service { state: &mut state, operation, now })
        });
        let answer = match (fault, executed) {
            (None, Some(answer)) => answer,
            (Some(Fault::Refuse(kind)), _) => Err(RemoteError::local(kind, operation, "a fault that the test planned")),
            _ => Err(RemoteError {
                outcome_known: false,
                ..RemoteError::local(RemoteErrorKind::Transient, operation, "the connection broke")
            }),
        };
        let error = answer.as_ref().err().map(|error| error.kind);
        state.calls.push(Call { operation, subjects, fault, error });
        if fault.is_some_and(Fault::is_stop) {
            state.stopped = true;
            state.wakers.drain(..).for_each(Waker::wake);
            return None;
        }
        Some(answer)
    }

    fn begin(&self) -> Flight<'_> {
        let mut state = self.lock();
        state.in_flight += 1;
        state.max_in_flight = state.max_in_flight.max(state.in_flight);
        Flight { world: self, latency: state.latency }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A test that panicked elsewhere should show its own panic, not this one.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call under way; counts itself out also when it is dropped half-way.
struct Flight<'a> {
    world: &'a World,
    latency: Duration,
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.world.lock().in_flight -= 1;
    }
}

/// Future that ends when a fault stops the caller.
#[must_use = "await it, or race it against the run"]
pub struct Stopped {
    world: Arc<World>,
}

impl Future for Stopped {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.world.lock();
        if state.stopped {
            return Poll::Ready(());
        }
        state.wakers.push(context.waker().clone());
        Poll::Pending
    }
}

impl State {
    /// Returns the fault that strikes the next call, and forgets it unless it strikes always.
    fn strike(&mut self, operation: &str) -> Option<Fault> {
        let number = self.calls.len() + 1;
        let number_of_operation = self.calls.iter().filter(|call| call.operation == operation).count() + 1;
        let strikes = |when: &When| match when {
            When::Call(at) => *at == number,
            When::Operation(name, at) => *name == operation && *at == number_of_operation,
            When::Always(name) => *name == operation,
        };
        let position = self.faults.iter().position(|(when, _)| strikes(when))?;
        let (when, fault) = self.faults[position];
        if !matches!(when, When::Always(_)) {
            self.faults.remove(position);
        }
        Some(fault)
    }
}

/// The service during one call.
pub(crate) struct Service<'a> {
    state: &'a mut State,
    operation: &'static str,
    now: Duration,
}

impl Service<'_> {
    /// Returns an error of this call; nothing was done.
    pub(crate) fn refuse(&self, kind: RemoteErrorKind, code: &str, message: impl Into<String>) -> RemoteError {
        let number = self.state.calls.len() + 1;
        RemoteError {
            code: Some(code.to_owned()),
            request_id: Some(format!("request-{number}")),
            ..RemoteError::local(kind, self.operation, message)
        }
    }

    /// Returns an id that no object ever had.
    pub(crate) fn new_id(&mut self, prefix: &str) -> String {
        self.state.created += 1;
        format!("{prefix}-{}", self.state.created)
    }

    /// Adds an object that can be used at once.
    pub(crate) fn insert<M: Model>(&mut self, id: &str, model: &M, token: Option<&Token>) {
        let object = Object {
            type_name: M::NAME,
            value: model.to_value(),
            token: token.map(|token| token.0.clone()),
            phase: Phase::Ready,
            hidden: None,
            change: None,
        };
        self.state.objects.insert(id.to_owned(), object);
    }

    /// Puts an object into a phase that lasts a while.
    pub(crate) fn begin(&mut self, id: &str, phase: Phase) {
        let change = self.change(self.state.change_pace);
        if let Some(object) = self.state.objects.get_mut(id) {
            object.phase = phase;
            object.change = Some(change);
        }
    }

    /// Makes an object one that never becomes ready.
    pub(crate) fn fail(&mut self, id: &str) {
        if let Some(object) = self.state.objects.get_mut(id) {
            object.phase = Phase::Failed;
        }
    }

    /// Lets reads not find a new object for a while.
    pub(crate) fn hide(&mut self, id: &str) {
        let change = self.change(self.state.hidden_pace);
        if let Some(object) = self.state.objects.get_mut(id) {
            object.hidden = Some(change);
        }
    }

    fn change(&self, pace: Option<Pace>) -> Change {
        Change { pace: pace.unwrap_or(Pace::Reads(2)), reads: 0, since: self.now }
    }

    /// Returns an object.
    pub(crate) fn get(&self, id: &str) -> Option<&Object> {
        self.state.objects.get(id)
    }

    /// Returns the objects with their ids.
    pub(crate) fn objects(&self) -> impl Iterator<Item = (&String, &Object)> {
        self.state.objects.iter()
    }

    /// Returns the object that a create with the token made.
    pub(crate) fn with_token(&self, type_name: &str, token: &Token) -> Option<RemoteId> {
        let made = |object: &Object| object.type_name == type_name && object.token.as_deref() == Some(&*token.0);
        self.objects().find(|(_, object)| made(object)).map(|(id, _)| RemoteId(id.clone()))
    }

    /// Replaces the attributes of an object.
    pub(crate) fn store<M: Model>(&mut self, id: &str, model: &M) -> RemoteResult<()> {
        match self.state.objects.get_mut(id).filter(|object| object.type_name == M::NAME) {
            Some(object) => {
                object.value = model.to_value();
                Ok(())
            }
            None => Err(self.refuse(RemoteErrorKind::NotFound, "NotFound", format!("there is no {} {id}", M::NAME))),
        }
    }

    /// Takes an object out of the world.
    pub(crate) fn remove(&mut self, id: &str) {
        self.state.objects.remove(id);
    }

    /// Takes the creation tag off.
    pub(crate) fn forget_token(&mut self, id: &str) {
        if let Some(object) = self.state.objects.get_mut(id) {
            object.token = None;
        }
    }

    /// Refuses if any object has the id in the attribute.
    pub(crate) fn refuse_if_used(&self, attribute: &str, id: &str) -> RemoteResult<()> {
        let uses = |object: &Object| object.value.get(attribute).is_some_and(|value| value.as_str() == Some(id));
        match self.objects().find(|(_, object)| uses(object)) {
            Some((user, _)) => Err(self.refuse(RemoteErrorKind::Busy, "InUse", format!("{id} is used by {user}"))),
            None => Ok(()),
        }
    }

    /// Reads an object as a caller sees it, which moves it on in its life.
    pub(crate) fn observe<M: Model>(&mut self, id: &str) -> RemoteResult<Option<Observed<M>>> {
        let now = self.now;
        let Some(object) = self.state.objects.get_mut(id).filter(|object| object.type_name == M::NAME) else {
            return Ok(None);
        };
        if let Some(hidden) = &mut object.hidden {
            if !hidden.is_over(now) {
                return Ok(None);
            }
            object.hidden = None;
        }
        if object.change.as_mut().is_some_and(|change| change.is_over(now)) {
            object.change = None;
            match object.phase {
                Phase::Pending | Phase::Updating => object.phase = Phase::Ready,
                Phase::Deleting => {
                    self.state.objects.remove(id);
                    return Ok(None);
                }
                Phase::Ready | Phase::Failed => {}
            }
        }
        let mut observed = Observed::in_state(M::from_value(&object.value)?, object.phase.status());
        if object.phase == Phase::Failed {
            observed.reason = Some("the image does not start".to_owned());
        }
        Ok(Some(observed))
    }

    /// Reads many objects, in the order of the ids.
    pub(crate) fn observe_all<M: Model>(&mut self, ids: &[String]) -> RemoteResult<Vec<Option<Observed<M>>>> {
        ids.iter().map(|id| self.observe(id)).collect()
    }
}
