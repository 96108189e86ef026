//! What builds of one process share.

use std::collections::HashMap;
use std::hash::Hash;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::LoadRestrictor;
use crate::build::Base;
use crate::node::Node;
use crate::reads::FileHash;
use crate::view::{FileView, Stamp};

/// Parsed files and finished bases, for builds of one process that share them.
///
/// A base is used again when everything that its build read is unchanged, so views of any
/// revision may share a cache. Entries are kept until the cache is dropped; drop it with the
/// revision it belongs to.
#[derive(Debug, Default)]
pub struct ParseCache {
    files: Table<FileHash, Arc<Vec<Node>>>,
    bases: Table<(PathBuf, LoadRestrictor), Arc<Base>>,
    hashes: Table<Stamp, HashMap<PathBuf, FileHash>>,
}

/// A map that threads share.
#[derive(Debug)]
struct Table<K, V>(Mutex<HashMap<K, V>>);

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V> Table<K, V> {
    fn with<T>(&self, f: impl FnOnce(&mut HashMap<K, V>) -> T) -> T {
        // Nothing panics while the lock is held.
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ParseCache {
    /// An empty cache.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn file(&self, hash: &FileHash) -> Option<Arc<Vec<Node>>> {
        self.files.with(|files| files.get(hash).cloned())
    }

    pub(crate) fn insert_file(&self, hash: FileHash, nodes: &Arc<Vec<Node>>) {
        self.files
            .with(|files| files.insert(hash, Arc::clone(nodes)));
    }

    /// The result of a directory, by its path, which may be out of date.
    pub(crate) fn base(&self, root: &Path, restrictor: LoadRestrictor) -> Option<Arc<Base>> {
        let key = (root.to_owned(), restrictor);
        self.bases.with(|bases| bases.get(&key).cloned())
    }

    pub(crate) fn insert_base(&self, root: &Path, restrictor: LoadRestrictor, base: Base) {
        let key = (root.to_owned(), restrictor);
        self.bases.with(|bases| bases.insert(key, Arc::new(base)));
    }

    /// The hash of a file, from memory where the view can tell that it is unchanged.
    pub(crate) fn hash(&self, view: &dyn FileView, path: &Path) -> Option<FileHash> {
        self.hash_of(view, path, || view.read(path).ok())
    }

    /// [`ParseCache::hash`] of a file that may have been read.
    pub(crate) fn hash_of<B: AsRef<[u8]>>(
        &self,
        view: &dyn FileView,
        path: &Path,
        read: impl FnOnce() -> Option<B>,
    ) -> Option<FileHash> {
        let stamp = view.stamp(path);
        let known = stamp.and_then(|stamp| {
            self.hashes
                .with(|hashes| hashes.get(&stamp)?.get(path).copied())
        });
        if known.is_some() {
            return known;
        }
        let hash = Sha256::digest(read()?).into();
        if let Some(stamp) = stamp {
            self.hashes.with(|hashes| {
                let hashes = hashes.entry(stamp).or_default();
                hashes.insert(path.to_owned(), hash);
            });
        }
        Some(hash)
    }
}
