//! Writing an object back: minimal JSON merge patches, safe against other writers (R10, K4.3).
//!
//! A [`Patcher`] is made from the object as it was read and may be called many times in a pass. Each call sends what
//! changed since the last one, and nothing when nothing did:
//!
//! 1. **Status.** Conditions and the rest of the status travel in one request to the status subresource. When the
//!    condition list changed, the request carries the resourceVersion; on a conflict the object is read again, our
//!    conditions are folded into what is there ([`crate::conditions::merge`]), and the request is repeated, at most
//!    [`TRIES`] times [`PAUSE`] apart.
//! 2. **Metadata.** Labels, annotations and finalizers. A changed finalizer list is locked and folded in the same way, since
//!    a merge patch replaces lists. The spec belongs to the user.
//!
//! One request for the whole status is what the two upstream requests add up to, without the state in between that
//! shows new conditions beside an old artifact.

mod diff;
mod known;
mod write;

pub use diff::diff;
pub use write::{PatchError, Patcher, Written};

use std::time::Duration;

/// How often a conflicting write is tried.
pub const TRIES: u32 = 5;
/// The pause between tries, to which up to as much again is added at random.
pub const PAUSE: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests;
