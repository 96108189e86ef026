//! source-controller: publishes what sources hold as artifacts, and serves them.
//!
//! - [`args`]: the flags.
//! - [`git_repository`]: the reconciler of GitRepository.
//! - [`storage`]: artifacts of objects on disk.
//! - [`server`]: the HTTP file server.
//! - [`advertise`]: the address that artifacts are found under.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod advertise;
pub mod args;
pub mod git_repository;
mod run;
mod scratch;
pub mod server;
pub mod storage;

pub use run::run;
