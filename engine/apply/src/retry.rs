//! The one place in which requests are made again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use wpinfra_core::provider::{
    AnyResourceType, Client, Identity, RemoteError, RemoteErrorKind, RemoteId, RemoteResult, Token,
};
use wpinfra_core::{InstanceAddress, ProviderAddress, Value};

use crate::observer::Event;
use crate::surroundings::Surroundings;

/// How often a fault of the service or the connection is answered with another attempt.
const TRANSIENT_ATTEMPTS: u32 = 6;
/// How often a service that cannot be reached at all is tried again.
const UNREACHABLE_ATTEMPTS: u32 = 2;
/// How long to go on when every request is throttled.
const THROTTLED_FOR: Duration = Duration::from_mins(5);
/// How long an object of this very run may be invisible to the request that refers to it.
pub(crate) const CONSISTENCY_BOUND: Duration = Duration::from_secs(30);
/// How often to look for an object whose creation was not answered, before creating it anew.
const FIND_ATTEMPTS: u32 = 4;

/// Sends requests: not too many at once, and again where that makes sense.
pub(crate) struct Remote<'a> {
    pub(crate) surroundings: Surroundings<'a>,
    permits: Semaphore,
    budgets: Mutex<BTreeMap<Arc<str>, Budget>>,
}

/// How much a provider's service can take right now; shared by all of its requests, so that they slow down together.
#[derive(Clone, Copy, Debug, Default)]
struct Budget {
    /// Before this no request goes out.
    closed_until: Duration,
    /// How many requests were throttled more than succeeded.
    pressure: u32,
}

/// Who sends a request, and how long it may be repeated.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    /// Whose budget it is on.
    pub(crate) provider: &'a ProviderAddress,
    /// The instance that it is for.
    pub(crate) address: Option<&'a InstanceAddress>,
    /// How long to go on while the object is busy.
    pub(crate) busy_for: Duration,
    /// How long to go on while something that it refers to is not found.
    pub(crate) not_found_for: Duration,
}

impl<'a> Call<'a> {
    /// Returns a call that is repeated only for faults and throttling.
    pub(crate) fn plain(provider: &'a ProviderAddress, address: Option<&'a InstanceAddress>) -> Self {
        Self { provider, address, busy_for: Duration::ZERO, not_found_for: Duration::ZERO }
    }
}

/// What has happened to one request so far.
struct Attempts {
    started: Duration,
    count: u32,
}

impl<'a> Remote<'a> {
    pub(crate) fn new(surroundings: Surroundings<'a>) -> Self {
        Self { surroundings, permits: Semaphore::new(surroundings.parallelism.max(1)), budgets: Mutex::default() }
    }

    /// Sends a request that may be repeated without harm.
    pub(crate) async fn call<T, F>(&self, call: &Call<'_>, request: impl Fn() -> F) -> RemoteResult<T>
    where
        F: Future<Output = RemoteResult<T>>,
    {
        let mut attempts = self.first_attempt();
        loop {
            match self.once(call, request()).await {
                Ok(result) => return Ok(result),
                Err(error) => self.pause_or_fail(call, &mut attempts, error).await?,
            }
        }
    }

    /// Creates an object once, whatever becomes of the answers.
    pub(crate) async fn create(
        &self,
        call: &Call<'_>,
        resource: &dyn AnyResourceType,
        client: &Client,
        planned: &Value,
        token: &Token,
    ) -> RemoteResult<RemoteId> {
        let mut attempts = self.first_attempt();
        let mut answer_was_lost = false;
        loop {
            let error = match self.once(call, resource.create(client, planned, token)).await {
                Ok(id) => return Ok(id),
                Err(error) => error,
            };
            answer_was_lost |= !error.outcome_known;
            let exists = error.kind == RemoteErrorKind::AlreadyExists;
            let is_asked_for = match resource.identity() {
                Identity::ClientToken | Identity::None => exists,
                Identity::CreationTag | Identity::Name | Identity::Arguments => exists || !error.outcome_known,
            };
            if answer_was_lost && is_asked_for {
                let attempts = if exists { 1 } else { FIND_ATTEMPTS };
                if let Some(id) = self.find(call, resource, client, planned, token, attempts).await? {
                    return Ok(id);
                }
            }
            // An earlier attempt may have done it, whatever the last one says.
            let error = RemoteError { outcome_known: error.outcome_known && !answer_was_lost, ..error };
            self.pause_or_fail(call, &mut attempts, error).await?;
        }
    }

    /// Looks for the object of a create whose answer was lost; several times, as it may not be visible at once.
    pub(crate) async fn find(
        &self,
        call: &Call<'_>,
        resource: &dyn AnyResourceType,
        client: &Client,
        planned: &Value,
        token: &Token,
        attempts: u32,
    ) -> RemoteResult<Option<RemoteId>> {
        for attempt in 0..attempts {
            if attempt > 0 {
                self.surroundings
                    .clock
                    .sleep(backoff(Duration::from_millis(500), attempt - 1, Duration::from_secs(5)))
                    .await;
            }
            let found = self
                .call(&Call { busy_for: Duration::ZERO, ..*call }, || resource.find(client, planned, token))
                .await?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn first_attempt(&self) -> Attempts {
        Attempts { started: self.surroundings.clock.elapsed(), count: 0 }
    }

    /// Sends one request as soon as there is room for it.
    async fn once<T>(&self, call: &Call<'_>, request: impl Future<Output = RemoteResult<T>>) -> RemoteResult<T> {
        let result = {
            let _permit = self.permits.acquire().await.expect("nobody closes the semaphore");
            self.wait_for_budget(call.provider).await;
            request.await
        };
        let mut budgets = self.budgets.lock().unwrap_or_else(PoisonError::into_inner);
        let budget = budgets.entry(Arc::clone(&call.provider.source)).or_default();
        match &result {
            Err(error) if error.kind == RemoteErrorKind::Throttled => {
                budget.pressure = (budget.pressure + 1).min(8);
                let pause = backoff(Duration::from_millis(250), budget.pressure - 1, Duration::from_secs(20));
                budget.closed_until = self.surroundings.clock.elapsed() + self.surroundings.entropy.jitter(pause);
            }
            _ => budget.pressure = budget.pressure.saturating_sub(1),
        }
        result
    }

    async fn wait_for_budget(&self, provider: &ProviderAddress) {
        loop {
            let closed_until = {
                let budgets = self.budgets.lock().unwrap_or_else(PoisonError::into_inner);
                budgets.get(&provider.source).map(|budget| budget.closed_until).unwrap_or_default()
            };
            let now = self.surroundings.clock.elapsed();
            if closed_until <= now {
                return;
            }
            self.surroundings.clock.sleep(closed_until.saturating_sub(now)).await;
        }
    }

    /// Waits before the next attempt, or gives the error back if there should be none.
    async fn pause_or_fail(&self, call: &Call<'_>, attempts: &mut Attempts, error: RemoteError) -> RemoteResult<()> {
        let elapsed = self.surroundings.clock.elapsed().saturating_sub(attempts.started);
        let Some(delay) = delay_before_next(call, attempts.count, elapsed, error.kind) else {
            return Err(error);
        };
        attempts.count += 1;
        let delay = self.surroundings.entropy.jitter(delay);
        self.surroundings.observer.notice(&Event::Retrying {
            address: call.address,
            operation: &error.operation,
            code: error.code.as_deref(),
            delay,
        });
        self.surroundings.clock.sleep(delay).await;
        Ok(())
    }
}

/// Decides whether a request is made again and after which time.
fn delay_before_next(call: &Call<'_>, attempts: u32, elapsed: Duration, kind: RemoteErrorKind) -> Option<Duration> {
    let until = |limit: Duration, delay: Duration| (elapsed + delay / 2 <= limit).then_some(delay);
    match kind {
        RemoteErrorKind::Throttled => {
            until(THROTTLED_FOR, backoff(Duration::from_millis(250), attempts, Duration::from_secs(20)))
        }
        RemoteErrorKind::Transient => (attempts < TRANSIENT_ATTEMPTS)
            .then(|| backoff(Duration::from_millis(200), attempts, Duration::from_secs(5))),
        RemoteErrorKind::Unreachable => (attempts < UNREACHABLE_ATTEMPTS)
            .then(|| backoff(Duration::from_millis(500), attempts, Duration::from_secs(2))),
        RemoteErrorKind::Busy => {
            until(call.busy_for, backoff(Duration::from_millis(500), attempts, Duration::from_secs(10)))
        }
        RemoteErrorKind::NotFound => {
            until(call.not_found_for, backoff(Duration::from_millis(500), attempts, Duration::from_secs(5)))
        }
        RemoteErrorKind::AlreadyExists
        | RemoteErrorKind::Denied
        | RemoteErrorKind::Credentials
        | RemoteErrorKind::Refused
        | RemoteErrorKind::Failed
        | RemoteErrorKind::Bug => None,
    }
}

/// Returns the base doubled for each attempt before, at most the limit.
fn backoff(base: Duration, attempts: u32, limit: Duration) -> Duration {
    base.saturating_mul(1 << attempts.min(16)).min(limit)
}

#[cfg(test)]
pub(crate) mod tests;
