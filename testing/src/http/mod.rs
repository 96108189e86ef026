//! HTTP for tests: the smallest client that can look at a health endpoint, and a sink that records what it is sent.

mod client;
mod sink;

pub use client::{Response, get};
pub use sink::{Received, Sink};
