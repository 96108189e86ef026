//! Errors of the API, with what rules need to know of them.

use crate::id::Gvk;

/// Why a request gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// The server answered with a status.
    #[error("{}", .0.message)]
    Status(StatusError),
    /// The server does not serve the kind.
    #[error("no matches for kind \"{}\" in {}", .0.kind, searched(.0))]
    NoMatch(Gvk),
    /// There was no answer: connection, TLS, timeout, or a body that is no JSON.
    #[error("{0}")]
    Transport(String),
}

/// Where a kind was looked for: a version, or a whole group where none was named.
fn searched(kind: &Gvk) -> String {
    if kind.version.is_empty() {
        format!("group \"{}\"", kind.group)
    } else {
        format!("version \"{}\"", kind.api_version())
    }
}

/// A `metav1.Status` of failure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusError {
    /// The HTTP status code.
    pub code: u16,
    /// Such as `NotFound` or `Invalid`; empty when the server gave none.
    pub reason: String,
    pub message: String,
    pub causes: Vec<Cause>,
}

/// One entry of `details.causes`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cause {
    /// The field `reason` of the entry, such as `FieldManagerConflict`.
    pub kind: String,
    pub field: String,
    pub message: String,
}

impl ApiError {
    /// A status error, mostly for tests.
    pub fn status(code: u16, reason: &str, message: impl Into<String>) -> Self {
        Self::Status(StatusError {
            code,
            reason: reason.to_owned(),
            message: message.into(),
            causes: Vec::new(),
        })
    }

    /// The reason of the status; empty for all else.
    pub fn reason(&self) -> &str {
        match self {
            Self::Status(status) => &status.reason,
            Self::NoMatch(_) | Self::Transport(_) => "",
        }
    }

    /// A known reason decides; the code does where the reason is none that Kubernetes knows.
    fn is(&self, reason: &str, code: u16) -> bool {
        match self {
            Self::Status(status) if status.reason.is_empty() => status.code == code,
            Self::Status(status) => status.reason == reason,
            Self::NoMatch(_) | Self::Transport(_) => false,
        }
    }

    /// No such object, or no such resource.
    pub fn is_not_found(&self) -> bool {
        self.is("NotFound", 404)
    }

    /// Somebody else changed the object, or owns a field of it.
    pub fn is_conflict(&self) -> bool {
        self.is("Conflict", 409)
    }

    /// The object is refused as it is.
    pub fn is_invalid(&self) -> bool {
        self.is("Invalid", 422)
    }

    pub fn is_forbidden(&self) -> bool {
        self.is("Forbidden", 403)
    }

    /// The resource knows no such verb.
    pub fn is_method_not_supported(&self) -> bool {
        self.is("MethodNotAllowed", 405)
    }

    /// The point in time that a watch or a page asked for is gone.
    pub fn is_expired(&self) -> bool {
        self.is("Expired", 410) || self.is("Gone", 410)
    }

    /// Whether another field manager owns a field that was applied.
    pub fn is_field_manager_conflict(&self) -> bool {
        match self {
            Self::Status(status) => status
                .causes
                .iter()
                .any(|cause| cause.kind == "FieldManagerConflict"),
            Self::NoMatch(_) | Self::Transport(_) => false,
        }
    }
}
