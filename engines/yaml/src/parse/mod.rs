//! Tokens to events: libyaml's parser, a stack machine without recursion.

mod event;
mod states;

use std::borrow::Cow;

pub(crate) use event::{Event, EventKind, Layout, Properties, Scalar};
use states::State;

use crate::Grammar;
use crate::error::ErrorKind;
use crate::scan::{Comments, Mark, Problem, Scanner, Stage, Token, TokenKind};

/// Turns a text into events.
pub(crate) struct Parser<'a> {
    scanner: Scanner<'a>,
    grammar: Grammar,
    state: State,
    /// Where to go on when the current node is complete.
    states: Vec<State>,
    /// Where the open collections began, for messages.
    marks: Vec<Mark>,
    /// Tag handles and their prefixes.
    tags: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    comments: Comments,
    /// The comment over a sequence entry that belongs to the collection in it.
    stem: Option<String>,
    /// A problem that was met while looking for the comment of an entry. go-yaml reads on and
    /// reports the next problem instead, if there is one (`yaml_parser_split_stem_comment`).
    passed_over: Option<Problem>,
}

/// The handles that every document has.
const DEFAULT_TAGS: [(&str, &str); 2] = [("!", "!"), ("!!", "tag:yaml.org,2002:")];

impl<'a> Parser<'a> {
    /// A parser of `text` that refuses more than `max_depth` open collections.
    pub fn new(text: &'a str, grammar: Grammar, max_depth: usize) -> Self {
        Self {
            scanner: Scanner::new(text, grammar, max_depth),
            grammar,
            state: State::StreamStart,
            states: Vec::new(),
            marks: Vec::new(),
            tags: Vec::new(),
            comments: Comments::default(),
            stem: None,
            passed_over: None,
        }
    }

    /// How far the text was read, in bytes.
    pub fn offset(&self) -> usize {
        self.scanner.offset()
    }

    /// The next event; after the end of the stream always `StreamEnd`.
    pub fn next(&mut self) -> Result<Event<'a>, Problem> {
        let event = self.step()?;
        match self.passed_over.take() {
            Some(problem) => Err(problem),
            None => Ok(event),
        }
    }

    fn step(&mut self) -> Result<Event<'a>, Problem> {
        match self.state {
            State::StreamStart => {
                self.peek()?;
                self.scanner.take();
                self.state = State::ImplicitDocumentStart;
                self.parse_document_start(true)
            }
            State::ImplicitDocumentStart => self.parse_document_start(true),
            State::DocumentStart => self.parse_document_start(false),
            State::DocumentContent => self.parse_document_content(),
            State::DocumentEnd => self.parse_document_end(),
            State::BlockNode => self.parse_node(Layout::Block, false),
            State::BlockSequenceFirstEntry => {
                self.open_collection()?;
                self.parse_block_sequence_entry()
            }
            State::BlockSequenceEntry => self.parse_block_sequence_entry(),
            State::IndentlessSequenceEntry => self.parse_indentless_sequence_entry(),
            State::BlockMappingFirstKey => {
                self.open_collection()?;
                self.parse_block_mapping_key()
            }
            State::BlockMappingKey => self.parse_block_mapping_key(),
            State::BlockMappingValue => self.parse_block_mapping_value(),
            State::FlowSequenceFirstEntry => {
                self.open_collection()?;
                self.parse_flow_sequence_entry(true)
            }
            State::FlowSequenceEntry => self.parse_flow_sequence_entry(false),
            State::FlowSequencePairKey => self.parse_flow_pair_key(),
            State::FlowSequencePairValue => self.parse_flow_pair_value(),
            State::FlowSequencePairEnd => self.parse_flow_pair_end(),
            State::FlowMappingFirstKey => {
                self.open_collection()?;
                self.parse_flow_mapping_key(true)
            }
            State::FlowMappingKey => self.parse_flow_mapping_key(false),
            State::FlowMappingValue => self.parse_flow_mapping_value(),
            State::FlowMappingEmptyValue => {
                self.state = State::FlowMappingKey;
                let mark = self.peek()?.start;
                Ok(Self::empty_scalar(mark))
            }
            State::End => {
                let mark = self.peek()?.start;
                Ok(Self::event(EventKind::StreamEnd, mark, mark))
            }
        }
    }

    /// The next token; the comments that belong to it are moved to the parser.
    #[inline]
    fn peek(&mut self) -> Result<&Token<'a>, Problem> {
        self.scanner.prepare()?;
        if self.grammar == Grammar::V3 {
            self.scanner.unfold_comments(&mut self.comments);
        }
        Ok(self.scanner.head())
    }

    fn event(kind: EventKind<'a>, start: Mark, end: Mark) -> Event<'a> {
        Event {
            kind,
            start,
            end,
            comments: None,
        }
    }

    /// An event that takes the comments collected so far.
    fn event_with_comments(&mut self, kind: EventKind<'a>, start: Mark, end: Mark) -> Event<'a> {
        self.stem = None;
        let comments =
            (!self.comments.is_empty()).then(|| Box::new(std::mem::take(&mut self.comments)));
        Event {
            kind,
            start,
            end,
            comments,
        }
    }

    /// The null that stands where a node may be left out.
    fn empty_scalar(mark: Mark) -> Event<'a> {
        let scalar = Scalar {
            properties: Properties::default(),
            value: Cow::Borrowed(""),
            style: crate::scan::ScalarStyle::Plain,
            start: mark,
        };
        Self::event(EventKind::Scalar(scalar), mark, mark)
    }

    /// Goes on where the node that is complete was wanted.
    fn pop_state(&mut self) {
        self.state = self.states.pop().unwrap_or(State::End);
    }

    /// Takes the token that opens a collection and notes where.
    fn open_collection(&mut self) -> Result<(), Problem> {
        let mark = self.peek()?.start;
        self.marks.push(mark);
        self.scanner.take();
        Ok(())
    }

    /// A problem at `at`, in the collection that was opened last.
    fn collection_problem(&mut self, text: &'static str, at: Mark) -> Problem {
        Self::problem(text, self.marks.pop(), at)
    }

    fn problem(text: &'static str, context: Option<Mark>, at: Mark) -> Problem {
        let kind = ErrorKind::Syntax;
        Problem {
            text: text.into(),
            stage: Stage::Parser,
            context,
            at,
            kind,
        }
    }

    fn parse_document_start(&mut self, implicit: bool) -> Result<Event<'a>, Problem> {
        if !implicit {
            while matches!(self.peek()?.kind, TokenKind::DocumentEnd) {
                self.scanner.take();
            }
        }
        let token = self.peek()?;
        let (start, end) = (token.start, token.end);
        match token.kind {
            TokenKind::StreamEnd => {
                self.state = State::End;
                Ok(Self::event(EventKind::StreamEnd, start, end))
            }
            TokenKind::VersionDirective(..)
            | TokenKind::TagDirective(_)
            | TokenKind::DocumentStart => self.parse_explicit_document(start),
            _ if !implicit => self.parse_explicit_document(start),
            _ => {
                self.process_directives()?;
                self.states.push(State::DocumentEnd);
                self.state = State::BlockNode;
                let head = split_document_head(&mut self.comments.head);
                let mut event = Self::event(EventKind::DocumentStart, start, end);
                if let Some(head) = head {
                    event.comments = Some(Box::new(Comments {
                        head,
                        ..Comments::default()
                    }));
                }
                Ok(event)
            }
        }
    }

    fn parse_explicit_document(&mut self, start: Mark) -> Result<Event<'a>, Problem> {
        self.process_directives()?;
        let token = self.peek()?;
        let (at, end) = (token.start, token.end);
        if !matches!(token.kind, TokenKind::DocumentStart) {
            return Err(Self::problem(
                "did not find expected <document start>",
                None,
                at,
            ));
        }
        self.scanner.take();
        self.states.push(State::DocumentEnd);
        self.state = State::DocumentContent;
        Ok(Self::event(EventKind::DocumentStart, start, end))
    }

    fn parse_document_content(&mut self) -> Result<Event<'a>, Problem> {
        let token = self.peek()?;
        let mark = token.start;
        if matches!(
            token.kind,
            TokenKind::VersionDirective(..)
                | TokenKind::TagDirective(_)
                | TokenKind::DocumentStart
                | TokenKind::DocumentEnd
                | TokenKind::StreamEnd
        ) {
            self.pop_state();
            return Ok(Self::empty_scalar(mark));
        }
        self.parse_node(Layout::Block, false)
    }

    fn parse_document_end(&mut self) -> Result<Event<'a>, Problem> {
        let token = self.peek()?;
        let start = token.start;
        let mut end = start;
        if matches!(token.kind, TokenKind::DocumentEnd) {
            end = token.end;
            self.scanner.take();
        }
        self.tags.clear();
        self.state = State::DocumentStart;
        let mut event = self.event_with_comments(EventKind::DocumentEnd, start, end);
        if let Some(comments) = &mut event.comments
            && comments.foot.is_empty()
        {
            comments.foot = std::mem::take(&mut comments.head);
        }
        Ok(event)
    }

    /// Takes the directives of a document and adds the default handles.
    fn process_directives(&mut self) -> Result<(), Problem> {
        let mut versioned = false;
        loop {
            let token = self.peek()?;
            let mark = token.start;
            match &token.kind {
                TokenKind::VersionDirective(major, minor) => {
                    if versioned {
                        return Err(Self::problem("found duplicate %YAML directive", None, mark));
                    }
                    if (*major, *minor) != (1, 1) {
                        return Err(Self::problem(
                            "found incompatible YAML document",
                            None,
                            mark,
                        ));
                    }
                    versioned = true;
                }
                TokenKind::TagDirective(tag) => {
                    let tag = (**tag).clone();
                    if self.tags.iter().any(|(handle, _)| *handle == tag.0) {
                        return Err(Self::problem("found duplicate %TAG directive", None, mark));
                    }
                    self.tags.push(tag);
                }
                _ => break,
            }
            self.scanner.take();
        }
        for (handle, prefix) in DEFAULT_TAGS {
            if !self.tags.iter().any(|(known, _)| known == handle) {
                self.tags.push((handle.into(), prefix.into()));
            }
        }
        Ok(())
    }

    /// The long form of a tag.
    fn resolve_tag(
        &self,
        tag: (Cow<'a, str>, Cow<'a, str>),
        node: Mark,
        at: Mark,
    ) -> Result<Cow<'a, str>, Problem> {
        let (handle, suffix) = tag;
        if handle.is_empty() {
            return Ok(suffix);
        }
        let prefix = self
            .tags
            .iter()
            .find(|(known, _)| *known == handle)
            .map(|(_, prefix)| prefix);
        match prefix {
            Some(prefix) if !prefix.is_empty() || !suffix.is_empty() => {
                Ok(format!("{prefix}{suffix}").into())
            }
            _ => Err(Self::problem("found undefined tag handle", Some(node), at)),
        }
    }
}

/// Cuts the part above the last empty line off a head comment: it belongs to the document, the
/// rest to its first node.
fn split_document_head(head: &mut String) -> Option<String> {
    let bytes = head.as_bytes();
    let at = (1..bytes.len())
        .rev()
        .find(|at| bytes[*at] == b'\n' && (*at == bytes.len() - 1 || bytes[at - 1] == b'\n'))?;
    let rest = head.split_off(at + 1);
    let document = if rest.is_empty() {
        &head[..at]
    } else {
        &head[..at - 1]
    };
    let document = document.to_owned();
    *head = rest;
    Some(document)
}
