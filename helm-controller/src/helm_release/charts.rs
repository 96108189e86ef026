//! Charts, fetched and parsed once for all releases that use them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use common::artifact_client::{ArtifactRef, FetchError, Fetcher};
use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared, WeakShared};
use helm::chart::{Cache, Chart, Loaded, MAX_SIZE};

/// Bytes of files of all charts that are kept. Their parsed templates take a few times as much.
const BUDGET: usize = 16 << 20;

/// Why there is no chart. Shared by everybody who waited for it.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum ChartError {
    /// The artifact cannot be had.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// It is no chart.
    #[error("{0}")]
    Load(String),
}

type Loading = BoxFuture<'static, Result<Arc<Loaded>, ChartError>>;

/// The charts of this process, by the digest of their artifacts.
#[derive(Clone)]
pub(super) struct Charts {
    inner: Arc<Inner>,
}

struct Inner {
    fetcher: Fetcher,
    cache: Cache,
    /// Loads that somebody waits for. They end when the last one who waits goes away.
    loading: Mutex<BTreeMap<String, WeakShared<Loading>>>,
}

impl Charts {
    pub fn new(fetcher: Fetcher) -> Self {
        let inner = Inner {
            fetcher,
            cache: Cache::new(BUDGET),
            loading: Mutex::default(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The chart in an artifact, from the cache or fetched. Everybody who asks for one that is being fetched shares the
    /// outcome; a failure is not remembered.
    pub async fn chart(&self, artifact: &ArtifactRef) -> Result<Arc<Loaded>, ChartError> {
        if let Some(chart) = self.cached(&artifact.digest) {
            return Ok(chart);
        }
        let loading = {
            let mut all = self.inner.loading();
            let running = all.get(&artifact.digest).and_then(WeakShared::upgrade);
            if let Some(loading) = running {
                loading
            } else {
                let loading = Arc::clone(&self.inner).load(artifact.clone());
                let loading: Shared<Loading> = loading.boxed().shared();
                if let Some(weak) = loading.downgrade() {
                    all.insert(artifact.digest.clone(), weak);
                }
                loading
            }
        };
        loading.await
    }

    /// The chart with this digest, if it is at hand.
    pub fn cached(&self, digest: &str) -> Option<Arc<Loaded>> {
        let absent = || Err(helm::chart::Error::Empty);
        self.inner.cache.get_or_load(digest, absent).ok()
    }
}

impl Inner {
    async fn load(self: Arc<Self>, artifact: ArtifactRef) -> Result<Arc<Loaded>, ChartError> {
        let outcome = self.fetch(&artifact).await;
        self.loading().remove(&artifact.digest);
        outcome
    }

    async fn fetch(self: &Arc<Self>, artifact: &ArtifactRef) -> Result<Arc<Loaded>, ChartError> {
        let bytes = self.fetcher.bytes(artifact, MAX_SIZE).await?;
        let (shared, digest) = (Arc::clone(self), artifact.digest.clone());
        let load = move || {
            shared
                .cache
                .get_or_load(&digest, || Chart::from_archive(&bytes))
        };
        tokio::task::spawn_blocking(load)
            .await
            .map_err(|error| ChartError::Load(error.to_string()))?
            .map_err(|error| ChartError::Load(error.to_string()))
    }

    /// Nothing panics while the lock is held.
    fn loading(&self) -> MutexGuard<'_, BTreeMap<String, WeakShared<Loading>>> {
        self.loading.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
