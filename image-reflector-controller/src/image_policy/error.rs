//! What can go wrong with an ImagePolicy, and what follows from it (section 8).

use std::io;
use std::time::Duration;

use common::conditions::reasons::{ACCESS_DENIED, FEATURE_GATE_DISABLED};
use common::reconcile::{Class, Notice, Policy};
use crds::image::well_known::reason;

use crate::args::gates::OBJECT_LEVEL_WORKLOAD_IDENTITY;
use crate::choice::{InvalidFilter, InvalidOrder, NoChoice};
use crate::registry::ImageError;

/// Stands before what is wrong with the reference.
const REFERRED: &str = "failed to get the referred ImageRepository";

/// Why a pass stopped. Messages begin as users know them.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Digests are to be looked up, but when (L2)?
    #[error("spec.interval must be set when spec.digestReflectionPolicy is set to 'Always'")]
    NoInterval,
    /// The reference leaves the namespace (L3).
    #[error(
        "{REFERRED}: cannot access 'ImageRepository/{0}', cross-namespace references have been blocked"
    )]
    Blocked(String),
    /// There is no such object (L4).
    #[error(
        "{REFERRED}: referenced ImageRepository does not exist: ImageRepository.image.toolkit.fluxcd.io \"{0}\" not found"
    )]
    NotFound(String),
    /// The API server does not answer as it should.
    #[error("{REFERRED}: {0}")]
    Unreadable(String),
    /// The object lets no other namespace in.
    #[error(
        "{REFERRED}: access denied: '{0}' can't be accessed due to missing ACL labels on 'accessFrom'"
    )]
    NoAccessList(String),
    /// The object lets other namespaces in.
    #[error(
        "{REFERRED}: access denied: '{repository}' can't be accessed due to ACL labels mismatch on namespace '{namespace}'"
    )]
    AccessMismatch {
        /// Namespace and name.
        repository: String,
        /// The namespace of the policy.
        namespace: String,
    },
    /// The image of the repository is none (L5).
    #[error(transparent)]
    Image(#[from] ImageError),
    /// A feature gate is off (L5).
    #[error(
        "to use spec.serviceAccountName in the ImageRepository for provider authentication please enable the {OBJECT_LEVEL_WORKLOAD_IDENTITY} feature gate in the controller"
    )]
    Gate,
    /// The order is none (L6).
    #[error("invalid policy: {0}")]
    Order(#[from] InvalidOrder),
    /// The filter is none (L6).
    #[error("failed to filter tags: {0}")]
    Filter(#[from] InvalidFilter),
    /// The database cannot be read.
    #[error("failed to read tags from database: {0}")]
    Database(#[source] io::Error),
    /// There is nothing to choose from yet (L7).
    #[error("retrying in {} error: no tags in database", common::duration::format(*.0))]
    NoTags(Duration),
    /// Nothing can be chosen (L8).
    #[error(transparent)]
    Choice(#[from] NoChoice),
}

impl Policy for Error {
    fn reason(&self) -> &'static str {
        match self {
            Self::NoInterval => reason::INTERVAL_NOT_CONFIGURED,
            Self::Blocked(_) | Self::NoAccessList(_) | Self::AccessMismatch { .. } => ACCESS_DENIED,
            Self::NotFound(_) | Self::NoTags(_) => reason::DEPENDENCY_NOT_READY,
            Self::Image(_) => reason::IMAGE_URL_INVALID,
            Self::Gate => FEATURE_GATE_DISABLED,
            Self::Order(_) | Self::Filter(_) => reason::INVALID_POLICY,
            Self::Unreadable(_) | Self::Database(_) | Self::Choice(_) => reason::FAILURE,
        }
    }

    /// Access is tried again: it depends on the labels of namespaces, which nobody watches here (L3).
    fn class(&self) -> Class {
        match self {
            Self::NoInterval | Self::Image(_) | Self::Gate | Self::Order(_) | Self::Filter(_) => {
                Class::Stall
            }
            Self::NoTags(delay) => Class::Wait(*delay),
            _ => Class::Retry,
        }
    }

    /// Each of these is told to people (S6).
    fn notice(&self) -> Notice {
        Notice::Error
    }
}
