//! The helm-controller process.

use std::process::ExitCode;

fn main() -> ExitCode {
    helm_controller::run()
}
