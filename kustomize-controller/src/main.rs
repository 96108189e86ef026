//! The kustomize-controller process.

use std::process::ExitCode;

fn main() -> ExitCode {
    kustomize_controller::run()
}
