//! The health of Kubernetes objects, read from JSON alone.
//!
//! ```text
//! object (JSON) ──▶ Readers ──▶ expressions of the user, or the Job rules, or the built-in rules ──▶ Health
//! ```
//!
//! The rules are those that the field calls kstatus (compat K16.5, K16.6, K16.7): first what all objects
//! share (deletion, observed generation, the standard conditions), then what is known of a kind, last the
//! condition `Ready`.
//!
//! Invariant: this crate reads no cluster, no clock and no environment. Time is a parameter, and the pods of
//! a workload are handed in by whoever may list them.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod conditions;
mod expressions;
mod fields;
mod generic;
mod kinds;
mod reader;
mod status;

pub use expressions::{ExpressionCheck, ExpressionError};
pub use kinds::{failed_pods, has_pods};
pub use reader::{GroupKind, Precedence, Reader, Readers};
pub use status::{Health, Status};

use jiff::Timestamp;
use serde_json::Value;

/// The health of one live object by the built-in rules, at the time `now` (compat K16.5).
///
/// `object` is the whole object as the API server returns it, status included. Nothing is fetched; see
/// [`failed_pods`] for the part of K16.6 that needs a list of pods.
pub fn status(object: &Value, now: Timestamp) -> Health {
    generic::status(object, now)
}
