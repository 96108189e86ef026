//! Builds the values of a stream from its events.

use super::aliases::{Anchor, Anchored, Anchors, Counter};
use super::intern::Interner;
use super::{Dialect, Failure};
use crate::error::{Error, ErrorKind};
use crate::parse::{Event, EventKind, Parser, Scalar};
use crate::resolve::{self, Resolved, short_tag};
use crate::scan::{Mark, Problem, ScalarStyle};
use crate::{Budget, Grammar, Value};

/// Messages about equal keys that one document may collect.
pub(super) const MOST_ISSUES: usize = 1000;

/// Decodes one document after the other.
pub(super) struct Builder<'a> {
    parser: Parser<'a>,
    pub(super) dialect: Dialect,
    budget: Budget,
    anchors: Anchors<'a>,
    pub(super) counter: Counter,
    pub(super) interner: Interner,
    depth: usize,
    pub(super) faults: Faults,
}

/// What is wrong with the content of the document so far. The grammar is checked to the end of the
/// document first, as go-yaml does; then a fatal fault counts, then the list of issues, then what
/// JSON cannot hold.
#[derive(Default)]
pub(super) struct Faults {
    fatal: Option<Error>,
    /// Messages that go-yaml collects under `unmarshal errors:`, and the place of each.
    pub issues: Vec<(String, Mark)>,
    convert: Option<Error>,
}

/// A node with what its parent wants to know of it.
pub(super) struct Node {
    pub value: Value,
    pub start: Mark,
    /// How many collections lie inside one another in it, itself included.
    pub height: usize,
    pub is_alias: bool,
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
            depth: 0,
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

    pub(super) fn next(&mut self) -> Result<Event<'a>, Problem> {
        self.parser.next()
    }

    /// Builds the node that `event` starts.
    pub(super) fn node(&mut self, event: Event<'a>) -> Result<Node, Failure> {
        self.counter.add();
        if self.counter.values > self.budget.values {
            let message = format!("document holds more than {} values", self.budget.values);
            return Err(Failure::Error(error_at(
                ErrorKind::Budget,
                message,
                event.start,
            )));
        }
        let start = event.start;
        let plain = |value, height| Node {
            value,
            start,
            height,
            is_alias: false,
        };
        match event.kind {
            EventKind::Scalar(scalar) => {
                let value = self.scalar(&scalar, start);
                if let Some(anchor) = scalar.properties.anchor {
                    let value = value.clone();
                    self.anchors.insert(
                        anchor,
                        Anchor::Done(Anchored {
                            value,
                            count: 1,
                            height: 0,
                        }),
                    );
                }
                Ok(plain(value, 0))
            }
            EventKind::Alias(name) => self.alias(name, start),
            EventKind::SequenceStart(properties, _) => {
                let opened = self.open(properties.anchor, start)?;
                let mut items = Vec::new();
                let mut height = 0;
                loop {
                    let event = self.next()?;
                    if matches!(event.kind, EventKind::SequenceEnd) {
                        break;
                    }
                    let item = self.node(event)?;
                    height = height.max(item.height);
                    items.push(item.value);
                }
                let value = Value::from(items);
                self.close(properties.anchor, &value, opened, height + 1);
                Ok(plain(value, height + 1))
            }
            EventKind::MappingStart(properties, _) => {
                let opened = self.open(properties.anchor, start)?;
                let (map, height) = self.mapping()?;
                let value = Value::from(map);
                self.close(properties.anchor, &value, opened, height + 1);
                Ok(plain(value, height + 1))
            }
            EventKind::StreamEnd
            | EventKind::DocumentStart
            | EventKind::DocumentEnd
            | EventKind::SequenceEnd
            | EventKind::MappingEnd => Ok(plain(Value::Null, 0)),
        }
    }

    /// Notes that a collection begins; gives the count of values so far.
    fn open(&mut self, anchor: Option<&'a str>, start: Mark) -> Result<usize, Failure> {
        self.depth += 1;
        if self.depth > self.budget.depth {
            return Err(self.too_deep(start));
        }
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, Anchor::Open);
        }
        Ok(self.counter.values - 1)
    }

    fn close(&mut self, anchor: Option<&'a str>, value: &Value, opened: usize, height: usize) {
        self.depth -= 1;
        if let Some(anchor) = anchor {
            let count = self.counter.values - opened;
            let anchored = Anchored {
                value: value.clone(),
                count,
                height,
            };
            self.anchors.insert(anchor, Anchor::Done(anchored));
        }
    }

    fn alias(&mut self, name: &str, start: Mark) -> Result<Node, Failure> {
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
                if self.depth + height > self.budget.depth {
                    return Err(self.too_deep(start));
                }
                if self.counter.add_aliased(count) {
                    return Ok(Node {
                        value,
                        start,
                        height,
                        is_alias: true,
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

/// A state of [`Faults`] to go back to.
#[derive(Clone, Copy)]
pub(super) struct FaultMark {
    issues: usize,
    fatal: bool,
}

impl Faults {
    pub fn mark(&self) -> FaultMark {
        FaultMark {
            issues: self.issues.len(),
            fatal: self.fatal.is_some(),
        }
    }

    /// Forgets what was noted since `mark`: it lies in a mapping whose values go-yaml never sees.
    pub fn rewind(&mut self, mark: FaultMark) {
        self.issues.truncate(mark.issues);
        if !mark.fatal {
            self.fatal = None;
        }
    }

    /// Notes a fault that ends decoding, unless there is one already.
    pub fn fatal(&mut self, message: String, at: Mark) {
        self.fatal
            .get_or_insert_with(|| error_at(ErrorKind::Content, message, at));
    }

    /// Notes what JSON cannot hold, unless there is something already.
    pub fn convert(&mut self, message: String, at: Mark) {
        self.convert
            .get_or_insert_with(|| error_at(ErrorKind::Content, message, at).bare());
    }

    fn into_error(self) -> Option<Error> {
        if self.fatal.is_some() {
            return self.fatal;
        }
        let Some((_, first)) = self.issues.first() else {
            return self.convert;
        };
        let lines: Vec<&str> = self
            .issues
            .iter()
            .map(|(message, _)| message.as_str())
            .collect();
        let message = format!("unmarshal errors:\n  {}", lines.join("\n  "));
        Some(error_at(ErrorKind::Content, message, *first))
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

pub(crate) fn error_at(kind: ErrorKind, message: impl Into<String>, at: Mark) -> Error {
    Error::new(kind, message, at.line as usize + 1, at.column as usize + 1)
}
