//! Differences between a release and the cluster (H18).
//!
//! ```text
//! manifest of the record ──▶ desired objects ──▶ per object: live, dry-run ──▶ compare ──▶ DiffSet ──▶ report, correct
//! ```
//!
//! - [`desired`] the objects of a release as the cluster should have them.
//! - [`compare`] what differs, and whether anybody wants to know.
//! - [`patch`] JSON patches.
//! - [`report`] texts, conditions and events.
//! - [`correct`] in which order differences are undone.
//!
//! Nothing here asks the cluster: the live object and the answer of the server-side dry run come in from the
//! caller.

pub mod compare;
pub mod correct;
pub mod desired;
pub mod patch;
pub mod report;

pub use compare::{Diff, DiffSet, Difference, compare, is_marked, rules};
pub use patch::{Operation, Patch};
