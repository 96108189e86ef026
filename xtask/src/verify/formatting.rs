//! The code is formatted.

use anyhow::Result;

use crate::program;
use crate::workspace::Workspace;

/// Names the files that `cargo fmt` would change.
pub fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let arguments = ["fmt", "--all", "--check", "--", "--files-with-diff"];
    let complaint = program::complaint(workspace, "cargo", &arguments)?.unwrap_or_default();
    let root = format!("{}/", workspace.root().display());
    Ok(complaint
        .lines()
        .map(|line| format!("{}: run `make fmt`", line.trim_start_matches(&root)))
        .collect())
}
