//! What the user gets to see of a release: conditions, events and their texts (H6, H22).
//!
//! - [`message`] the texts.
//! - [`outcome`] an action's end: what it leaves in the status, and the event of it.
//! - [`summary`] Ready from the other conditions.
//! - [`metadata`] what events carry beside their text.
//! - [`logs`] the last lines of an action's log.

pub mod logs;
pub mod message;
pub mod metadata;
pub mod outcome;
pub mod summary;

mod conditions;

pub use conditions::Marker;
pub use outcome::Event;

/// Reasons that are written as they are, without a constant elsewhere.
pub mod reason {
    /// A release was found locked.
    pub const PENDING_RELEASE: &str = "PendingRelease";
    /// The tests are still to run.
    pub const AWAITING_TESTS: &str = "AwaitingTests";
    /// No try is left.
    pub const RETRIES_EXCEEDED: &str = "RetriesExceeded";
    /// There is no revision to go back to.
    pub const MISSING_ROLLBACK_TARGET: &str = "MissingRollbackTarget";
    /// The state of the release cannot be told.
    pub const STATE_ERROR: &str = "StateError";
    /// An action could not be run.
    pub const RECONCILE_ERROR: &str = "ReconcileError";
    /// The cluster was brought back to the release.
    pub const DRIFT_CORRECTED: &str = "DriftCorrected";
    /// The cluster could not be brought back to the release.
    pub const DRIFT_CORRECTION_FAILED: &str = "DriftCorrectionFailed";
}
