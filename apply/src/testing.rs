//! Clusters for tests: one that lives in memory, and one that records what is asked of another.
//!
//! Behind the feature `testing`; no part of the product enables it.

mod in_memory;
mod merge;
mod recorder;

pub use in_memory::InMemory;
pub use recorder::{Recorder, Request, Verb};
