//! Comments, and which token each belongs to: the rules of go-yaml v3 (`scannerc.go`).
//!
//! A comment on its own lines heads what follows. It is the foot of what came before when an empty
//! line separates it from what follows, or when it is indented less. A comment behind content on
//! the same line is that content's line comment.

use std::mem::take;

use super::{Appended, Mark, Scanner, TokenKind};

/// go-yaml looks this far for the next comment line.
const LOOKAHEAD: usize = 512;

/// One comment, waiting for the parser to reach its token.
#[derive(Default)]
pub(super) struct Comment {
    /// Where the scan began that found it.
    scan: u32,
    /// It belongs to the first token that starts here or later.
    token: u32,
    start: Mark,
    /// Where the scan for what follows it ended.
    end: u32,
    text: Comments,
}

/// The comments around a node, each with its `#`; lines are separated by line feeds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comments {
    /// Lines above, without an empty line between.
    pub head: String,
    /// Behind the content on its line.
    pub line: String,
    /// Lines below, with an empty line after them.
    pub foot: String,
}

impl Comments {
    /// Whether there is no comment at all.
    pub fn is_empty(&self) -> bool {
        self.head.is_empty() && self.line.is_empty() && self.foot.is_empty()
    }
}

impl Scanner<'_> {
    /// Moves the comments that belong to the token at the head of the queue to `into`.
    pub fn unfold_comments(&mut self, into: &mut Comments) {
        let Some(token) = self.queue.front() else {
            return;
        };
        while let Some(comment) = self.comments.get_mut(self.comments_taken) {
            if token.start.offset < comment.token {
                return;
            }
            // An end has no head; it waits for the token behind.
            if !comment.text.head.is_empty() && matches!(token.kind, TokenKind::BlockEnd) {
                return;
            }
            let text = take(comment).text;
            for (all, one) in [
                (&mut into.head, text.head),
                (&mut into.foot, text.foot),
                (&mut into.line, text.line),
            ] {
                if !all.is_empty() && !one.is_empty() {
                    all.push('\n');
                }
                all.push_str(&one);
            }
            self.comments_taken += 1;
        }
    }

    /// Where a line comment behind the next token belongs: to that token, or for a colon and a
    /// comma to the token before it.
    pub(super) fn line_comment_owner(&mut self) -> Mark {
        let owner = match (self.flow_level, self.cursor.peek(0)) {
            (0, b':') => self.appended[0],
            (level, b',') if level > 0 => self.appended[0],
            _ => None,
        };
        owner.map_or_else(|| self.cursor.mark(), |(_, start)| start)
    }

    /// Reads a comment that follows on the same line.
    pub(super) fn scan_line_comment(&mut self, owner: Mark) {
        if self.cursor.newlines > 0 {
            return;
        }
        let blanks = self
            .cursor
            .rest()
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t'));
        let ahead = blanks.count();
        if ahead >= LOOKAHEAD || self.cursor.peek(ahead) != b'#' {
            return;
        }
        self.cursor.skip_blanks();
        let start = self.cursor.mark();
        let line = self.cursor.take_line().to_owned();
        let text = Comments {
            line,
            ..Comments::default()
        };
        self.comments.push(Comment {
            token: owner.offset,
            start,
            text,
            ..Comment::default()
        });
    }

    /// Makes the comment behind the dash of a sequence's first entry a head comment when content
    /// follows on the next lines:
    ///
    /// ```yaml
    /// - # comment
    ///   content: here
    /// ```
    pub(super) fn turn_line_comment_into_head(&mut self) {
        let [
            Some((Appended::BlockEntry, _)),
            Some((Appended::BlockSequenceStart, _)),
        ] = self.appended
        else {
            return;
        };
        if self.cursor.is_break(0) {
            return;
        }
        let Some(comment) = self.comments.last_mut() else {
            return;
        };
        if comment.text.line.is_empty() {
            return;
        }
        comment.text.head = take(&mut comment.text.line);
        if comment.start.line + 1 == self.cursor.line() {
            comment.token = self.cursor.mark().offset;
        }
    }

    /// Reads the comment lines at the cursor.
    pub(super) fn scan_comments(&mut self, before: Mark) {
        let ([Some((Appended::FlowEntry, _)), Some(owner)] | [Some(owner), _]) = self.appended
        else {
            return;
        };
        let here = self.cursor.mark();
        let newlines = self.cursor.newlines;
        let mut scan = before.offset;
        let mut token = owner.1.offset;
        let indent = self.indent.max(0);
        let mut recent_empty = false;
        let mut first_empty = newlines <= 1;
        let mut line = here.line;
        let mut column = i64::from(here.column);
        // A comment is a foot of what came before only when it starts on this line.
        let foot_line = (before.line > 0).then(|| {
            let inline = newlines == 0 && here.column > 1;
            (here.line + 1 + u32::from(inline)).saturating_sub(newlines)
        });
        let mut start = Mark::default();
        let mut text = String::new();

        let mut ahead = 0;
        while ahead < LOOKAHEAD {
            column += 1;
            if self.cursor.is_blank(ahead) {
                ahead += 1;
                continue;
            }
            let byte = self.cursor.peek(ahead);
            let offset = here_offset(self.cursor.at + ahead);
            let closes = self.flow_level > 0 && matches!(byte, b']' | b'}');
            let dedented = i64::from(start.column) - 1 < indent;
            if closes || self.cursor.is_break_or_end(ahead) {
                if closes || !recent_empty {
                    let on_foot_line = Some(start.line) == foot_line;
                    let foot =
                        first_empty && (on_foot_line && owner.0 != Appended::Value || dedented);
                    if closes || foot {
                        if !text.is_empty() {
                            if dedented {
                                token = start.offset;
                            }
                            self.push_foot(&mut text, scan, token, start, offset);
                            scan = offset;
                            token = offset;
                        }
                    } else if !text.is_empty() && byte != 0 {
                        text.push('\n');
                    }
                }
                if !self.cursor.is_break(ahead) {
                    break;
                }
                first_empty = false;
                recent_empty = true;
                column = 0;
                line += 1;
                ahead += 1;
                continue;
            }
            if !text.is_empty() && column - 1 < indent && column != i64::from(start.column) {
                // At another indentation than the lines before: these are a foot.
                self.push_foot(&mut text, scan, token, start, offset);
                scan = offset;
                token = offset;
            }
            if byte != b'#' {
                break;
            }
            if text.is_empty() {
                let column = u32::try_from(column).unwrap_or(u32::MAX);
                start = Mark {
                    offset,
                    line,
                    column,
                };
            } else {
                text.push('\n');
            }
            recent_empty = false;
            let hash = self.cursor.at + ahead;
            while self.cursor.at < hash {
                if self.cursor.is_break(0) {
                    self.cursor.take_break();
                } else {
                    self.cursor.skip_blank();
                }
            }
            text.push_str(self.cursor.take_line());
            // The line break itself was looked at with the line.
            ahead = 1;
            column = 0;
            line = self.cursor.line();
        }
        if !text.is_empty() {
            let end = here_offset(self.cursor.at + ahead).saturating_sub(1);
            let text = Comments {
                head: text,
                ..Comments::default()
            };
            self.comments.push(Comment {
                scan,
                token: start.offset,
                start,
                end,
                text,
            });
        }
    }

    fn push_foot(&mut self, text: &mut String, scan: u32, token: u32, start: Mark, end: u32) {
        let text = Comments {
            foot: take(text),
            ..Comments::default()
        };
        self.comments.push(Comment {
            scan,
            token,
            start,
            end,
            text,
        });
    }

    /// Where the block collection that ends now ends: before the comments at its own indentation,
    /// as far as nothing but comments lies between.
    pub(super) fn end_before_comments(&self, end: Mark) -> Mark {
        let mut block_end = end;
        let mut stop = end.offset;
        for comment in self.comments.iter().rev() {
            if comment.end < stop {
                break;
            }
            if i64::from(comment.start.column) == self.indent + 1 {
                block_end = comment.start;
            }
            stop = comment.scan;
        }
        block_end
    }
}

/// An offset as marks hold it; the decoder refuses inputs that do not fit.
fn here_offset(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
