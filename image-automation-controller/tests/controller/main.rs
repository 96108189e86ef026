//! The reconciler against a real API server and real git servers.
//!
//! Each test has a namespace, a repository and a controller of its own; the control plane is shared.

#![allow(clippy::unwrap_used)]

mod branches;
mod failures;
mod races;
mod signing;
mod updates;
mod world;
