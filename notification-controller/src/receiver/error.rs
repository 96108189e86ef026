//! Why a Receiver does not answer calls.

use common::reconcile::{Class, Notice, Policy};
use common::redact;
use crds::notification::well_known::reason::{TOKEN_NOT_FOUND, VALIDATION_FAILED};

use crate::secrets::ReadError;

/// The reason of filters that do not compile.
const INVALID_CEL: &str = "InvalidCELExpression";
/// Stands before what only a change of the spec can heal (P6).
const TERMINAL: &str = "Reconciliation failed terminally due to configuration error";

/// What is wrong with a Receiver.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The filter of all its objects.
    #[error("{TERMINAL}: invalid resourceFilter expression: {0}")]
    ResourceFilter(expr::CompileError),
    /// The filter of some of its objects.
    #[error(
        "{TERMINAL}: invalid filter expression for resources[{index}] (kind={kind:?}, name={name:?}): {cause}"
    )]
    Filter {
        /// Which of `spec.resources`.
        index: usize,
        /// Its kind.
        kind: String,
        /// Its name.
        name: String,
        /// What is wrong.
        cause: expr::CompileError,
    },
    /// The spec contradicts itself, or asks for what there is not.
    #[error("{TERMINAL}: {0}")]
    Spec(String),
    /// The Secret cannot be read.
    #[error("unable to read token from secret '{secret}' error: {cause}")]
    Unreadable {
        /// `namespace/name`.
        secret: String,
        /// What the API server says.
        cause: String,
    },
    /// The Secret has no token.
    #[error("invalid '{0}' secret data: required fields 'token'")]
    NoToken(String),
}

impl Policy for Error {
    fn reason(&self) -> &'static str {
        match self {
            Self::ResourceFilter(_) | Self::Filter { .. } => INVALID_CEL,
            Self::Spec(_) => VALIDATION_FAILED,
            Self::Unreadable { .. } | Self::NoToken(_) => TOKEN_NOT_FOUND,
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::ResourceFilter(_) | Self::Filter { .. } | Self::Spec(_) => Class::Stall,
            Self::Unreadable { .. } | Self::NoToken(_) => Class::Retry,
        }
    }

    /// A missing token is told under another reason than that of the condition (P7), at the end of the pass.
    fn notice(&self) -> Notice {
        match self.class() {
            Class::Retry => Notice::None,
            class => Notice::of(class),
        }
    }
}

impl Error {
    /// The Secret cannot be read.
    pub fn unreadable(secret: String, error: &ReadError) -> Self {
        Self::Unreadable {
            secret,
            cause: redact::urls_in(&error.to_string()),
        }
    }
}
