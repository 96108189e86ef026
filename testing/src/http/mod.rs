//! HTTP for tests: the smallest client that can look at a health endpoint, a sink that records what it is sent, and a
//! server of files.

mod client;
mod files;
mod sink;

pub use client::{Response, get, post};
pub use files::{Asked, Files};
pub use sink::{Received, Sink};
