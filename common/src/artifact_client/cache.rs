//! Trees by digest: one fetch for all who ask at once for the same address, one copy for all who use it.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use artifact::Digest;
use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared, WeakShared};

use super::directory::ProcessDirectory;
use super::fetch::parse_digest;
use super::{ArtifactRef, FetchError, Fetcher, Tree};

/// Where trees are kept and how much of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheOptions {
    /// A directory for temporary files. The cache makes one of its own below it.
    pub directory: PathBuf,
    /// Bytes of trees that are kept although nobody uses them. Trees in use do not count against it.
    pub idle_bytes: u64,
}

type Fetching = BoxFuture<'static, Result<Arc<Tree>, FetchError>>;

/// The artifacts of this process, unpacked. Clones are the same cache.
#[derive(Clone)]
pub struct ArtifactCache {
    inner: Arc<Inner>,
}

struct Inner {
    directory: Arc<ProcessDirectory>,
    fetcher: Fetcher,
    idle_bytes: u64,
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    ready: BTreeMap<String, Ready>,
    /// Fetches that somebody waits for, by digest and address. They end when the last one who waits goes away.
    fetching: BTreeMap<(String, String), WeakShared<Fetching>>,
    /// Counts uses, to tell the longest unused.
    clock: u64,
}

struct Ready {
    tree: Arc<Tree>,
    last_use: u64,
}

impl ArtifactCache {
    /// An empty cache; what an earlier process left behind below the same directory is removed.
    ///
    /// # Errors
    /// When the directory cannot be written.
    pub fn open(options: &CacheOptions, fetcher: Fetcher) -> io::Result<Self> {
        let inner = Inner {
            directory: Arc::new(ProcessDirectory::create(&options.directory)?),
            fetcher,
            idle_bytes: options.idle_bytes,
            entries: Mutex::default(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// The tree of an artifact if it is here.
    pub fn cached(&self, artifact: &ArtifactRef) -> Option<Arc<Tree>> {
        let digest = parse_digest(&artifact.digest).ok()?;
        self.inner.entries().touch(&digest.to_string())
    }

    /// The tree of an artifact, fetched if it is not here. Everybody who asks for one that is being fetched waits for that
    /// one fetch and shares its outcome; a failure is not remembered, and none of who has the same bytes from another address.
    /// Dropping the future gives up waiting.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn tree(&self, artifact: &ArtifactRef) -> Result<Arc<Tree>, FetchError> {
        let digest = parse_digest(&artifact.digest)?;
        let key = digest.to_string();
        let fetching = {
            let mut entries = self.inner.entries();
            if let Some(tree) = entries.touch(&key) {
                return Ok(tree);
            }
            let key = (key, artifact.url.clone());
            if let Some(fetching) = entries.fetching.get(&key).and_then(WeakShared::upgrade) {
                fetching
            } else {
                let fetching = self.inner.clone().fetch(artifact.clone(), digest);
                let fetching: Shared<Fetching> = fetching.boxed().shared();
                if let Some(weak) = fetching.downgrade() {
                    entries.fetching.insert(key, weak);
                }
                fetching
            }
        };
        fetching.await
    }
}

impl Inner {
    /// Nothing panics while the lock is held.
    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn fetch(
        self: Arc<Self>,
        artifact: ArtifactRef,
        digest: Digest,
    ) -> Result<Arc<Tree>, FetchError> {
        let outcome = self.unpack(&artifact, &digest).await;
        let mut entries = self.entries();
        let key = digest.to_string();
        let key = (key, artifact.url);
        entries.fetching.remove(&key);
        let tree = outcome?;
        // Another address may have been faster.
        if let Some(known) = entries.touch(&key.0) {
            drop(entries);
            return Ok(known);
        }
        entries.insert(key.0, tree.clone());
        let evicted = entries.evict(self.idle_bytes);
        drop(entries);
        // Removing files takes a while; the lock is free by now.
        drop(evicted);
        Ok(tree)
    }

    async fn unpack(
        &self,
        artifact: &ArtifactRef,
        digest: &Digest,
    ) -> Result<Arc<Tree>, FetchError> {
        let (scratch, extracted) = self
            .fetcher
            .fetch(artifact, || self.directory.scratch())
            .await?;
        // The same digest may still be on disk, held by somebody after its eviction: names are never reused.
        let name = format!("{}-{}", digest.algorithm(), uuid::Uuid::new_v4().simple());
        let path = self.directory.path().join(name);
        scratch
            .persist(&path)
            .and_then(|()| Tree::open(self.directory.clone(), digest.clone(), path, extracted))
            .map(Arc::new)
            .map_err(|error| FetchError::Disk(error.to_string()))
    }
}

impl Entries {
    fn touch(&mut self, digest: &str) -> Option<Arc<Tree>> {
        self.clock += 1;
        let ready = self.ready.get_mut(digest)?;
        ready.last_use = self.clock;
        Some(ready.tree.clone())
    }

    fn insert(&mut self, digest: String, tree: Arc<Tree>) {
        self.clock += 1;
        self.ready.insert(
            digest,
            Ready {
                tree,
                last_use: self.clock,
            },
        );
    }

    /// Takes out idle trees, longest unused first, until the rest is within `budget`.
    fn evict(&mut self, budget: u64) -> Vec<Arc<Tree>> {
        let mut idle: Vec<(u64, u64, String)> = self
            .ready
            .iter()
            .filter(|(_, ready)| Arc::strong_count(&ready.tree) == 1)
            .map(|(digest, ready)| (ready.last_use, ready.tree.size(), digest.clone()))
            .collect();
        idle.sort_unstable();
        let mut bytes: u64 = idle.iter().map(|(_, size, _)| size).sum();
        let mut evicted = Vec::new();
        for (_, size, digest) in idle {
            if bytes <= budget {
                break;
            }
            bytes -= size;
            evicted.extend(self.ready.remove(&digest).map(|ready| ready.tree));
        }
        evicted
    }
}

impl fmt::Debug for ArtifactCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArtifactCache")
            .field("directory", &self.inner.directory)
            .finish_non_exhaustive()
    }
}
