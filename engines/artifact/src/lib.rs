//! Artifacts: content that a source publishes and consumers fetch, as one compressed tarball named by its revision.
//!
//! - [`digest`]: `<algorithm>:<hex>` and hashing while reading or writing (S7, T3).
//! - [`tree`]: a directory tree read on demand, on disk or anywhere else.
//! - [`archive`]: a tree as a deterministic tarball (S3, S4), and back, safely and within budgets (T3, K9.3).
//! - [`root`]: the one door to files that come from users; nothing outside a directory is reached through it.
//! - [`store`]: where artifacts lie on disk, written atomically, verified, locked and collected (S1, S6, S8).
//!
//! ```text
//! tree ──archive::write──▶ store ──HTTP──▶ archive::extract ──▶ directory ──Root──▶ engines
//! ```
//!
//! This crate knows no clock and no network: times come in as parameters.

#![cfg_attr(test, allow(clippy::unwrap_used))]
#![warn(missing_docs)]

pub mod archive;
pub mod digest;
pub mod root;
pub mod store;
pub mod tree;

pub use archive::extract;
pub use digest::{Algorithm, Digest};
pub use root::Root;
pub use store::Store;
