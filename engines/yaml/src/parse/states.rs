//! The states of the parser: nodes and collections.

use super::{Event, EventKind, Layout, Parser, Properties, Scalar};
use crate::scan::{Mark, Problem, ScalarStyle, TokenKind};

/// What the parser expects next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    StreamStart,
    ImplicitDocumentStart,
    DocumentStart,
    DocumentContent,
    DocumentEnd,
    BlockNode,
    BlockSequenceFirstEntry,
    BlockSequenceEntry,
    IndentlessSequenceEntry,
    BlockMappingFirstKey,
    BlockMappingKey,
    BlockMappingValue,
    FlowSequenceFirstEntry,
    FlowSequenceEntry,
    FlowSequencePairKey,
    FlowSequencePairValue,
    FlowSequencePairEnd,
    FlowMappingFirstKey,
    FlowMappingKey,
    FlowMappingValue,
    FlowMappingEmptyValue,
    End,
}

impl<'a> Parser<'a> {
    /// A node: an alias, or properties and content. `indentless` allows the entries of a sequence
    /// at the indentation of the mapping they are a value of.
    pub(super) fn parse_node(
        &mut self,
        layout: Layout,
        indentless: bool,
    ) -> Result<Event<'a>, Problem> {
        let token = self.peek()?;
        let start = token.start;
        let mut end = token.start;
        if let TokenKind::Alias(name) = token.kind {
            end = token.end;
            self.pop_state();
            let event = self.event_with_comments(EventKind::Alias(name), start, end);
            self.scanner.take();
            return Ok(event);
        }
        let properties = self.parse_properties(start, &mut end)?;

        let token = self.peek()?;
        let (at, token_end) = (token.start, token.end);
        match token.kind {
            TokenKind::BlockEntry if indentless => {
                self.state = State::IndentlessSequenceEntry;
                let kind = EventKind::SequenceStart(properties, Layout::Block);
                Ok(Self::event(kind, start, token_end))
            }
            TokenKind::Scalar(..) => {
                self.pop_state();
                let mut event = self.event_with_comments(EventKind::StreamEnd, start, token_end);
                if let Some(TokenKind::Scalar(value, style)) =
                    self.scanner.take().map(|token| token.kind)
                {
                    event.kind = EventKind::Scalar(Scalar {
                        properties,
                        value,
                        style,
                        start: at,
                    });
                }
                Ok(event)
            }
            TokenKind::FlowSequenceStart => {
                self.state = State::FlowSequenceFirstEntry;
                let kind = EventKind::SequenceStart(properties, Layout::Flow);
                Ok(self.event_with_comments(kind, start, token_end))
            }
            TokenKind::FlowMappingStart => {
                self.state = State::FlowMappingFirstKey;
                let kind = EventKind::MappingStart(properties, Layout::Flow);
                Ok(self.event_with_comments(kind, start, token_end))
            }
            TokenKind::BlockSequenceStart if layout == Layout::Block => {
                self.state = State::BlockSequenceFirstEntry;
                let kind = EventKind::SequenceStart(properties, Layout::Block);
                Ok(self.event_with_stem(kind, start, token_end))
            }
            TokenKind::BlockMappingStart if layout == Layout::Block => {
                self.state = State::BlockMappingFirstKey;
                let kind = EventKind::MappingStart(properties, Layout::Block);
                Ok(self.event_with_stem(kind, start, token_end))
            }
            _ if properties.anchor.is_some() || properties.tag.is_some() => {
                self.pop_state();
                let style = ScalarStyle::Plain;
                let kind = EventKind::Scalar(Scalar {
                    properties,
                    value: "".into(),
                    style,
                    start: end,
                });
                Ok(Self::event(kind, start, end))
            }
            _ => Err(Self::problem(
                "did not find expected node content",
                Some(start),
                at,
            )),
        }
    }

    /// A tag and an anchor in any order.
    fn parse_properties(&mut self, start: Mark, end: &mut Mark) -> Result<Properties<'a>, Problem> {
        let mut properties = Properties::default();
        let mut tag = None;
        loop {
            let token = self.peek()?;
            let (mark, token_end) = (token.start, token.end);
            match &token.kind {
                TokenKind::Anchor(name) if properties.anchor.is_none() => {
                    properties.anchor = Some(name);
                }
                TokenKind::Tag(parts) if tag.is_none() => tag = Some(((**parts).clone(), mark)),
                _ => break,
            }
            *end = token_end;
            self.scanner.take();
        }
        if let Some((parts, mark)) = tag {
            properties.tag = Some(self.resolve_tag(parts, start, mark)?);
        }
        Ok(properties)
    }

    fn event_with_stem(&mut self, kind: EventKind<'a>, start: Mark, end: Mark) -> Event<'a> {
        let mut event = Self::event(kind, start, end);
        if let Some(head) = self.stem.take() {
            event.comments = Some(Box::new(crate::scan::Comments {
                head,
                ..Default::default()
            }));
        }
        event
    }

    pub(super) fn parse_block_sequence_entry(&mut self) -> Result<Event<'a>, Problem> {
        let token = self.peek()?;
        let (start, end) = (token.start, token.end);
        match token.kind {
            TokenKind::BlockEntry => {
                self.take_entry();
                if matches!(
                    self.peek()?.kind,
                    TokenKind::BlockEntry | TokenKind::BlockEnd
                ) {
                    self.state = State::BlockSequenceEntry;
                    return Ok(Self::empty_scalar(end));
                }
                self.states.push(State::BlockSequenceEntry);
                self.parse_node(Layout::Block, false)
            }
            TokenKind::BlockEnd => {
                self.scanner.take();
                self.pop_state();
                self.marks.pop();
                Ok(Self::event(EventKind::SequenceEnd, start, end))
            }
            _ => Err(self.collection_problem("did not find expected '-' indicator", start)),
        }
    }

    pub(super) fn parse_indentless_sequence_entry(&mut self) -> Result<Event<'a>, Problem> {
        let token = self.peek()?;
        let (start, end) = (token.start, token.end);
        if !matches!(token.kind, TokenKind::BlockEntry) {
            self.pop_state();
            return Ok(Self::event(EventKind::SequenceEnd, start, start));
        }
        self.take_entry();
        if matches!(
            self.peek()?.kind,
            TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd
        ) {
            self.state = State::IndentlessSequenceEntry;
            return Ok(Self::empty_scalar(end));
        }
        self.states.push(State::IndentlessSequenceEntry);
        self.parse_node(Layout::Block, false)
    }

    /// Takes the dash of an entry. A comment over it that heads a collection in the entry is the
    /// collection's as a whole, not its first key's.
    fn take_entry(&mut self) {
        let above = self.comments.head.len();
        self.scanner.take();
        if above == 0 {
            return;
        }
        let opens = match self.peek() {
            Ok(token) => matches!(
                token.kind,
                TokenKind::BlockSequenceStart | TokenKind::BlockMappingStart
            ),
            Err(problem) => {
                self.passed_over = Some(problem);
                return;
            }
        };
        if opens {
            let head = &mut self.comments.head;
            // One line feed separates it from what was added since.
            let rest = head.get(above + 1..).unwrap_or_default().to_owned();
            head.truncate(above);
            self.stem = Some(std::mem::replace(head, rest));
        }
    }

    pub(super) fn parse_block_mapping_key(&mut self) -> Result<Event<'a>, Problem> {
        let token = self.peek()?;
        let (start, end) = (token.start, token.end);
        match token.kind {
            TokenKind::Key => {
                self.scanner.take();
                if matches!(
                    self.peek()?.kind,
                    TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd
                ) {
                    self.state = State::BlockMappingValue;
                    return Ok(Self::empty_scalar(end));
                }
                self.states.push(State::BlockMappingValue);
                self.parse_node(Layout::Block, true)
            }
            TokenKind::BlockEnd => {
                self.pop_state();
                self.marks.pop();
                let event = self.event_with_comments(EventKind::MappingEnd, start, end);
                self.scanner.take();
                Ok(event)
            }
            _ => Err(self.collection_problem("did not find expected key", start)),
        }
    }

    pub(super) fn parse_block_mapping_value(&mut self) -> Result<Event<'a>, Problem> {
        let token = self.peek()?;
        let (start, end) = (token.start, token.end);
        if !matches!(token.kind, TokenKind::Value) {
            self.state = State::BlockMappingKey;
            return Ok(Self::empty_scalar(start));
        }
        self.scanner.take();
        if matches!(
            self.peek()?.kind,
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd
        ) {
            self.state = State::BlockMappingKey;
            return Ok(Self::empty_scalar(end));
        }
        self.states.push(State::BlockMappingKey);
        self.parse_node(Layout::Block, true)
    }

    pub(super) fn parse_flow_sequence_entry(&mut self, first: bool) -> Result<Event<'a>, Problem> {
        let mut token = self.peek()?;
        if !first && !matches!(token.kind, TokenKind::FlowSequenceEnd) {
            if !matches!(token.kind, TokenKind::FlowEntry) {
                let at = token.start;
                return Err(self.collection_problem("did not find expected ',' or ']'", at));
            }
            self.scanner.take();
            token = self.peek()?;
        }
        let (start, end) = (token.start, token.end);
        match token.kind {
            TokenKind::FlowSequenceEnd => {
                Ok(self.close_flow_collection(EventKind::SequenceEnd, start, end))
            }
            TokenKind::Key => {
                self.scanner.take();
                self.state = State::FlowSequencePairKey;
                let kind = EventKind::MappingStart(Properties::default(), Layout::Flow);
                Ok(Self::event(kind, start, end))
            }
            _ => {
                self.states.push(State::FlowSequenceEntry);
                self.parse_node(Layout::Flow, false)
            }
        }
    }

    pub(super) fn parse_flow_pair_key(&mut self) -> Result<Event<'a>, Problem> {
        let token = self.peek()?;
        let end = token.end;
        if matches!(
            token.kind,
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd
        ) {
            // go-yaml drops the token it looked at (`parserc.go`); what follows depends on it.
            self.scanner.take();
            self.state = State::FlowSequencePairValue;
            return Ok(Self::empty_scalar(end));
        }
        self.states.push(State::FlowSequencePairValue);
        self.parse_node(Layout::Flow, false)
    }

    pub(super) fn parse_flow_pair_value(&mut self) -> Result<Event<'a>, Problem> {
        let token = self.peek()?;
        let mut mark = token.start;
        if matches!(token.kind, TokenKind::Value) {
            self.scanner.take();
            let next = self.peek()?;
            if !matches!(next.kind, TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
                self.states.push(State::FlowSequencePairEnd);
                return self.parse_node(Layout::Flow, false);
            }
            mark = next.start;
        }
        self.state = State::FlowSequencePairEnd;
        Ok(Self::empty_scalar(mark))
    }

    pub(super) fn parse_flow_pair_end(&mut self) -> Result<Event<'a>, Problem> {
        let mark = self.peek()?.start;
        self.state = State::FlowSequenceEntry;
        Ok(Self::event(EventKind::MappingEnd, mark, mark))
    }

    pub(super) fn parse_flow_mapping_key(&mut self, first: bool) -> Result<Event<'a>, Problem> {
        let mut token = self.peek()?;
        if !first && !matches!(token.kind, TokenKind::FlowMappingEnd) {
            if !matches!(token.kind, TokenKind::FlowEntry) {
                let at = token.start;
                return Err(self.collection_problem("did not find expected ',' or '}'", at));
            }
            self.scanner.take();
            token = self.peek()?;
        }
        let (start, end) = (token.start, token.end);
        match token.kind {
            TokenKind::FlowMappingEnd => {
                Ok(self.close_flow_collection(EventKind::MappingEnd, start, end))
            }
            TokenKind::Key => {
                self.scanner.take();
                let token = self.peek()?;
                let at = token.start;
                if matches!(
                    token.kind,
                    TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd
                ) {
                    self.state = State::FlowMappingValue;
                    return Ok(Self::empty_scalar(at));
                }
                self.states.push(State::FlowMappingValue);
                self.parse_node(Layout::Flow, false)
            }
            _ => {
                self.states.push(State::FlowMappingEmptyValue);
                self.parse_node(Layout::Flow, false)
            }
        }
    }

    pub(super) fn parse_flow_mapping_value(&mut self) -> Result<Event<'a>, Problem> {
        let token = self.peek()?;
        let mut mark = token.start;
        if matches!(token.kind, TokenKind::Value) {
            self.scanner.take();
            let next = self.peek()?;
            if !matches!(next.kind, TokenKind::FlowEntry | TokenKind::FlowMappingEnd) {
                self.states.push(State::FlowMappingKey);
                return self.parse_node(Layout::Flow, false);
            }
            mark = next.start;
        }
        self.state = State::FlowMappingKey;
        Ok(Self::empty_scalar(mark))
    }

    fn close_flow_collection(&mut self, kind: EventKind<'a>, start: Mark, end: Mark) -> Event<'a> {
        self.pop_state();
        self.marks.pop();
        let event = self.event_with_comments(kind, start, end);
        self.scanner.take();
        event
    }
}
