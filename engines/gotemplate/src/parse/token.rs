//! The tokens of the language.

use super::ast::Span;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The scan failed. Nothing follows.
    Error,
    Bool,
    /// Any other printable ASCII character: comma and the like.
    Char,
    CharConstant,
    Complex,
    Assign,
    Declare,
    Eof,
    Field,
    Identifier,
    LeftDelimiter,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelimiter,
    RightParen,
    Space,
    Str,
    Text,
    Variable,
    Dot,
    Nil,
    Keyword(Keyword),
}

/// The words that begin or end a control action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    Block,
    Break,
    Continue,
    Define,
    Else,
    End,
    If,
    Range,
    Template,
    With,
}

impl Kind {
    /// What a word is.
    pub(super) fn of_word(word: &[u8]) -> Self {
        Self::Keyword(match word {
            b"block" => Keyword::Block,
            b"break" => Keyword::Break,
            b"continue" => Keyword::Continue,
            b"define" => Keyword::Define,
            b"else" => Keyword::Else,
            b"end" => Keyword::End,
            b"if" => Keyword::If,
            b"range" => Keyword::Range,
            b"template" => Keyword::Template,
            b"with" => Keyword::With,
            b"nil" => return Self::Nil,
            b"true" | b"false" => return Self::Bool,
            _ => return Self::Identifier,
        })
    }
}

/// A token: its kind, and where its text stands. An error names the line on which its token begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
}
