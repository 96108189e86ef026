//! What every action needs.

use std::sync::{Arc, Mutex, PoisonError};

use apply::cluster::ApiError;
use apply::{GroupKind, Owner};
use common::cluster::{KubeCluster, Served};
use common::reconcile::Bench;
use health::Readers;
use jiff::Timestamp;

use crate::FIELD_MANAGER;
use crate::report::logs::LogTail;

/// What a release is called and where it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseId {
    /// Its name.
    pub name: String,
    /// The namespace that its objects are made in.
    pub namespace: String,
}

/// The surroundings of an action.
#[derive(Clone)]
pub struct Env {
    /// The release.
    pub release: ReleaseId,
    /// The cluster, under the identity of the release.
    pub cluster: Arc<KubeCluster>,
    /// Where the action rests while it waits.
    pub bench: Bench,
    /// Who tells whether objects are healthy.
    pub readers: Readers,
    /// Who tells whether a hook is done.
    pub hook_readers: Readers,
    /// The kinds that the user has health expressions for.
    pub custom_kinds: Vec<GroupKind>,
    /// Namespace and name of the HelmRelease, for the labels of origin.
    pub object: (String, String),
    /// The last lines of the action.
    pub log: Log,
}

impl Env {
    /// The labels that say which HelmRelease an object comes from (H14.1).
    pub fn owner() -> Owner {
        Owner {
            field_manager: FIELD_MANAGER.to_owned(),
            group: crds::helm::GROUP.to_owned(),
        }
    }

    /// What the cluster is capable of.
    pub(super) async fn served(&self) -> Result<Arc<Served>, ApiError> {
        self.cluster.served().await
    }
}

/// The log of an action: each line goes to the process's log, the last ones to events of failures (H22.2).
#[derive(Debug, Clone, Default)]
pub struct Log {
    tail: Arc<Mutex<LogTail>>,
}

impl Log {
    /// Adds a line.
    pub fn line(&self, text: impl Into<String>) {
        let text = text.into();
        tracing::debug!("{text}");
        self.lock().push(text, Timestamp::now());
    }

    /// The last lines.
    pub fn tail(&self) -> LogTail {
        self.lock().clone()
    }

    /// Nothing panics while the lock is held.
    fn lock(&self) -> std::sync::MutexGuard<'_, LogTail> {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
