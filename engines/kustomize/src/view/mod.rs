//! The files that a build may see.
//!
//! Paths are absolute *inside the view*: `/` is the root that the view is confined to, whatever
//! lies behind it.

mod dir;
mod memory;

use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub use dir::DirView;
pub use memory::MemoryView;

/// What a path leads to, links followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A directory.
    Dir,
}

/// Tells contents apart without reading them: while a view gives a path the same stamp, the same is
/// there, or nothing as before. No two views give the same stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stamp(u64);

impl Stamp {
    /// A stamp that was never given before.
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

impl Default for Stamp {
    fn default() -> Self {
        Self::new()
    }
}

/// A confined tree of files.
///
/// Paths given to a view are absolute and clean; `..` and links never lead out of its root.
pub trait FileView {
    /// The path with every link resolved, and what is there.
    ///
    /// # Errors
    ///
    /// When nothing is there, or a link leads out of the root.
    fn resolve(&self, path: &Path) -> io::Result<(PathBuf, FileKind)>;

    /// The bytes of a file.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or is larger than the view allows.
    fn read(&self, path: &Path) -> io::Result<Arc<[u8]>>;

    /// The stamp of a file, for views that know when it changes.
    fn stamp(&self, path: &Path) -> Option<Stamp> {
        let _ = path;
        None
    }

    /// The names in a directory, sorted.
    ///
    /// # Errors
    ///
    /// When it cannot be listed.
    fn list(&self, path: &Path) -> io::Result<Vec<String>>;
}

/// The path without `.` and `..`, from the root of the view. `..` at the root stays there.
pub fn clean(path: &Path) -> PathBuf {
    let mut out = PathBuf::from("/");
    for part in path.components() {
        match part {
            Component::ParentDir => {
                out.pop();
            }
            Component::Normal(name) => out.push(name),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clean_stays_below_the_root() {
        assert_eq!(clean(Path::new("a/./b/../c")), Path::new("/a/c"));
        assert_eq!(clean(Path::new("/../../etc")), Path::new("/etc"));
    }
}
