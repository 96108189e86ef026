//! The toolkit on a cluster, from a git push to healthy objects, shown live in the terminal.
//!
//! ```text
//! args ─▶ cluster (local, or the user's own) ─▶ repository (demo, local folder, or a remote) ─▶ controllers ─▶ objects
//!                                                      │ new commit: reconcile now
//!                                 events ─▶ board ─▶ screen (live table, or lines)
//! ```
//!
//! Nothing here reconciles anything: it starts the real controllers and watches what they report.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod args;
mod board;
mod cluster;
mod commits;
mod consent;
mod controllers;
mod events;
mod objects;
mod repository;
mod screen;
mod session;
mod usage;

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
    controllers::check_built()?;
    // Built before the runtime exists: Ctrl-C then ends this process and the compiler together.
    let binaries = match args.own_cluster() {
        Some(_) => None,
        None => Some(Binaries::ensure(
            &Tool::CONTROL_PLANE,
            &mut control_plane::progress_lines(),
        )?),
    };
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    runtime.block_on(session::run(args, binaries))
}
