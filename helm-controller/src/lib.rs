//! helm-controller: keeps Helm releases as their charts and values say.
//!
//! ```text
//! HelmChart template ─▶ dependsOn ─▶ source ─▶ values ─▶ chart ─▶ ┌ state ─▶ action ┐ ─▶ Ready
//!                                                                 └────── loop ─────┘
//! ```
//!
//! - [`args`] flags and feature gates.
//! - [`helm_release`] the passes over HelmReleases: one file per step.
//! - [`action`] install, upgrade, rollback, uninstall, test, unlock, as Helm 4 does them.
//! - [`storage`] the records of releases, as Helm keeps them.
//!
//! What follows decides without a cluster:
//!
//! - [`names`] what a release is called and where it lives.
//! - [`policy`] what the spec says to do, with its defaults.
//! - [`values`] the values of a release from all their places.
//! - [`snapshot`] releases as the status remembers them, their digests and their history.
//! - [`state`] what is the matter with a release, and which action follows.
//! - [`postrender`] the changes to what a chart renders.
//! - [`drift`] differences between a release and the cluster.
//! - [`report`] conditions, events and their texts.
//!
//! It meets source-controller only in the API server and over HTTP, and it starts no process.

#![cfg_attr(test, allow(clippy::unwrap_used))]
// `json!` reads better inline.
#![cfg_attr(test, allow(clippy::needless_pass_by_value))]

pub mod action;
pub mod args;
pub mod drift;
pub mod helm_release;
pub mod names;
pub mod policy;
pub mod postrender;
pub mod report;
pub mod snapshot;
pub mod state;
pub mod storage;
pub mod values;

use std::process::ExitCode;
use std::sync::Arc;

use common::context::Context;
use common::runtime::{Program, StartError, Tasks};

use args::Args;

/// The field manager of everything that is written (H17.7).
pub const FIELD_MANAGER: &str = "helm-controller";

const PROGRAM: Program<Args> = Program {
    name: "helm-controller",
    gates: args::GATES,
    common: |args| &args.common,
};

/// Runs the process to its end.
pub fn run() -> ExitCode {
    common::runtime::run(&PROGRAM, start)
}

/// What runs while the process leads.
async fn start(args: Args, context: Arc<Context>) -> Result<Tasks, StartError> {
    args.check(&context.gates)?;
    let settings = helm_release::Settings::new(&args, &context)?;
    let mut tasks = Tasks::default();
    tasks.add(settings.follow_definitions(&context));
    tasks.add(helm_release::controller(settings, &context, &args).run());
    Ok(tasks)
}
