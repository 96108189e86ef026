//! image-automation-controller: writes the images that policies chose into the files of a git repository.
//!
//! ```text
//! policies ─┐
//! source ───┴─▶ checkout ──▶ update ──▶ commit, sign, push ──▶ status, event
//! ```
//!
//! - [`args`]: the flags.
//! - [`automation`]: the reconciler of ImageUpdateAutomation.
//! - [`access`]: Secrets of the repository and of the signing key.
//! - [`checkout`]: which commit the changes are made on.
//! - [`files`]: the files of a commit, searched for markers.
//! - [`message`]: the commit message, a Go template over what changed.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod access;
pub mod args;
pub mod automation;
pub mod checkout;
pub mod files;
pub mod message;
mod run;

pub use run::run;

/// The controller's name: field manager, events, lease.
pub const MANAGER: &str = "image-automation-controller";
