//! Events to nodes, with comments moved to where go-yaml keeps them (`decode.go`, `parser`).

use std::collections::HashSet;
use std::mem::take;

use super::{Content, Layout, Node, Span, Tree};
use crate::decode::{Failure, Input};
use crate::error::{Error, ErrorKind};
use crate::parse::{self, Event, EventKind, Parser, Properties, Scalar};
use crate::resolve::{self, short_tag};
use crate::scan::{Comments, ScalarStyle};
use crate::{Budget, Dialect, Grammar, Str};

pub(super) fn trees(bytes: &[u8], dialect: Dialect, budget: &Budget) -> Result<Vec<Tree>, Error> {
    let input = Input::new(bytes, dialect, budget)?;
    let parser = input.parser();
    let mut builder = Builder {
        parser,
        budget: *budget,
        nodes: 0,
        anchors: HashSet::new(),
    };
    let mut trees = Vec::new();
    loop {
        match builder.tree() {
            Ok(Some(tree)) => trees.push(tree),
            Ok(None) => break,
            Err(failure) => return Err(input.word(failure, builder.parser.offset())),
        }
    }
    input.finish()?;
    Ok(trees)
}

struct Builder<'a> {
    parser: Parser<'a>,
    budget: Budget,
    nodes: usize,
    anchors: HashSet<&'a str>,
}

/// A collection that is not complete.
struct Frame {
    node: Node,
    layout: Layout,
    items: Items,
}

enum Items {
    Sequence(Vec<Node>),
    Mapping {
        entries: Vec<(Node, Node)>,
        /// The key whose value comes next.
        key: Option<Box<Node>>,
    },
}

impl<'a> Builder<'a> {
    fn tree(&mut self) -> Result<Option<Tree>, Failure> {
        let mut start = self.parser.next()?;
        if matches!(start.kind, EventKind::StreamEnd) {
            return Ok(None);
        }
        let event = self.parser.next()?;
        let root = self.node(event)?;
        let mut end = self.parser.next()?;
        Ok(Some(Tree {
            head: comments(&mut start).head,
            root,
            foot: comments(&mut end).foot,
        }))
    }

    /// Builds the node that `event` starts; open collections wait on a stack of their own.
    fn node(&mut self, mut event: Event<'a>) -> Result<Node, Failure> {
        let mut open: Vec<Frame> = Vec::new();
        loop {
            let complete = match event.kind {
                EventKind::Scalar(_) | EventKind::Alias(_) => Some(self.leaf(event)?),
                EventKind::SequenceStart(..) | EventKind::MappingStart(..) => {
                    open.push(self.open(event, open.len())?);
                    None
                }
                // The other events do not come inside of a document.
                _ => open.pop().map(|frame| frame.close(event)),
            };
            if let Some(node) = complete {
                match open.last_mut() {
                    None => return Ok(node),
                    Some(parent) => parent.add(node),
                }
            }
            event = self.parser.next()?;
        }
    }

    fn count(&mut self, event: &Event<'_>) -> Result<(), Failure> {
        self.nodes += 1;
        if self.nodes > self.budget.values {
            let message = format!("document holds more than {} values", self.budget.values);
            return Err(refused(ErrorKind::Budget, message, event));
        }
        Ok(())
    }

    fn leaf(&mut self, mut event: Event<'a>) -> Result<Node, Failure> {
        self.count(&event)?;
        let comments = comments(&mut event);
        let mut span = Span::from_mark(event.start);
        span.end = event.end.offset as usize;
        let (content, tag, properties) = match event.kind {
            EventKind::Scalar(scalar) => {
                let tag = scalar_tag(&scalar);
                span.content = scalar.start.offset as usize;
                let content = Content::Scalar(Str::from(scalar.value), scalar.style);
                (content, tag, scalar.properties)
            }
            EventKind::Alias(name) if !self.anchors.contains(name) => {
                let message = format!("unknown anchor '{name}' referenced");
                return Err(refused(ErrorKind::Content, message, &event));
            }
            EventKind::Alias(name) => (Content::Alias(name.into()), "", Properties::default()),
            _ => (Content::Alias(Str::default()), "", Properties::default()),
        };
        self.anchors.extend(properties.anchor);
        let mut node = Node {
            comments,
            span,
            ..Node::new(content, tag)
        };
        set_properties(&mut node, &properties);
        Ok(node)
    }

    fn open(&mut self, mut event: Event<'a>, depth: usize) -> Result<Frame, Failure> {
        self.count(&event)?;
        if depth >= self.budget.depth {
            let message = format!("exceeded max depth of {}", self.budget.depth);
            return Err(refused(ErrorKind::Budget, message, &event));
        }
        let comments = comments(&mut event);
        let mut span = Span::from_mark(event.start);
        span.end = event.end.offset as usize;
        let (tag, properties, layout, items) = match event.kind {
            EventKind::SequenceStart(properties, layout) => {
                ("!!seq", properties, layout, Items::Sequence(Vec::new()))
            }
            EventKind::MappingStart(properties, layout) => (
                "!!map",
                properties,
                layout,
                Items::Mapping {
                    entries: Vec::new(),
                    key: None,
                },
            ),
            _ => (
                "",
                Properties::default(),
                parse::Layout::Block,
                Items::Sequence(Vec::new()),
            ),
        };
        self.anchors.extend(properties.anchor);
        let layout = Layout::from(layout);
        let content = Content::Sequence(Vec::new(), layout);
        let mut node = Node {
            comments,
            span,
            ..Node::new(content, tag)
        };
        set_properties(&mut node, &properties);
        Ok(Frame {
            node,
            layout,
            items,
        })
    }
}

impl Frame {
    fn add(&mut self, node: Node) {
        let (entries, key) = match &mut self.items {
            Items::Sequence(items) => return items.push(node),
            Items::Mapping { entries, key } => (entries, key),
        };
        let Some(mut name) = key.take() else {
            let mut name = node;
            if self.layout == Layout::Block
                && !name.comments.foot.is_empty()
                && let Some((before, _)) = entries.last_mut()
            {
                // Less indented than the value before: it is that entry's foot.
                before.comments.foot = take(&mut name.comments.foot);
            }
            *key = Some(Box::new(name));
            return;
        };
        let mut value = node;
        if name.comments.foot.is_empty() {
            name.comments.foot = take(&mut value.comments.foot);
        }
        entries.push((*name, value));
    }

    /// The complete node; comments at its end are its own, but for the foot in a block mapping,
    /// which is the last entry's.
    fn close(self, mut end: Event<'_>) -> Node {
        let Self {
            mut node,
            layout,
            mut items,
        } = self;
        let comments = comments(&mut end);
        node.comments.line = comments.line;
        node.comments.foot = comments.foot;
        if let Items::Mapping { entries, .. } = &mut items
            && layout == Layout::Block
            && !node.comments.foot.is_empty()
            && let Some((last, _)) = entries.last_mut()
        {
            last.comments.foot = take(&mut node.comments.foot);
        }
        let last = match &items {
            Items::Sequence(items) => items.last().map(|item| item.span.end),
            Items::Mapping { entries, .. } => entries.last().map(|(_, value)| value.span.end),
        };
        node.span.end = collection_end(&node.span, layout, last, &end);
        node.content = match items {
            Items::Sequence(items) => Content::Sequence(items, layout),
            Items::Mapping { entries, .. } => Content::Mapping(entries, layout),
        };
        node
    }
}

/// A block collection ends with its last entry, one in brackets with the bracket.
fn collection_end(span: &Span, layout: Layout, last: Option<usize>, end: &Event<'_>) -> usize {
    match layout {
        Layout::Flow => end.end.offset as usize,
        Layout::Block => last.unwrap_or(span.end),
    }
}

fn set_properties(node: &mut Node, properties: &Properties<'_>) {
    node.anchor = properties.anchor.map(Str::from);
    if let Some(tag) = properties.tag.as_deref().filter(|tag| *tag != "!") {
        node.tag = short_tag(tag).into();
        node.tagged = true;
    }
}

/// The type of a scalar whose tag is not written.
fn scalar_tag(scalar: &Scalar<'_>) -> &'static str {
    match scalar.style {
        ScalarStyle::Plain if scalar.value == "<<" => "!!merge",
        ScalarStyle::Plain => resolve::resolve(&scalar.value, Grammar::V3).tag(),
        _ => "!!str",
    }
}

fn comments(event: &mut Event<'_>) -> Comments {
    event
        .comments
        .take()
        .map(|comments| *comments)
        .unwrap_or_default()
}

fn refused(kind: ErrorKind, message: String, event: &Event<'_>) -> Failure {
    let (line, column) = (
        event.start.line as usize + 1,
        event.start.column as usize + 1,
    );
    Failure::Error(Error::new(kind, message, line, column))
}

impl From<parse::Layout> for Layout {
    fn from(layout: parse::Layout) -> Self {
        match layout {
            parse::Layout::Block => Self::Block,
            parse::Layout::Flow => Self::Flow,
        }
    }
}
