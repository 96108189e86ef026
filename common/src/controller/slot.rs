//! Workers as permits.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::metrics::ControllerMetrics;

/// The workers of a controller: `--concurrent` of them.
#[derive(Debug, Clone)]
pub struct Slots {
    permits: Arc<Semaphore>,
    metrics: ControllerMetrics,
}

impl Slots {
    /// So many workers, at least one.
    pub fn new(workers: usize, metrics: ControllerMetrics) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(workers.max(1))),
            metrics,
        }
    }

    /// A worker, when one is free. First come, first served: passes that come back from being parked and new ones
    /// stand in the same line.
    pub async fn take(&self) -> Slot {
        let slot = Slot {
            slots: self.clone(),
            permit: Mutex::new(None),
        };
        slot.acquire().await;
        slot
    }
}

/// A worker in use, until dropped or released.
#[derive(Debug)]
pub struct Slot {
    slots: Slots,
    permit: Mutex<Option<OwnedSemaphorePermit>>,
}

impl Slot {
    /// Gives the worker back.
    pub(crate) fn release(&self) {
        if self.permit().take().is_some() {
            self.slots.metrics.worker_stopped();
        }
    }

    /// Waits for a worker, where there is none.
    pub(crate) async fn acquire(&self) {
        if self.is_held() {
            return;
        }
        // The semaphore is never closed; without a permit the pass would go on as if it had one, which only loosens the
        // bound.
        let permit = self.slots.permits.clone().acquire_owned().await.ok();
        *self.permit() = permit;
        self.slots.metrics.worker_started();
    }

    /// Whether a worker is held.
    pub fn is_held(&self) -> bool {
        self.permit().is_some()
    }

    /// Nothing panics while the lock is held.
    fn permit(&self) -> MutexGuard<'_, Option<OwnedSemaphorePermit>> {
        self.permit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.release();
    }
}
