//! The committed generated files are what would be generated.

use std::fs;

use anyhow::Result;

use crate::generate;
use crate::workspace::Workspace;

/// Names every file that `cargo xtask generate` would write or remove.
pub fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let outdated = generate::all().into_iter().filter_map(|file| {
        match fs::read_to_string(workspace.path(&file.path)) {
            Ok(content) if content == file.content => None,
            Ok(_) => Some(format!("{} is out of date, run `make generate`", file.path)),
            Err(error) => Some(format!("{}: {error}, run `make generate`", file.path)),
        }
    });
    let mut problems: Vec<String> = outdated.collect();
    for path in generate::stale(workspace)? {
        problems.push(format!(
            "{path} is made by nothing any more, run `make generate`"
        ));
    }
    Ok(problems)
}
