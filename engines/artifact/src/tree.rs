//! Directory trees that are read on demand, so that an archive can be made of what was never on disk.

use std::ffi::OsStr;
use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::root::{EntryKind, Root};

/// A tree of directories and regular files. Whatever is neither (links, devices, sockets) is not listed.
pub trait Tree {
    /// Names a directory or file of the tree.
    type Node;

    /// The topmost directory.
    fn root(&self) -> io::Result<Self::Node>;

    /// What lies directly in a directory, in any order.
    fn list(&self, directory: &Self::Node) -> io::Result<Vec<Entry<Self::Node>>>;

    /// What a symbolic link in a directory says, where there is one. Links are not part of the tree; an ignore file may be one.
    fn link(&self, directory: &Self::Node, name: &[u8]) -> io::Result<Option<Vec<u8>>> {
        let _ = (directory, name);
        Ok(None)
    }

    /// Opens a file.
    fn open<'a>(&'a self, file: &Self::Node) -> io::Result<Content<'a>>;
}

/// One thing in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<N> {
    /// Its name, one path segment. Bytes, since git and file systems do not promise text.
    pub name: Vec<u8>,
    /// What it is.
    pub kind: Kind,
    /// How to get at it.
    pub node: N,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A directory.
    Directory,
    /// A regular file without execute bits.
    File,
    /// A regular file with at least one execute bit.
    Executable,
}

/// The bytes of a file.
pub struct Content<'a> {
    /// How many there are; the reader must give exactly as many.
    pub size: u64,
    /// Where they come from.
    pub reader: Box<dyn Read + 'a>,
}

/// Writes a tree to an empty directory, files private to their owner. Files beyond `budget` bytes in total are an error.
pub fn write_to<T: Tree>(tree: &T, directory: &Path, budget: u64) -> io::Result<()> {
    let mut left = budget;
    write_directory(tree, &tree.root()?, directory, &mut left)
}

fn write_directory<T: Tree>(
    tree: &T,
    node: &T::Node,
    directory: &Path,
    left: &mut u64,
) -> io::Result<()> {
    for entry in tree.list(node)? {
        let path = directory.join(OsStr::from_bytes(&entry.name));
        if entry.kind == Kind::Directory {
            DirBuilder::new().mode(0o750).create(&path)?;
            write_directory(tree, &entry.node, &path, left)?;
            continue;
        }
        let mode = if entry.kind == Kind::Executable {
            0o700
        } else {
            0o600
        };
        let mut content = tree.open(&entry.node)?;
        *left = left.checked_sub(content.size).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::FileTooLarge,
                "files are over the limit of bytes",
            )
        })?;
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&path)?;
        io::copy(&mut content.reader, &mut file)?;
    }
    Ok(())
}

/// A tree on disk, behind a confined root.
impl Tree for Root {
    type Node = PathBuf;

    fn root(&self) -> io::Result<PathBuf> {
        Ok(PathBuf::new())
    }

    fn list(&self, directory: &PathBuf) -> io::Result<Vec<Entry<PathBuf>>> {
        let mut entries = Vec::new();
        for entry in self.read_dir(directory)? {
            let kind = match entry.kind {
                EntryKind::Directory => Kind::Directory,
                EntryKind::File if entry.executable => Kind::Executable,
                EntryKind::File => Kind::File,
                EntryKind::Symlink | EntryKind::Other => continue,
            };
            let node = directory.join(OsStr::from_bytes(&entry.name));
            entries.push(Entry {
                name: entry.name,
                kind,
                node,
            });
        }
        Ok(entries)
    }

    fn open<'a>(&'a self, file: &PathBuf) -> io::Result<Content<'a>> {
        let file = self.open_file(file)?;
        let size = file.metadata()?.len();
        Ok(Content {
            size,
            reader: Box::new(file),
        })
    }
}
