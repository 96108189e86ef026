//! What a remote can do wrong.

use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;

/// A step of the smart protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// `GET …/info/refs`: the advertisement.
    Advertisement,
    /// `POST …/git-upload-pack`: the list of references (protocol 2) and the pack.
    Upload,
    /// `POST …/git-receive-pack`: a push.
    Receive,
    /// Any request.
    Any,
}

impl Stage {
    pub(super) fn of(path: &str) -> Self {
        match path.rsplit('/').next() {
            Some("refs") => Self::Advertisement,
            Some("git-upload-pack") => Self::Upload,
            Some("git-receive-pack") => Self::Receive,
            _ => Self::Any,
        }
    }
}

/// A way to misbehave.
#[derive(Debug, Clone)]
pub enum Fault {
    /// The connection is closed without an answer.
    Disconnect,
    /// An answer with this status and a short text.
    Status(u16),
    /// No answer until the gate opens; the request is then served.
    Hang(Gate),
    /// The connection is cut after this many bytes of the body.
    Truncate(usize),
    /// The last bytes of the body are flipped: the pack's checksum is wrong.
    Corrupt,
    /// A redirect with this status to this base address; the path and query are kept.
    Redirect(u16, String),
}

/// Holds requests back until it is opened.
#[derive(Debug, Clone)]
pub struct Gate {
    open: watch::Sender<bool>,
    waiting: watch::Sender<usize>,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            open: watch::Sender::new(false),
            waiting: watch::Sender::new(0),
        }
    }
}

impl Gate {
    /// Lets everything through, now and later.
    pub fn open(&self) {
        self.open.send_replace(true);
    }

    /// Waits until a request stands before the gate.
    pub async fn reached(&self) {
        // The sender lives in `self`, so the wait cannot fail.
        let _ = self.waiting.subscribe().wait_for(|count| *count > 0).await;
    }

    pub(super) async fn pass(&self) {
        self.waiting.send_modify(|count| *count += 1);
        let _ = self.open.subscribe().wait_for(|open| *open).await;
    }
}

/// Faults in force.
#[derive(Debug, Default)]
pub(super) struct Faults(Mutex<Vec<Planned>>);

#[derive(Debug)]
struct Planned {
    stage: Stage,
    fault: Fault,
    times: Option<usize>,
}

impl Faults {
    /// Plans a fault for the next `times` requests of a stage, or for all.
    pub(super) fn plan(&self, stage: Stage, fault: Fault, times: Option<usize>) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Planned {
                stage,
                fault,
                times,
            });
    }

    pub(super) fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// The fault of this request, the oldest plan first.
    pub(super) fn take(&self, stage: Stage) -> Option<Fault> {
        let mut planned = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let index = planned
            .iter()
            .position(|plan| plan.stage == stage || plan.stage == Stage::Any)?;
        let plan = &mut planned[index];
        let fault = plan.fault.clone();
        if let Some(times) = &mut plan.times {
            *times -= 1;
            if *times == 0 {
                planned.remove(index);
            }
        }
        Some(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_counts_only_requests_of_its_stage() {
        let faults = Faults::default();
        faults.plan(Stage::Upload, Fault::Status(500), Some(1));
        assert!(faults.take(Stage::of("/r.git/info/refs")).is_none());
        assert!(matches!(
            faults.take(Stage::of("/r.git/git-upload-pack")),
            Some(Fault::Status(500))
        ));
        assert!(faults.take(Stage::Upload).is_none());
    }

    #[test]
    fn a_lasting_fault_ends_when_it_is_cleared() {
        let faults = Faults::default();
        faults.plan(Stage::Any, Fault::Disconnect, None);
        assert!(
            faults.take(Stage::Advertisement).is_some() && faults.take(Stage::Receive).is_some()
        );
        faults.clear();
        assert!(faults.take(Stage::Advertisement).is_none());
    }
}
