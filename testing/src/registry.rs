//! A real OCI registry, and artifacts pushed to it.

mod artifact;
mod server;

pub use artifact::{Artifact, Layer};
pub use server::{Guarded, Options, PASSWORD, Registry, Request, USER};
