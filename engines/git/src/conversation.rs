//! What the parts of a conversation share: when it has to be over, and what went wrong first.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::error::RemoteError;

/// When the conversation has to be over.
#[derive(Debug, Clone)]
pub(crate) struct Watch {
    pub timeout: Duration,
    pub started: Instant,
    pub interrupt: Arc<AtomicBool>,
}

impl Watch {
    /// How much time is left.
    pub(crate) fn remaining(&self) -> Result<Duration, RemoteError> {
        if self.interrupt.load(Ordering::Relaxed) {
            return Err(RemoteError::Interrupted);
        }
        match self.timeout.checked_sub(self.started.elapsed()) {
            Some(left) if !left.is_zero() => Ok(left),
            _ => Err(RemoteError::Timeout(self.timeout)),
        }
    }
}

/// The first thing that went wrong. The git library turns errors into text of its own; this is ours.
#[derive(Debug, Clone, Default)]
pub(crate) struct FirstFailure(Rc<RefCell<Option<RemoteError>>>);

impl FirstFailure {
    pub(crate) fn take(&self) -> Option<RemoteError> {
        self.0.borrow_mut().take()
    }

    pub(crate) fn record(&self, error: RemoteError) -> io::Error {
        let shown = io::Error::other(error.to_string());
        self.0.borrow_mut().get_or_insert(error);
        shown
    }
}
