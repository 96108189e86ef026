//! kustomize-controller: applies to the cluster what a Kustomization says about an artifact.
//!
//! ```text
//! source ─▶ dependsOn ─▶ fetch ─▶ build ─▶ apply ─▶ inventory ─▶ prune ─▶ health ─▶ Ready
//! ```
//!
//! - [`args`] flags and feature gates.
//! - [`build`] from the files of an artifact to objects, without a cluster.
//! - [`kustomization`] the passes over Kustomizations: one file per step.
//!
//! It meets source-controller only in the API server and over HTTP, and it starts no process: remote bases are refused.

#![cfg_attr(test, allow(clippy::unwrap_used))]
// `json!` reads better inline.
#![cfg_attr(test, allow(clippy::needless_pass_by_value))]

pub mod args;
pub mod build;
pub mod kustomization;

use std::process::ExitCode;
use std::sync::Arc;

use common::context::Context;
use common::runtime::{Program, StartError, Tasks};

use args::Args;

const PROGRAM: Program<Args> = Program {
    name: "kustomize-controller",
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
    let settings = kustomization::Settings::new(&args, &context)?;
    let mut tasks = Tasks::default();
    tasks.add(kustomization::controller(settings, &context, &args).run());
    Ok(tasks)
}
