//! Why an artifact is not here.

use std::sync::Arc;

use artifact::archive::ExtractError;

/// A failed fetch. Shared by everybody who waited for it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum FetchError {
    /// HTTP 404: the file server does not have the artifact (any more). Not retried (K9.1).
    #[error("file not found")]
    NotFound,
    /// The artifact has no digest, or one that cannot be read.
    #[error("failed to verify archive: {0}")]
    Digest(String),
    /// The bytes are not those the digest names.
    #[error("failed to verify archive: computed digest doesn't match provided '{0}'")]
    Mismatch(String),
    /// The address is no URL.
    #[error("invalid artifact URL: {0}")]
    Url(String),
    /// The server answered with something else than the artifact.
    #[error("failed to download archive from {url} (status: {status})")]
    Status {
        /// The address, fit to be shown.
        url: String,
        /// Code and phrase.
        status: String,
    },
    /// No answer, or one that broke off, in all attempts.
    #[error("failed to download archive: GET {url} giving up after {attempts} attempt(s): {cause}")]
    Unreachable {
        /// The address, fit to be shown.
        url: String,
        /// How often it was tried.
        attempts: u32,
        /// The last failure.
        cause: String,
    },
    /// The bytes are as promised but no archive that may be unpacked.
    #[error("failed to extract archive: {0}")]
    Extract(Arc<ExtractError>),
    /// The artifact is larger than what is read of one, in bytes.
    #[error("artifact is larger than {0} bytes")]
    TooLarge(u64),
    /// The cache directory cannot be written.
    #[error("artifact cache: {0}")]
    Disk(String),
}

impl FetchError {
    /// Whether the source's status is probably newer than what the caller has: read it again before giving up (T6).
    pub fn is_stale(&self) -> bool {
        matches!(self, Self::NotFound | Self::Mismatch(_))
    }
}
