//! What a rule concludes about an object.

use std::fmt;

/// Where an object is on its way to the state that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// The controller of the object is still working, or has not seen the latest change.
    InProgress,
    /// The object is what was asked for.
    Current,
    /// The object will not get there without a change.
    Failed,
    /// The object is being deleted.
    Terminating,
    /// There is no such object.
    NotFound,
    /// The object could not be read, or holds what no rule can read.
    Unknown,
}

impl Status {
    /// The name as it appears in conditions and errors (compat K16.3).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InProgress => "InProgress",
            Self::Current => "Current",
            Self::Failed => "Failed",
            Self::Terminating => "Terminating",
            Self::NotFound => "NotFound",
            Self::Unknown => "Unknown",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A status and a sentence that says why. Of [`Status::Unknown`] the sentence is the error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    pub status: Status,
    pub message: String,
}

impl Health {
    pub fn new(status: Status, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }

    pub fn current(message: impl Into<String>) -> Self {
        Self::new(Status::Current, message)
    }

    pub fn in_progress(message: impl Into<String>) -> Self {
        Self::new(Status::InProgress, message)
    }

    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Status::Failed, message)
    }

    pub fn unknown(error: impl Into<String>) -> Self {
        Self::new(Status::Unknown, error)
    }

    /// The object is not there (compat K16.6: a wait goes on).
    pub fn not_found() -> Self {
        Self::new(Status::NotFound, "Resource not found")
    }
}
