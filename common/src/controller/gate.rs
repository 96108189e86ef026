//! Holding back the first passes until every watch has answered once.

use tokio::sync::watch;

/// Counts the watches that have not answered yet; clones share the count.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    closed_by: watch::Sender<usize>,
}

/// One watch's share in keeping the gate closed. Dropping it counts as an answer.
#[derive(Debug)]
pub(super) struct Bar {
    gate: Option<Gate>,
}

impl Gate {
    pub(super) fn new() -> Self {
        Self {
            closed_by: watch::channel(0).0,
        }
    }

    /// Adds a watch; to be called before any of them starts.
    pub(super) fn bar(&self) -> Bar {
        self.closed_by.send_modify(|watches| *watches += 1);
        Bar {
            gate: Some(self.clone()),
        }
    }

    pub(super) fn is_open(&self) -> bool {
        *self.closed_by.borrow() == 0
    }

    /// Returns when every watch has answered.
    pub(super) async fn opened(&self) {
        // The sender is part of `self`, so the channel cannot close.
        let _ = self
            .closed_by
            .subscribe()
            .wait_for(|watches| *watches == 0)
            .await;
    }
}

impl Bar {
    /// The watch has answered, with its objects or with an error.
    pub(super) fn lift(&mut self) {
        if let Some(gate) = self.gate.take() {
            gate.closed_by
                .send_modify(|watches| *watches = watches.saturating_sub(1));
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.lift();
    }
}
