//! Tokens: what the scanner hands to the parser.

use std::borrow::Cow;

use super::cursor::Mark;

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarStyle {
    /// Without quotes.
    Plain,
    /// In `'`.
    SingleQuoted,
    /// In `"`.
    DoubleQuoted,
    /// As a block after `|`.
    Literal,
    /// As a block after `>`.
    Folded,
}

/// One token and the text it covers.
#[derive(Clone, Debug)]
pub(crate) struct Token<'a> {
    pub kind: TokenKind<'a>,
    pub start: Mark,
    pub end: Mark,
}

/// The kinds of tokens of YAML 1.1.
#[derive(Clone, Debug)]
pub(crate) enum TokenKind<'a> {
    StreamStart,
    StreamEnd,
    /// `%YAML major.minor`
    VersionDirective(u8, u8),
    /// `%TAG handle prefix`
    TagDirective(Box<(Cow<'a, str>, Cow<'a, str>)>),
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(&'a str),
    Anchor(&'a str),
    /// Handle and suffix; an empty handle stands for a verbatim tag.
    Tag(Box<(Cow<'a, str>, Cow<'a, str>)>),
    Scalar(Cow<'a, str>, ScalarStyle),
}
