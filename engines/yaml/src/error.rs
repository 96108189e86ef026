//! What went wrong, where, in the words that users of Go tools know.

use std::fmt;

/// Why a document was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes are no text that YAML allows: bad UTF-8 or control characters.
    Reader,
    /// The text breaks YAML's grammar.
    Syntax,
    /// The grammar holds, but the content has no value: duplicate or unusable keys, a wrong tag,
    /// an unknown anchor.
    Content,
    /// A limit of the [`Budget`](crate::Budget) was reached.
    Budget,
}

/// A refused document.
///
/// The text (`yaml: line 3: mapping values are not allowed in this context`) is worded as go-yaml
/// words it, its line numbers included, since people search for it and tools match on it.
/// [`Error::line`] and [`Error::column`] give the true place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    line: usize,
    column: usize,
    /// Whether the text stands without `yaml: `, since it is not go-yaml's.
    bare: bool,
}

impl Error {
    /// An error at `line` and `column`, both counted from 1; 0 where there is no place to name.
    pub(crate) fn new(
        kind: ErrorKind,
        message: impl Into<String>,
        line: usize,
        column: usize,
    ) -> Self {
        Self {
            kind,
            message: message.into(),
            line,
            column,
            bare: false,
        }
    }

    /// The same error, whose text is not go-yaml's.
    pub(crate) fn bare(self) -> Self {
        Self { bare: true, ..self }
    }

    /// What class of error this is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The text without the leading `yaml: `.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The line it happened on, from 1; 0 when it has no place.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column it happened at, in characters from 1; 0 when it has no place.
    pub fn column(&self) -> usize {
        self.column
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = if self.bare { "" } else { "yaml: " };
        write!(f, "{prefix}{}", self.message)
    }
}
