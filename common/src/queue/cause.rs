//! Why a key is in the queue, and telling a running pass about it.

use std::fmt;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::object::ObjectKey;

/// Whether a pass that is waiting should be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// The key runs when it can; a pass that is under way is left alone.
    Enqueue,
    /// A pass that waits is interrupted: what it works on is out of date.
    Interrupt,
    /// The object itself is another one, or is to go: work that nobody wants any more is given up too.
    Overrule,
}

/// The object whose change brought a key into the queue. Prints as `Kind/namespace/name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Its kind.
    pub kind: String,
    /// Its namespace and name.
    pub key: ObjectKey,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.key)
    }
}

/// Why a key was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The object that changed.
    pub origin: Origin,
    /// Whether a running pass is told.
    pub urgency: Urgency,
}

/// Why a wait ended before its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Interrupted {
    /// The object, or something it is made from, changed; the key is queued again.
    Changed(Origin),
    /// The process is going down.
    Shutdown,
}

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(origin) => write!(f, "new reconciliation triggered by {origin}"),
            Self::Shutdown => f.write_str("the controller is shutting down"),
        }
    }
}

/// A pass's ear: tells whether something urgent came up since the pass began. Clones hear the same.
#[derive(Debug, Clone)]
pub struct Interrupt {
    changed: watch::Receiver<Option<Cause>>,
    shutdown: CancellationToken,
}

impl Interrupt {
    pub(super) fn new(
        changed: watch::Receiver<Option<Cause>>,
        shutdown: CancellationToken,
    ) -> Self {
        Self { changed, shutdown }
    }

    /// An ear that hears nothing but the given token; for passes that no queue runs, as in tests.
    pub fn detached(shutdown: CancellationToken) -> Self {
        Self {
            changed: watch::channel(None).1,
            shutdown,
        }
    }

    /// What came up so far.
    pub fn pending(&self) -> Option<Interrupted> {
        if self.shutdown.is_cancelled() {
            return Some(Interrupted::Shutdown);
        }
        let cause = self.changed.borrow().clone();
        cause.map(|cause| Interrupted::Changed(cause.origin))
    }

    /// Waits until something comes up; at once when it already has.
    pub async fn wait(&self) -> Interrupted {
        self.wait_for(Urgency::Interrupt).await
    }

    /// Waits until the object has another spec or is to go; for work that any other news can wait for.
    pub async fn overruled(&self) -> Interrupted {
        self.wait_for(Urgency::Overrule).await
    }

    async fn wait_for(&self, urgency: Urgency) -> Interrupted {
        let mut changed = self.changed.clone();
        let change = async {
            let urgent = |cause: &Option<Cause>| {
                cause.as_ref().is_some_and(|cause| cause.urgency >= urgency)
            };
            // The guard on the channel must not live on into another wait.
            let cause = changed.wait_for(urgent).await.map(|cause| cause.clone());
            match cause {
                Ok(cause) => cause,
                // The queue let go of the key: nothing more can come.
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.shutdown.cancelled() => Interrupted::Shutdown,
            Some(cause) = change => Interrupted::Changed(cause.origin),
        }
    }
}
