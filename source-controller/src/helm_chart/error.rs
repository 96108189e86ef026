//! What can go wrong with a HelmChart, and what follows from it (C2, C9, C10, C11, R14).

use common::conditions::ConditionType;
use common::reconcile::{Class, Notice, Policy};
use crds::source::well_known::reason;
use helm_repo::{FetchError, IndexError, PickError, UrlError};

use super::conditions::{BUILD_FAILED, FETCH_FAILED, STORAGE_FAILED, VERIFIED};
use crate::helm_repository::access::AccessError;
use crate::source::StorageError;
use crate::source::cosign::VerifyError;
use crate::source::secrets::SecretError;

/// The reason of failures that have none of their own.
const FAILED: &str = "Failed";

/// Why a pass stopped. Messages begin as users know them (E7).
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The source cannot be read.
    #[error("failed to get source: {0}")]
    Source(String),
    /// The source is of a kind that holds no charts.
    #[error(
        "failed to get source: unsupported source kind '{0}', must be one of: [HelmRepository GitRepository Bucket]"
    )]
    Kind(String),
    /// The source has nothing yet.
    #[error("no artifact available for {kind} source '{name}'")]
    NoArtifact {
        /// Its kind.
        kind: String,
        /// Its name.
        name: String,
    },
    /// The field has no effect yet, so it is refused.
    #[error("{field} is not supported yet: {remedy}")]
    Unsupported {
        /// The field.
        field: String,
        /// What to do.
        remedy: &'static str,
    },
    /// Such signatures cannot be verified yet, so nothing is published that should be.
    #[error(
        "{field} is not supported yet: signatures are verified by key, with cosign, and nothing is published unverified"
    )]
    Verify {
        /// The field.
        field: &'static str,
    },
    /// The trusted keys cannot be read.
    #[error("failed to verify the signature using provider '{provider}': {source}")]
    Keys {
        /// The technology.
        provider: String,
        /// Why.
        source: VerifyError,
    },
    /// The URL of the repository is none.
    #[error("invalid Helm repository URL: {0}")]
    Url(String),
    /// The client cannot be made.
    #[error("failed to construct Helm client: {0}")]
    Client(String),
    /// The credentials of the repository cannot be read.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The credentials of the registry cannot be read.
    #[error("failed to configure OCI registry authentication: {0}")]
    Registry(String),
    /// A Secret cannot be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The server wants other credentials or certificates (C11).
    #[error("failed to authenticate with the Helm repository: {0}")]
    Authentication(BuildError),
    /// The chart cannot be had or made.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The source's artifact cannot be unpacked.
    #[error("artifact untar error: {0}")]
    Unpack(String),
    /// The source's artifact cannot be opened.
    #[error("failed to open source artifact: {0}")]
    Open(std::io::Error),
    /// The artifact cannot be stored.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Why there is no chart; the words before the colon are those that users know (C10).
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// There is no such chart.
    #[error("invalid chart reference: {0}")]
    Reference(String),
    /// It cannot be fetched.
    #[error("chart pull error: {0}")]
    Pull(String),
    /// Its version takes no suffix.
    #[error("chart metadata patch error: {0}")]
    Metadata(String),
    /// The files of values cannot be merged.
    #[error("values files merge error: {0}")]
    Values(String),
    /// Charts that it needs are missing.
    #[error("dependency build error: {0}")]
    Dependency(String),
    /// It is not signed by a trusted key.
    #[error("chart verification error: {0}")]
    Verification(String),
    /// It cannot be packaged.
    #[error("chart package error: {0}")]
    Package(String),
}

/// Why a repository or registry did not give a chart.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// The versions cannot be listed.
    #[error("could not fetch tags for \"{name}\": {source}")]
    Tags {
        /// The repository in the registry.
        name: String,
        /// Why.
        source: Box<oci::Error>,
    },
    /// The index cannot be read.
    #[error("failed to load index: {0}")]
    Index(#[from] IndexError),
    /// The stored index cannot be read.
    #[error("failed to load index: {0}")]
    Stored(#[from] std::io::Error),
    /// No version fits.
    #[error(transparent)]
    Pick(#[from] PickError),
    /// The entry leads nowhere.
    #[error("chart '{0}' has no downloadable URLs")]
    NoUrl(String),
    /// The entry leads to what is no address.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// The server does not give the file.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The registry does not give it.
    #[error("{0}")]
    Registry(Box<oci::Error>),
    /// What the registry has is no chart.
    #[error("manifest does not contain a layer with mediatype {0}")]
    NoLayer(&'static str),
    /// The registry takes too long.
    #[error("'{0}' did not answer in time")]
    Late(String),
    /// What is to be read is not where it should be.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<oci::Error> for RemoteError {
    fn from(error: oci::Error) -> Self {
        Self::Registry(Box::new(error))
    }
}

/// Words of errors that speak of credentials (C11).
const AUTHENTICATION: [&str; 5] = [
    "401",
    "unauthorized",
    "authentication required",
    "tls",
    "unknown certificate authority",
];

impl BuildError {
    /// A chart that cannot be downloaded.
    pub fn pull(error: &RemoteError) -> Self {
        Self::Pull(format!(
            "failed to download chart for remote reference: {error}"
        ))
    }

    /// The error of a chart from a repository: what speaks of credentials is told as such (C11).
    pub fn of_repository(self) -> Error {
        let text = self.to_string();
        // The words of our own TLS library for an authority that nobody knows.
        let is_certificate = text.contains("invalid peer certificate");
        if is_certificate || AUTHENTICATION.iter().any(|word| text.contains(word)) {
            Error::Authentication(self)
        } else {
            Error::Build(self)
        }
    }
}

impl Policy for Error {
    fn reason(&self) -> &'static str {
        match self {
            Self::Source(_) => reason::SOURCE_UNAVAILABLE,
            Self::Kind(_) | Self::Unsupported { .. } => reason::UNSUPPORTED_SOURCE_KIND,
            Self::NoArtifact { .. } => reason::NO_SOURCE_ARTIFACT,
            Self::Verify { .. } | Self::Keys { .. } => reason::VERIFICATION_ERROR,
            Self::Url(_) => reason::URL_INVALID,
            Self::Client(_) | Self::Unpack(_) => FAILED,
            Self::Access(_) | Self::Registry(_) | Self::Secret(_) | Self::Authentication(_) => {
                reason::AUTHENTICATION_FAILED
            }
            Self::Open(_) => reason::READ_OPERATION_FAILED,
            Self::Build(error) => match error {
                BuildError::Reference(_) => "InvalidChartReference",
                BuildError::Pull(_) => "ChartPullError",
                BuildError::Metadata(_) => "MetadataPatchError",
                BuildError::Values(_) => "ValuesFilesError",
                BuildError::Dependency(_) => "DependencyBuildError",
                BuildError::Verification(_) => "ChartVerificationError",
                BuildError::Package(_) => "ChartPackageError",
            },
            Self::Storage(StorageError::Lock(_)) => reason::ACQUIRE_LOCK_FAILED,
            Self::Storage(error) => error.reason(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Kind(_)
            | Self::Unsupported { .. }
            | Self::Verify { .. }
            | Self::Url(_)
            | Self::Client(_)
            | Self::Build(
                BuildError::Reference(_) | BuildError::Metadata(_) | BuildError::Values(_),
            ) => Class::Stall,
            Self::NoArtifact { .. } => Class::Requeue,
            Self::Storage(error) => error.class(),
            _ => Class::Retry,
        }
    }

    fn condition(&self) -> Option<ConditionType> {
        match self {
            Self::Verify { .. } | Self::Keys { .. } => Some(VERIFIED),
            Self::Unpack(_) => None,
            Self::Build(error) => Some(match error {
                BuildError::Reference(_) | BuildError::Pull(_) => FETCH_FAILED,
                _ => BUILD_FAILED,
            }),
            Self::Storage(StorageError::Lock(_)) => Some(STORAGE_FAILED),
            Self::Storage(error) => error.condition(),
            _ => Some(FETCH_FAILED),
        }
    }

    fn notice(&self) -> Notice {
        match self {
            Self::NoArtifact { .. } => Notice::Trace,
            _ => Notice::of(self.class()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c10_c11_errors_have_the_reasons_and_classes_that_users_know() {
        let of = |error: Error| (error.reason(), error.class(), error.condition());
        let build = |error: BuildError| of(error.of_repository());
        assert_eq!(
            build(BuildError::Pull("503".into())),
            ("ChartPullError", Class::Retry, Some(FETCH_FAILED))
        );
        for words in ["x: 401 Unauthorized", "remote error: tls: bad certificate"] {
            assert_eq!(
                build(BuildError::Pull(words.into())),
                ("AuthenticationFailed", Class::Retry, Some(FETCH_FAILED))
            );
        }
        assert_eq!(
            of(BuildError::Reference("x".into()).into()),
            ("InvalidChartReference", Class::Stall, Some(FETCH_FAILED))
        );
        for (error, reason, class) in [
            (
                BuildError::Metadata("x".into()),
                "MetadataPatchError",
                Class::Stall,
            ),
            (
                BuildError::Values("x".into()),
                "ValuesFilesError",
                Class::Stall,
            ),
            (
                BuildError::Dependency("x".into()),
                "DependencyBuildError",
                Class::Retry,
            ),
            (
                BuildError::Verification("x".into()),
                "ChartVerificationError",
                Class::Retry,
            ),
            (
                BuildError::Package("x".into()),
                "ChartPackageError",
                Class::Retry,
            ),
        ] {
            assert_eq!(of(error.into()), (reason, class, Some(BUILD_FAILED)));
        }
    }
}
