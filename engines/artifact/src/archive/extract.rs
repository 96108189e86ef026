//! Unpacking tarballs that somebody else made (T3, K9.3).

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Component, Path, PathBuf};

use flate2::read::MultiGzDecoder;

use crate::digest::{Digest, Hashing};

/// Unpacked bytes after the end mark that are looked at.
const MAX_PADDING: u64 = 1 << 20;

/// Budgets of an extraction. Running over one is an error that names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Entries of any type.
    pub entries: u64,
    /// Unpacked bytes of all files together.
    pub bytes: u64,
    /// Path components of an entry.
    pub depth: usize,
}

impl Default for Limits {
    /// Far above any real repository, far below what takes a node down.
    fn default() -> Self {
        Self {
            entries: 500_000,
            bytes: 2 << 30,
            depth: 128,
        }
    }
}

/// What an extraction left on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extracted {
    /// Regular files written.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Why a tarball was not unpacked. Files that came before the faulty entry stay: unpack into a
/// directory that can be thrown away.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// The bytes are no gzip stream or no tarball.
    #[error("invalid tarball: {0}")]
    Format(#[source] io::Error),
    /// The name of an entry is empty, absolute, or has `..` or a backslash in it.
    #[error("invalid name in tarball: {0:?}")]
    Name(String),
    /// The entry is neither directory, file nor symbolic link.
    #[error("unsupported type of entry in tarball: {name:?} is a {kind}")]
    Kind {
        /// Name of the entry.
        name: String,
        /// What it is.
        kind: &'static str,
    },
    /// A budget is used up.
    #[error("tarball is over the limit of {limit} {what}")]
    Limit {
        /// What is counted.
        what: &'static str,
        /// The budget.
        limit: u64,
    },
    /// The bytes are not those that were expected.
    #[error("digest of the tarball is {actual}, expected {expected}")]
    Digest {
        /// What was asked for.
        expected: Digest,
        /// What came.
        actual: Digest,
    },
    /// A file could not be written.
    #[error("failed to write {path}: {source}")]
    Write {
        /// Path below the destination.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Unpacks a gzip-compressed tarball into the directory `destination`, which must exist and be private to
/// the caller until this returns.
///
/// Symbolic links are dropped; every other type but files and directories is refused. Of the mode only the
/// owner's execute bit is kept, so that no archive can lock its reader out. When `expected` is given, the
/// digest of **all** bytes of `tarball` is compared after the last entry: use nothing of the directory unless this
/// returns `Ok`.
pub fn extract(
    tarball: impl Read,
    destination: &Path,
    expected: Option<&Digest>,
    limits: &Limits,
) -> Result<Extracted, ExtractError> {
    let algorithm = expected.map_or_else(Default::default, Digest::algorithm);
    let mut source = Hashing::new(tarball, algorithm);
    let unpacked = unpack(&mut source, destination, limits);
    // A wrong digest explains whatever else went wrong, so it is told first.
    if let Some(expected) = expected {
        io::copy(&mut source, &mut io::sink()).map_err(ExtractError::Format)?;
        let (actual, ..) = source.finish();
        if actual != *expected {
            return Err(ExtractError::Digest {
                expected: expected.clone(),
                actual,
            });
        }
    }
    unpacked
}

fn unpack(
    tarball: impl Read,
    destination: &Path,
    limits: &Limits,
) -> Result<Extracted, ExtractError> {
    let over = |what, limit| ExtractError::Limit { what, limit };
    let mut archive = tar::Archive::new(MultiGzDecoder::new(tarball));
    let mut done = Extracted { files: 0, bytes: 0 };
    let mut count = 0;
    for entry in archive.entries().map_err(ExtractError::Format)? {
        let mut entry = entry.map_err(ExtractError::Format)?;
        count += 1;
        if count > limits.entries {
            return Err(over("entries", limits.entries));
        }
        let name = entry.path_bytes().into_owned();
        let path = safe_path(&name)?;
        if path.components().count() > limits.depth {
            return Err(over("directory levels", limits.depth as u64));
        }
        let failed = |source| ExtractError::Write {
            path: path.clone(),
            source,
        };
        let target = destination.join(&path);
        match entry.header().entry_type() {
            tar::EntryType::Directory => make_directory(&target).map_err(failed)?,
            tar::EntryType::Regular | tar::EntryType::Continuous => {
                done.bytes = done.bytes.saturating_add(entry.size());
                if done.bytes > limits.bytes {
                    return Err(over("bytes", limits.bytes));
                }
                done.files += 1;
                let executable = entry.header().mode().map_err(ExtractError::Format)? & 0o100 != 0;
                if let Some(parent) = target.parent() {
                    make_directory(parent).map_err(failed)?;
                }
                let mut file = create(&target, executable).map_err(failed)?;
                let size = entry.size();
                copy(&mut entry, size, |bytes| {
                    file.write_all(bytes).map_err(failed)
                })?;
            }
            tar::EntryType::Symlink | tar::EntryType::XGlobalHeader => {}
            other => {
                let name = String::from_utf8_lossy(&name).into_owned();
                return Err(ExtractError::Kind {
                    name,
                    kind: kind_name(other),
                });
            }
        }
    }
    // What follows the end mark is padding; reading it checks the stream's own checksum.
    let mut rest = archive.into_inner().take(MAX_PADDING);
    io::copy(&mut rest, &mut io::sink()).map_err(ExtractError::Format)?;
    Ok(done)
}

/// Copies exactly `size` bytes, so that a failure to read is told from one to write.
fn copy(
    reader: &mut impl Read,
    size: u64,
    mut write: impl FnMut(&[u8]) -> Result<(), ExtractError>,
) -> Result<(), ExtractError> {
    let mut buffer = [0; 16 * 1024];
    let mut copied = 0;
    loop {
        match reader.read(&mut buffer) {
            Ok(0) if copied == size => return Ok(()),
            Ok(0) => return Err(ExtractError::Format(io::ErrorKind::UnexpectedEof.into())),
            Ok(count) => {
                write(&buffer[..count])?;
                copied += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(ExtractError::Format(error)),
        }
    }
}

fn kind_name(kind: tar::EntryType) -> &'static str {
    match kind {
        tar::EntryType::Link => "hard link",
        tar::EntryType::Char | tar::EntryType::Block => "device",
        tar::EntryType::Fifo => "named pipe",
        _ => "special file",
    }
}

/// The path of an entry below the destination; the root itself is the empty path.
fn safe_path(name: &[u8]) -> Result<PathBuf, ExtractError> {
    let refuse = || ExtractError::Name(String::from_utf8_lossy(name).into_owned());
    let text: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(name);
    if name.is_empty() || name.contains(&b'\\') || name.contains(&0) {
        return Err(refuse());
    }
    let mut path = PathBuf::new();
    for component in Path::new(text).components() {
        match component {
            Component::Normal(part) => path.push(part),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
                return Err(refuse());
            }
        }
    }
    Ok(path)
}

fn make_directory(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o750)
        .create(path)
}

/// Creates the file anew. An earlier entry of the same name loses its bytes, and no link is followed.
fn create(path: &Path, executable: bool) -> io::Result<File> {
    let mode = if executable { 0o700 } else { 0o600 };
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(mode)
        .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
        .open(path)?;
    file.set_permissions(fs::Permissions::from_mode(mode))?;
    Ok(file)
}
