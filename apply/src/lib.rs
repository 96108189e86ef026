//! From objects that are wanted to objects that are there: plan, server-side apply, inventory, prune, wait.
//!
//! ```text
//! desired objects ─▶ normalize ─▶ stages ─▶ per object: read, dry-run, compare ─▶ apply what differs ─▶ ChangeSet
//!                                                                                       Inventory ─▶ prune
//!                                                                                                  └─▶ wait
//! ```
//!
//! Invariants: objects are JSON, the cluster is the trait [`Cluster`]; no kube type, no environment. The change
//! set and the inventory depend on the input and the cluster alone. Every future here is cancelled by dropping
//! it.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod cluster;

mod apply;
mod change_set;
mod drift;
mod error;
mod field_set;
mod id;
mod ignore;
mod immutable;
mod inventory;
mod managed_fields;
mod memory;
mod normalize;
mod object;
mod options;
mod order;
mod prune;
mod redact;
mod stage;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod wait;

pub use apply::{apply_all, apply_all_remembering, wait_until_served};
pub use change_set::{Action, Change, ChangeSet};
pub use cluster::{ApiError, Cluster};
pub use drift::normalize_dry_run;
pub use error::{ApplyError, ApplyFailure};
pub use health::GroupKind;
pub use id::{Gvk, ObjectId, ObjectRef, ParseIdError};
pub use ignore::{IgnoreRule, IgnoreRules, Selector, SelectorError};
pub use inventory::{Inventory, InventoryEntry};
pub use managed_fields::take_over_patch;
pub use memory::{Memory, SETTLED};
pub use normalize::normalize;
pub use object::{NotAnObject, Object};
pub use options::{
    ApiVersions, ApplyOptions, Cleanup, FieldManager, Force, Mark, Operation, Owner,
};
pub use order::compare;
pub use prune::{PruneError, PruneFailure, PruneOptions, prune};
pub use stage::{Stage, parse_kinds};
pub use wait::{
    OnFailure, TerminationError, WaitError, WaitOptions, is_restless, wait, wait_for_termination,
    wait_until_gone,
};
