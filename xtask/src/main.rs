//! Tasks of the repository: checks, generated files, and what a machine needs to work on it.
//!
//! Run as `cargo xtask <task>`; the Makefile calls the same. A developer's tool, not a part of the
//! product: it may start programs, and prints for people.
#![cfg_attr(test, allow(clippy::unwrap_used))]
#![expect(clippy::disallowed_methods, reason = "cargo, git and go are programs")]
#![expect(clippy::print_stdout, reason = "a command line talks to its user")]

mod compat;
mod doctor;
mod generate;
mod program;
mod template_diff;
mod test;
mod verify;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

use crate::workspace::Workspace;

/// Tasks of the repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Task {
    /// Check crate arrows, generated files, formatting, the Makefile and tracked texts.
    Verify,
    /// Write the generated files.
    Generate,
    /// Format the code.
    Fmt,
    /// Lint the code, warnings are errors.
    Lint,
    /// Check that every fact of the compatibility sheets is accounted for.
    Compat,
    /// Name the tools that are missing, with the command that installs each.
    Doctor,
    /// Build the tests of the workspace and run them, several binaries at a time.
    Test(test::Args),
    /// Render random templates with Helm and with `sluice`, and compare.
    TemplateDiff(template_diff::Args),
}

fn main() -> ExitCode {
    match run(&Task::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: &Task) -> anyhow::Result<()> {
    const LINT: &[&str] = &[
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    let workspace = Workspace::find()?;
    match task {
        Task::Verify => verify::run(&workspace),
        Task::Generate => generate::run(&workspace),
        Task::Fmt => program::cargo(&workspace, &["fmt", "--all"]),
        Task::Lint => program::cargo(&workspace, LINT),
        Task::Compat => compat::run(&workspace),
        Task::Doctor => doctor::run(&workspace),
        Task::Test(args) => test::run(&workspace, args),
        Task::TemplateDiff(args) => template_diff::run(args),
    }
}
