//! Content becomes an artifact in storage (section 4, section 5).

use std::io;

use artifact::archive::{self, WriteError};
use artifact::store::ArtifactPath;
use artifact::tree::Tree;
use crds::meta::Artifact;
use select::ignore::{self, Matcher};

use super::{Published, StorageError};
use crate::storage::Storage;

/// Where an artifact goes, and what it says of itself.
#[derive(Debug, Clone)]
pub struct Destination {
    /// Of all artifacts.
    pub storage: Storage,
    /// Of this one.
    pub path: ArtifactPath,
    /// What it is made from.
    pub revision: String,
}

/// Which files stay out, and how much there may be.
#[derive(Debug, Clone)]
pub struct Selection {
    /// `spec.ignore`.
    pub ignore: String,
    /// Bytes of all files.
    pub budget: u64,
}

impl Destination {
    /// A file among the artifacts of an object.
    pub fn new(
        storage: &Storage,
        object: &impl Published,
        file: &str,
        revision: String,
    ) -> Result<Self, StorageError> {
        Ok(Self {
            storage: storage.clone(),
            path: object.directory()?.file(file)?,
            revision,
        })
    }

    /// Runs `write` with the directory made and the artifact locked (S6).
    pub fn locked<T, E: From<StorageError>>(
        &self,
        write: impl FnOnce(&Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.storage
            .make_directory(&self.path)
            .map_err(StorageError::Directory)?;
        let _lock = self.storage.lock(&self.path).map_err(StorageError::Lock)?;
        write(self)
    }

    /// Archives a tree without what its ignore files and those of the spec exclude (I4).
    pub fn archive(
        &self,
        files: &impl Tree,
        selection: &Selection,
    ) -> Result<Artifact, StorageError> {
        let mut patterns = archive::source_patterns(files).map_err(StorageError::Ignore)?;
        patterns.extend(ignore::parse(selection.ignore.as_bytes(), &[]));
        let matcher = Matcher::for_source(patterns);
        self.storage
            .write(&self.path, self.revision.clone(), |out| {
                archive::write(files, &matcher, selection.budget, out).map(drop)
            })
            .map_err(|error: WriteError| StorageError::Archive(error))
    }

    /// Stores bytes as they are.
    pub fn copy(&self, content: &mut impl io::Read) -> Result<Artifact, StorageError> {
        self.storage
            .write(&self.path, self.revision.clone(), |out| {
                io::copy(content, out).map(drop).map_err(StorageError::Copy)
            })
    }
}
