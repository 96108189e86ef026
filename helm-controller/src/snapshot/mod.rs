//! Releases as the status remembers them: what was made, with which digest, and in which order (H5).
//!
//! - [`of`] a snapshot of a record.
//! - [`digest`] the digests by which releases, values and changes to the rendering are known again.
//! - [`verify`] whether a record is still the one that was made.
//! - [`history`] the snapshots that count.
//! - [`observe`] what an action wrote, as snapshots.
//! - [`tests`] the results of tests.

pub mod digest;
pub mod history;
mod make;
pub mod observe;
pub mod tests;
mod verify;

pub use make::{Action, full_name, of, targets, versioned_chart};
pub use verify::{Mismatch, verify};

/// The version of the way digests are computed; snapshots of another one are not verified (H5.1).
pub const API_VERSION: &str = "v2";
