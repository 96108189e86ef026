//! What can go wrong with an ImageRepository, and what follows from it (section 8).

use std::io;

use common::conditions::reasons::FEATURE_GATE_DISABLED;
use common::reconcile::{Class, Policy};
use crds::image::well_known::reason;
use crds::source::well_known::reason::INVALID_PROVIDER_CONFIGURATION;
use go_regex::SyntaxError;

use crate::args::gates::OBJECT_LEVEL_WORKLOAD_IDENTITY;
use crate::registry::{AccessError, DEADLINE, ImageError};

/// Why a pass stopped. Messages begin as users know them.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A feature gate is off (R2).
    #[error(
        "to use spec.serviceAccountName for provider authentication please enable the {OBJECT_LEVEL_WORKLOAD_IDENTITY} feature gate in the controller"
    )]
    Gate,
    /// The image is none (R3).
    #[error(transparent)]
    Image(#[from] ImageError),
    /// There is no way to the registry (R4).
    #[error("failed to configure authentication options: {0}")]
    Access(#[from] AccessError),
    /// The database cannot be read.
    #[error("failed to determine if it's scan time: {0}")]
    Due(#[source] io::Error),
    /// The scan failed (R7).
    #[error("scan failed: {0}")]
    Scan(#[from] ScanError),
    /// The tags of a deleted object cannot be removed.
    #[error("failed to remove the tags of '{name}': {source}")]
    Forget {
        /// Namespace and name of the object.
        name: String,
        /// Why.
        source: io::Error,
    },
}

/// Why a scan failed.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The registry does not list the tags.
    #[error("{0}")]
    Registry(#[source] Box<oci::Error>),
    /// An exclusion is no pattern.
    #[error("failed to compile regex {pattern}: {source}")]
    Exclusion {
        /// As given.
        pattern: String,
        /// Why.
        source: SyntaxError,
    },
    /// The tags cannot be kept.
    #[error("failed to set tags for {image:?}: {source}")]
    Database {
        /// The canonical name.
        image: String,
        /// Why.
        source: io::Error,
    },
    /// It took too long.
    #[error("{DEADLINE}")]
    Deadline,
}

impl Policy for Error {
    fn reason(&self) -> &'static str {
        match self {
            Self::Gate => FEATURE_GATE_DISABLED,
            Self::Image(_) => reason::IMAGE_URL_INVALID,
            Self::Access(AccessError::Provider(_)) => INVALID_PROVIDER_CONFIGURATION,
            Self::Access(_) => reason::AUTHENTICATION_FAILED,
            Self::Scan(_) => reason::READ_OPERATION_FAILED,
            Self::Due(_) | Self::Forget { .. } => reason::FAILURE,
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Gate | Self::Image(_) | Self::Access(AccessError::Provider(_)) => Class::Stall,
            Self::Access(_) | Self::Due(_) | Self::Scan(_) | Self::Forget { .. } => Class::Retry,
        }
    }
}
