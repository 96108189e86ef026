//! Nothing outlives the process that started it, whatever ends that process.
//!
//! Destructors do not run after SIGKILL, `abort` or for a `static`, so a tiny guard program holds the reading end of a pipe.
//! The kernel closes the writing end together with the process; the guard then kills the process groups and removes the
//! folders that are still on its list.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{LazyLock, Mutex, PoisonError};

const SCRIPT: &str = include_str!("guard.sh");

/// The pipe to the guard of this process, started with the first entry.
static PIPE: LazyLock<Mutex<Option<ChildStdin>>> = LazyLock::new(|| Mutex::new(start()));

#[expect(
    clippy::disallowed_methods,
    reason = "test tooling: the guard is a shell"
)]
fn start() -> Option<ChildStdin> {
    let guard = Command::new("/bin/sh")
        .args(["-c", SCRIPT, "guard"])
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn();
    guard.ok()?.stdin
}

fn tell(line: &str) {
    let mut pipe = PIPE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(pipe) = pipe.as_mut() {
        // A guard that was killed from outside can no longer help; the destructors still do.
        let _ = pipe.write_all(line.as_bytes());
    }
}

/// Kills the process group `leader` when this process ends.
pub(crate) fn hold_group(leader: u32) {
    tell(&format!("+group:{leader}\n"));
}

/// Forgets a process group that has ended.
pub(crate) fn release_group(leader: u32) {
    tell(&format!("-group:{leader}\n"));
}

/// Removes the folder `path` when this process ends.
pub(crate) fn hold_dir(path: &Path) {
    tell(&format!("+dir:{}\n", path.display()));
}

/// Forgets a folder that is gone.
pub(crate) fn release_dir(path: &Path) {
    tell(&format!("-dir:{}\n", path.display()));
}
