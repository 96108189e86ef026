//! The reconcilers against a real API server, real git servers and real registries.
//!
//! Each test has a namespace, a remote and controllers of its own; the control plane is shared.

#![allow(clippy::unwrap_used)]

mod git_repository;
mod helm_chart;
mod helm_repository;
mod oci_repository;
mod plane;
mod table;
