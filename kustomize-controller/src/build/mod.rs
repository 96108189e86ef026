//! From the files of an artifact to objects: the part of a reconciliation that needs no cluster.
//!
//! ```text
//! tree ─▶ generate (kustomization.yaml from files and spec) ─▶ Overlay ─▶ kustomize::build ─▶ substitute ─▶ Manifest ─▶ objects
//! ```
//!
//! Everything here is a function of the artifact, the spec and the variables; nothing is written to disk. What was asked of the files is
//! recorded ([`Recorder`]), so that a [`Finished`] build serves as long as nothing that it depends on has changed.

mod error;
mod finished;
pub mod generate;
pub mod guard;
mod manifest;
pub mod metadata;
mod path;
mod recorder;
pub mod substitute;
mod view;

pub use error::BuildError;
pub use finished::{Finished, inputs};
pub use manifest::{Manifest, build};
pub use path::build_path;
pub use recorder::{Record, Recorder};
pub use view::Overlay;
