//! source-controller: publishes what sources hold as artifacts, and serves them.
//!
//! - [`args`]: the flags.
//! - [`git_repository`], [`helm_chart`], [`helm_repository`], [`oci_repository`]: the reconcilers of the kinds of these names.
//! - [`source`]: what they share.
//! - [`storage`]: artifacts of objects on disk.
//! - [`server`]: the HTTP file server.
//! - [`advertise`]: the address that artifacts are found under.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod advertise;
pub mod args;
pub mod git_repository;
pub mod helm_chart;
pub mod helm_repository;
pub mod oci_repository;
mod run;
mod scratch;
pub mod server;
pub mod source;
pub mod storage;

pub use run::run;
