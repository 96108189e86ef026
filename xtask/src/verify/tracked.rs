//! The repository holds what people wrote, not what tools made of it.

use std::fs;

use anyhow::Result;

use crate::workspace::Workspace;

/// Larger files are fixtures that want to be smaller, or mistakes.
const LARGEST: u64 = 1 << 20;

/// Names tracked build outputs and files that are too large.
pub fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let files = workspace.tracked_files()?;
    let size = |path: &String| fs::metadata(workspace.path(path)).map_or(0, |data| data.len());
    Ok(files
        .iter()
        .filter_map(|path| problem(path, size(path)))
        .collect())
}

fn problem(path: &str, size: u64) -> Option<String> {
    if path.split('/').any(|folder| folder == "target") {
        return Some(format!(
            "{path} is a build output, take it out: git rm --cached {path}"
        ));
    }
    (size > LARGEST).then(|| format!("{path} has {size} bytes, at most {LARGEST} are taken"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn build_outputs_and_large_files_are_named() {
        assert!(
            problem("fuzz/target/release/x.d", 1)
                .unwrap()
                .contains("a build output")
        );
        assert!(
            problem("a/data.bin", LARGEST + 1)
                .unwrap()
                .contains("at most 1048576")
        );
        assert_eq!(problem("fuzz/fuzz_targets/x.rs", LARGEST), None);
    }
}
