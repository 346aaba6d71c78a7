//! Ephemeral values that are open: renewed while they are in use, closed after it, remembered nowhere.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use wpinfra_core::desired::{BlockId, BlockKind, BlockNode};
use wpinfra_core::provider::{AnyEphemeralType, Client, Lease, Opened, RemoteResult};
use wpinfra_core::{Diagnostic, Diagnostics, InstanceAddress, Mode, ProviderAddress, Value};

use crate::describe::remote_failure;
use crate::observer::{EphemeralAct, Event};
use crate::order::in_order;
use crate::retry::{Call, Remote};

/// The ephemeral values that a run has opened.
pub(crate) struct Ephemerals<'a> {
    remote: &'a Remote<'a>,
    open: Mutex<Vec<OpenValue>>,
    opened: Notify,
    /// Held while a value is renewed or closed, so that it is closed by the handle that it has then.
    turn: tokio::sync::Mutex<()>,
}

/// One of them.
#[derive(Clone)]
struct OpenValue {
    address: InstanceAddress,
    provider: ProviderAddress,
    client: Client,
    handle: String,
    /// When it has to be renewed.
    renew_at: Option<Duration>,
    /// Why that failed.
    lost: Option<Diagnostic>,
}

impl<'a> Ephemerals<'a> {
    pub(crate) fn new(remote: &'a Remote<'a>) -> Self {
        Self { remote, open: Mutex::default(), opened: Notify::new(), turn: tokio::sync::Mutex::default() }
    }

    /// Opens a value and returns it as its type gave it.
    pub(crate) async fn open(
        &self,
        client: &Client,
        address: &InstanceAddress,
        provider: &ProviderAddress,
        config: &Value,
    ) -> Result<Value, Diagnostics> {
        let found = self.type_of(address, provider)?;
        let plain = config.without_deep_marks();
        let call = Call::plain(provider, Some(address));
        let opening = self.told(address, EphemeralAct::Open, self.remote.call(&call, || found.open(client, &plain)));
        let Opened { value, lease } = opening.await.map_err(|error| {
            Diagnostics::from(remote_failure(&error, "opening the ephemeral value", Some(address), None))
        })?;
        let open = OpenValue {
            address: address.clone(),
            provider: provider.clone(),
            client: Client::clone(client),
            renew_at: self.renewal(&lease),
            handle: lease.handle,
            lost: None,
        };
        self.lock().push(open);
        self.opened.notify_one();
        Ok(value)
    }

    /// Renews whatever is open when its time comes; never ends, so it is to be raced against the work.
    pub(crate) async fn keep_open(&self) -> Infallible {
        loop {
            let next = self.lock().iter().filter_map(|open| open.renew_at).min();
            let Some(next) = next else {
                self.opened.notified().await;
                continue;
            };
            let clock = self.remote.surroundings.clock;
            let pause = next.saturating_sub(clock.elapsed());
            tokio::select! {
                () = self.opened.notified() => continue,
                () = clock.sleep(pause) => {}
            }
            let due: Vec<OpenValue> = self
                .lock()
                .iter()
                .filter(|open| open.renew_at.is_some_and(|at| at <= clock.elapsed()))
                .cloned()
                .collect();
            for open in due {
                self.renew(open).await;
            }
        }
    }

    async fn renew(&self, mut open: OpenValue) {
        let _turn = self.turn.lock().await;
        if !self.lock().iter().any(|other| other.address == open.address) {
            return;
        }
        let renewed = match self.type_of(&open.address, &open.provider) {
            Err(problems) => Err(problems.into_iter().next()),
            Ok(found) => {
                let call = Call::plain(&open.provider, Some(&open.address));
                let renewing = self.remote.call(&call, || found.renew(&open.client, &open.handle));
                self.told(&open.address, EphemeralAct::Renew, renewing).await.map_err(|error| {
                    Some(remote_failure(&error, "renewing the ephemeral value", Some(&open.address), None))
                })
            }
        };
        match renewed {
            Ok(lease) => {
                open.renew_at = self.renewal(&lease);
                open.handle = lease.handle;
            }
            Err(problem) => {
                open.renew_at = None;
                open.lost = problem;
            }
        }
        if let Some(place) = self.lock().iter_mut().find(|other| other.address == open.address) {
            *place = open;
        }
    }

    /// Closes the values that are wanted no more, the last one opened first.
    pub(crate) async fn close(&self, is_over: impl Fn(&InstanceAddress) -> bool) -> Diagnostics {
        let _turn = self.turn.lock().await;
        let mut diagnostics = Diagnostics::new();
        let over: Vec<OpenValue> = {
            let mut open = self.lock();
            let (over, kept) = std::mem::take(&mut *open).into_iter().partition(|open| is_over(&open.address));
            *open = kept;
            over
        };
        for open in over.into_iter().rev() {
            diagnostics.extend(open.lost.clone().into_iter().collect());
            let found = match self.type_of(&open.address, &open.provider) {
                Ok(found) => found,
                Err(problems) => {
                    diagnostics.extend(problems);
                    continue;
                }
            };
            let call = Call::plain(&open.provider, Some(&open.address));
            let closing = self.remote.call(&call, || found.close(&open.client, &open.handle));
            if let Err(error) = self.told(&open.address, EphemeralAct::Close, closing).await {
                diagnostics.push(remote_failure(&error, "closing the ephemeral value", Some(&open.address), None));
            }
        }
        diagnostics
    }

    fn type_of(
        &self,
        address: &InstanceAddress,
        provider: &ProviderAddress,
    ) -> Result<&'a dyn AnyEphemeralType, Diagnostics> {
        let found = self.remote.surroundings.registry.ephemeral_type(&provider.source, address.resource_type());
        found.ok_or_else(|| {
            let detail =
                format!("{provider} has no ephemeral type {:?} in this version of wpinfra.", address.resource_type());
            Diagnostic::error("Unknown ephemeral type", detail).about(address).into()
        })
    }

    async fn told<T>(
        &self,
        address: &InstanceAddress,
        act: EphemeralAct,
        work: impl Future<Output = RemoteResult<T>>,
    ) -> RemoteResult<T> {
        let surroundings = &self.remote.surroundings;
        let started = surroundings.clock.elapsed();
        surroundings.observer.notice(&Event::EphemeralStarted { address, act });
        let result = work.await;
        let elapsed = surroundings.clock.elapsed().saturating_sub(started);
        surroundings.observer.notice(&Event::EphemeralEnded { address, act, failed: result.is_err(), elapsed });
        result
    }

    fn renewal(&self, lease: &Lease) -> Option<Duration> {
        lease.renew_after.map(|after| self.remote.surroundings.clock.elapsed() + after)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<OpenValue>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Which ephemeral blocks must be open before a block can be evaluated, in the order in which they can be.
pub(crate) struct NeededOpen {
    order: Vec<BlockId>,
    behind: Vec<BTreeSet<BlockId>>,
}

impl NeededOpen {
    /// Follows the references of all blocks; what stands behind a managed resource or a data source is its own business.
    pub(crate) fn new(blocks: &[BlockNode]) -> Self {
        let is_ephemeral = |id: &BlockId| is_of(&blocks[*id], Mode::Ephemeral);
        if !(0..blocks.len()).any(|id| is_ephemeral(&id)) {
            return Self { order: Vec::new(), behind: Vec::new() };
        }
        let all = in_order(blocks);
        let mut behind = vec![BTreeSet::new(); blocks.len()];
        for id in &all {
            let mut needed = BTreeSet::new();
            for reference in &blocks[*id].references {
                if !is_of(&blocks[*reference], Mode::Managed) && !is_of(&blocks[*reference], Mode::Data) {
                    needed.extend(behind[*reference].iter().copied());
                }
                needed.extend(Some(*reference).filter(is_ephemeral));
            }
            behind[*id] = needed;
        }
        Self { order: all.into_iter().filter(is_ephemeral).collect(), behind }
    }

    /// Returns all ephemeral blocks, each after those that it needs.
    pub(crate) fn all(&self) -> &[BlockId] {
        &self.order
    }

    /// Tells whether the first block has to be open for the other.
    pub(crate) fn needs(&self, ephemeral: BlockId, block: BlockId) -> bool {
        self.behind.get(block).is_some_and(|behind| behind.contains(&ephemeral))
    }

    /// Returns the ephemeral blocks that have to be open for a block, each after those that it needs.
    pub(crate) fn of(&self, block: BlockId) -> Vec<BlockId> {
        self.order.iter().copied().filter(|ephemeral| self.needs(*ephemeral, block)).collect()
    }
}

fn is_of(block: &BlockNode, mode: Mode) -> bool {
    matches!(&block.kind, BlockKind::Resource(address) if address.mode == mode)
}
