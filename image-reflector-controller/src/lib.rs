//! image-reflector-controller: knows the tags of images, and which of them policies choose.
//!
//! ```text
//! registry ──scan──▶ Database ──choose──▶ status.latestRef
//!   ImageRepository   files    ImagePolicy
//! ```
//!
//! - [`args`]: the flags.
//! - [`image_repository`], [`image_policy`]: the reconcilers of the kinds of these names.
//! - [`database`]: tags on disk, a cache that the next scan rebuilds.
//! - [`choice`]: which tag is the newest; pure.
//! - [`registry`]: names of images, and the way to their registry.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod args;
pub mod choice;
pub mod database;
pub mod image_policy;
pub mod image_repository;
mod notify;
pub mod registry;
mod run;

pub use run::{controllers, run};

/// The controller's name: field manager, events, lease.
pub const MANAGER: &str = "image-reflector-controller";
