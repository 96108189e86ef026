//! What can go wrong with a GitRepository, and what follows from it (G13, R14).

use std::io;
use std::time::Duration;

use common::conditions::ConditionType;
use common::kube;
use common::reconcile::{Class, Notice, Policy};
use crds::source::well_known::reason;
use git::access::AccessError;

use super::conditions::{FETCH_FAILED, INCLUDE_UNAVAILABLE, STORAGE_FAILED, VERIFIED};
use crate::source::StorageError;
use crate::source::secrets::SecretError;

/// Why a pass stopped. Messages begin as users know them (E7).
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The URL is none.
    #[error("failed to parse url '{url}': {source}")]
    Url {
        /// As given, without credentials.
        url: String,
        /// Why.
        source: git::UrlError,
    },
    /// A Secret is not there or may not be read.
    #[error("failed to get secret '{namespace}/{name}': {source}")]
    Secret {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// Why.
        source: Box<kube::Error>,
    },
    /// The Secret does not hold what it should.
    #[error("failed to configure authentication options: {0}")]
    Access(#[source] AccessError),
    /// The proxy's Secret is not there.
    #[error(
        "failed to configure proxy options: failed to get secret '{namespace}/{name}': {source}"
    )]
    ProxySecret {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// Why.
        source: Box<kube::Error>,
    },
    /// The proxy's Secret does not hold what it should.
    #[error("failed to configure proxy options: {0}")]
    Proxy(#[source] transport::TransportError),
    /// A Secret is for another provider.
    #[error("secretRef '{namespace}/{name}' has github app data but provider is not set to github")]
    GitHubSecret {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
    /// The provider needs a Secret.
    #[error("secretRef with github app data must be specified when provider is set to github")]
    NoGitHubSecret,
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
    /// The trusted keys cannot be read.
    #[error("public keys secret error: {0}")]
    VerifySecret(#[source] Box<SecretError>),
    /// No tag leads to the commit.
    #[error("cannot verify tag object's signature if a tag reference is not specified")]
    NoTag,
    /// The tag has no signature.
    #[error("cannot verify signature of tag '{0}' since it is not signed")]
    UnsignedTag(String),
    /// The tag is not signed by a trusted key.
    #[error("signature verification of tag '{tag}' failed: {source}")]
    TagSignature {
        /// Its name and hash.
        tag: String,
        /// Why.
        source: SignatureError,
    },
    /// The commit is not signed by a trusted key.
    #[error("signature verification of commit '{hash}' failed: {source}")]
    CommitSignature {
        /// Its hash.
        hash: String,
        /// Why.
        source: SignatureError,
    },
    /// The field has no effect yet, so it is refused.
    #[error("{field} is not supported yet: {remedy}")]
    Unsupported {
        /// The field.
        field: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// The repository could not be read.
    #[error("failed to checkout and determine revision: {0}")]
    Git(#[source] Box<git::Error>),
    /// The repository has no commits.
    #[error("git repository is empty")]
    Empty,
    /// A directory to check out is not there.
    #[error(
        "failed to sparse checkout directories : sparse checkout dir '{0}' does not exist in repository"
    )]
    NoSuchDirectory(String),
    /// An included repository cannot be read.
    #[error("could not get resource for include '{name}': {source}")]
    Include {
        /// Its name.
        name: String,
        /// Why.
        source: Box<kube::Error>,
        /// When to look again.
        delay: Duration,
    },
    /// An included repository has nothing yet.
    #[error("no artifact available for include '{name}'")]
    IncludeWithoutArtifact {
        /// Its name.
        name: String,
        /// When to look again.
        delay: Duration,
    },
    /// The fetched files cannot be read.
    #[error("failed to read files of the commit: {0}")]
    Files(#[source] io::Error),
    /// An include cannot be copied.
    #[error("failed to copy '{name}' include from {from} to {to}: {message}")]
    IncludeCopy {
        /// Its name.
        name: String,
        /// Path in the included artifact.
        from: String,
        /// Path in ours.
        to: String,
        /// Why.
        message: String,
    },
    /// The artifact cannot be stored.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Why the signature of an object does not count.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    /// One of PGP, or none.
    #[error("unable to verify Git {what}: {source}")]
    Pgp {
        /// `commit` or `tag`.
        what: &'static str,
        /// Why.
        source: signature::Error,
    },
    /// One of SSH.
    #[error("unable to verify Git {what} SSH signature: {source}")]
    Ssh {
        /// `commit` or `tag`.
        what: &'static str,
        /// Why.
        source: signature::Error,
    },
}

impl Policy for Error {
    fn reason(&self) -> &'static str {
        match self {
            Self::Url { .. } => reason::URL_INVALID,
            Self::Secret { .. } | Self::Access(_) | Self::ProxySecret { .. } | Self::Proxy(_) => {
                reason::AUTHENTICATION_FAILED
            }
            Self::GitHubSecret { .. } | Self::NoGitHubSecret | Self::Provider(_) => {
                reason::INVALID_PROVIDER_CONFIGURATION
            }
            Self::Gate(_) => common::conditions::reasons::FEATURE_GATE_DISABLED,
            Self::VerifySecret(_) => reason::VERIFICATION_ERROR,
            Self::NoTag => reason::INVALID_VERIFICATION_MODE,
            Self::UnsignedTag(_) => reason::INVALID_GIT_OBJECT,
            Self::TagSignature { .. } => reason::INVALID_TAG_SIGNATURE,
            Self::CommitSignature { .. } => reason::INVALID_COMMIT_SIGNATURE,
            Self::Unsupported { .. } | Self::Git(_) | Self::NoSuchDirectory(_) | Self::Files(_) => {
                reason::GIT_OPERATION_FAILED
            }
            Self::Empty => reason::EMPTY_GIT_REPOSITORY,
            Self::Include { .. } => reason::NOT_FOUND,
            Self::IncludeWithoutArtifact { .. } => reason::NO_ARTIFACT,
            Self::IncludeCopy { .. } => reason::COPY_FAILURE,
            Self::Storage(error) => error.reason(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Url { .. }
            | Self::NoGitHubSecret
            | Self::Gate(_)
            | Self::Provider(_)
            | Self::NoTag
            | Self::Unsupported { .. } => Class::Stall,
            Self::Include { delay, .. } | Self::IncludeWithoutArtifact { delay, .. } => {
                Class::Wait(*delay)
            }
            _ => Class::Retry,
        }
    }

    fn condition(&self) -> Option<ConditionType> {
        match self {
            Self::VerifySecret(_)
            | Self::NoTag
            | Self::UnsignedTag(_)
            | Self::TagSignature { .. }
            | Self::CommitSignature { .. } => Some(VERIFIED),
            Self::Include { .. } | Self::IncludeWithoutArtifact { .. } => Some(INCLUDE_UNAVAILABLE),
            Self::IncludeCopy { .. } => Some(STORAGE_FAILED),
            Self::Storage(error) => error.condition(),
            _ => Some(FETCH_FAILED),
        }
    }

    fn notice(&self) -> Notice {
        Notice::of(self.class())
    }
}

impl From<git::Error> for Error {
    fn from(error: git::Error) -> Self {
        if error.is_empty_repository() {
            Self::Empty
        } else {
            Self::Git(Box::new(error))
        }
    }
}
