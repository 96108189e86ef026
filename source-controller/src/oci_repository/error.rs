//! What can go wrong with an OCIRepository, and what follows from it (O7, R14).

use std::io;

use artifact::archive::ExtractError;
use common::conditions::ConditionType;
use common::reconcile::{Class, Policy};
use crds::source::well_known::reason;
use oci::name::NameError;

use super::conditions::{FETCH_FAILED, VERIFIED};
use crate::source::StorageError;
use crate::source::cosign::VerifyError;
use crate::source::secrets::SecretError;

/// Why a pass stopped. Messages begin as users know them (E7).
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The credentials cannot be read.
    #[error("failed to get credential: {0}")]
    Credential(#[source] SecretError),
    /// The proxy cannot be read.
    #[error("failed to get proxy address: {0}")]
    Proxy(#[source] SecretError),
    /// The certificates cannot be read.
    #[error("failed to generate transport for '{url}': {source}")]
    Certificates {
        /// `spec.url`.
        url: String,
        /// Why.
        source: SecretError,
    },
    /// The client cannot be made.
    #[error("failed to generate transport for '{url}': {source}")]
    Client {
        /// `spec.url`.
        url: String,
        /// Why.
        source: Box<oci::Error>,
    },
    /// A feature gate is off.
    #[error(
        "to use spec.serviceAccountName for provider authentication please enable the {0} feature gate in the controller"
    )]
    Gate(&'static str),
    /// The provider cannot log in yet.
    #[error(
        "spec.provider '{0}' is not supported yet: use a Secret with credentials and provider 'generic'"
    )]
    Provider(String),
    /// Such signatures cannot be verified yet, so nothing is published that should be.
    #[error(
        "{field} is not supported yet: signatures cannot be verified, and nothing is published unverified"
    )]
    Verify {
        /// The field.
        field: &'static str,
    },
    /// The artifact is not signed by a trusted key.
    #[error("failed to verify the signature using provider '{provider}': {source}")]
    Signature {
        /// The technology.
        provider: String,
        /// Why.
        source: VerifyError,
    },
    /// The URL is none of a repository.
    #[error("URL validation failed for '{url}': {message}")]
    Url {
        /// `spec.url`.
        url: String,
        /// Why.
        message: String,
    },
    /// There is no tag to follow.
    #[error("failed to determine the artifact tag for '{url}': {source}")]
    Tag {
        /// `spec.url`.
        url: String,
        /// Why.
        source: TagError,
    },
    /// The tag leads nowhere.
    #[error("failed to determine artifact digest: {0}")]
    Digest(#[source] Box<oci::Error>),
    /// The content cannot be had.
    #[error("failed to pull artifact from '{url}': {source}")]
    Pull {
        /// `spec.url`.
        url: String,
        /// Why.
        source: Box<oci::Error>,
    },
    /// The artifact is empty.
    #[error("no layers found in artifact")]
    NoLayers,
    /// No layer has the type.
    #[error("failed to find layer with media type '{0}' in artifact")]
    NoSuchLayer(String),
    /// The layer is no tarball.
    #[error("failed to extract layer contents from artifact: {0}")]
    Extract(#[source] ExtractError),
    /// The layer cannot be kept.
    #[error("failed to copy layer from artifact: {0}")]
    Layer(#[source] io::Error),
    /// The artifact cannot be stored.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Why there is no tag or digest to follow.
#[derive(Debug, thiserror::Error)]
pub enum TagError {
    /// The tags cannot be listed.
    #[error(transparent)]
    List(#[from] Box<oci::Error>),
    /// `spec.ref.semverFilter` is none.
    #[error("failed to parse semverFilter '{filter}': {source}")]
    Filter {
        /// As given.
        filter: String,
        /// Why.
        source: Box<regex::Error>,
    },
    /// `spec.ref.semver` is none.
    #[error("semver '{range}' parse error: {source}")]
    Range {
        /// As given.
        range: String,
        /// Why.
        source: select::semver::ConstraintError,
    },
    /// No tag is within the range.
    #[error("no match found for semver: {0}")]
    NoMatch(String),
    /// `spec.ref.tag` or `spec.ref.digest` is none.
    #[error(transparent)]
    Name(#[from] NameError),
}

impl Policy for Error {
    fn reason(&self) -> &'static str {
        match self {
            Self::Credential(_)
            | Self::Proxy(_)
            | Self::Certificates { .. }
            | Self::Client { .. } => reason::AUTHENTICATION_FAILED,
            Self::Gate(_) => common::conditions::reasons::FEATURE_GATE_DISABLED,
            Self::Provider(_) => reason::INVALID_PROVIDER_CONFIGURATION,
            Self::Verify { .. } | Self::Signature { .. } => reason::VERIFICATION_ERROR,
            Self::Url { .. } => reason::URL_INVALID,
            Self::Tag { .. } => reason::READ_OPERATION_FAILED,
            Self::Digest(_) | Self::Pull { .. } => reason::OCI_ARTIFACT_PULL_FAILED,
            Self::NoLayers | Self::NoSuchLayer(_) | Self::Extract(_) | Self::Layer(_) => {
                reason::OCI_ARTIFACT_LAYER_OPERATION_FAILED
            }
            Self::Storage(error) => error.reason(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Gate(_) | Self::Provider(_) | Self::Verify { .. } | Self::Url { .. } => {
                Class::Stall
            }
            Self::Storage(error) => error.class(),
            _ => Class::Retry,
        }
    }

    fn condition(&self) -> Option<ConditionType> {
        match self {
            Self::Gate(_) => None,
            Self::Verify { .. } | Self::Signature { .. } => Some(VERIFIED),
            Self::Storage(error) => error.condition(),
            _ => Some(FETCH_FAILED),
        }
    }
}
