//! Artifacts of sources, downloaded, verified and unpacked once for all who use them (K9.1-K9.4, T3).
//!
//! ```text
//! artifact {url, digest} ──▶ Cache: unpacked already? ──yes──▶ Tree (shared, read-only)
//!                                   │ no, and nobody is at it
//!                                   ▼
//!                            GET, retried ──▶ digest while unpacking ──▶ temporary directory ──rename──▶ Tree
//! ```
//!
//! A tree is named by the digest of its artifact, so it is the same for every object whatever its source. Trees in use stay;
//! of the others the longest unused goes first when the cache is full. Nobody writes into a tree.
//!
//! What this module does not do: it reads no API object. A digest that does not match ([`FetchError::is_stale`]) means
//! that the source has moved on: the caller reads its status again (T6).

mod cache;
mod clients;
mod directory;
mod error;
mod fetch;
mod hosts;
mod tree;

#[cfg(test)]
mod tests;

pub use cache::{ArtifactCache, CacheOptions};
pub use clients::{Clients, Patience};
pub use error::FetchError;
pub use fetch::{Fetcher, RetryPolicy};
pub use hosts::HostOverrides;
pub use tree::Tree;

/// What is to be fetched: the two fields of `status.artifact` that matter here.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ArtifactRef {
    /// Where it lies.
    pub url: String,
    /// What it must be: `<algorithm>:<hex>`, or bare hex of SHA-256 (K9.2).
    pub digest: String,
}
