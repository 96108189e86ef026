//! The condition list of an object, as pure functions over it.
//!
//! [`list`] holds the rules that every write follows: order, transition time, message length, the exclusion between
//! Reconciling and Stalled (R9, K4.1, K4.2). [`merge`] folds two writers' lists after a conflict. [`summary`] derives
//! one condition from others. [`kind`] says which condition types a reconcile step may touch: Ready, Reconciling and
//! Stalled are not among them, since only the summariser in [`crate::reconcile`] writes those.
//!
//! Nothing here reads a clock: the time of a transition comes in as a parameter.

mod kind;
mod list;
mod merge;
mod summary;

pub use crds::meta::{Condition, ConditionStatus as Status};
pub use kind::{ConditionType, Polarity, READY, RECONCILING, STALLED};
pub use list::{
    MAX_MESSAGE, find, is_false, is_true, mark_reconciling, mark_stalled, remove, set, truncate,
};
pub use merge::merge;
pub use summary::{Summary, summarize};

/// Reasons that the skeleton itself writes.
pub mod reasons {
    /// A pass is under way.
    pub const PROGRESSING: &str = "Progressing";
    /// A pass ended without Ready and will run again.
    pub const PROGRESSING_WITH_RETRY: &str = "ProgressingWithRetry";
    /// A reference was refused by [`crate::access`].
    pub const ACCESS_DENIED: &str = "AccessDenied";
    /// A field needs a feature gate that is off.
    pub const FEATURE_GATE_DISABLED: &str = "FeatureGateDisabled";
    /// A pass panicked; the text is in the log.
    pub const PANICKED: &str = "ReconcilePanicked";
    /// The object as stored does not decode.
    pub const INVALID_OBJECT: &str = "InvalidObject";
    /// A status write failed.
    pub const PATCH_FAILED: &str = "PatchOperationFailed";
}
