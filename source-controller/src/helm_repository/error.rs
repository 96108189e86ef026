//! What can go wrong with a HelmRepository, and what follows from it (H4, R14).

use common::conditions::ConditionType;
use common::reconcile::{Class, Policy};
use crds::source::well_known::reason;
use helm_repo::{FetchError, IndexError};

use super::access::AccessError;
use super::conditions::FETCH_FAILED;
use crate::source::StorageError;

/// The reason of a failed fetch (H4).
const FAILED: &str = "Failed";

/// Why a pass stopped. Messages begin as users know them (E7).
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The URL is none of such a repository.
    #[error("invalid Helm repository URL: {0}")]
    Url(String),
    /// The credentials cannot be read.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The client cannot be made.
    #[error("failed to construct Helm client: {0}")]
    Client(#[source] FetchError),
    /// The index cannot be had.
    #[error("failed to fetch Helm repository index: {0}")]
    Fetch(#[source] FetchError),
    /// The index is none.
    #[error("failed to load Helm repository from index YAML: {0}")]
    Index(#[source] IndexError),
    /// The artifact cannot be stored.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Policy for Error {
    fn reason(&self) -> &'static str {
        match self {
            Self::Url(_) => reason::URL_INVALID,
            Self::Access(_) => reason::AUTHENTICATION_FAILED,
            Self::Client(_) | Self::Fetch(_) => FAILED,
            Self::Index(_) => reason::INDEXATION_FAILED,
            Self::Storage(error) => error.reason(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Url(_) | Self::Client(_) => Class::Stall,
            Self::Access(_) | Self::Fetch(_) | Self::Index(_) => Class::Retry,
            Self::Storage(error) => error.class(),
        }
    }

    fn condition(&self) -> Option<ConditionType> {
        match self {
            Self::Storage(error) => error.condition(),
            _ => Some(FETCH_FAILED),
        }
    }
}
