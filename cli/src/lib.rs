//! The `sluice` command: the engines of the controllers, at hand.
//!
//! One module per verb. A command prints its result on standard output and everything else on
//! standard error; the exit status is 0 when it did what was asked, and 1 otherwise.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod helm;
mod kustomize;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// GitOps toolkit for Kubernetes.
#[derive(Debug, Parser)]
#[command(name = "sluice", version, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Render Helm charts.
    Helm(Box<helm::Args>),
    /// Build kustomizations.
    Kustomize(kustomize::Args),
}

/// Parses the command line and does what it says.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    let done = match cli.command {
        Command::Helm(args) => helm::run(*args, &mut io::stdout().lock(), &mut io::stderr())
            .map_err(|error| error.to_string()),
        Command::Kustomize(args) => {
            kustomize::run(args, &mut io::stdout().lock(), &mut io::stderr())
                .map_err(|error| error.to_string())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nowhere is left to report a failure to report.
            let _ = writeln!(io::stderr(), "Error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Prints what clap has to say. A line that is wrong ends with 1, as with the programs whose verbs these are.
fn refuse(error: &clap::Error) -> ExitCode {
    // Nowhere is left to report a failure to report.
    let _ = error.print();
    ExitCode::from(u8::from(error.use_stderr()))
}
