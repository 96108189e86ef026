//! Why a signature does not count.

/// Why a signature does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is none.
    #[error("unable to verify payload as the provided signature is empty")]
    Empty,
    /// It is of a kind that cannot be verified.
    #[error("unable to verify payload: unsupported signature type '{0}'")]
    Kind(&'static str),
    /// The bytes are none.
    #[error("unable to parse signature: {0}")]
    Malformed(String),
    /// No key can be read.
    #[error("unable to read armored key ring: {0}")]
    KeyRing(String),
    /// No authorized key can be read.
    #[error("unable to parse authorized keys: {0}")]
    AuthorizedKeys(String),
    /// None of the keys made it.
    #[error("unable to verify payload with any of the given {0}: no matching key")]
    NoMatch(&'static str),
    /// The text of a public key is none.
    #[error("unable to read public key: {0}")]
    PublicKey(String),
}
