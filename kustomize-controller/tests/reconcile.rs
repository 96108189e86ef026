//! Kustomizations against a real API server: artifacts come from a file server of the test, the controller runs in the process,
//! each test has a namespace of its own.
#![allow(clippy::unwrap_used)]
#![expect(
    clippy::needless_pass_by_value,
    reason = "json! values read better inline"
)]

#[path = "reconcile/apply.rs"]
mod apply;
#[path = "reconcile/bad_admission.rs"]
mod bad_admission;
#[path = "reconcile/bad_artifact.rs"]
mod bad_artifact;
#[path = "reconcile/bad_cluster.rs"]
mod bad_cluster;
#[path = "reconcile/bad_files.rs"]
mod bad_files;
#[path = "reconcile/bad_input.rs"]
mod bad_input;
#[path = "reconcile/bad_spec.rs"]
mod bad_spec;
#[path = "reconcile/cut_off.rs"]
mod cut_off;
#[path = "reconcile/deletion.rs"]
mod deletion;
#[path = "reconcile/dependencies.rs"]
mod dependencies;
#[path = "reconcile/health.rs"]
mod health;
#[path = "reconcile/support.rs"]
mod support;
#[path = "reconcile/table.rs"]
mod table;
#[path = "reconcile/tenancy.rs"]
mod tenancy;
#[path = "reconcile/variables.rs"]
mod variables;
