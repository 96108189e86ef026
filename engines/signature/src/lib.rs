//! Signatures: whether what was fetched is from somebody who is trusted, and what we sign ourselves.
//!
//! - [`object`]: a commit or tag of git, taken apart into what was signed and the signature.
//! - [`pgp`], [`ssh`]: the two kinds of signatures of git objects (G10).
//! - [`pgp_signer`]: PGP signatures that we make.
//! - [`cosign`]: signatures of OCI artifacts by key (O6).
//!
//! Pure: bytes and keys in, the name of the key out. The time comes in from the caller. Whatever is not clearly right
//! is refused.

#![cfg_attr(test, allow(clippy::unwrap_used))]
#![warn(missing_docs)]

pub mod cosign;
mod error;
pub mod object;
pub mod pgp;
pub mod pgp_signer;
mod public_key;
pub mod ssh;

pub use error::Error;
pub use object::Signed;
pub use pgp_signer::{Signer as PgpSigner, SignerError};
