//! Errors of functions and of executions, with the chain that Go's `errors.Unwrap` would walk.

use super::budget::Exceeded;

/// Why a function failed. Its text is what Go's error says; the executor puts `error calling name: ` before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FuncError {
    /// An error of its own.
    #[error("{0}")]
    Message(String),
    /// An error that wraps another one (`%w` in Go) and says so in its text.
    #[error("{message}")]
    Wrapped {
        /// The whole text.
        message: String,
        /// What it wraps.
        source: Box<FuncError>,
    },
    /// A template that the function executed failed.
    #[error("{0}")]
    Exec(Box<ExecError>),
    /// The render used up its budget.
    #[error("{0}")]
    Budget(#[from] Exceeded),
}

impl FuncError {
    /// An error with this text.
    pub fn new(message: impl Into<String>) -> Self {
        Self::Message(message.into())
    }

    /// This error wrapped into another one whose text is `context: text`.
    #[must_use]
    pub fn context(self, context: impl std::fmt::Display) -> Self {
        Self::Wrapped {
            message: format!("{context}: {self}"),
            source: Box::new(self),
        }
    }

    fn chain_into<'e>(&'e self, chain: &mut Vec<&'e Self>) {
        chain.push(self);
        match self {
            Self::Wrapped { source, .. } => source.chain_into(chain),
            Self::Exec(error) => {
                if let Some(source) = &error.source {
                    source.chain_into(chain);
                }
            }
            Self::Message(_) | Self::Budget(_) => {}
        }
    }
}

impl From<String> for FuncError {
    fn from(message: String) -> Self {
        Self::Message(message)
    }
}

impl From<&str> for FuncError {
    fn from(message: &str) -> Self {
        Self::Message(message.to_owned())
    }
}

impl From<ExecError> for FuncError {
    fn from(error: ExecError) -> Self {
        Self::Exec(Box::new(error))
    }
}

/// Why the execution of a template failed: `template: file:line:column: executing "name" at <node>: what`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExecError {
    pub(super) message: String,
    /// The error of the function that failed.
    pub(super) source: Option<Box<FuncError>>,
    /// The name of the template that was executing; nothing when none was, because there is none of the name that was asked for.
    pub(super) template: Option<Box<str>>,
}

impl ExecError {
    /// The name of the template that was executing. Nothing for `no template "x" associated with template "y"`, which in Go is no
    /// `ExecError` either.
    pub fn template(&self) -> Option<&str> {
        self.template.as_deref()
    }

    /// The texts of this error and of all that it wraps, outermost first: what Go's `errors.Unwrap` walks (of the two links that Go
    /// has for one `ExecError`, whose texts are equal, there is one here).
    pub fn chain(&self) -> Vec<String> {
        let mut links = Vec::new();
        if let Some(source) = &self.source {
            source.chain_into(&mut links);
        }
        std::iter::once(self.message.clone())
            .chain(links.into_iter().map(ToString::to_string))
            .collect()
    }

    /// The budget that was exceeded, when that is the reason.
    pub fn exceeded(&self) -> Option<&Exceeded> {
        let mut links = Vec::new();
        self.source.as_ref()?.chain_into(&mut links);
        links.into_iter().find_map(|link| match link {
            FuncError::Budget(exceeded) => Some(exceeded),
            _ => None,
        })
    }
}
