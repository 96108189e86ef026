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
        depth: 0,
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
    depth: usize,
    anchors: HashSet<&'a str>,
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

    fn node(&mut self, mut event: Event<'a>) -> Result<Node, Failure> {
        self.nodes += 1;
        if self.nodes > self.budget.values {
            let message = format!("document holds more than {} values", self.budget.values);
            return Err(refused(ErrorKind::Budget, message, &event));
        }
        let comments = comments(&mut event);
        let mut span = Span::from_mark(event.start);
        span.end = event.end.offset as usize;
        let (content, tag, properties) = match event.kind {
            EventKind::Alias(name) => {
                if !self.anchors.contains(name) {
                    let message = format!("unknown anchor '{name}' referenced");
                    return Err(refused(ErrorKind::Content, message, &event));
                }
                (Content::Alias(name.into()), "", Properties::default())
            }
            EventKind::Scalar(scalar) => {
                let tag = scalar_tag(&scalar);
                span.content = scalar.start.offset as usize;
                let content = Content::Scalar(Str::from(scalar.value), scalar.style);
                (content, tag, scalar.properties)
            }
            EventKind::SequenceStart(properties, layout) => {
                let node = Node {
                    comments,
                    span,
                    ..collection_node("!!seq", &properties)
                };
                return self.sequence(node, layout.into(), properties.anchor);
            }
            EventKind::MappingStart(properties, layout) => {
                let node = Node {
                    comments,
                    span,
                    ..collection_node("!!map", &properties)
                };
                return self.mapping(node, layout.into(), properties.anchor);
            }
            EventKind::StreamEnd
            | EventKind::DocumentStart
            | EventKind::DocumentEnd
            | EventKind::SequenceEnd
            | EventKind::MappingEnd => (
                Content::Scalar(Str::default(), ScalarStyle::Plain),
                "!!null",
                Properties::default(),
            ),
        };
        let mut node = Node {
            comments,
            span,
            ..Node::new(content, tag)
        };
        set_properties(&mut node, &properties);
        self.anchors.extend(properties.anchor);
        Ok(node)
    }

    fn sequence(
        &mut self,
        mut node: Node,
        layout: Layout,
        anchor: Option<&'a str>,
    ) -> Result<Node, Failure> {
        self.open(&node, anchor)?;
        let mut items = Vec::new();
        let mut end = loop {
            let event = self.parser.next()?;
            if matches!(event.kind, EventKind::SequenceEnd) {
                break event;
            }
            items.push(self.node(event)?);
        };
        self.depth -= 1;
        let comments = comments(&mut end);
        node.comments.line = comments.line;
        node.comments.foot = comments.foot;
        let last = items.last().map(|item: &Node| item.span.end);
        node.span.end = collection_end(&node.span, layout, last, &end);
        node.content = Content::Sequence(items, layout);
        Ok(node)
    }

    fn mapping(
        &mut self,
        mut node: Node,
        layout: Layout,
        anchor: Option<&'a str>,
    ) -> Result<Node, Failure> {
        self.open(&node, anchor)?;
        let block = layout == Layout::Block;
        let mut entries: Vec<(Node, Node)> = Vec::new();
        let mut end = loop {
            let event = self.parser.next()?;
            if matches!(event.kind, EventKind::MappingEnd) {
                break event;
            }
            let mut key = self.node(event)?;
            if block
                && !key.comments.foot.is_empty()
                && let Some((before, _)) = entries.last_mut()
            {
                // Less indented than the value before: it is that entry's foot.
                before.comments.foot = take(&mut key.comments.foot);
            }
            let event = self.parser.next()?;
            let mut value = self.node(event)?;
            if key.comments.foot.is_empty() {
                key.comments.foot = take(&mut value.comments.foot);
            }
            entries.push((key, value));
        };
        self.depth -= 1;
        let comments = comments(&mut end);
        node.comments.line = comments.line;
        node.comments.foot = comments.foot;
        if block
            && !node.comments.foot.is_empty()
            && let Some((last, _)) = entries.last_mut()
        {
            last.comments.foot = take(&mut node.comments.foot);
        }
        let last = entries.last().map(|(_, value)| value.span.end);
        node.span.end = collection_end(&node.span, layout, last, &end);
        node.content = Content::Mapping(entries, layout);
        Ok(node)
    }

    fn open(&mut self, node: &Node, anchor: Option<&'a str>) -> Result<(), Failure> {
        self.anchors.extend(anchor);
        self.depth += 1;
        if self.depth > self.budget.depth {
            let message = format!("exceeded max depth of {}", self.budget.depth);
            let (line, column) = (node.span.line, node.span.column);
            return Err(Failure::Error(Error::new(
                ErrorKind::Budget,
                message,
                line,
                column,
            )));
        }
        Ok(())
    }
}

/// A block collection ends with its last entry, one in brackets with the bracket.
fn collection_end(span: &Span, layout: Layout, last: Option<usize>, end: &Event<'_>) -> usize {
    match layout {
        Layout::Flow => end.end.offset as usize,
        Layout::Block => last.unwrap_or(span.end),
    }
}

fn collection_node(tag: &str, properties: &Properties<'_>) -> Node {
    let mut node = Node::new(Content::Sequence(Vec::new(), Layout::Block), tag);
    set_properties(&mut node, properties);
    node
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
