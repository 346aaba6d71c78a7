//! Reads that many callers want at once become one call: all route tables, say, for four resource types.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::Shared;
use wpinfra_core::provider::{BoxFuture, RemoteResult};

/// What one call found, shared by all who waited for it.
type Found<V> = RemoteResult<Arc<BTreeMap<String, V>>>;

/// How often a batch lets other tasks run before it closes, so that reads that start together travel together.
const TURNS: usize = 4;

/// Collects the ids of concurrent reads of one kind and reads them together.
pub(crate) struct Batch<V> {
    open: Mutex<Option<Open<V>>>,
}

struct Open<V> {
    ids: Arc<Mutex<BTreeSet<String>>>,
    answer: Shared<BoxFuture<'static, Found<V>>>,
}

impl<V> Default for Batch<V> {
    fn default() -> Self {
        Self { open: Mutex::new(None) }
    }
}

impl<V: Send + Sync + 'static> Batch<V> {
    /// Reads the objects with the ids, by `fetch` together with those of everybody who asks at this moment.
    ///
    /// The answer may hold more than was asked for, and lacks what does not exist.
    pub(crate) async fn load<F>(
        self: &Arc<Self>,
        ids: impl IntoIterator<Item = String>,
        fetch: impl FnOnce(Vec<String>) -> F + Send + 'static,
    ) -> Found<V>
    where
        F: Future<Output = RemoteResult<BTreeMap<String, V>>> + Send + 'static,
    {
        let ids: Vec<String> = ids.into_iter().collect();
        if ids.is_empty() {
            return Ok(Arc::new(BTreeMap::new()));
        }
        let answer = {
            let mut open = lock(&self.open);
            let batch = open.get_or_insert_with(|| self.begin(fetch));
            lock(&batch.ids).extend(ids);
            batch.answer.clone()
        };
        answer.await
    }

    fn begin<F>(self: &Arc<Self>, fetch: impl FnOnce(Vec<String>) -> F + Send + 'static) -> Open<V>
    where
        F: Future<Output = RemoteResult<BTreeMap<String, V>>> + Send + 'static,
    {
        let ids = Arc::new(Mutex::new(BTreeSet::new()));
        let (batch, wanted) = (Arc::clone(self), Arc::clone(&ids));
        let answer: BoxFuture<'static, Found<V>> = Box::pin(async move {
            for _ in 0..TURNS {
                tokio::task::yield_now().await;
            }
            // Closed before the ids are taken: who comes later opens a new batch.
            *lock(&batch.open) = None;
            let ids = std::mem::take(&mut *lock(&wanted));
            fetch(ids.into_iter().collect()).await.map(Arc::new)
        });
        Open { ids, answer: answer.shared() }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // The guarded values are whole between any two statements, so a panic elsewhere leaves nothing half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn concurrent_reads_travel_together() {
        let (batch, calls) = (Arc::new(Batch::<String>::default()), Arc::new(AtomicUsize::new(0)));
        let load = |id: &str| {
            let calls = Arc::clone(&calls);
            batch.load([id.to_owned()], move |ids| async move {
                calls.fetch_add(1, Ordering::Relaxed);
                Ok(ids.into_iter().map(|id| (id.clone(), format!("<{id}>"))).collect())
            })
        };
        let (a, b) = futures_util::future::join(load("a"), load("b")).await;
        assert_eq!(a.expect("found").get("a").map(String::as_str), Some("<a>"));
        assert_eq!(b.expect("found").get("b").map(String::as_str), Some("<b>"));
        assert_eq!(calls.load(Ordering::Relaxed), 1);
        load("c").await.expect("found");
        assert_eq!(calls.load(Ordering::Relaxed), 2, "a later read is a call of its own");
    }
}
