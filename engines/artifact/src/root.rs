//! A directory as the whole world: paths from users are resolved inside it or not at all.
//!
//! `..` and symbolic links are followed as long as they stay inside; a link to an absolute path or one
//! that climbs out fails. The resolution is done here, component by component on directory descriptors
//! and never through a link of the kernel's choosing, so that a tree which changes meanwhile cannot
//! lead outside.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;

/// Links followed on the way to one file, as in Linux.
const MAX_LINKS: usize = 40;

/// A confined directory.
#[derive(Debug)]
pub struct Root {
    directory: OwnedFd,
    path: PathBuf,
}

/// One entry of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirEntry {
    /// Its name.
    pub name: Vec<u8>,
    /// What it is, links not followed.
    pub kind: EntryKind,
    /// Whether any execute bit is set.
    pub executable: bool,
}

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A directory.
    Directory,
    /// A regular file.
    File,
    /// A symbolic link (only in listings: elsewhere links are followed).
    Symlink,
    /// A device, socket or pipe.
    Other,
}

/// Where a path leads, links followed.
enum Resolved {
    Directory(OwnedFd),
    /// A name in its directory that is no directory and no link.
    Leaf(OwnedFd, OsString),
}

impl Root {
    /// Takes an existing directory as root. The path itself may lead through links.
    pub fn open(path: &Path) -> io::Result<Self> {
        let directory = rustix::fs::open(
            path,
            OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC,
            Mode::empty(),
        )?;
        Ok(Self {
            directory,
            path: path.to_owned(),
        })
    }

    /// The directory that was opened, for messages.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens a regular file for reading.
    pub fn open_file(&self, path: &Path) -> io::Result<File> {
        match self.resolve(path)? {
            Resolved::Directory(_) => Err(io::ErrorKind::IsADirectory.into()),
            Resolved::Leaf(directory, name) => {
                // Not blocking: a pipe must not hold the reader up.
                let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
                let file = File::from(rustix::fs::openat(&directory, name, flags, Mode::empty())?);
                if file.metadata()?.is_file() {
                    Ok(file)
                } else {
                    Err(io::Error::new(
                        io::ErrorKind::InvalidInput,
                        "not a regular file",
                    ))
                }
            }
        }
    }

    /// Reads a whole regular file.
    pub fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let mut file = self.open_file(path)?;
        let size = usize::try_from(file.metadata()?.len()).unwrap_or_default();
        let mut bytes = Vec::with_capacity(size);
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// What a path leads to, links followed; `None` if there is nothing.
    pub fn kind(&self, path: &Path) -> io::Result<Option<EntryKind>> {
        match self.resolve(path) {
            Ok(Resolved::Directory(_)) => Ok(Some(EntryKind::Directory)),
            Ok(Resolved::Leaf(directory, name)) => {
                match rustix::fs::statat(&directory, &name, AtFlags::SYMLINK_NOFOLLOW) {
                    Ok(stat) => Ok(Some(kind_of(FileType::from_raw_mode(stat.st_mode)))),
                    Err(Errno::NOENT) => Ok(None),
                    Err(error) => Err(error.into()),
                }
            }
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Lists a directory, sorted by name.
    pub fn read_dir(&self, path: &Path) -> io::Result<Vec<DirEntry>> {
        let Resolved::Directory(directory) = self.resolve(path)? else {
            return Err(io::ErrorKind::NotADirectory.into());
        };
        let mut entries = Vec::new();
        for entry in rustix::fs::Dir::read_from(&directory)? {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if name == b"." || name == b".." {
                continue;
            }
            let stat =
                rustix::fs::statat(&directory, entry.file_name(), AtFlags::SYMLINK_NOFOLLOW)?;
            entries.push(DirEntry {
                name: name.to_vec(),
                kind: kind_of(FileType::from_raw_mode(stat.st_mode)),
                executable: stat.st_mode & 0o111 != 0,
            });
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    /// Walks `path` from the root, one component at a time.
    fn resolve(&self, path: &Path) -> io::Result<Resolved> {
        let escape = || {
            io::Error::new(
                io::ErrorKind::PermissionDenied,
                "path leads out of the root",
            )
        };
        // Directories from below the root to where we stand; the root itself is not in it.
        let mut stack: Vec<OwnedFd> = Vec::new();
        let mut pending: Vec<OsString> = Vec::new();
        push_components(&mut pending, path).ok_or_else(escape)?;
        let mut links = 0;
        while let Some(name) = pending.pop() {
            if name == ".." {
                stack.pop().ok_or_else(escape)?;
                continue;
            }
            let here = stack.last().map_or(self.directory.as_fd(), |fd| fd.as_fd());
            let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::RDONLY | OFlags::CLOEXEC;
            match rustix::fs::openat(here, &name, flags, Mode::empty()) {
                Ok(directory) => stack.push(directory),
                // With O_NOFOLLOW and O_DIRECTORY a link is reported as one or the other.
                Err(Errno::LOOP | Errno::NOTDIR) => {
                    match rustix::fs::readlinkat(here, &name, Vec::new()) {
                        Ok(target) => {
                            links += 1;
                            if links > MAX_LINKS {
                                return Err(Errno::LOOP.into());
                            }
                            let target = OsString::from_vec(target.into_bytes());
                            push_components(&mut pending, Path::new(&target)).ok_or_else(escape)?;
                        }
                        Err(Errno::INVAL) if pending.is_empty() => {
                            return Ok(Resolved::Leaf(here.try_clone_to_owned()?, name));
                        }
                        Err(Errno::INVAL) => return Err(io::ErrorKind::NotADirectory.into()),
                        Err(error) => return Err(error.into()),
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Resolved::Directory(match stack.pop() {
            Some(directory) => directory,
            None => self.directory.try_clone()?,
        }))
    }
}

/// Puts the components of `path` on the stack, first on top. `None` if the path is absolute.
fn push_components(pending: &mut Vec<OsString>, path: &Path) -> Option<()> {
    let at = pending.len();
    for component in path.components() {
        match component {
            Component::Normal(name) => pending.push(name.to_owned()),
            Component::ParentDir => pending.push("..".into()),
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    pending[at..].reverse();
    Some(())
}

fn kind_of(kind: FileType) -> EntryKind {
    match kind {
        FileType::Directory => EntryKind::Directory,
        FileType::RegularFile => EntryKind::File,
        FileType::Symlink => EntryKind::Symlink,
        _ => EntryKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    fn fixture() -> (tempfile::TempDir, Root) {
        let directory = tempfile::tempdir().unwrap();
        let inside = directory.path().join("root");
        fs::create_dir_all(inside.join("a/b")).unwrap();
        fs::write(directory.path().join("secret"), "s").unwrap();
        fs::write(inside.join("a/file"), "content").unwrap();
        let root = Root::open(&inside).unwrap();
        (directory, root)
    }

    #[test]
    fn reads_through_dots_and_links_that_stay_inside() {
        let (directory, root) = fixture();
        let inside = directory.path().join("root");
        symlink("../a/file", inside.join("a/link")).unwrap();
        symlink("a", inside.join("dir")).unwrap();
        symlink("link", inside.join("a/again")).unwrap();
        for path in [
            "a/file",
            "./a/../a/file",
            "a/b/../file",
            "a/link",
            "dir/file",
            "dir/again",
            "dir/../a/file",
        ] {
            assert_eq!(root.read(Path::new(path)).unwrap(), b"content", "{path}");
        }
        assert_eq!(
            root.kind(Path::new("dir")).unwrap(),
            Some(EntryKind::Directory)
        );
        assert_eq!(
            root.kind(Path::new("")).unwrap(),
            Some(EntryKind::Directory)
        );
        assert_eq!(root.kind(Path::new("none")).unwrap(), None);
        assert_eq!(root.kind(Path::new("a/file/none")).unwrap(), None);
        let names: Vec<_> = root
            .read_dir(Path::new("dir"))
            .unwrap()
            .into_iter()
            .map(|e| (e.name, e.kind))
            .collect();
        assert_eq!(
            names,
            [
                (b"again".to_vec(), EntryKind::Symlink),
                (b"b".to_vec(), EntryKind::Directory),
                (b"file".to_vec(), EntryKind::File),
                (b"link".to_vec(), EntryKind::Symlink),
            ]
        );
    }

    #[test]
    fn refuses_every_way_out() {
        let (directory, root) = fixture();
        let inside = directory.path().join("root");
        symlink("../../secret", inside.join("a/out")).unwrap();
        symlink(directory.path().join("secret"), inside.join("absolute")).unwrap();
        symlink("..", inside.join("up")).unwrap();
        symlink("/", inside.join("slash")).unwrap();
        for path in [
            "../secret",
            "a/../../secret",
            "/etc/hostname",
            "a/out",
            "absolute",
            "up/secret",
            "slash/etc/hostname",
        ] {
            let error = root.read(Path::new(path)).unwrap_err();
            assert_eq!(
                error.kind(),
                io::ErrorKind::PermissionDenied,
                "{path}: {error}"
            );
        }
    }

    #[test]
    fn loops_and_special_files_end() {
        let (directory, root) = fixture();
        let inside = directory.path().join("root");
        symlink("loop", inside.join("loop")).unwrap();
        assert!(root.read(Path::new("loop")).is_err());
        rustix::fs::mknodat(
            rustix::fs::CWD,
            inside.join("pipe"),
            FileType::Fifo,
            Mode::from(0o600),
            0,
        )
        .unwrap();
        assert!(
            root.read(Path::new("pipe"))
                .unwrap_err()
                .to_string()
                .contains("not a regular file")
        );
        assert_eq!(
            root.kind(Path::new("pipe")).unwrap(),
            Some(EntryKind::Other)
        );
        assert_eq!(
            root.read(Path::new("a")).unwrap_err().kind(),
            io::ErrorKind::IsADirectory
        );
        assert_eq!(
            root.read(Path::new("a/file/x")).unwrap_err().kind(),
            io::ErrorKind::NotADirectory
        );
        assert_eq!(
            root.read_dir(Path::new("a/file")).unwrap_err().kind(),
            io::ErrorKind::NotADirectory
        );
    }
}
