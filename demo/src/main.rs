//! `make run`: the toolkit on a cluster, live in the terminal.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match demo::run(&demo::Args::parse()) {
        Ok(demo::Outcome::Ready) => ExitCode::SUCCESS,
        Ok(demo::Outcome::NotReady) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
