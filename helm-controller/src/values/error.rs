//! Why values cannot be put together (H9.4).

use std::fmt;

use crds::helm::ValuesReference;
use crds::meta::ConfigKind;
use helm::strvals;
use helm::values::ReadError;

/// A reference that cannot be resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct ValuesError {
    reference: Box<ValuesReference>,
    namespace: String,
    reason: Box<Reason>,
}

/// What is wrong with a reference.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Reason {
    /// The object is not there.
    #[error("{0} not found")]
    NotFound(String),
    /// The object was not there when an optional reference asked for it.
    #[error("resource not found")]
    StillNotFound,
    /// The object has no such key.
    #[error("key not found")]
    NoKey,
    /// Values are not read from objects of this kind.
    #[error("unsupported values reference kind")]
    Kind,
    /// The text under the key holds no values.
    #[error("{0}")]
    Read(#[from] ReadError),
    /// The text under the key does not fit the target path.
    #[error("{0}")]
    Target(#[from] strvals::Error),
}

impl ValuesError {
    pub(super) fn new(
        reference: &ValuesReference,
        namespace: &str,
        reason: impl Into<Reason>,
    ) -> Self {
        Self {
            reference: Box::new(reference.clone()),
            namespace: namespace.to_owned(),
            reason: Box::new(reason.into()),
        }
    }

    /// What is wrong.
    pub fn reason(&self) -> &Reason {
        &self.reason
    }
}

impl fmt::Display for ValuesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            reference,
            namespace,
            reason,
        } = self;
        let optional = if reference.optional { " optional" } else { "" };
        let kind = match reference.kind.as_str() {
            "" => String::new(),
            kind => format!(" {kind}"),
        };
        write!(
            f,
            "could not resolve{optional}{kind} chart values reference '{namespace}/{}' with key '{}': {reason}",
            reference.name,
            key(reference)
        )
    }
}

impl std::error::Error for ValuesError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.reason)
    }
}

/// The key that a reference reads.
pub(super) fn key(reference: &ValuesReference) -> &str {
    reference.values_key.as_deref().unwrap_or("values.yaml")
}

/// What an API server says of an object that is not there.
pub(super) fn not_found(kind: &ConfigKind, name: &str) -> Reason {
    Reason::NotFound(format!("{}s {name:?}", kind.as_str().to_lowercase()))
}
