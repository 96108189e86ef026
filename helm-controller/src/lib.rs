//! helm-controller: keeps Helm releases as their charts and values say.
//!
//! What is here decides without a cluster:
//!
//! - [`names`] what a release is called and where it lives.
//! - [`policy`] what the spec says to do, with its defaults.
//! - [`values`] the values of a release from all their places.
//! - [`snapshot`] releases as the status remembers them, their digests and their history.
//! - [`state`] what is the matter with a release, and which action follows.
//! - [`postrender`] the changes to what a chart renders.
//! - [`drift`] differences between a release and the cluster.
//! - [`report`] conditions, events and their texts.

#![cfg_attr(test, allow(clippy::unwrap_used))]
// `json!` reads better inline.
#![cfg_attr(test, allow(clippy::needless_pass_by_value))]

pub mod drift;
pub mod names;
pub mod policy;
pub mod postrender;
pub mod report;
pub mod snapshot;
pub mod state;
pub mod values;
