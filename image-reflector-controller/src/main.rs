//! The image-reflector-controller program.

use std::process::ExitCode;

fn main() -> ExitCode {
    image_reflector_controller::run()
}
