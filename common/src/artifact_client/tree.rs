//! The content of an artifact on disk.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use artifact::archive::Extracted;
use artifact::{Digest, Root};

use super::directory::{self, ProcessDirectory};

/// An unpacked artifact. Hold it as long as its files are read: it is on disk until the last holder is gone.
#[derive(Debug)]
pub struct Tree {
    digest: Digest,
    path: PathBuf,
    root: Root,
    size: u64,
    /// Keeps the directory around it.
    _home: Arc<ProcessDirectory>,
}

impl Tree {
    pub(super) fn open(
        home: Arc<ProcessDirectory>,
        digest: Digest,
        path: PathBuf,
        extracted: Extracted,
    ) -> io::Result<Self> {
        let root = Root::open(&path)?;
        Ok(Self {
            digest,
            path,
            root,
            size: extracted.bytes,
            _home: home,
        })
    }

    /// What names the content.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The content, confined: nothing outside the tree is reached through it.
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// Where it lies, for messages.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes of all its files.
    pub fn size(&self) -> u64 {
        self.size
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        directory::remove(&self.path);
    }
}
