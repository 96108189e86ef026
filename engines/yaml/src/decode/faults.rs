//! What is wrong with the content of a document, until it is known which fault counts.

use crate::error::{Error, ErrorKind};
use crate::scan::Mark;

/// Messages about equal keys that one document may collect.
pub(super) const MOST_ISSUES: usize = 1000;

/// What is wrong with the content of the document so far. The grammar is checked to the end of the
/// document first, as go-yaml does; then a fatal fault counts, then the list of issues, then what
/// JSON cannot hold.
#[derive(Default)]
pub(super) struct Faults {
    fatal: Option<Error>,
    /// Messages that go-yaml collects under `unmarshal errors:`, and the place of each.
    pub issues: Vec<(String, Mark)>,
    convert: Option<Error>,
}

/// A state of [`Faults`] to go back to.
#[derive(Clone, Copy)]
pub(super) struct FaultMark {
    issues: usize,
    fatal: bool,
}

impl Faults {
    pub fn mark(&self) -> FaultMark {
        FaultMark {
            issues: self.issues.len(),
            fatal: self.fatal.is_some(),
        }
    }

    /// Forgets what was noted since `mark`: it lies in a mapping whose values go-yaml never sees.
    pub fn rewind(&mut self, mark: FaultMark) {
        self.issues.truncate(mark.issues);
        if !mark.fatal {
            self.fatal = None;
        }
    }

    /// Notes a fault that ends decoding, unless there is one already.
    pub fn fatal(&mut self, message: String, at: Mark) {
        self.fatal
            .get_or_insert_with(|| error_at(ErrorKind::Content, message, at));
    }

    /// Notes what JSON cannot hold, unless there is something already.
    pub fn convert(&mut self, message: String, at: Mark) {
        self.convert
            .get_or_insert_with(|| error_at(ErrorKind::Content, message, at).bare());
    }

    /// The fault that counts; none when all is well.
    pub fn into_error(self) -> Option<Error> {
        if self.fatal.is_some() {
            return self.fatal;
        }
        let Some((_, first)) = self.issues.first() else {
            return self.convert;
        };
        let lines: Vec<&str> = self
            .issues
            .iter()
            .map(|(message, _)| message.as_str())
            .collect();
        let message = format!("unmarshal errors:\n  {}", lines.join("\n  "));
        Some(error_at(ErrorKind::Content, message, *first))
    }
}

/// An error at the place of `at`.
pub(crate) fn error_at(kind: ErrorKind, message: impl Into<String>, at: Mark) -> Error {
    Error::new(kind, message, at.line as usize + 1, at.column as usize + 1)
}
