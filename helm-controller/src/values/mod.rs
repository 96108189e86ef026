//! The values of a release, from ConfigMaps, Secrets and the spec (H9).
//!
//! - [`compose`] puts them together.
//! - [`References`] the objects that they are read from, each once.

mod compose;
mod error;
mod target;

pub use compose::{Data, References, compose};
pub use error::{Reason, ValuesError};

#[cfg(test)]
mod tests;
