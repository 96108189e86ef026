//! What a build read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

use crate::view::FileView;

/// The content hash of a file, SHA-256.
pub type FileHash = [u8; 32];

/// What a build read: with the same view and options, it gives the same result until one of these
/// changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadSet {
    /// Files with the hash of what was in them. Their paths have no links in them.
    pub files: BTreeMap<PathBuf, FileHash>,
    /// Paths that were looked for in vain; a file appearing there may change the result.
    pub absent: BTreeSet<PathBuf>,
    /// Paths with links in them, and where they led.
    pub links: BTreeMap<PathBuf, PathBuf>,
}

impl ReadSet {
    /// Whether a view has all of it, unchanged.
    pub fn is_current(&self, view: &dyn FileView) -> bool {
        self.is_current_with(view, |path| {
            let bytes = view.read(path).ok()?;
            Some(Sha256::digest(&bytes).into())
        })
    }

    pub(crate) fn is_current_with(
        &self,
        view: &dyn FileView,
        hash: impl Fn(&PathBuf) -> Option<FileHash>,
    ) -> bool {
        let leads_there = |(path, target): (&PathBuf, &PathBuf)| {
            view.resolve(path).is_ok_and(|(found, _)| found == *target)
        };
        self.files
            .iter()
            .all(|(path, known)| hash(path) == Some(*known))
            && self.absent.iter().all(|path| view.resolve(path).is_err())
            && self.links.iter().all(leads_there)
    }

    /// Adds what another part of the build read.
    pub(crate) fn extend(&mut self, other: &Self) {
        let clone = |(path, fact): (&PathBuf, &FileHash)| (path.clone(), *fact);
        self.files.extend(other.files.iter().map(clone));
        self.absent.extend(other.absent.iter().cloned());
        let clone = |(path, target): (&PathBuf, &PathBuf)| (path.clone(), target.clone());
        self.links.extend(other.links.iter().map(clone));
    }
}
