//! OCIRepository against a real registry.

mod access;
mod content;
mod failures;
mod publishing;
pub mod signatures;
pub mod world;
