//! Knowing that events have arrived.
//!
//! A pass tells of what it did before its status says so. A process that is killed in between finds the work done and the status
//! old, and tells again; whoever receives events drops what was told twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::Event;

/// How long a pass waits for its events: the time in which the other end starts anew, not that of an outage.
const PATIENCE: Duration = Duration::from_secs(4);

/// The events of a pass that are on their way.
#[derive(Debug, Clone, Default)]
pub struct Receipts {
    open: TaskTracker,
}

impl Receipts {
    /// Whether none is on its way.
    pub fn are_settled(&self) -> bool {
        self.open.is_empty()
    }

    /// Waits until all have arrived or were given up, for at most four seconds.
    pub async fn settle(&self) {
        self.open.close();
        // What is late is tried on without the pass.
        let _ = tokio::time::timeout(PATIENCE, self.open.wait()).await;
        self.open.reopen();
    }
}

/// An event on its way to the events address; its receipt is signed when it is dropped.
#[derive(Debug)]
pub(super) struct Posting {
    pub(super) event: Event,
    _receipt: Option<TaskTrackerToken>,
}

impl Posting {
    /// Nobody waits for an address that has fallen silent.
    pub(super) fn new(event: Event, receipts: &Receipts, silence: &Silence) -> Self {
        Self {
            event,
            _receipt: (!silence.holds()).then(|| receipts.open.token()),
        }
    }
}

/// Whether the last event was given up because the address did not take it; clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Silence(Arc<AtomicBool>);

impl Silence {
    pub(super) fn holds(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn set(&self, silent: bool) {
        self.0.store(silent, Ordering::Relaxed);
    }
}
