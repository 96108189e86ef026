//! The toolkit on a cluster, from a git push to healthy objects, shown live in the terminal.
//!
//! ```text
//! args ─▶ cluster (local, or the user's own) ─▶ repository (demo, local folder, or a remote) ─▶ controllers ─▶ objects
//!                                                      │ new commit: a webhook wakes the source
//!                                 events ─▶ board ─▶ screen (live table, or lines)
//!                                             │ all Ready: a tag is pushed, charts are published
//!                                          circle ─▶ closed
//! ```
//!
//! Nothing here reconciles anything: it starts the real controllers and watches what they report.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod args;
mod board;
mod charts;
mod circle;
mod cluster;
mod commits;
mod component;
mod consent;
mod controllers;
mod events;
mod interrupts;
mod kinds;
mod message;
mod objects;
mod repository;
mod row;
mod screen;
mod servers;
mod session;
mod usage;
mod webhook;
mod world;

use anyhow::Context;
use testing::binaries::{Binaries, Tool};
use testing::control_plane;

pub use args::Args;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All was Ready, or the user ended it.
    Ready,
    /// Something failed, or was not Ready in time.
    NotReady,
}

/// Runs the demo to its end.
///
/// # Errors
/// Says which part could not be started, with the end of its log.
pub fn run(args: &Args) -> anyhow::Result<Outcome> {
    controllers::check_built(args.components())?;
    let mut tools = Vec::new();
    if args.own_cluster().is_none() {
        tools.extend(Tool::CONTROL_PLANE);
    }
    if args.repo().is_none() && servers::need_registry(args.components()) {
        tools.push(Tool::Registry);
    }
    // Built before the runtime exists: Ctrl-C then ends this process and the compiler together.
    let binaries = Binaries::ensure(&tools, &mut control_plane::progress_lines())?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    runtime.block_on(session::run(args, &binaries))
}
