//! Builds the values of a stream from its events.

use std::borrow::Cow;

use super::aliases::{Anchor, Anchored, Anchors, Counter};
use super::faults::{Faults, error_at};
use super::intern::Interner;
use super::key;
use super::mapping::MappingBuilder;
use super::{Dialect, Failure};
use crate::error::ErrorKind;
use crate::parse::{Event, EventKind, Parser, Scalar};
use crate::resolve::{self, Resolved, short_tag};
use crate::scan::{Mark, Problem, ScalarStyle};
use crate::{Budget, Grammar, Value};

/// Decodes one document after the other.
pub(super) struct Builder<'a> {
    parser: Parser<'a>,
    pub(super) dialect: Dialect,
    budget: Budget,
    anchors: Anchors<'a>,
    pub(super) counter: Counter,
    pub(super) interner: Interner,
    pub(super) faults: Faults,
}

/// A complete node with what its parent wants to know of it.
pub(super) struct Node<'a> {
    pub value: Value,
    pub start: Mark,
    /// How many collections lie inside one another in it, itself included.
    pub height: usize,
    pub is_alias: bool,
    /// Set for a scalar where a key is expected.
    pub spelling: Option<Spelling<'a>>,
}

/// How a scalar that is a key is written.
pub(super) struct Spelling<'a> {
    pub text: Cow<'a, str>,
    pub is_merge: bool,
}

/// A collection that is not complete.
struct Frame<'a> {
    anchor: Option<&'a str>,
    start: Mark,
    /// The count of values before it.
    opened: usize,
    /// The largest height of what is in it.
    height: usize,
    content: Content,
}

enum Content {
    Sequence(Vec<Value>),
    Mapping(Box<MappingBuilder>),
}

impl Frame<'_> {
    fn expects_key(&self) -> bool {
        matches!(&self.content, Content::Mapping(mapping) if mapping.expects_key())
    }
}

impl<'a> Builder<'a> {
    pub fn new(parser: Parser<'a>, dialect: Dialect, budget: Budget) -> Self {
        Self {
            parser,
            dialect,
            budget,
            anchors: Anchors::new(),
            counter: Counter::default(),
            interner: Interner::new(),
            faults: Faults::default(),
        }
    }

    pub fn offset(&self) -> usize {
        self.parser.offset()
    }

    /// The next document; none at the end of the stream.
    pub fn document(&mut self) -> Result<Option<Value>, Failure> {
        if matches!(self.next()?.kind, EventKind::StreamEnd) {
            return Ok(None);
        }
        if self.dialect.grammar() == Grammar::V2 {
            self.anchors.clear();
        }
        // The ratio of aliased values is counted for each document.
        let before = self.counter.values;
        self.counter = Counter::default();
        self.counter.add();
        let event = self.next()?;
        let node = self.node(event)?;
        self.next()?;
        self.budget.values = self.budget.values.saturating_sub(before);
        match std::mem::take(&mut self.faults).into_error() {
            Some(error) => Err(Failure::Error(error)),
            None => Ok(Some(node.value)),
        }
    }

    fn next(&mut self) -> Result<Event<'a>, Problem> {
        self.parser.next()
    }

    /// Builds the node that `event` starts. Collections that are open wait on a stack of their
    /// own, so that depth costs no stack of the thread.
    fn node(&mut self, mut event: Event<'a>) -> Result<Node<'a>, Failure> {
        let mut open: Vec<Frame<'a>> = Vec::new();
        loop {
            let start = event.start;
            let complete = match event.kind {
                EventKind::Scalar(scalar) => {
                    self.count(start)?;
                    let is_key = open.last().is_some_and(Frame::expects_key);
                    Some(self.scalar_node(scalar, start, is_key))
                }
                EventKind::Alias(name) => {
                    self.count(start)?;
                    Some(self.alias(name, start, open.len())?)
                }
                EventKind::SequenceStart(properties, _) => {
                    let content = Content::Sequence(Vec::new());
                    open.push(self.open(properties.anchor, start, content, open.len())?);
                    None
                }
                EventKind::MappingStart(properties, _) => {
                    let content =
                        Content::Mapping(Box::new(MappingBuilder::new(self.faults.mark())));
                    open.push(self.open(properties.anchor, start, content, open.len())?);
                    None
                }
                // The other events do not come inside of a document.
                _ => open.pop().map(|frame| self.close(frame)),
            };
            if let Some(node) = complete {
                match open.last_mut() {
                    None => return Ok(node),
                    Some(parent) => self.add(parent, node),
                }
            }
            event = self.next()?;
        }
    }

    /// Counts a value that stands in the text.
    fn count(&mut self, start: Mark) -> Result<(), Failure> {
        self.counter.add();
        if self.counter.values > self.budget.values {
            let message = format!("document holds more than {} values", self.budget.values);
            return Err(Failure::Error(error_at(ErrorKind::Budget, message, start)));
        }
        Ok(())
    }

    fn scalar_node(&mut self, scalar: Scalar<'a>, start: Mark, is_key: bool) -> Node<'a> {
        let value = self.scalar(&scalar, start);
        if let Some(anchor) = scalar.properties.anchor {
            let anchored = Anchored {
                value: value.clone(),
                count: 1,
                height: 0,
            };
            self.anchors.insert(anchor, Anchor::Done(anchored));
        }
        let spelling = is_key.then(|| Spelling {
            is_merge: key::is_merge(&scalar, self.dialect.grammar()),
            text: scalar.value,
        });
        Node {
            value,
            start,
            height: 0,
            is_alias: false,
            spelling,
        }
    }

    fn open(
        &mut self,
        anchor: Option<&'a str>,
        start: Mark,
        content: Content,
        depth: usize,
    ) -> Result<Frame<'a>, Failure> {
        let opened = self.counter.values;
        self.count(start)?;
        if depth >= self.budget.depth {
            return Err(self.too_deep(start));
        }
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, Anchor::Open);
        }
        Ok(Frame {
            anchor,
            start,
            opened,
            height: 0,
            content,
        })
    }

    fn add(&mut self, parent: &mut Frame<'a>, node: Node<'a>) {
        match &mut parent.content {
            Content::Sequence(items) => {
                parent.height = parent.height.max(node.height);
                items.push(node.value);
            }
            Content::Mapping(mapping) if mapping.expects_key() => mapping.key(self, node),
            Content::Mapping(mapping) => {
                parent.height = parent.height.max(node.height);
                mapping.value(self, node);
            }
        }
    }

    fn close(&mut self, frame: Frame<'a>) -> Node<'a> {
        let value = match frame.content {
            Content::Sequence(items) => Value::from(items),
            Content::Mapping(mapping) => Value::from(mapping.finish(self)),
        };
        let height = frame.height + 1;
        if let Some(anchor) = frame.anchor {
            let count = self.counter.values - frame.opened;
            let anchored = Anchored {
                value: value.clone(),
                count,
                height,
            };
            self.anchors.insert(anchor, Anchor::Done(anchored));
        }
        Node {
            value,
            start: frame.start,
            height,
            is_alias: false,
            spelling: None,
        }
    }

    fn alias(&mut self, name: &str, start: Mark, depth: usize) -> Result<Node<'a>, Failure> {
        let fault = match self.anchors.get(name) {
            None => {
                // The tree is built before it is decoded, so this precedes other faults.
                let message = format!("unknown anchor '{name}' referenced");
                return Err(Failure::Error(error_at(ErrorKind::Content, message, start)));
            }
            Some(Anchor::Open) => format!("anchor '{name}' value contains itself"),
            Some(Anchor::Done(anchored)) => {
                let Anchored {
                    value,
                    count,
                    height,
                } = anchored.clone();
                if depth + height > self.budget.depth {
                    return Err(self.too_deep(start));
                }
                if self.counter.add_aliased(count) {
                    return Ok(Node {
                        value,
                        start,
                        height,
                        is_alias: true,
                        spelling: None,
                    });
                }
                let message = "document contains excessive aliasing";
                return Err(Failure::Error(error_at(ErrorKind::Budget, message, start)));
            }
        };
        self.faults.fatal(fault, start);
        Ok(Node {
            value: Value::Null,
            start,
            height: 0,
            is_alias: true,
            spelling: None,
        })
    }

    fn too_deep(&self, at: Mark) -> Failure {
        let message = format!("exceeded max depth of {}", self.budget.depth);
        Failure::Error(error_at(ErrorKind::Budget, message, at))
    }

    fn scalar(&mut self, scalar: &Scalar<'a>, start: Mark) -> Value {
        let grammar = self.dialect.grammar();
        let resolved = match scalar.properties.tag.as_deref() {
            None if scalar.style == ScalarStyle::Plain => resolve::resolve(&scalar.value, grammar),
            None => Resolved::Text,
            Some("!") if grammar == Grammar::V3 && scalar.style == ScalarStyle::Plain => {
                resolve::resolve(&scalar.value, grammar)
            }
            Some("tag:yaml.org,2002:binary") => return self.binary(&scalar.value, start),
            Some(tag) => match resolve::resolve_tagged(&short_tag(tag), &scalar.value, grammar) {
                Ok(resolved) => resolved,
                Err(message) => {
                    self.faults.fatal(message, start);
                    Resolved::Null
                }
            },
        };
        match resolved {
            Resolved::Null => Value::Null,
            Resolved::Bool(value) => Value::Bool(value),
            Resolved::Int(value) => Value::Int(value),
            Resolved::Uint(value) => Value::Uint(value),
            Resolved::Float(value) => {
                if grammar == Grammar::V2 && !value.is_finite() {
                    self.faults
                        .convert(unsupported_number(value).to_owned(), start);
                }
                Value::Float(value)
            }
            Resolved::Timestamp(time) if grammar == Grammar::V3 => Value::Str(time.into()),
            Resolved::Timestamp(_) | Resolved::Text => {
                Value::Str(self.interner.intern(&scalar.value))
            }
        }
    }

    fn binary(&mut self, text: &str, start: Mark) -> Value {
        if let Some(text) = super::binary::decode(text) {
            return Value::from(text);
        }
        let message = "!!binary value contains invalid base64 data".to_owned();
        self.faults.fatal(message, start);
        Value::Null
    }
}

fn unsupported_number(value: f64) -> &'static str {
    if value.is_nan() {
        "json: unsupported value: NaN"
    } else if value > 0.0 {
        "json: unsupported value: +Inf"
    } else {
        "json: unsupported value: -Inf"
    }
}
