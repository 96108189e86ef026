//! Temporary folders that go away even when the process is killed.

use std::path::{Path, PathBuf};

use anyhow::Context;
use tempfile::TempDir;

use crate::guard;

/// A temporary folder, removed on drop, or by the guard when the process dies first.
#[derive(Debug)]
pub struct Dir {
    path: PathBuf,
    inner: Option<TempDir>,
}

impl Dir {
    /// A new folder in the system's temporary folder, named after `purpose`.
    pub fn new(purpose: &str) -> anyhow::Result<Self> {
        let inner = tempfile::Builder::new()
            .prefix(&format!("sluice-{purpose}-"))
            .tempdir()
            .with_context(|| format!("no temporary folder for {purpose}"))?;
        guard::hold_dir(inner.path());
        Ok(Self {
            path: inner.path().to_owned(),
            inner: Some(inner),
        })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        if let Some(inner) = self.inner.take() {
            // What cannot be removed now (a child still writes) is left to the guard.
            if inner.close().is_ok() {
                guard::release_dir(&self.path);
            }
        }
    }
}

/// The files below a folder: their paths in it, in the order of their names.
pub fn files_below(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut rest = vec![folder.to_owned()];
    let mut files = Vec::new();
    while let Some(next) = rest.pop() {
        let entries = std::fs::read_dir(&next);
        for entry in entries.with_context(|| format!("cannot read {}", next.display()))? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                rest.push(entry.path());
                continue;
            }
            let path = entry.path();
            let name = path.strip_prefix(folder)?.to_str();
            files.push(name.context("a file name that is not UTF-8")?.to_owned());
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_folder_is_gone() {
        let dir = Dir::new("dir-test").unwrap();
        std::fs::write(dir.path().join("file"), "x").unwrap();
        let path = dir.path().to_owned();
        drop(dir);
        assert!(!path.exists());
    }
}
