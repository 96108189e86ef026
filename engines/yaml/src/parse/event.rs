//! Events: the structure of a document in order, one node at a time.

use std::borrow::Cow;

use crate::scan::{Comments, Mark, ScalarStyle};

/// One event and the text it covers.
#[derive(Debug)]
pub(crate) struct Event<'a> {
    pub kind: EventKind<'a>,
    pub start: Mark,
    pub end: Mark,
    /// The comments that belong to the node, when the grammar keeps comments.
    pub comments: Option<Box<Comments>>,
}

/// The kinds of events.
#[derive(Debug)]
pub(crate) enum EventKind<'a> {
    StreamEnd,
    DocumentStart,
    DocumentEnd,
    Alias(&'a str),
    Scalar(Scalar<'a>),
    SequenceStart(Properties<'a>, Layout),
    SequenceEnd,
    MappingStart(Properties<'a>, Layout),
    MappingEnd,
}

/// What may stand before a node.
#[derive(Debug, Default)]
pub(crate) struct Properties<'a> {
    pub anchor: Option<&'a str>,
    /// The tag in its long form.
    pub tag: Option<Cow<'a, str>>,
}

/// A scalar.
#[derive(Debug)]
pub(crate) struct Scalar<'a> {
    pub properties: Properties<'a>,
    pub value: Cow<'a, str>,
    pub style: ScalarStyle,
    /// Where the text starts, behind tag and anchor.
    pub start: Mark,
}

/// Whether a collection is written with indentation or with brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    Block,
    Flow,
}
