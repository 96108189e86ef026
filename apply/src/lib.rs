//! From objects that are wanted to objects that are there: plan, server-side apply, inventory, prune, wait.
//!
//! ```text
//! desired objects ─▶ normalize ─▶ stages ─▶ per object: read, dry-run, compare ─▶ apply what differs ─▶ ChangeSet
//!                                                                                       Inventory ─▶ prune
//!                                                                                                  └─▶ wait
//! ```
//!
//! Invariants: objects are JSON, the cluster is the trait [`Cluster`]; no kube type, no clock other than
//! tokio's, no environment. The change set and the inventory depend on the input and the cluster alone.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod cluster;

mod change_set;
mod id;
mod inventory;
mod object;
mod order;
mod stage;

pub use change_set::{Action, Change, ChangeSet};
pub use cluster::{ApiError, Cluster};
pub use health::GroupKind;
pub use id::{Gvk, ObjectId, ObjectRef, ParseIdError};
pub use inventory::{Inventory, InventoryEntry};
pub use object::{NotAnObject, Object};
pub use order::compare;
pub use stage::{Stage, parse_kinds, split};
