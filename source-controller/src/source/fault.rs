//! What can go wrong with storage and archives, whatever the kind (R14).

use std::io;

use artifact::store::PathError;
use common::conditions::ConditionType;
use common::reconcile::{Class, Policy};
use crds::source::well_known::reason;

use super::conditions::STORAGE_FAILED;

/// The reason of failures that have none of their own.
const FAILED: &str = "Failed";

/// Why an artifact cannot be stored. Messages begin as users know them (E7).
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Namespace and name make no path.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A directory cannot be made.
    #[error("failed to create artifact directory: {0}")]
    Directory(#[source] io::Error),
    /// The lock cannot be taken.
    #[error("failed to acquire lock for artifact: {0}")]
    Lock(#[source] io::Error),
    /// Ignore files cannot be read.
    #[error("failed to load source ignore patterns from repository: {0}")]
    Ignore(#[source] artifact::archive::WriteError),
    /// The archive cannot be written.
    #[error("unable to archive artifact to storage: {0}")]
    Archive(#[source] artifact::archive::WriteError),
    /// A file cannot be copied to storage.
    #[error("unable to copy artifact to storage: {0}")]
    Copy(#[from] io::Error),
    /// A damaged artifact cannot be removed.
    #[error("failed to remove artifact after digest mismatch: {0}")]
    Remove(#[source] io::Error),
    /// The artifacts of a deleted object cannot be removed.
    #[error("garbage collection for deleted resource failed: {0}")]
    Garbage(#[source] io::Error),
    /// A worker thread died.
    #[error("background work did not finish: {0}")]
    Background(String),
}

impl Policy for StorageError {
    fn reason(&self) -> &'static str {
        match self {
            Self::Path(_) => reason::INVALID_PATH,
            Self::Directory(_) => reason::DIRECTORY_CREATION_FAILED,
            Self::Ignore(_) => reason::SOURCE_IGNORE_ERROR,
            Self::Archive(_) | Self::Copy(_) => reason::ARCHIVE_OPERATION_FAILED,
            Self::Garbage(_) => reason::GARBAGE_COLLECTION_FAILED,
            Self::Lock(_) | Self::Remove(_) | Self::Background(_) => FAILED,
        }
    }

    fn class(&self) -> Class {
        Class::Retry
    }

    fn condition(&self) -> Option<ConditionType> {
        match self {
            Self::Path(_) | Self::Directory(_) | Self::Archive(_) | Self::Copy(_) => {
                Some(STORAGE_FAILED)
            }
            _ => None,
        }
    }
}
