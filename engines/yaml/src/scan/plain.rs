//! Plain scalars.

use std::borrow::Cow;

use super::{Break, Problem, ScalarStyle, Scanner, TokenKind};

/// Bytes that a plain scalar's fast loop must look at: blanks, breaks and their first bytes, the
/// colon, the indicators of flow collections, and the 0 past the end.
const STOPS: [bool; 256] = {
    let mut table = [false; 256];
    let stops = b"\0 \t\r\n:,?[]{}\xC2\xE2";
    let mut at = 0;
    while at < stops.len() {
        table[stops[at] as usize] = true;
        at += 1;
    }
    table
};

impl Scanner<'_> {
    pub(super) fn scan_plain(&mut self) -> Result<(), Problem> {
        let start = self.cursor.mark();
        let indent = self.indent + 1;
        let text = self.cursor.text;
        // The value is the slice from `slice` to `end`, behind what was joined before.
        let mut joined: Option<String> = None;
        let mut slice = self.cursor.at;
        let mut end = start;
        let mut breaks: Option<(Break, String)> = None;
        loop {
            if self.cursor.is_document_indicator() || self.cursor.peek(0) == b'#' {
                break;
            }
            let run = self.cursor.at;
            self.skip_plain_run();
            if self.cursor.at > run {
                if let Some((first, more)) = breaks.take() {
                    let value = joined.get_or_insert_default();
                    value.push_str(&text[slice..end.offset as usize]);
                    fold(first, &more, value);
                    slice = run;
                }
                self.cursor.newlines = 0;
                end = self.cursor.mark();
            }
            if !(self.cursor.is_blank(0) || self.cursor.is_break(0)) {
                break;
            }
            while self.cursor.is_blank(0) || self.cursor.is_break(0) {
                if self.cursor.is_break(0) {
                    let read = self.cursor.take_break();
                    match &mut breaks {
                        None => breaks = Some((read, String::new())),
                        Some((_, more)) => read.push_to(more),
                    }
                    continue;
                }
                if breaks.is_some()
                    && self.cursor.peek(0) == b'\t'
                    && i64::from(self.cursor.column()) < indent
                {
                    let text = "found a tab character that violates indentation";
                    return Err(self.problem(start, text));
                }
                self.cursor.skip_blank();
            }
            if self.flow_level == 0 && i64::from(self.cursor.column()) < indent {
                break;
            }
        }
        let rest = &text[slice..end.offset as usize];
        let value = match joined {
            None => Cow::Borrowed(rest),
            Some(mut value) => {
                value.push_str(rest);
                Cow::Owned(value)
            }
        };
        self.append(TokenKind::Scalar(value, ScalarStyle::Plain), start, end);
        if breaks.is_some() {
            self.simple_key_allowed = true;
        }
        Ok(())
    }

    /// Moves over characters that belong to a plain scalar and are no blanks.
    fn skip_plain_run(&mut self) {
        loop {
            let bytes = self.cursor.rest();
            let run = bytes.iter().position(|byte| STOPS[usize::from(*byte)]);
            self.cursor.at += run.unwrap_or(bytes.len());
            match self.cursor.peek(0) {
                b':' if self.cursor.is_space_or_end(1) => return,
                b',' | b'?' | b'[' | b']' | b'{' | b'}' if self.flow_level > 0 => return,
                0 | b' ' | b'\t' | b'\r' | b'\n' => return,
                0xC2 | 0xE2 if self.cursor.is_break(0) => return,
                _ => self.cursor.at += 1,
            }
        }
    }
}

/// Joins two lines: a single line feed becomes a space, the first of several disappears; the
/// Unicode separators stay.
pub(super) fn fold(first: Break, more: &str, value: &mut String) {
    if first != Break::Line {
        first.push_to(value);
    } else if more.is_empty() {
        value.push(' ');
    }
    value.push_str(more);
}
