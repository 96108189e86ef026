//! Helm repositories: an index of charts over HTTP.
//!
//! ```text
//! RepositoryUrl ──fetch──▶ bytes ──Index::read──▶ Index ──to_json──▶ stored index ──find──▶ entries of one chart ──pick──▶ URL
//! ```
//!
//! - [`fetch`]: one file over HTTP, and where credentials go (H2).
//! - [`index`]: the index, read entry by entry and kept as the JSON that is stored (H3).
//! - [`pick`]: which version of a chart a range means (C3, C4).
//! - [`url`]: addresses of repositories and what they refer to.

#![cfg_attr(test, allow(clippy::unwrap_used))]
#![warn(missing_docs)]

pub mod fetch;
pub mod index;
pub mod pick;
pub mod url;

pub use fetch::{FetchError, Fetcher};
pub use index::{Entry, Index, IndexError};
pub use pick::{PickError, pick};
pub use url::{RepositoryUrl, UrlError};
