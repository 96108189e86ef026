//! A tree as a deterministic `tar.gz`: the bytes follow from names, contents and execute bits alone.

use std::io::{self, Read, Write};

use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use select::ignore::Matcher;

use super::header::{self, BLOCK, EntryType};
use crate::tree::{Entry, Kind, Tree};

/// Input reaches the compressor in pieces of this size whatever the sizes of the reads, so that the
/// compressed bytes depend on nothing but the content.
const CHUNK: usize = 32 * 1024;

/// How deep directories may lie: more is refused rather than run out of stack.
pub(super) const MAX_DEPTH: usize = 512;

/// What an archive holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// Regular files.
    pub files: u64,
    /// Their bytes, uncompressed.
    pub bytes: u64,
}

/// Why no archive was made.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A directory or file of the tree cannot be read.
    #[error("failed to read '{path}': {source}")]
    Read {
        /// Path in the tree.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// The destination does not take the bytes.
    #[error("failed to write archive: {0}")]
    Write(#[from] io::Error),
    /// A file had other bytes than its size promised.
    #[error("size of '{path}' changed while it was read: expected {expected} bytes, got {actual}")]
    Size {
        /// Path in the tree.
        path: String,
        /// Bytes that were promised.
        expected: u64,
        /// Bytes that came.
        actual: u64,
    },
    /// Directories lie too deep.
    #[error("directory '{0}' lies more than {MAX_DEPTH} levels deep")]
    Depth(String),
    /// The files are more than the caller allows.
    #[error("files are over the limit of {0} bytes")]
    Budget(u64),
}

/// Writes the tree as gzip-compressed tarball to `out` (S3, S4).
///
/// Entries come depth first, sorted by the bytes of their names within each directory, the root as `.`. What `ignored`
/// excludes stays out, its children do not with it (S5). Files beyond `budget` bytes in total are an error.
pub fn write<T: Tree>(
    tree: &T,
    ignored: &Matcher,
    budget: u64,
    out: impl Write,
) -> Result<Written, WriteError> {
    let gzip = GzBuilder::new()
        .operating_system(255)
        .write(out, Compression::default());
    let mut archive = Archive {
        tree,
        ignored,
        budget,
        out: Chunks {
            inner: gzip,
            pending: Vec::with_capacity(CHUNK),
        },
        written: Written::default(),
        path: Vec::new(),
    };
    archive
        .out
        .write_all(&header::encode(b".", EntryType::Directory, 0))?;
    let root = tree.root().map_err(|source| archive.unreadable(source))?;
    archive.directory(&root)?;
    archive.out.write_all(&[0; 2 * BLOCK])?;
    let written = archive.written;
    archive.out.finish()?.finish()?.flush()?;
    Ok(written)
}

struct Archive<'a, T, W: Write> {
    tree: &'a T,
    ignored: &'a Matcher,
    budget: u64,
    out: Chunks<GzEncoder<W>>,
    written: Written,
    /// Segments of the entry at hand.
    path: Vec<Vec<u8>>,
}

impl<T: Tree, W: Write> Archive<'_, T, W> {
    fn directory(&mut self, node: &T::Node) -> Result<(), WriteError> {
        if self.path.len() > MAX_DEPTH {
            return Err(WriteError::Depth(display(&self.path)));
        }
        let entries = self
            .tree
            .list(node)
            .map_err(|source| self.unreadable(source))?;
        for entry in sorted(entries) {
            self.path.push(entry.name);
            let is_directory = entry.kind == Kind::Directory;
            let excluded = self.ignored.excludes(&self.path, is_directory);
            match entry.kind {
                Kind::Directory => {
                    if !excluded {
                        self.header(EntryType::Directory, 0)?;
                    }
                    self.directory(&entry.node)?;
                }
                Kind::File if !excluded => self.file(&entry.node, EntryType::File)?,
                Kind::Executable if !excluded => self.file(&entry.node, EntryType::Executable)?,
                Kind::File | Kind::Executable => {}
            }
            self.path.pop();
        }
        Ok(())
    }

    fn header(&mut self, kind: EntryType, size: u64) -> Result<(), WriteError> {
        let block = header::encode(&self.path.join(&b'/'), kind, size);
        Ok(self.out.write_all(&block)?)
    }

    fn file(&mut self, node: &T::Node, kind: EntryType) -> Result<(), WriteError> {
        let content = self
            .tree
            .open(node)
            .map_err(|source| self.unreadable(source))?;
        let expected = content.size;
        self.written.files += 1;
        self.written.bytes = self.written.bytes.saturating_add(expected);
        if self.written.bytes > self.budget {
            return Err(WriteError::Budget(self.budget));
        }
        self.header(kind, expected)?;
        // One byte more than promised is enough to notice a file that grew.
        let actual = self.copy(content.reader.take(expected.saturating_add(1)), expected)?;
        if actual != expected {
            return Err(WriteError::Size {
                path: display(&self.path),
                expected,
                actual,
            });
        }
        let padding = expected.next_multiple_of(BLOCK as u64) - expected;
        let padding = usize::try_from(padding).unwrap_or_default();
        Ok(self.out.write_all(&[0; BLOCK][..padding])?)
    }

    /// Copies at most `limit` bytes, and counts what is there.
    fn copy(&mut self, mut reader: impl Read, limit: u64) -> Result<u64, WriteError> {
        let mut buffer = [0; 8 * 1024];
        let mut count = 0u64;
        loop {
            let read = match reader.read(&mut buffer) {
                Ok(0) => return Ok(count),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(source) => return Err(self.unreadable(source)),
            };
            let wanted = usize::try_from(limit - count.min(limit))
                .unwrap_or(read)
                .min(read);
            self.out.write_all(&buffer[..wanted])?;
            count += read as u64;
        }
    }

    fn unreadable(&self, source: io::Error) -> WriteError {
        WriteError::Read {
            path: display(&self.path),
            source,
        }
    }
}

/// By the bytes of the names: git sorts directories as if they ended in a slash, disks do not sort at all.
pub(super) fn sorted<N>(mut entries: Vec<Entry<N>>) -> Vec<Entry<N>> {
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    entries
}

pub(super) fn display(path: &[Vec<u8>]) -> String {
    if path.is_empty() {
        return ".".to_owned();
    }
    String::from_utf8_lossy(&path.join(&b'/')).into_owned()
}

/// Passes bytes on in pieces of exactly [`CHUNK`], the last one aside.
struct Chunks<W> {
    inner: W,
    pending: Vec<u8>,
}

impl<W: Write> Chunks<W> {
    fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let (head, tail) = bytes.split_at(bytes.len().min(CHUNK - self.pending.len()));
            self.pending.extend_from_slice(head);
            bytes = tail;
            if self.pending.len() == CHUNK {
                self.inner.write_all(&self.pending)?;
                self.pending.clear();
            }
        }
        Ok(())
    }

    fn finish(mut self) -> io::Result<W> {
        self.inner.write_all(&self.pending)?;
        Ok(self.inner)
    }
}
