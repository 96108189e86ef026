//! Where a pass rests while it waits.

use std::future::Future;
use std::sync::Arc;

use crate::controller::Slot;
use crate::queue::{Interrupt, Interrupted};

/// Gives a pass's worker back while it waits. Clones rest the same pass.
///
/// The right to the object stays: no other pass of it starts. After the wait the pass queues for a worker again.
#[derive(Debug, Clone)]
pub struct Bench {
    slot: Arc<Slot>,
    interrupt: Interrupt,
}

impl Bench {
    pub(super) fn new(slot: Slot, interrupt: Interrupt) -> Self {
        Self {
            slot: Arc::new(slot),
            interrupt,
        }
    }

    /// Waits for `work` to its end, whatever comes up: for work that must not be left half done.
    pub async fn rest<T>(&self, work: impl Future<Output = T>) -> T {
        self.slot.release();
        let done = work.await;
        self.slot.acquire().await;
        done
    }

    /// Waits for `work`, and ends early when the object or what it is made from changes.
    ///
    /// # Errors
    /// Why the wait ended early; `work` is dropped then.
    pub async fn park<T>(&self, work: impl Future<Output = T>) -> Result<T, Interrupted> {
        self.slot.release();
        let outcome = tokio::select! {
            biased;
            interrupted = self.interrupt.wait() => Err(interrupted),
            done = work => Ok(done),
        };
        if !matches!(outcome, Err(Interrupted::Shutdown)) {
            self.slot.acquire().await;
        }
        outcome
    }

    pub(super) fn interrupt(&self) -> &Interrupt {
        &self.interrupt
    }
}
