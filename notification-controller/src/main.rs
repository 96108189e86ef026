//! The notification-controller program.

use std::process::ExitCode;

fn main() -> ExitCode {
    notification_controller::run()
}
