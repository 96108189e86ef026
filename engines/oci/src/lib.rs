//! Reading from OCI registries: tags, manifests, blobs.
//!
//! ```text
//! Repository + Keychain ──▶ Registry ──head/tags──▶ Digest ──manifest──▶ Manifest ──pull──▶ bytes, checked against their digest
//!                            ping, token, cached
//! ```
//!
//! - [`name`]: repositories and references, as people write them.
//! - [`login`]: credentials in the form of docker's configuration, and which of them a repository gets (O4).
//! - [`registry`]: one conversation with the registry of a repository.
//! - [`manifest`]: what manifests and indexes hold.
//!
//! It speaks the OCI distribution specification 1.1, and the token protocol of docker registries. Every answer has a
//! byte budget; a digest that was asked for is checked; credentials go to the registry and its token service alone.

#![cfg_attr(test, allow(clippy::unwrap_used))]
#![warn(missing_docs)]

mod challenge;
mod error;
pub mod login;
pub mod manifest;
pub mod name;
pub mod registry;

pub use error::Error;
pub use login::{Keychain, Login};
pub use manifest::{Descriptor, Manifest};
pub use name::{Reference, Repository};
pub use registry::Registry;
