//! Text to tokens: libyaml's scanner as go-yaml has it.
//!
//! Two things make it more than a lexer. Block structure: indentation opens and closes
//! collections, with tokens of its own. Simple keys: `key: value` shows that it is a mapping only
//! at the colon, so tokens wait in a queue until it is sure that no key token belongs in front.
//!
//! Scalars borrow from the text where the value is a slice of it.

mod block;
mod comment;
mod cursor;
mod directive;
mod keys;
mod plain;
mod problem;
mod quoted;
mod source;
mod token;

use std::collections::VecDeque;

use comment::Comment;
pub use comment::Comments;
pub(crate) use cursor::Mark;
use cursor::{Break, Cursor};
use keys::SimpleKey;
pub(crate) use problem::{Problem, Stage};
pub(crate) use source::Source;
pub use token::ScalarStyle;
pub(crate) use token::{Token, TokenKind};

use crate::Grammar;
use crate::error::ErrorKind;

/// Tokens that go-yaml v3 wants to see beyond the next one, so that a comment is read before the
/// token it belongs to is used.
const COMMENT_LOOKAHEAD: usize = 2;

/// Splits a text into tokens.
pub(crate) struct Scanner<'a> {
    cursor: Cursor<'a>,
    grammar: Grammar,
    max_depth: usize,
    /// Tokens that are scanned but not taken.
    queue: VecDeque<Token<'a>>,
    /// Whether the head of the queue is final.
    head_is_final: bool,
    /// How many tokens were taken.
    taken: usize,
    /// The last two tokens appended to the queue, the last first: class and start.
    appended: [Option<(Appended, Mark)>; 2],
    stream_started: bool,
    /// The column of the current block collection, -1 outside of any.
    indent: i64,
    indents: Vec<i64>,
    flow_level: usize,
    simple_key_allowed: bool,
    /// The possible simple key of the block context and of every open flow collection.
    simple_keys: Vec<SimpleKey>,
    comments: Vec<Comment>,
    comments_taken: usize,
}

/// What comments want to know of a token that was appended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Appended {
    BlockSequenceStart,
    BlockEntry,
    FlowEntry,
    Value,
    Other,
}

impl<'a> Scanner<'a> {
    pub fn new(text: &'a str, grammar: Grammar, max_depth: usize) -> Self {
        Self {
            cursor: Cursor::new(text),
            grammar,
            max_depth,
            queue: VecDeque::new(),
            head_is_final: false,
            taken: 0,
            appended: [None, None],
            stream_started: false,
            indent: -1,
            indents: Vec::new(),
            flow_level: 0,
            simple_key_allowed: true,
            simple_keys: vec![SimpleKey::default()],
            comments: Vec::new(),
            comments_taken: 0,
        }
    }

    /// Scans until the head of the queue is final.
    #[inline]
    pub fn prepare(&mut self) -> Result<(), Problem> {
        if !self.head_is_final {
            while self.needs_more()? {
                self.fetch()?;
            }
            self.head_is_final = true;
        }
        Ok(())
    }

    /// The next token, which stays in the queue; [`Scanner::prepare`] has made it final.
    #[inline]
    pub fn head(&self) -> &Token<'a> {
        // More is needed as long as the queue is empty.
        &self.queue[0]
    }

    /// Takes the token that [`Scanner::head`] showed.
    #[inline]
    pub fn take(&mut self) -> Option<Token<'a>> {
        self.taken += 1;
        self.head_is_final = false;
        self.queue.pop_front()
    }

    /// How far the text was read, in bytes.
    pub fn offset(&self) -> usize {
        self.cursor.at
    }

    /// Whether the head of the queue may still change.
    fn needs_more(&mut self) -> Result<bool, Problem> {
        let lookahead = match self.grammar {
            Grammar::V2 => 0,
            Grammar::V3 => COMMENT_LOOKAHEAD,
        };
        if self.queue.len() <= lookahead {
            return Ok(true);
        }
        self.head_may_be_key()
    }

    /// Scans the next token, with the collection starts and ends that come before it.
    fn fetch(&mut self) -> Result<(), Problem> {
        if !self.stream_started {
            self.stream_started = true;
            let mark = self.cursor.mark();
            self.append(TokenKind::StreamStart, mark, mark);
            return Ok(());
        }
        let before = self.cursor.mark();
        self.skip_to_token(before)?;
        let column = i64::from(self.cursor.column());
        self.unroll_indent(column, before);

        if self.cursor.is_end() {
            return self.fetch_stream_end();
        }
        if column == 0 && self.cursor.peek(0) == b'%' {
            return self.fetch_directive();
        }
        if self.cursor.is_document_indicator() {
            return self.fetch_document_indicator();
        }
        let comment_mark = self.line_comment_owner();
        self.fetch_content()?;
        if self.grammar == Grammar::V3
            && !matches!(self.appended[0], Some((Appended::BlockEntry, _)))
        {
            // An entry's dash has no line comment: what follows it heads the entry's content.
            self.scan_line_comment(comment_mark);
        }
        Ok(())
    }

    fn fetch_content(&mut self) -> Result<(), Problem> {
        let flow = self.flow_level > 0;
        let next_is_space = self.cursor.is_space_or_end(1);
        match self.cursor.peek(0) {
            b'[' => self.fetch_flow_start(TokenKind::FlowSequenceStart),
            b'{' => self.fetch_flow_start(TokenKind::FlowMappingStart),
            b']' => self.fetch_flow_end(TokenKind::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(TokenKind::FlowMappingEnd),
            b',' => self.fetch_flow_entry(),
            b'-' if next_is_space => self.fetch_block_entry(),
            b'?' if flow || next_is_space => self.fetch_key(),
            b':' if flow || next_is_space => self.fetch_value(),
            b'*' => self.fetch_anchor(TokenKind::Alias),
            b'&' => self.fetch_anchor(TokenKind::Anchor),
            b'!' => self.fetch_tag(),
            b'|' if !flow => self.fetch_block_scalar(ScalarStyle::Literal),
            b'>' if !flow => self.fetch_block_scalar(ScalarStyle::Folded),
            b'\'' => self.fetch_quoted(ScalarStyle::SingleQuoted),
            b'"' => self.fetch_quoted(ScalarStyle::DoubleQuoted),
            b'#' | b'|' | b'>' | b'%' | b'@' | b'`' | b'\t' => Err(self.no_token()),
            0xC2 | 0xE2 if self.cursor.is_break(0) => Err(self.no_token()),
            _ => self.fetch_plain(),
        }
    }

    fn no_token(&mut self) -> Problem {
        let mark = self.cursor.mark();
        self.problem(mark, "found character that cannot start any token")
    }

    /// A problem at the cursor, in something that began at `context`.
    fn problem(&mut self, context: Mark, text: &'static str) -> Problem {
        Problem {
            text: text.into(),
            stage: Stage::Scanner,
            context: Some(context),
            at: self.cursor.mark(),
            kind: ErrorKind::Syntax,
        }
    }

    fn append(&mut self, kind: TokenKind<'a>, start: Mark, end: Mark) {
        let class = match kind {
            TokenKind::BlockSequenceStart => Appended::BlockSequenceStart,
            TokenKind::BlockEntry => Appended::BlockEntry,
            TokenKind::FlowEntry => Appended::FlowEntry,
            TokenKind::Value => Appended::Value,
            _ => Appended::Other,
        };
        self.appended = [Some((class, start)), self.appended[0]];
        self.queue.push_back(Token { kind, start, end });
    }

    /// Appends the token of `count` indicator characters at the cursor.
    fn append_indicator(&mut self, kind: TokenKind<'a>, count: usize) {
        let start = self.cursor.mark();
        self.cursor.skip(count);
        let end = self.cursor.mark();
        self.append(kind, start, end);
    }

    /// Moves over blanks, comments and line breaks up to the next token.
    fn skip_to_token(&mut self, before: Mark) -> Result<(), Problem> {
        loop {
            if self.cursor.at == 0 && self.cursor.rest().starts_with("\u{feff}".as_bytes()) {
                // A second byte order mark; the first one never reaches the scanner.
                self.cursor.skip("\u{feff}".len());
            }
            // A tab may not indent a block, where it could hide how deep a simple key is.
            let tabs = self.flow_level > 0 || !self.simple_key_allowed;
            while self.cursor.peek(0) == b' ' || (tabs && self.cursor.peek(0) == b'\t') {
                self.cursor.skip_blank();
            }
            if self.grammar == Grammar::V3 {
                self.turn_line_comment_into_head();
            }
            if self.cursor.peek(0) == b'#' {
                match self.grammar {
                    Grammar::V2 => drop(self.cursor.take_line()),
                    Grammar::V3 => self.scan_comments(before),
                }
            }
            if !self.cursor.is_break(0) {
                return Ok(());
            }
            self.cursor.take_break();
            if self.flow_level == 0 {
                self.simple_key_allowed = true;
            }
        }
    }

    fn fetch_stream_end(&mut self) -> Result<(), Problem> {
        if self.cursor.column() != 0 {
            self.cursor.start_line();
        }
        let mark = self.cursor.mark();
        self.unroll_indent(-1, mark);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        self.append(TokenKind::StreamEnd, mark, mark);
        Ok(())
    }

    fn fetch_document_indicator(&mut self) -> Result<(), Problem> {
        let mark = self.cursor.mark();
        self.unroll_indent(-1, mark);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        let kind = match self.cursor.peek(0) {
            b'-' => TokenKind::DocumentStart,
            _ => TokenKind::DocumentEnd,
        };
        self.append_indicator(kind, 3);
        Ok(())
    }

    fn fetch_flow_start(&mut self, kind: TokenKind<'a>) -> Result<(), Problem> {
        self.save_simple_key()?;
        self.increase_flow_level()?;
        self.simple_key_allowed = true;
        self.append_indicator(kind, 1);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: TokenKind<'a>) -> Result<(), Problem> {
        self.remove_simple_key()?;
        self.decrease_flow_level();
        self.simple_key_allowed = false;
        self.append_indicator(kind, 1);
        Ok(())
    }

    fn fetch_flow_entry(&mut self) -> Result<(), Problem> {
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.append_indicator(TokenKind::FlowEntry, 1);
        Ok(())
    }

    fn fetch_block_entry(&mut self) -> Result<(), Problem> {
        if self.flow_level == 0 {
            let mark = self.cursor.mark();
            if !self.simple_key_allowed {
                let text = "block sequence entries are not allowed in this context";
                return Err(self.problem(mark, text));
            }
            self.roll_indent(mark, None, TokenKind::BlockSequenceStart)?;
        }
        // In a flow collection the parser reports the dash, since it knows the context.
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.append_indicator(TokenKind::BlockEntry, 1);
        Ok(())
    }

    fn fetch_key(&mut self) -> Result<(), Problem> {
        if self.flow_level == 0 {
            let mark = self.cursor.mark();
            if !self.simple_key_allowed {
                let text = "mapping keys are not allowed in this context";
                return Err(self.problem(mark, text));
            }
            self.roll_indent(mark, None, TokenKind::BlockMappingStart)?;
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = self.flow_level == 0;
        self.append_indicator(TokenKind::Key, 1);
        Ok(())
    }

    fn fetch_value(&mut self) -> Result<(), Problem> {
        if let Some(key) = self.take_simple_key()? {
            self.insert(key.token, TokenKind::Key, key.mark);
            self.roll_indent(key.mark, Some(key.token), TokenKind::BlockMappingStart)?;
            // A simple key cannot follow another one on its line.
            self.simple_key_allowed = false;
        } else {
            if self.flow_level == 0 {
                let mark = self.cursor.mark();
                if !self.simple_key_allowed {
                    let text = "mapping values are not allowed in this context";
                    return Err(self.problem(mark, text));
                }
                self.roll_indent(mark, None, TokenKind::BlockMappingStart)?;
            }
            self.simple_key_allowed = self.flow_level == 0;
        }
        self.append_indicator(TokenKind::Value, 1);
        Ok(())
    }

    fn fetch_anchor(&mut self, kind: fn(&'a str) -> TokenKind<'a>) -> Result<(), Problem> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        self.scan_anchor(kind)
    }

    fn fetch_tag(&mut self) -> Result<(), Problem> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        self.scan_tag()
    }

    fn fetch_block_scalar(&mut self, style: ScalarStyle) -> Result<(), Problem> {
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.scan_block_scalar(style)
    }

    fn fetch_quoted(&mut self, style: ScalarStyle) -> Result<(), Problem> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        self.scan_quoted(style)
    }

    fn fetch_plain(&mut self) -> Result<(), Problem> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        self.scan_plain()
    }
}
