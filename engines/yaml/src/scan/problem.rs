//! Errors of scanner and parser, and the place go-yaml names for them.

use std::borrow::Cow;

use super::cursor::Mark;
use crate::Grammar;
use crate::error::{Error, ErrorKind};

/// A breach of the grammar before it is worded.
#[derive(Debug)]
pub(crate) struct Problem {
    pub text: Cow<'static, str>,
    pub stage: Stage,
    /// Where the construct began in which the problem was found.
    pub context: Option<Mark>,
    /// Where the problem was found.
    pub at: Mark,
    pub kind: ErrorKind,
}

/// Who found a problem: go-yaml counts the scanner's lines from 1 and the parser's from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Scanner,
    Parser,
}

impl Problem {
    /// Words the problem as go-yaml does: v2 names the line of the problem, v3 the line where its
    /// context began; a line that counts as 0 is not named (`parser.fail` in `decode.go`).
    pub fn into_error(self, grammar: Grammar) -> Error {
        let context = self.context.map_or(0, |mark| mark.line);
        let base = u32::from(self.stage == Stage::Scanner);
        let line = match grammar {
            Grammar::V2 if self.at.line != 0 => self.at.line + base,
            Grammar::V2 => context,
            Grammar::V3 if context != 0 => context + base,
            Grammar::V3 if self.at.line != 0 => self.at.line + base,
            Grammar::V3 => 0,
        };
        let message = if line == 0 {
            self.text.into_owned()
        } else {
            format!("line {line}: {}", self.text)
        };
        let (line, column) = (self.at.line as usize + 1, self.at.column as usize + 1);
        Error::new(self.kind, message, line, column)
    }
}
