//! What Go's `regexp` says about a pattern that it refuses.

use std::fmt;

/// A pattern that cannot be compiled, in Go's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("error parsing regexp: {code}: `{expression}`")]
pub struct SyntaxError {
    code: Code,
    expression: String,
}

impl SyntaxError {
    pub(super) fn new(code: Code, expression: &str) -> Self {
        Self {
            code,
            expression: expression.to_owned(),
        }
    }

    /// The fault lies in what `from` has and its tail `to` has not.
    pub(super) fn between(code: Code, from: &str, to: &str) -> Self {
        Self::new(code, &from[..from.len().saturating_sub(to.len())])
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    InvalidCharRange,
    InvalidEscape,
    InvalidNamedCapture,
    InvalidPerlOp,
    InvalidRepeatOp,
    InvalidRepeatSize,
    InvalidUtf8,
    Large,
    MissingBracket,
    MissingParen,
    MissingRepeatArgument,
    NestingDepth,
    TrailingBackslash,
    UnexpectedParen,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InvalidCharRange => "invalid character class range",
            Self::InvalidEscape => "invalid escape sequence",
            Self::InvalidNamedCapture => "invalid named capture",
            Self::InvalidPerlOp => "invalid or unsupported Perl syntax",
            Self::InvalidRepeatOp => "invalid nested repetition operator",
            Self::InvalidRepeatSize => "invalid repeat count",
            Self::InvalidUtf8 => "invalid UTF-8",
            Self::Large => "expression too large",
            Self::MissingBracket => "missing closing ]",
            Self::MissingParen => "missing closing )",
            Self::MissingRepeatArgument => "missing argument to repetition operator",
            Self::NestingDepth => "expression nests too deeply",
            Self::TrailingBackslash => "trailing backslash at end of expression",
            Self::UnexpectedParen => "unexpected )",
        })
    }
}
