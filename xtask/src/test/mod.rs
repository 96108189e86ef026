//! The tests of the workspace, several binaries at a time.
//!
//! `cargo test` runs one binary after the other. Most of ours wait: for a control plane to come up, for a watch, for a retry. So
//! they run beside each other here, the slowest first, and each tells in one line how it ended; one that fails shows all it said.

mod binary;
mod order;
mod outcome;
mod run;

use std::num::NonZeroUsize;
use std::thread::available_parallelism;
use std::time::Instant;

use anyhow::{Result, bail};
use clap::Args as Arguments;

use crate::workspace::Workspace;
use outcome::Outcome;

/// How the tests are run.
#[derive(Arguments)]
pub struct Args {
    /// How many binaries run at a time [default: one more than there are processors]
    #[arg(long)]
    jobs: Option<NonZeroUsize>,
    /// Run only the binaries whose name contains this, such as `helm-controller` or `e2e::rounds`
    filter: Option<String>,
}

/// Builds the tests and runs them; the error names the binaries that failed.
pub fn run(workspace: &Workspace, args: &Args) -> Result<()> {
    let mut binaries = binary::build(workspace)?;
    if let Some(filter) = &args.filter {
        binaries.retain(|binary| binary.name.contains(filter));
    }
    if binaries.is_empty() {
        bail!("no test binary has such a name");
    }
    let times = order::file(&binaries);
    order::slowest_first(&mut binaries, times.as_deref());
    let jobs = args.jobs.map_or_else(default_jobs, NonZeroUsize::get);
    println!("{} test binaries, {jobs} at a time", binaries.len());
    let started = Instant::now();
    let outcomes = run::all(binaries, jobs, Outcome::print);
    order::remember(&outcomes, times.as_deref())?;
    outcome::summarise(&outcomes, started.elapsed())
}

fn default_jobs() -> usize {
    available_parallelism().map_or(2, NonZeroUsize::get) + 1
}
