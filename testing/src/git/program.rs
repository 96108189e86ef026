//! The git program, run without the user's settings.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

/// The settings of the machine and of the user must not decide what a test sees.
pub(super) const CLEAN: [(&str, &str); 4] = [
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("LC_ALL", "C"),
];

/// Runs `git` in `dir`, gives it `input`, and returns its standard output without the final newline.
pub(super) fn git<A: AsRef<OsStr>>(
    dir: &Path,
    args: impl IntoIterator<Item = A>,
    input: &[u8],
) -> anyhow::Result<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "test tooling makes git fixtures with git"
    )]
    let mut command = Command::new("git");
    command.args(args).current_dir(dir).envs(CLEAN);
    let shown = format!("{command:?}");
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("the program `git` was not found; install it: apt-get install git")?;
    // The input is read whole before anything is answered, so writing it first cannot block.
    let stdin = child.stdin.take().context("git has no standard input")?;
    let written = { stdin }.write_all(input);
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!(
            "{shown} failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    written?;
    Ok(String::from_utf8(output.stdout)?
        .trim_end_matches('\n')
        .to_owned())
}

/// The git folder (`.git`, or the bare repository itself) of the repository at `dir`, shared by its work trees.
///
/// # Errors
/// When `dir` is in no repository.
pub fn git_dir(dir: &Path) -> anyhow::Result<PathBuf> {
    let answer = git(
        dir,
        ["rev-parse", "--path-format=absolute", "--git-common-dir"],
        b"",
    )?;
    Ok(PathBuf::from(answer))
}
