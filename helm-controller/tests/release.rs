//! HelmReleases against a real API server: charts come from a file server of the test, the controller runs in the process, each
//! test has a namespace of its own, and pods are played by kwok.
#![allow(clippy::unwrap_used)]

#[path = "release/actions.rs"]
mod actions;
#[path = "release/charts.rs"]
mod charts;
#[path = "release/failures.rs"]
mod failures;
#[path = "release/hooks.rs"]
mod hooks;
#[path = "release/killed.rs"]
mod killed;
#[path = "release/lifecycle.rs"]
mod lifecycle;
#[path = "release/prerequisites.rs"]
mod prerequisites;
#[path = "release/spec.rs"]
mod spec;
#[path = "release/state.rs"]
mod state;
#[path = "release/support.rs"]
mod support;
