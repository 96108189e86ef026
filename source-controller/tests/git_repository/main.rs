//! The reconciler of GitRepository against a real API server and a real git server.
//!
//! Each test has a namespace, a git server and a controller of its own; the control plane is shared.

#![allow(clippy::unwrap_used)]

mod composing;
mod failures;
mod lifecycle;
mod publishing;
mod refused;
mod storage;
mod world;
