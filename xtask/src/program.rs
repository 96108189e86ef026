//! Programs that the tasks start.

use std::ffi::OsString;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;

/// Runs cargo in the repository, its output going to the terminal.
pub fn cargo(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let status = Command::new(cargo_program())
        .args(arguments)
        .current_dir(workspace.root())
        .status()
        .context("start cargo")?;
    if !status.success() {
        bail!("cargo {} failed", arguments.join(" "));
    }
    Ok(())
}

/// The cargo that runs this program, or the one on the path.
pub fn cargo_program() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Runs cargo in the repository and returns what it tells as JSON, one message a line; its diagnostics go to the terminal.
pub fn cargo_messages(workspace: &Workspace, arguments: &[&str]) -> Result<String> {
    let output = Command::new(cargo_program())
        .args(arguments)
        .arg("--message-format=json-render-diagnostics")
        .env_remove("CARGO_MANIFEST_DIR")
        .current_dir(workspace.root())
        .stderr(Stdio::inherit())
        .output()
        .context("start cargo")?;
    if !output.status.success() {
        bail!("cargo {} failed", arguments.join(" "));
    }
    String::from_utf8(output.stdout).context("cargo tells what is no text")
}

/// What a program prints when it succeeds.
pub fn output(workspace: &Workspace, program: &str, arguments: &[&str]) -> Result<String> {
    let (success, stdout, stderr) = finish(workspace, program, arguments)?;
    if !success {
        bail!(
            "{program} {} failed: {}",
            arguments.join(" "),
            stderr.trim()
        );
    }
    Ok(stdout)
}

/// What a program prints when it fails; nothing when it succeeds.
pub fn complaint(
    workspace: &Workspace,
    program: &str,
    arguments: &[&str],
) -> Result<Option<String>> {
    let (success, stdout, stderr) = finish(workspace, program, arguments)?;
    Ok((!success).then(|| stdout + &stderr))
}

fn finish(
    workspace: &Workspace,
    program: &str,
    arguments: &[&str],
) -> Result<(bool, String, String)> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(workspace.root())
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("start {program}"))?;
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    Ok((
        output.status.success(),
        text(&output.stdout),
        text(&output.stderr),
    ))
}
