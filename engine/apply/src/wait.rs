//! Waiting for objects: polled quickly at first and slower later, those of one type in one call.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use wpinfra_core::provider::{
    AnyResourceType, Client, Observed, ReadRequest, RemoteError, RemoteErrorKind, RemoteResult, Wait,
};
use wpinfra_core::{InstanceAddress, ProviderAddress, Value};

use crate::retry::{Call, Remote};

/// How long the first read waits for others of the same type to join it.
const FIRST_READ: Duration = Duration::from_millis(5);
/// The first pause between two polls.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// The longest pause in the first minutes.
const LONG_PAUSE: Duration = Duration::from_secs(5);
/// The longest pause after that.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// After this time pauses grow to the longest.
const PATIENT_AFTER: Duration = Duration::from_mins(3);
/// How long a new object may be invisible.
pub(crate) const VISIBILITY_BOUND: Duration = Duration::from_mins(2);
/// How often a wait that goes on is told of.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// An object that is read, and by whom.
#[derive(Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) address: &'a InstanceAddress,
    pub(crate) provider: &'a ProviderAddress,
    pub(crate) resource: &'a dyn AnyResourceType,
    pub(crate) client: &'a Client,
}

/// What a wait is for.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    /// The object is there and, if it has states, in the right one.
    Ready(Option<Wait>),
    /// The object is not there, or in a state that is as good.
    Gone(Wait),
}

/// What a poll means for a wait.
#[derive(Debug, PartialEq)]
enum Verdict {
    Done,
    GoOn,
    Invisible,
    Failed,
}

/// Reads objects for all steps of a run, so that those which are due together are read together.
pub(crate) struct Polls<'a> {
    remote: &'a Remote<'a>,
    queues: Mutex<BTreeMap<(ProviderAddress, &'static str), Vec<Waiter>>>,
}

type Answer = RemoteResult<Option<Observed<Value>>>;

struct Waiter {
    request: ReadRequest<Value>,
    /// When it wants to be read.
    due: Duration,
    /// How much earlier will do as well.
    slack: Duration,
    answer: oneshot::Sender<Answer>,
}

impl<'a> Polls<'a> {
    pub(crate) fn new(remote: &'a Remote<'a>) -> Self {
        Self { remote, queues: Mutex::default() }
    }

    /// Waits until an object has reached the goal; returns what was read last, `None` if it is gone.
    pub(crate) async fn until(
        &self,
        target: &Target<'_>,
        request: &ReadRequest<Value>,
        goal: Goal,
        limit: Duration,
        tell: &(dyn Fn(Option<&str>) + Send + Sync),
    ) -> Answer {
        let clock = self.remote.surroundings.clock;
        let started = clock.elapsed();
        let mut pause = FIRST_READ;
        let mut told = (None, started);
        loop {
            let observed = self.read(target, request.clone(), pause).await?;
            let elapsed = clock.elapsed().saturating_sub(started);
            match verdict(goal, observed.as_ref()) {
                Verdict::Done => return Ok(observed),
                Verdict::Failed => return Err(went_wrong(target, goal, observed.as_ref())),
                Verdict::Invisible if elapsed >= VISIBILITY_BOUND.min(limit) => {
                    return Err(invisible(target, request, elapsed));
                }
                Verdict::GoOn if elapsed >= limit => return Err(too_long(target, goal, observed.as_ref(), elapsed)),
                Verdict::Invisible | Verdict::GoOn => {}
            }
            let status = observed.and_then(|observed| observed.status);
            if status != told.0 || clock.elapsed() >= told.1 + TELL_EVERY {
                tell(status.as_deref());
                told = (status, clock.elapsed());
            }
            pause = next_pause(pause, elapsed).min(limit.saturating_sub(elapsed).max(FIRST_READ));
        }
    }

    /// Reads an object after a pause, together with whatever else of its type is due by then.
    async fn read(&self, target: &Target<'_>, request: ReadRequest<Value>, pause: Duration) -> Answer {
        let clock = self.remote.surroundings.clock;
        let key = (target.provider.clone(), target.resource.name());
        let due = clock.elapsed() + pause;
        loop {
            let (answer, mut answered) = oneshot::channel();
            let waiter = Waiter { request: request.clone(), due, slack: pause / 4, answer };
            self.queues().entry(key.clone()).or_default().push(waiter);
            let remaining = due.saturating_sub(clock.elapsed());
            if !remaining.is_zero() {
                tokio::select! {
                    biased;
                    answer = &mut answered => match answer {
                        Ok(answer) => return answer,
                        // Who read for all of us was stopped.
                        Err(_) => continue,
                    },
                    () = clock.sleep(remaining) => {}
                }
            }
            self.read_due(target, &key).await;
            if let Ok(answer) = answered.await {
                return answer;
            }
        }
    }

    /// Reads everything of a type that is due, in one request.
    async fn read_due(&self, target: &Target<'_>, key: &(ProviderAddress, &'static str)) {
        let now = self.remote.surroundings.clock.elapsed();
        let due: Vec<Waiter> = {
            let mut queues = self.queues();
            let Some(queue) = queues.get_mut(key) else { return };
            // Whoever is not there any more needs no answer.
            queue.retain(|waiter| !waiter.answer.is_closed());
            queue.extract_if(.., |waiter| waiter.due.saturating_sub(waiter.slack) <= now).collect()
        };
        let (requests, answers): (Vec<_>, Vec<_>) =
            due.into_iter().map(|waiter| (waiter.request, waiter.answer)).unzip();
        if requests.is_empty() {
            return;
        }
        let call = Call::plain(target.provider, Some(target.address));
        let found = self.remote.call(&call, || target.resource.read(target.client, &requests)).await;
        let found = found.and_then(|found| check_count(target.resource, found, requests.len()));
        let mut found = found.map(Vec::into_iter);
        for answer in answers {
            let one = match &mut found {
                Ok(found) => Ok(found.next().flatten()),
                Err(error) => Err(error.clone()),
            };
            // A waiter that is gone by now needs no answer.
            drop(answer.send(one));
        }
    }

    fn queues(&self) -> MutexGuard<'_, BTreeMap<(ProviderAddress, &'static str), Vec<Waiter>>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sees to it that a plural read has answered every request.
pub(crate) fn check_count<T>(resource: &dyn AnyResourceType, found: Vec<T>, wanted: usize) -> RemoteResult<Vec<T>> {
    if found.len() == wanted {
        return Ok(found);
    }
    let message = format!("{} answered {} of {wanted} reads", resource.name(), found.len());
    Err(RemoteError::local(RemoteErrorKind::Bug, "read", message))
}

fn next_pause(pause: Duration, elapsed: Duration) -> Duration {
    if pause < FIRST_PAUSE {
        return FIRST_PAUSE;
    }
    // A tenth more each time: an object is seen at most about a tenth of its own time too late.
    let longest = if elapsed < PATIENT_AFTER { LONG_PAUSE } else { LONGEST_PAUSE };
    (pause * 11 / 10).min(longest)
}

fn verdict(goal: Goal, observed: Option<&Observed<Value>>) -> Verdict {
    let among = |states: &[&str], status: &str| states.contains(&status);
    match (goal, observed) {
        (Goal::Ready(_), None) => Verdict::Invisible,
        (Goal::Gone(_), None) | (Goal::Ready(None), Some(_)) => Verdict::Done,
        (Goal::Ready(Some(wait)), Some(observed)) => match observed.status.as_deref() {
            None => Verdict::Done,
            Some(status) if among(wait.target, status) => Verdict::Done,
            Some(status) if among(wait.pending, status) => Verdict::GoOn,
            Some(_) => Verdict::Failed,
        },
        (Goal::Gone(wait), Some(observed)) => match observed.status.as_deref() {
            Some(status) if among(wait.target, status) => Verdict::Done,
            Some(status) if !among(wait.pending, status) => Verdict::Failed,
            None | Some(_) => Verdict::GoOn,
        },
    }
}

fn wanted_states(goal: Goal) -> String {
    let wait = match goal {
        Goal::Ready(None) => return "there".to_owned(),
        Goal::Gone(wait) if wait.target.is_empty() => return "gone".to_owned(),
        Goal::Ready(Some(wait)) | Goal::Gone(wait) => wait,
    };
    wait.target.iter().map(|state| format!("\"{state}\"")).collect::<Vec<_>>().join(" or ")
}

fn state_of(observed: Option<&Observed<Value>>) -> String {
    let status = observed.and_then(|observed| observed.status.as_deref());
    let status = status.map_or_else(|| "still there".to_owned(), |status| format!("in the state \"{status}\""));
    match observed.and_then(|observed| observed.reason.as_deref()) {
        Some(reason) => format!("{status} ({reason})"),
        None => status,
    }
}

fn failed(target: &Target<'_>, message: String) -> RemoteError {
    let mut error = RemoteError::local(RemoteErrorKind::Failed, format!("{} wait", target.resource.name()), message);
    error.outcome_known = false;
    error
}

fn went_wrong(target: &Target<'_>, goal: Goal, observed: Option<&Observed<Value>>) -> RemoteError {
    failed(target, format!("the object is {}; it should have become {}", state_of(observed), wanted_states(goal)))
}

fn too_long(target: &Target<'_>, goal: Goal, observed: Option<&Observed<Value>>, elapsed: Duration) -> RemoteError {
    let (state, wanted) = (state_of(observed), wanted_states(goal));
    failed(target, format!("after {} the object is {state}; it should have become {wanted}", in_words(elapsed)))
}

fn invisible(target: &Target<'_>, request: &ReadRequest<Value>, elapsed: Duration) -> RemoteError {
    failed(
        target,
        format!(
            "the service gave the id {}, but after {} it still knows no such object",
            request.id.0,
            in_words(elapsed)
        ),
    )
}

/// Writes a time limit as people do: `10 minutes`, `90 s`.
pub(crate) fn in_words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        60 => "1 minute".to_owned(),
        _ if seconds >= 120 && seconds.is_multiple_of(60) => format!("{} minutes", seconds / 60),
        _ if seconds >= 120 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{seconds} s"),
    }
}

/// Returns how long an operation may take: what `timeouts` says, or the default of the schema, or of the wait.
pub(crate) fn time_limit(
    resource: &dyn AnyResourceType,
    value: &Value,
    operation: &str,
    wait: Option<Wait>,
) -> Duration {
    let configured = value.get("timeouts").and_then(|timeouts| {
        let block = timeouts.elements().map_or(Some(timeouts.clone()), |blocks| blocks.first().cloned())?;
        parse_duration(block.get(operation)?.as_str()?)
    });
    let declared = resource.schema().timeouts.get(operation).map(|seconds| Duration::from_secs(*seconds));
    configured.or(declared).or(wait.map(|wait| wait.timeout)).unwrap_or(Duration::from_mins(10))
}

/// Reads a duration as Go writes it: `1h30m`.
fn parse_duration(text: &str) -> Option<Duration> {
    let mut total = 0.0_f64;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|character: char| !character.is_ascii_digit() && character != '.')?;
        let number: f64 = rest[..end].parse().ok()?;
        rest = &rest[end..];
        let end = rest.find(|character: char| character.is_ascii_digit()).unwrap_or(rest.len());
        let unit = match &rest[..end] {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            "us" | "µs" => 0.000_001,
            "ns" => 0.000_000_001,
            _ => return None,
        };
        total += number * unit;
        rest = &rest[end..];
    }
    Duration::try_from_secs_f64(total).ok()
}

#[cfg(test)]
mod tests;
