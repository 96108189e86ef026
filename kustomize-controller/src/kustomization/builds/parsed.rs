//! Files that several builds of one artifact read are parsed once.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use artifact::Digest;
use kustomize::ParseCache;

/// How long parsed files outlive the last build that used them: a new revision is built by many in a row.
const LINGER: Duration = Duration::from_secs(2);

/// Builds may have read this many bytes before they begin anew with what they share.
const LIMIT: u64 = 16 << 20;

/// The parsed files of the artifacts that are being built.
#[derive(Debug, Default)]
pub(in crate::kustomization) struct Parsed {
    by_artifact: Mutex<HashMap<String, Weak<Shared>>>,
}

/// The parsed files of one artifact.
#[derive(Debug, Default)]
pub(in crate::kustomization) struct Shared {
    files: Arc<ParseCache>,
    read: AtomicU64,
}

impl Parsed {
    /// What the builds of an artifact share; it goes away soon after the last of them. Call it inside a Tokio runtime.
    pub fn of(&self, artifact: &Digest) -> Arc<Shared> {
        let shared = self.find(artifact);
        let lingering = Arc::clone(&shared);
        tokio::spawn(async move {
            tokio::time::sleep(LINGER).await;
            drop(lingering);
        });
        shared
    }

    fn find(&self, artifact: &Digest) -> Arc<Shared> {
        // Nothing panics while the lock is held.
        let mut by_artifact = self
            .by_artifact
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let name = artifact.to_string();
        let known = by_artifact.get(&name).and_then(Weak::upgrade);
        if let Some(shared) = known.filter(|shared| shared.read.load(Ordering::Relaxed) < LIMIT) {
            return shared;
        }
        let shared = Arc::<Shared>::default();
        by_artifact.retain(|_, known| known.strong_count() > 0);
        by_artifact.insert(name, Arc::downgrade(&shared));
        shared
    }
}

impl Shared {
    /// For a build to read and to add to.
    pub fn files(&self) -> &Arc<ParseCache> {
        &self.files
    }

    /// Notes how much a build has read.
    pub fn count(&self, bytes: u64) {
        self.read.fetch_add(bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use artifact::Algorithm;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn builds_of_one_artifact_share_until_a_moment_after_the_last() {
        let (parsed, one, other) = (
            Parsed::default(),
            Algorithm::Sha256.digest(b"1"),
            Algorithm::Sha256.digest(b"2"),
        );
        let first = parsed.of(&one);
        assert!(Arc::ptr_eq(&first, &parsed.of(&one)));
        assert!(!Arc::ptr_eq(&first, &parsed.of(&other)));
        let gone = Arc::downgrade(&first);
        drop(first);
        assert!(gone.upgrade().is_some());
        tokio::time::sleep(LINGER * 2).await;
        assert!(gone.upgrade().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn what_has_grown_large_is_left_to_those_who_hold_it() {
        let (parsed, artifact) = (Parsed::default(), Algorithm::Sha256.digest(b"1"));
        let first = parsed.of(&artifact);
        first.count(LIMIT);
        assert!(!Arc::ptr_eq(&first, &parsed.of(&artifact)));
    }
}
