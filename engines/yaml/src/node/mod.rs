//! Documents as they are written: styles, tags, anchors, comments, places.
//!
//! ```text
//! bytes ──parse──▶ events ──build──▶ Tree { Node … } ──print──▶ text
//! ```
//!
//! The tree is go-yaml v3's `yaml.Node` in its meaning: comments belong to the nodes that go-yaml
//! gives them to, and printing follows its encoder, byte for byte. For edits that leave every
//! other byte alone use [`Document`](crate::Document), which works on the text itself.

mod build;
mod collections;
mod comments;
mod print;
mod value;

pub use print::{SequenceIndent, print};
pub use value::encode_v3;

use crate::scan::Mark;
pub use crate::scan::{Comments, ScalarStyle};
use crate::{Budget, Dialect, Error, Str};

/// Parses every document of a stream into a tree, by the grammar of go-yaml v3.
///
/// # Errors
///
/// What breaks the grammar, an alias to an unknown anchor, or the limit of `budget` that was
/// reached. Equal keys and wrong tags are no errors here: a tree says what is written.
pub fn parse(bytes: &[u8], budget: &Budget) -> Result<Vec<Tree>, Error> {
    build::trees(bytes, Dialect::Kyaml, budget)
}

/// One document.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// The comment above the document, set off by an empty line.
    pub head: String,
    /// The content; null where the document is empty.
    pub root: Node,
    /// The comment below the document.
    pub foot: String,
}

/// One node of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it holds.
    pub content: Content,
    /// Its tag in the short form: the written one, or the type its text has (`!!int`). Empty for
    /// an alias.
    pub tag: Str,
    /// Whether the tag is written.
    pub tagged: bool,
    /// The name after `&`.
    pub anchor: Option<Str>,
    /// The comments that belong to it.
    pub comments: Comments,
    /// Where it is written, tag and anchor included; empty at 0 for a node that was made.
    pub span: Span,
}

/// What a node holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Text in one of the styles.
    Scalar(Str, ScalarStyle),
    /// The name after `*`.
    Alias(Str),
    /// Items in order.
    Sequence(Vec<Node>, Layout),
    /// Keys and values in order.
    Mapping(Vec<(Node, Node)>, Layout),
}

/// Whether a collection is written with indentation or with brackets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// One entry a line.
    #[default]
    Block,
    /// In brackets.
    Flow,
}

/// A part of the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The first byte behind tag and anchor.
    pub content: usize,
    /// The byte behind the last.
    pub end: usize,
    /// The line of the first byte, from 1; 0 for a node that was made.
    pub line: usize,
    /// The column of the first byte in characters, from 1.
    pub column: usize,
}

impl Span {
    fn from_mark(start: Mark) -> Self {
        Self {
            start: start.offset as usize,
            content: start.offset as usize,
            end: start.offset as usize,
            line: start.line as usize + 1,
            column: start.column as usize + 1,
        }
    }
}

impl Node {
    /// A node without tag, anchor, comments and place; `tag` is the type it has.
    fn new(content: Content, tag: &str) -> Self {
        Self {
            content,
            tag: tag.into(),
            tagged: false,
            anchor: None,
            comments: Comments::default(),
            span: Span::default(),
        }
    }

    /// The text of a scalar.
    pub fn as_str(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar(text, _) => Some(text),
            _ => None,
        }
    }

    /// The value under the first key that is written as `key`.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.content {
            Content::Mapping(entries, _) => entries
                .iter()
                .find(|(name, _)| name.as_str() == Some(key))
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// The item at `at` of a sequence.
    pub fn item(&self, at: usize) -> Option<&Node> {
        match &self.content {
            Content::Sequence(items, _) => items.get(at),
            _ => None,
        }
    }
}
