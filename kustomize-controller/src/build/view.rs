//! An artifact with one file replaced.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kustomize::{FileKind, FileView};

/// A view in which one file has other content than below. The tree below is shared and never changed (K10.8).
pub struct Overlay<'v> {
    below: &'v dyn FileView,
    file: PathBuf,
    content: Arc<[u8]>,
}

impl<'v> Overlay<'v> {
    /// Puts `content` over `file`, an absolute path in the view whose directory is there.
    pub fn new(below: &'v dyn FileView, file: PathBuf, content: impl Into<Arc<[u8]>>) -> Self {
        Self {
            below,
            file,
            content: content.into(),
        }
    }
}

impl FileView for Overlay<'_> {
    fn resolve(&self, path: &Path) -> io::Result<(PathBuf, FileKind)> {
        if path == self.file {
            return Ok((self.file.clone(), FileKind::File));
        }
        self.below.resolve(path)
    }

    fn read(&self, path: &Path) -> io::Result<Arc<[u8]>> {
        if path == self.file {
            return Ok(self.content.clone());
        }
        self.below.read(path)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        let mut names = self.below.list(path)?;
        if self.file.parent() == Some(path)
            && let Some(name) = self.file.file_name().and_then(|name| name.to_str())
            && let Err(position) = names.binary_search_by(|known| known.as_str().cmp(name))
        {
            names.insert(position, name.to_owned());
        }
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use kustomize::MemoryView;

    use super::*;

    #[test]
    fn k10_8_a_file_is_added_or_replaced_for_the_build_alone() {
        let below = MemoryView::new()
            .with("a/b.yaml", "old")
            .with("a/z.yaml", "z");
        for name in ["kustomization.yaml", "b.yaml"] {
            let file = Path::new("/a").join(name);
            let view = Overlay::new(&below, file.clone(), *b"new");
            assert_eq!(view.read(&file).unwrap().as_ref(), b"new");
            assert_eq!(view.resolve(&file).unwrap(), (file, FileKind::File));
            assert!(
                view.list(Path::new("/a"))
                    .unwrap()
                    .contains(&name.to_owned())
            );
        }
        assert_eq!(below.read(Path::new("/a/b.yaml")).unwrap().as_ref(), b"old");
        assert_eq!(below.list(Path::new("/a")).unwrap(), ["b.yaml", "z.yaml"]);
    }
}
