//! The whole controller against a real API server and a real registry.

#![allow(clippy::unwrap_used, clippy::needless_pass_by_value)]

mod access;
mod policies;
mod references;
mod restart;
mod scans;
mod world;
