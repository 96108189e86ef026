//! The image-automation-controller program.

use std::process::ExitCode;

fn main() -> ExitCode {
    image_automation_controller::run()
}
