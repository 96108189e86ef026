//! Why an action failed, in Helm's words.

use apply::{ApiError, TerminationError, WaitError};
use common::queue::Origin;

use super::NotReady;
use crate::storage::StorageError;

/// Why an action failed. Whether the storage was changed is told by the history, not by the error.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    /// The definitions of the chart (H13.3).
    #[error("failed to apply CustomResourceDefinitions: {0}")]
    Definitions(String),
    /// The chart cannot be released.
    #[error("{0}")]
    Chart(String),
    /// The name is taken.
    #[error("release name check failed: cannot reuse a name that is still in use")]
    NameInUse,
    /// There is nothing to upgrade.
    #[error("{0:?} has no deployed releases")]
    NothingDeployed(String),
    /// Somebody else is at it.
    #[error("another operation (install/upgrade/rollback) is in progress")]
    Pending,
    /// The revision to go back to is not stored.
    #[error("release has no {0} version")]
    NoRevision(i64),
    /// The templates fail, or what they print is no manifest.
    #[error("{0}")]
    Render(String),
    /// A template was still running when the process went down.
    #[error("rendering was interrupted: {0}")]
    Interrupted(String),
    /// What is rendered, or recorded, is no list of objects that the server knows.
    #[error("unable to build kubernetes objects from {what}: {cause}")]
    Objects {
        /// Which manifest.
        what: &'static str,
        /// What is wrong with it.
        cause: String,
    },
    /// An object belongs to somebody else, or cannot be looked at.
    #[error("unable to continue with {verb}: {cause}")]
    Ownership {
        /// `install` or `update`.
        verb: &'static str,
        /// Which object, and why.
        cause: String,
    },
    /// The namespace of the release cannot be made.
    #[error("failed to create namespace {namespace:?}: {source}")]
    Namespace {
        /// The namespace.
        namespace: String,
        /// What the server says.
        source: ApiError,
    },
    /// The storage.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A hook failed.
    #[error("{stage}{cause}")]
    Hook {
        /// What the action calls it, such as `failed pre-install: `.
        stage: &'static str,
        /// The hook and why.
        cause: String,
    },
    /// Objects could not be written or deleted.
    #[error("{0}")]
    Write(String),
    /// Objects did not become healthy.
    #[error(transparent)]
    Wait(#[from] WaitError),
    /// Objects did not become ready by the rules of Helm 3.
    #[error(transparent)]
    NotReady(#[from] NotReady),
    /// Objects did not go.
    #[error(transparent)]
    Gone(#[from] TerminationError),
    /// Something newer came up while objects were waited for (H15.6).
    #[error("New reconciliation triggered by {0}")]
    Overtaken(Origin),
    /// The process is going down.
    #[error("the controller is shutting down")]
    Shutdown,
    /// The history is kept, and the release was uninstalled before.
    #[error("the release named {0:?} is already deleted")]
    AlreadyUninstalled(String),
    /// Objects of the release could not be deleted.
    #[error("failed to delete release: {0}")]
    NotDeleted(String),
    /// The objects are gone, but something around them went wrong.
    #[error("uninstallation completed with {count} error(s): {texts}")]
    Untidy {
        /// How many.
        count: usize,
        /// What they say.
        texts: String,
    },
    /// The newest revision is another one than the one that was to be changed.
    #[error("release mismatch: {0}")]
    Mismatch(String),
}
