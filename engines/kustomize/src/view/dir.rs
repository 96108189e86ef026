//! A view of a directory on disk.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::{FileKind, FileView, Stamp, clean};

/// More links than this in one path are a loop.
const MAX_LINKS: usize = 40;

/// The largest file that is read, in bytes.
const MAX_FILE: u64 = 256 << 20;

/// A directory as a view: its root is `/`, and neither `..` nor a link leads out of it.
#[derive(Clone, Debug)]
pub struct DirView {
    root: PathBuf,
    /// Set where nothing changes.
    stamp: Option<Stamp>,
}

impl DirView {
    /// A view confined to `root`.
    ///
    /// # Errors
    ///
    /// When the directory is not there.
    pub fn new(root: impl AsRef<Path>) -> io::Result<Self> {
        let root = fs::canonicalize(root)?;
        Ok(Self { root, stamp: None })
    }

    /// A view of a tree that nobody changes, such as a revision that was unpacked: builds that
    /// share a cache need not read its files again to know that they are the same.
    ///
    /// # Errors
    ///
    /// When the directory is not there.
    pub fn unchanging(root: impl AsRef<Path>) -> io::Result<Self> {
        let view = Self::new(root)?;
        Ok(Self {
            stamp: Some(Stamp::new()),
            ..view
        })
    }

    fn host(&self, inside: &Path) -> PathBuf {
        self.root.join(inside.strip_prefix("/").unwrap_or(inside))
    }

    /// What a link says, as a path inside the view.
    fn link_target(&self, target: &Path) -> io::Result<PathBuf> {
        if target.is_relative() {
            return Ok(target.to_owned());
        }
        target
            .strip_prefix(&self.root)
            .map(|inside| Path::new("/").join(inside))
            .map_err(|_| {
                io::Error::new(
                    io::ErrorKind::PermissionDenied,
                    "a symbolic link leads out of the root",
                )
            })
    }
}

fn parts(path: &Path) -> impl DoubleEndedIterator<Item = OsString> + '_ {
    path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        _ => None,
    })
}

impl FileView for DirView {
    fn resolve(&self, path: &Path) -> io::Result<(PathBuf, FileKind)> {
        let mut todo: VecDeque<OsString> = parts(&clean(path)).collect();
        let mut done = PathBuf::from("/");
        let mut links = 0;
        let mut kind = FileKind::Dir;
        while let Some(part) = todo.pop_front() {
            if part == ".." {
                kind = FileKind::Dir;
                if !done.pop() {
                    return Err(io::Error::new(
                        io::ErrorKind::PermissionDenied,
                        "a symbolic link leads out of the root",
                    ));
                }
                continue;
            }
            let next = done.join(&part);
            let meta = fs::symlink_metadata(self.host(&next))?;
            if meta.is_symlink() {
                links += 1;
                if links > MAX_LINKS {
                    return Err(io::Error::other("too many levels of symbolic links"));
                }
                let target = self.link_target(&fs::read_link(self.host(&next))?)?;
                if target.is_absolute() {
                    done = PathBuf::from("/");
                }
                for part in parts(&target).rev() {
                    todo.push_front(part);
                }
                continue;
            }
            kind = if meta.is_dir() {
                FileKind::Dir
            } else {
                FileKind::File
            };
            if kind == FileKind::File && !todo.is_empty() {
                return Err(io::Error::new(
                    io::ErrorKind::NotADirectory,
                    "not a directory",
                ));
            }
            done = next;
        }
        if todo.is_empty() && done == Path::new("/") {
            kind = FileKind::Dir;
        }
        Ok((done, kind))
    }

    fn read(&self, path: &Path) -> io::Result<Arc<[u8]>> {
        let (path, _) = self.resolve(path)?;
        let host = self.host(&path);
        let size = fs::metadata(&host)?.len();
        if size > MAX_FILE {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                format!("{size} bytes are more than the limit of {MAX_FILE}"),
            ));
        }
        fs::read(host).map(Arc::from)
    }

    fn stamp(&self, _: &Path) -> Option<Stamp> {
        self.stamp
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        let (path, _) = self.resolve(path)?;
        let mut names = fs::read_dir(self.host(&path))?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<io::Result<Vec<_>>>()?;
        names.sort();
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_stay_inside_or_fail() {
        let outer = std::env::temp_dir().join(format!("sluice-dirview-{}", std::process::id()));
        let root = outer.join("root");
        fs::create_dir_all(root.join("a")).unwrap();
        fs::write(outer.join("secret"), "s").unwrap();
        fs::write(root.join("a/file"), "f").unwrap();
        let _ = symlink("a/file", root.join("good"));
        let _ = symlink("../secret", root.join("bad"));
        let _ = symlink(outer.join("secret"), root.join("worse"));
        let view = DirView::new(&root).unwrap();
        assert_eq!(&*view.read(Path::new("/good")).unwrap(), b"f");
        assert!(view.read(Path::new("/bad")).is_err());
        assert!(view.read(Path::new("/worse")).is_err());
        fs::remove_dir_all(outer).unwrap();
    }
}
