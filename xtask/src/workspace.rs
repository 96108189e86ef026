//! Where the repository is, and what is in it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::program;

/// The checked-out repository.
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The repository that this program was built in.
    pub fn find() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
        Ok(Self {
            root: root
                .context("xtask lies in the root of the repository")?
                .to_owned(),
        })
    }

    /// The root folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path below the root.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// The files that git tracks, relative to the root.
    pub fn tracked_files(&self) -> Result<Vec<String>> {
        let output = program::output(self, "git", &["ls-files", "-z"])?;
        Ok(output
            .split('\0')
            .filter(|path| !path.is_empty())
            .map(str::to_owned)
            .collect())
    }

    /// The sheets of compatibility facts, which lie beside the conformance data; none when this
    /// machine does not have them.
    pub fn compat_sheets(&self) -> Option<PathBuf> {
        let conformance = std::env::var_os("SLUICE_CONFORMANCE")
            .map_or_else(|| self.root.join("../shared/conformance"), PathBuf::from);
        let sheets = conformance.join("../compat");
        sheets.is_dir().then_some(sheets)
    }
}
