//! The source-controller program.

use std::process::ExitCode;

fn main() -> ExitCode {
    source_controller::run()
}
