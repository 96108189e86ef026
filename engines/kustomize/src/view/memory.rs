//! A view of files in memory, for tests and generated trees.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{FileKind, FileView, Stamp, clean};

/// Files by path. Directories exist where a file is below them.
#[derive(Clone, Debug, Default)]
pub struct MemoryView {
    files: BTreeMap<PathBuf, (Arc<[u8]>, Stamp)>,
}

impl MemoryView {
    /// An empty view.
    pub fn new() -> Self {
        Self::default()
    }

    /// The view with one more file, for chains.
    #[must_use]
    pub fn with(mut self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> Self {
        self.insert(path, content);
        self
    }

    /// Adds or replaces a file.
    pub fn insert(&mut self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        self.files.insert(
            clean(path.as_ref()),
            (content.as_ref().into(), Stamp::new()),
        );
    }
}

fn not_found() -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, "no such file or directory")
}

impl FileView for MemoryView {
    fn resolve(&self, path: &Path) -> io::Result<(PathBuf, FileKind)> {
        let path = clean(path);
        if self.files.contains_key(&path) {
            return Ok((path, FileKind::File));
        }
        // Paths sort part by part, so what is below one follows it.
        let below = self.files.range(path.clone()..).next();
        if path == Path::new("/") || below.is_some_and(|(file, _)| file.starts_with(&path)) {
            return Ok((path, FileKind::Dir));
        }
        Err(not_found())
    }

    fn read(&self, path: &Path) -> io::Result<Arc<[u8]>> {
        let found = self.files.get(&clean(path));
        found
            .map(|(content, _)| Arc::clone(content))
            .ok_or_else(not_found)
    }

    fn stamp(&self, path: &Path) -> Option<Stamp> {
        self.files.get(&clean(path)).map(|(_, stamp)| *stamp)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        let path = clean(path);
        let mut names: Vec<String> = self
            .files
            .keys()
            .filter_map(|file| {
                let first = file.strip_prefix(&path).ok()?.components().next()?;
                Some(first.as_os_str().to_string_lossy().into_owned())
            })
            .collect();
        names.dedup();
        if names.is_empty() {
            return Err(not_found());
        }
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_are_where_files_are() {
        let view = MemoryView::new().with("a-b/x", "").with("a/c/d", "text");
        assert_eq!(view.resolve(Path::new("/a")).unwrap().1, FileKind::Dir);
        assert_eq!(view.list(Path::new("/a")).unwrap(), ["c"]);
        assert!(view.resolve(Path::new("/b")).is_err());
        assert_eq!(&*view.read(Path::new("/a/c/d")).unwrap(), b"text");
    }
}
