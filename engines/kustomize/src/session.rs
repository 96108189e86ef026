//! What one build shares between its parts: files, their parsed form, the schema.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::Options;
use crate::error::Error;
use crate::node::{Node, ReadError, read_resources};
use crate::schema::Schemas;
use crate::view::FileView;

/// The content hash of a file, SHA-256.
pub type FileHash = [u8; 32];

/// What a build read: with the same view and options, it gives the same result until one of these
/// changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadSet {
    /// Files with the hash of what was in them.
    pub files: BTreeMap<PathBuf, FileHash>,
    /// Paths that were looked for in vain; a file appearing there may change the result.
    pub absent: BTreeSet<PathBuf>,
}

/// Parsed files by content, for builds of one process that share bases.
///
/// Entries are kept until the cache is dropped; drop it with the revision it belongs to.
#[derive(Debug, Default)]
pub struct ParseCache {
    files: Mutex<HashMap<FileHash, Arc<Vec<Node>>>>,
}

impl ParseCache {
    /// An empty cache.
    pub fn new() -> Self {
        Self::default()
    }

    fn get(&self, hash: &FileHash) -> Option<Arc<Vec<Node>>> {
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.get(hash).cloned()
    }

    fn insert(&self, hash: FileHash, nodes: &Arc<Vec<Node>>) {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.insert(hash, Arc::clone(nodes));
    }
}

/// One build.
pub(crate) struct Session<'a> {
    pub(crate) view: &'a dyn FileView,
    pub(crate) options: &'a Options,
    schemas: RefCell<Rc<Schemas>>,
    reads: RefCell<ReadSet>,
    warnings: RefCell<Vec<String>>,
}

impl<'a> Session<'a> {
    pub(crate) fn new(view: &'a dyn FileView, options: &'a Options) -> Self {
        Self {
            view,
            options,
            schemas: RefCell::default(),
            reads: RefCell::default(),
            warnings: RefCell::default(),
        }
    }

    pub(crate) fn schemas(&self) -> Rc<Schemas> {
        Rc::clone(&self.schemas.borrow())
    }

    pub(crate) fn update_schemas(
        &self,
        update: impl FnOnce(&mut Schemas) -> Result<(), Error>,
    ) -> Result<(), Error> {
        update(Rc::make_mut(&mut self.schemas.borrow_mut()))
    }

    /// Reads a file of the view and notes it.
    pub(crate) fn read(&self, path: &Path) -> Result<Arc<[u8]>, Error> {
        let bytes = self
            .view
            .read(path)
            .map_err(|error| self.missing(path, &error))?;
        let mut reads = self.reads.borrow_mut();
        if !reads.files.contains_key(path) {
            if reads.files.len() >= self.options.max_files {
                return Err(Error::Budget {
                    what: "the number of files",
                    limit: self.options.max_files,
                });
            }
            reads
                .files
                .insert(path.to_owned(), Sha256::digest(&bytes).into());
        }
        Ok(bytes)
    }

    /// Notes that something is not there.
    pub(crate) fn missing(&self, path: &Path, error: &std::io::Error) -> Error {
        self.reads.borrow_mut().absent.insert(path.to_owned());
        let message = match error.kind() {
            std::io::ErrorKind::NotFound => "no such file or directory".to_owned(),
            std::io::ErrorKind::NotADirectory => "not a directory".to_owned(),
            _ => error.to_string(),
        };
        Error::Read {
            path: path.to_owned(),
            message,
        }
    }

    /// The objects in a file that was read, parsed once per content.
    pub(crate) fn parse(&self, path: &Path, bytes: &[u8]) -> Result<Arc<Vec<Node>>, ReadError> {
        let Some(cache) = &self.options.cache else {
            return read_resources(bytes).map(Arc::new);
        };
        let Some(hash) = self.reads.borrow().files.get(path).copied() else {
            return read_resources(bytes).map(Arc::new);
        };
        if let Some(nodes) = cache.get(&hash) {
            return Ok(nodes);
        }
        let nodes = Arc::new(read_resources(bytes)?);
        cache.insert(hash, &nodes);
        Ok(nodes)
    }

    pub(crate) fn warn(&self, warning: String) {
        let mut warnings = self.warnings.borrow_mut();
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }

    pub(crate) fn into_report(self) -> (ReadSet, Vec<String>) {
        (self.reads.into_inner(), self.warnings.into_inner())
    }
}
