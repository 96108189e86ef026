//! What one build shares between its parts: files, their parsed form, the schema.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::Options;
use crate::error::Error;
use crate::node::{Node, ReadError, read_resources};
use crate::reads::ReadSet;
use crate::schema::Schemas;
use crate::view::FileView;

/// What happened in a part of a build, beside its result.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    pub(crate) reads: ReadSet,
    pub(crate) warnings: Vec<String>,
    /// The directories that were entered, with how many others they are in.
    pub(crate) entered: Vec<(PathBuf, usize)>,
}

impl Record {
    fn extend(&mut self, other: &Self) {
        self.reads.extend(&other.reads);
        for warning in &other.warnings {
            self.warn(warning);
        }
        self.entered.extend(other.entered.iter().cloned());
    }

    fn warn(&mut self, warning: &str) {
        self.warnings.push(warning.to_owned());
    }
}

/// One build.
pub(crate) struct Session<'a> {
    pub(crate) view: &'a dyn FileView,
    pub(crate) options: &'a Options,
    schemas: RefCell<Rc<Schemas>>,
    /// Of the part that is under way.
    record: RefCell<Record>,
    /// The files of the parts that this one is in, to count all.
    outer_files: Cell<usize>,
}

impl<'a> Session<'a> {
    pub(crate) fn new(view: &'a dyn FileView, options: &'a Options) -> Self {
        Self {
            view,
            options,
            schemas: RefCell::default(),
            record: RefCell::default(),
            outer_files: Cell::new(0),
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

    /// Runs a part of the build; what it read is told apart, and counts for the whole.
    pub(crate) fn recorded<T>(&self, part: impl FnOnce() -> T) -> (T, Record) {
        let outer = self.record.take();
        let before = self.outer_files.get();
        self.outer_files.set(before + outer.reads.files.len());
        let result = part();
        self.outer_files.set(before);
        let inner = self.record.replace(outer);
        self.record.borrow_mut().extend(&inner);
        (result, inner)
    }

    /// Takes over what was recorded in another build.
    pub(crate) fn replay(&self, record: &Record) -> Result<(), Error> {
        self.record.borrow_mut().extend(record);
        self.check_file_count()
    }

    /// A file that several parts read counts for each of them.
    fn check_file_count(&self) -> Result<(), Error> {
        let count = self.outer_files.get() + self.record.borrow().reads.files.len();
        if count > self.options.max_files {
            return Err(Error::Budget {
                what: "the number of files",
                limit: self.options.max_files,
            });
        }
        Ok(())
    }

    /// Reads a file of the view and notes it.
    pub(crate) fn read(&self, path: &Path) -> Result<Arc<[u8]>, Error> {
        let bytes = self
            .view
            .read(path)
            .map_err(|error| self.missing(path, &error))?;
        let is_new = !self.record.borrow().reads.files.contains_key(path);
        if is_new {
            let known = self.options.cache.as_ref();
            let known = known.and_then(|cache| cache.hash_of(self.view, path, || Some(&bytes)));
            let hash = known.unwrap_or_else(|| Sha256::digest(&bytes).into());
            let files = &mut self.record.borrow_mut().reads.files;
            files.insert(path.to_owned(), hash);
        }
        self.check_file_count()?;
        Ok(bytes)
    }

    /// Notes that a path led elsewhere.
    pub(crate) fn note_link(&self, path: &Path, target: &Path) {
        if path != target {
            let links = &mut self.record.borrow_mut().reads.links;
            links.insert(path.to_owned(), target.to_owned());
        }
    }

    /// Notes that a directory is built, inside of `depth` others.
    pub(crate) fn note_entered(&self, root: &Path, depth: usize) {
        let entered = &mut self.record.borrow_mut().entered;
        entered.push((root.to_owned(), depth));
    }

    /// Notes that something is not there.
    pub(crate) fn missing(&self, path: &Path, error: &std::io::Error) -> Error {
        self.record
            .borrow_mut()
            .reads
            .absent
            .insert(path.to_owned());
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
        let hash = self.record.borrow().reads.files.get(path).copied();
        let Some(hash) = hash else {
            return read_resources(bytes).map(Arc::new);
        };
        if let Some(nodes) = cache.file(&hash) {
            return Ok(nodes);
        }
        let nodes = Arc::new(read_resources(bytes)?);
        cache.insert_file(hash, &nodes);
        Ok(nodes)
    }

    pub(crate) fn warn(&self, warning: &str) {
        self.record.borrow_mut().warn(warning);
    }

    pub(crate) fn into_record(self) -> Record {
        self.record.into_inner()
    }
}
