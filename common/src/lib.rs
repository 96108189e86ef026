//! What every controller needs, and nothing more.
//!
//! | Module | What it holds |
//! |---|---|
//! | [`reconcile`] | one pass over one object: ordered steps, errors with policy, the summariser. Start here. |
//! | [`controller`] | the loop: watches, triggers, workers, parking |
//! | [`queue`] | which object runs next, and telling a running pass of changes |
//! | [`conditions`] | the condition list as pure functions |
//! | [`patch`] | conflict-safe merge patches |
//! | [`events`] | Kubernetes events and the events address |
//! | [`metrics`] | upstream's series, process figures, request counts |
//! | [`artifact_client`] | artifacts of sources, fetched and unpacked once for all who use them |
//! | [`cluster`] | the cluster as the apply planner sees it |
//! | [`flags`] | the shared flags and the feature gates |
//! | [`access`] | cross-namespace references, impersonation, kubeconfigs |
//! | [`dependency`], [`health_checks`], [`ignore_rules`], [`inventory`] | parts of specs and status that appliers share |
//! | [`secrets`] | credentials, pull secrets, certificates and proxies for what is fetched |
//! | [`runtime`] | the process: start, leadership, shutdown |
//! | [`election`] | the lease |
//! | [`http`] | metrics and health servers |
//! | [`logs`] | the log |
//! | [`object`], [`context`], [`duration`], [`jitter`], [`redact`] | small things that the others share |
//!
//! It is the only crate with the Kubernetes runtime; controllers take [`kube`] and [`k8s_openapi`] from here, so that
//! there is one version of each. It knows nothing of what a particular controller does.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod access;
pub mod artifact_client;
pub mod cluster;
pub mod conditions;
pub mod context;
pub mod controller;
pub mod dependency;
pub mod duration;
pub mod election;
pub mod events;
#[cfg(test)]
mod fake;
pub mod flags;
pub mod health_checks;
pub mod http;
pub mod ignore_rules;
pub mod inventory;
pub mod jitter;
mod kubeconfig;
pub mod logs;
pub mod metrics;
pub mod object;
pub mod patch;
pub mod queue;
pub mod reconcile;
pub mod redact;
pub mod runtime;
pub mod secrets;

pub use k8s_openapi;
pub use kube;
