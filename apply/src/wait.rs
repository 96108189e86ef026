//! Waiting for objects to become healthy, or to be gone (compat K16.1 to K16.6, section 17).
//!
//! ```text
//! ids ─▶ first look (one GET each) ─▶ all well? done
//!              └─▶ one watch per kind and namespace ─▶ Board ─▶ verdict
//!                      └─ may not watch: look again every interval
//! ```
//!
//! A wait holds no task: it is one future, and dropping it cancels it.

mod board;
mod gone;
mod look;
mod watches;

pub use board::is_restless;
pub use gone::{TerminationError, wait_for_termination, wait_until_gone};

pub(crate) use gone::until_gone;

use crate::cluster::Cluster;
use crate::id::ObjectId;
use crate::object::Object;
use board::{Board, Verdict};
use health::{GroupKind, Readers};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// What a failed object does to the wait for the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// The wait ends at once.
    #[default]
    Stop,
    /// The wait goes on until all others are current or failed (gate `DisableFailFastBehavior`).
    Continue,
}

/// How to wait.
#[derive(Clone, Debug)]
pub struct WaitOptions {
    pub timeout: Duration,
    pub on_failure: OnFailure,
    /// How often to look where there is no watch (K16.2).
    pub poll_interval: Duration,
    /// Jobs that delete themselves: being gone is being done (K16.4).
    pub jobs_with_ttl: BTreeSet<ObjectId>,
    /// Objects that were seen to be healthy a moment ago ([`crate::ChangeSet::current`]): they are not read.
    pub known_current: BTreeSet<ObjectId>,
    /// Objects as the server has just answered, for instance to an apply: those that are not healthy yet are watched
    /// without being read first.
    pub seen: Vec<Object>,
    pub readers: Readers,
    /// How many objects are read at a time.
    pub concurrency: usize,
}

impl WaitOptions {
    /// The options of a health check: looks every five seconds where it cannot watch, and stops at the first
    /// failure (K16.2).
    pub fn new(timeout: Duration) -> Self {
        Self {
            timeout,
            on_failure: OnFailure::default(),
            poll_interval: Duration::from_secs(5),
            jobs_with_ttl: BTreeSet::new(),
            known_current: BTreeSet::new(),
            seen: Vec::new(),
            readers: Readers::default(),
            concurrency: 4,
        }
    }
}

/// Why a wait ended without success, in the words of K16.3. The lists stand in the order of the ids.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WaitError {
    #[error("timeout waiting for: [{}]", .0.join(", "))]
    Timeout(Vec<String>),
    #[error("failed early due to stalled resources: [{}]", .0.join(", "))]
    Failed(Vec<String>),
    #[error("resource {kind} {name} is namespace scoped, but namespace is not set")]
    NamespaceMissing { kind: GroupKind, name: String },
}

/// Waits until all objects are current.
///
/// Objects that are not there are waited for, with the exception of [`WaitOptions::jobs_with_ttl`]. An object
/// that cannot be read is tried again until the time is up.
pub async fn wait(
    cluster: &dyn Cluster,
    ids: &[ObjectId],
    options: &WaitOptions,
) -> Result<(), WaitError> {
    let mut board = Board::new(ids, options);
    let deadline = Instant::now() + options.timeout;
    match timeout_at(deadline, watches::run(cluster, &mut board, options)).await {
        Ok(verdict) => verdict,
        Err(_elapsed) => match board.verdict() {
            Verdict::Done => Ok(()),
            Verdict::Failed(_) | Verdict::Pending => Err(WaitError::Timeout(board.unfinished())),
        },
    }
}
