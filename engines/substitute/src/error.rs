//! What can be wrong with an expression, and where.

use std::fmt;

/// A failed substitution.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem} at line {line}, column {column}")]
pub struct Error {
    /// What is wrong.
    pub problem: Problem,
    /// Line of the `${`, counted from 1.
    pub line: usize,
    /// Column of the `${` in bytes, counted from 1.
    pub column: usize,
}

/// The kinds of failure. The wording of the first five is what users search for (K13.4, K13.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// An operator without its operands, or text where the expression should end.
    BadSubstitution,
    /// After the name comes neither an operator nor `}`, as in `${v-d}`.
    MissingClosingBrace,
    /// `${` is not followed by a name.
    VariableName,
    /// An operand is empty, or the text ends inside it.
    Operand,
    /// A variable is unset and the expression has no default ([`crate::Mode::Strict`]).
    NotSet(String),
    /// `${v:o:n}` with a negative `n`.
    NegativeLength,
    /// Expressions nest deeper than [`Problem::MAX_DEPTH`].
    TooDeep,
    /// The result would be larger than [`Problem::MAX_OUTPUT`] bytes.
    TooLarge,
    /// Matching globs took more than [`Problem::MAX_STEPS`] comparisons.
    TooExpensive,
    /// Cutting a value by bytes left half a character.
    NotUtf8,
}

impl Problem {
    /// How deep expressions may nest.
    pub const MAX_DEPTH: usize = 100;
    /// How large a result may grow, in bytes. An object is at most 1.5 MiB in the cluster's store.
    pub const MAX_OUTPUT: usize = 16 << 20;
    /// How many byte comparisons the globs of one text may take.
    pub const MAX_STEPS: usize = 1 << 26;

    /// Places the problem at byte `offset` of `text`.
    pub(crate) fn at(self, text: &str, offset: usize) -> Error {
        let before = &text[..offset];
        Error {
            problem: self,
            line: before.matches('\n').count() + 1,
            column: offset - before.rfind('\n').map_or(0, |newline| newline + 1) + 1,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadSubstitution => f.write_str("bad substitution"),
            Self::MissingClosingBrace => f.write_str("missing closing brace"),
            Self::VariableName => f.write_str("unable to parse variable name"),
            Self::Operand => f.write_str("unable to parse substitution within function"),
            Self::NotSet(name) => write!(f, "variable not set (strict mode): {name:?}"),
            Self::NegativeLength => f.write_str("substring length is negative"),
            Self::TooDeep => {
                write!(f, "expressions nest deeper than {} levels", Self::MAX_DEPTH)
            }
            Self::TooLarge => write!(f, "result is larger than {} bytes", Self::MAX_OUTPUT),
            Self::TooExpensive => {
                write!(f, "patterns need more than {} comparisons", Self::MAX_STEPS)
            }
            Self::NotUtf8 => f.write_str("result is not valid UTF-8"),
        }
    }
}
