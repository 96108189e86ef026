//! What can go wrong with an ImageUpdateAutomation, and what follows from it (U6, U7).

use common::conditions::reasons;
use common::kube;
use common::reconcile::{Class, Policy};
use crds::image::well_known::reason;
use git::push::Refspec;

use crate::access::SecretError;
use crate::args::gates::OBJECT_LEVEL_WORKLOAD_IDENTITY;
use crate::files::UpdateError;
use crate::message::MessageError;

/// Why a pass stopped. Messages begin as users know them.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The selector is none.
    #[error("failed to parse policy selector: {0}")]
    Selector(String),
    /// The policies cannot be listed.
    #[error("failed to list policies: {0}")]
    Policies(#[source] Box<kube::Error>),
    /// The kind of the source is not one that can be written to.
    #[error("source kind '{0}' not supported: invalid source configuration")]
    SourceKind(String),
    /// Nothing is said about git.
    #[error(
        "source kind 'GitRepository' necessitates field .spec.git: invalid source configuration"
    )]
    NoGit,
    /// The repository's identity is not known here yet.
    #[error(
        "provider '{0}' is not supported yet: use the provider 'generic' with credentials in spec.secretRef of the GitRepository: invalid source configuration"
    )]
    Provider(String),
    /// The provider needs a Secret.
    #[error(
        "secretRef with github app data must be specified when provider is set to github: invalid source configuration"
    )]
    NoGitHubSecret,
    /// A gate is closed.
    #[error(
        "to use spec.serviceAccountName for provider authentication please enable the {OBJECT_LEVEL_WORKLOAD_IDENTITY} feature gate in the controller"
    )]
    Gate,
    /// The GitRepository is not there.
    #[error("failed configuring source manager: {}: {source}", found(.source))]
    Repository {
        /// Why.
        source: Box<kube::Error>,
    },
    /// Its URL is none.
    #[error("failed configuring source manager: failed to parse URL '{url}': {source}")]
    Url {
        /// As given, without credentials.
        url: String,
        /// Why.
        source: git::UrlError,
    },
    /// The reference makes no sense.
    #[error("failed to checkout source: {0}")]
    Reference(#[source] git::reference::ReferenceError),
    /// Nobody says where to push.
    #[error(
        "failed configuring source manager: push spec not provided, and cannot be inferred from .spec.git.checkout.ref or GitRepository .spec.ref"
    )]
    NoPushBranch,
    /// The branch cannot be one.
    #[error(
        "failed configuring source manager: invalid push branch '{0}': not a valid Git branch name"
    )]
    PushBranch(String),
    /// The refspec does not say what to push where.
    #[error("failed configuring source manager: {0}")]
    Refspec(#[source] git::PushError),
    /// A Secret cannot be used.
    #[error("failed configuring source manager: {0}")]
    Secret(#[source] SecretError),
    /// A Secret is one of a GitHub App.
    #[error("{0}")]
    GitHubApp(#[source] SecretError),
    /// The remote did not give the commit.
    #[error("failed to checkout source: {0}")]
    Checkout(#[source] Box<git::Error>),
    /// Nothing is said about what to change.
    #[error("no update strategy")]
    NoStrategy,
    /// It is not known how to find what to change.
    #[error("unsupported update strategy: {0}")]
    Strategy(String),
    /// The files cannot be updated.
    #[error("failed to apply policies: {0}")]
    Update(#[source] UpdateError),
    /// They cannot be read.
    #[error("failed to apply policies: {0}")]
    Files(#[source] Box<git::Error>),
    /// The template uses what is not there any more.
    #[error("{0}")]
    RemovedField(#[source] MessageError),
    /// The template gives no message.
    #[error("failed to update source: {0}")]
    Message(#[source] MessageError),
    /// The commit cannot be signed.
    #[error("failed to update source: {0}")]
    Sign(String),
    /// The commit did not arrive.
    #[error("failed to update source: {0}")]
    Push(#[source] Box<git::Error>),
    /// A task of the process ended early.
    #[error("failed to update source: {0}")]
    Task(String),
}

fn found(error: &kube::Error) -> &'static str {
    match error {
        kube::Error::Api(status) if status.code == 404 => {
            "referenced git repository does not exist"
        }
        _ => "failed to get referenced git repository",
    }
}

impl Policy for Error {
    fn reason(&self) -> &'static str {
        match self {
            Self::Selector(_) => reason::INVALID_POLICY_SELECTOR,
            Self::Policies(_) => "Failed",
            Self::SourceKind(_)
            | Self::NoGit
            | Self::Provider(_)
            | Self::NoGitHubSecret
            | Self::GitHubApp(_) => reason::INVALID_SOURCE_CONFIGURATION,
            Self::Gate => reasons::FEATURE_GATE_DISABLED,
            Self::Repository { .. }
            | Self::Url { .. }
            | Self::NoPushBranch
            | Self::PushBranch(_)
            | Self::Refspec(_)
            | Self::Secret(_) => reason::SOURCE_MANAGER_FAILED,
            Self::Reference(_)
            | Self::Checkout(_)
            | Self::Message(_)
            | Self::Sign(_)
            | Self::Push(_)
            | Self::Task(_) => reason::GIT_OPERATION_FAILED,
            Self::NoStrategy | Self::Strategy(_) => reason::INVALID_UPDATE_STRATEGY,
            Self::Update(_) | Self::Files(_) => reason::UPDATE_FAILED,
            Self::RemovedField(_) => reason::REMOVED_TEMPLATE_FIELD,
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Selector(_)
            | Self::SourceKind(_)
            | Self::NoGit
            | Self::Provider(_)
            | Self::NoGitHubSecret
            | Self::GitHubApp(_)
            | Self::Gate
            | Self::NoStrategy
            | Self::Strategy(_)
            | Self::RemovedField(_) => Class::Stall,
            _ => Class::Retry,
        }
    }
}

impl From<MessageError> for Error {
    fn from(error: MessageError) -> Self {
        match error {
            MessageError::Removed(_) => Self::RemovedField(error),
            _ => Self::Message(error),
        }
    }
}

impl From<SecretError> for Error {
    fn from(error: SecretError) -> Self {
        match error {
            SecretError::GitHubApp(_) => Self::GitHubApp(error),
            _ => Self::Secret(error),
        }
    }
}

/// The result of reading a refspec, as the steps want it.
pub(super) fn refspec(read: Result<Refspec, git::PushError>) -> Result<Refspec, Error> {
    read.map_err(Error::Refspec)
}
