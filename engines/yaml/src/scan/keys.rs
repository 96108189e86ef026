//! Indentation and simple keys: the two places where the scanner inserts tokens behind itself.

use super::{Grammar, Mark, Problem, Scanner, Stage, Token, TokenKind};
use crate::error::ErrorKind;

/// YAML lets a key without `?` be this many characters long.
const SIMPLE_KEY_LENGTH: usize = 1024;

/// A token that may turn out to be a mapping key once a colon follows it.
#[derive(Clone, Copy, Default)]
pub(super) struct SimpleKey {
    possible: bool,
    /// Whether the token waits in the queue until it is known whether it is a key.
    awaited: bool,
    /// Whether nothing but a key can stand there: the token is at the block's indentation.
    required: bool,
    /// The number of the token, counted from the start of the stream.
    pub token: usize,
    pub mark: Mark,
}

impl<'a> Scanner<'a> {
    /// Whether the token at the head of the queue may turn out to be a key.
    pub(super) fn head_may_be_key(&mut self) -> Result<bool, Problem> {
        // Deeper levels hold later tokens, so the numbers are sorted.
        let level = self
            .simple_keys
            .partition_point(|key| key.token < self.taken);
        match self.simple_keys.get(level) {
            Some(key) if key.token == self.taken && key.awaited => self.check_simple_key(level),
            _ => Ok(false),
        }
    }

    /// Whether the simple key of `level` is still possible: a colon may only follow on the same
    /// line, and not too far.
    fn check_simple_key(&mut self, level: usize) -> Result<bool, Problem> {
        let key = self.simple_keys[level];
        if !key.possible {
            return Ok(false);
        }
        if key.mark.line < self.cursor.line()
            || self
                .cursor
                .more_chars_than(key.mark.offset, SIMPLE_KEY_LENGTH)
        {
            if key.required {
                return Err(self.problem(key.mark, "could not find expected ':'"));
            }
            self.simple_keys[level].possible = false;
            return Ok(false);
        }
        Ok(true)
    }

    /// Notes that the token at the cursor may be a simple key, where one is allowed.
    pub(super) fn save_simple_key(&mut self) -> Result<(), Problem> {
        if !self.simple_key_allowed {
            return Ok(());
        }
        let mark = self.cursor.mark();
        let required = self.flow_level == 0 && self.indent == i64::from(mark.column);
        self.remove_simple_key()?;
        let token = self.taken + self.queue.len();
        if let Some(last) = self.simple_keys.last_mut() {
            *last = SimpleKey {
                possible: true,
                awaited: true,
                required,
                token,
                mark,
            };
        }
        Ok(())
    }

    /// Gives up the simple key of the current level; an error when it had to be one.
    pub(super) fn remove_simple_key(&mut self) -> Result<(), Problem> {
        let Some(key) = self.simple_keys.last_mut() else {
            return Ok(());
        };
        if key.possible && key.required {
            let mark = key.mark;
            return Err(self.problem(mark, "could not find expected ':'"));
        }
        key.possible = false;
        Ok(())
    }

    /// Takes the simple key of the current level for the colon at the cursor, when there is one.
    pub(super) fn take_simple_key(&mut self) -> Result<Option<SimpleKey>, Problem> {
        let level = self.simple_keys.len() - 1;
        if !self.check_simple_key(level)? {
            return Ok(None);
        }
        self.simple_keys[level].possible = false;
        Ok(Some(self.simple_keys[level]))
    }

    pub(super) fn increase_flow_level(&mut self) -> Result<(), Problem> {
        let token = self.taken + self.queue.len();
        let mark = self.cursor.mark();
        self.simple_keys.push(SimpleKey {
            token,
            mark,
            ..SimpleKey::default()
        });
        self.flow_level += 1;
        if self.flow_level > self.max_depth {
            return Err(self.too_deep(mark));
        }
        Ok(())
    }

    pub(super) fn decrease_flow_level(&mut self) {
        if self.flow_level == 0 {
            return;
        }
        self.flow_level -= 1;
        let closed = self.simple_keys.pop().unwrap_or_default();
        if let Some(outer) = self.simple_keys.last_mut()
            && outer.token == closed.token
        {
            // An empty collection is not waited for: go-yaml files the possible key of the
            // collection and that of its inside under the same number (`scannerc.go`).
            outer.awaited = false;
        }
    }

    /// Opens a block collection when `mark` is deeper than the current one; its token goes to the
    /// end of the queue, or before the token numbered `before`.
    pub(super) fn roll_indent(
        &mut self,
        mark: Mark,
        before: Option<usize>,
        kind: TokenKind<'a>,
    ) -> Result<(), Problem> {
        let column = i64::from(mark.column);
        if self.flow_level > 0 || self.indent >= column {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column;
        if self.indents.len() > self.max_depth {
            return Err(self.too_deep(mark));
        }
        match before {
            Some(token) => self.insert(token, kind, mark),
            None => self.append(kind, mark, mark),
        }
        Ok(())
    }

    /// Closes the block collections that are deeper than `column`.
    ///
    /// The end of a collection is placed before the comments at its parents' indentation, so that
    /// these belong to the parents.
    pub(super) fn unroll_indent(&mut self, column: i64, before: Mark) {
        if self.flow_level > 0 {
            return;
        }
        let mut end = match self.grammar {
            Grammar::V2 => self.cursor.mark(),
            Grammar::V3 => Mark {
                offset: self.cursor.offset_before(before.offset),
                ..before
            },
        };
        while self.indent > column {
            if self.grammar == Grammar::V3 {
                end = self.end_before_comments(end);
            }
            self.append(TokenKind::BlockEnd, end, end);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    /// Puts a token in front of the one numbered `token`.
    pub(super) fn insert(&mut self, token: usize, kind: TokenKind<'a>, mark: Mark) {
        // A token that is gone cannot be preceded any more; the parser reports what follows.
        let at = token.checked_sub(self.taken).unwrap_or(self.queue.len());
        self.queue.insert(
            at,
            Token {
                kind,
                start: mark,
                end: mark,
            },
        );
    }

    fn too_deep(&mut self, context: Mark) -> Problem {
        Problem {
            text: format!("exceeded max depth of {}", self.max_depth).into(),
            stage: Stage::Scanner,
            context: Some(context),
            at: self.cursor.mark(),
            kind: ErrorKind::Budget,
        }
    }
}
