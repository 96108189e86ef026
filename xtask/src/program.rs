//! Programs that the tasks start.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;

/// Runs cargo in the repository, its output going to the terminal.
pub fn cargo(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(arguments)
        .current_dir(workspace.root())
        .status()
        .context("start cargo")?;
    if !status.success() {
        bail!("cargo {} failed", arguments.join(" "));
    }
    Ok(())
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
