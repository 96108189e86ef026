//! Single- and double-quoted scalars.

use std::borrow::Cow;

use super::plain::fold;
use super::{Break, Mark, Problem, ScalarStyle, Scanner, TokenKind};

impl Scanner<'_> {
    pub(super) fn scan_quoted(&mut self, style: ScalarStyle) -> Result<(), Problem> {
        let single = style == ScalarStyle::SingleQuoted;
        let quote = if single { b'\'' } else { b'"' };
        let start = self.cursor.mark();
        self.cursor.skip(1);
        let text = self.cursor.text;
        // The value is the slice from `slice` to the cursor, behind what was joined before.
        let mut joined: Option<String> = None;
        let mut slice = self.cursor.at;
        loop {
            if self.cursor.is_document_indicator() {
                return Err(self.problem(start, "found unexpected document indicator"));
            }
            if self.cursor.is_end() {
                return Err(self.problem(start, "found unexpected end of stream"));
            }
            let mut escaped_break = false;
            while !self.cursor.is_space_or_end(0) {
                match self.cursor.peek(0) {
                    b'\'' if single && self.cursor.peek(1) == b'\'' => {
                        let value = joined.get_or_insert_default();
                        value.push_str(&text[slice..=self.cursor.at]);
                        self.cursor.skip(2);
                        slice = self.cursor.at;
                    }
                    byte if byte == quote => break,
                    b'\\' if !single => {
                        let value = joined.get_or_insert_default();
                        value.push_str(&text[slice..self.cursor.at]);
                        if self.cursor.is_break(1) {
                            self.cursor.skip(1);
                            self.cursor.take_break();
                            slice = self.cursor.at;
                            escaped_break = true;
                            break;
                        }
                        let char = self.scan_escape(start)?;
                        joined.get_or_insert_default().push(char);
                        slice = self.cursor.at;
                    }
                    _ => self.skip_quoted_run(),
                }
            }
            if self.cursor.peek(0) == quote {
                break;
            }
            let blanks = self.cursor.at;
            let mut breaks: Option<(Break, String)> = None;
            let mut indented = escaped_break;
            while self.cursor.is_blank(0) || self.cursor.is_break(0) {
                if self.cursor.is_blank(0) {
                    self.cursor.skip_blank();
                    continue;
                }
                let read = self.cursor.take_break();
                match &mut breaks {
                    // After an escaped break the next one already counts as an empty line.
                    None if !indented => breaks = Some((read, String::new())),
                    None => {
                        let mut more = String::new();
                        read.push_to(&mut more);
                        joined.get_or_insert_default().push_str(&more);
                    }
                    Some((_, more)) => read.push_to(more),
                }
                indented = true;
            }
            if indented {
                let value = joined.get_or_insert_default();
                if !escaped_break {
                    value.push_str(&text[slice..blanks]);
                }
                if let Some((first, more)) = breaks {
                    fold(first, &more, value);
                }
                slice = self.cursor.at;
            }
        }
        let rest = &text[slice..self.cursor.at];
        let value = match joined {
            None => Cow::Borrowed(rest),
            Some(mut value) => {
                value.push_str(rest);
                Cow::Owned(value)
            }
        };
        self.cursor.skip(1);
        let end = self.cursor.mark();
        self.append(TokenKind::Scalar(value, style), start, end);
        Ok(())
    }

    /// Moves over one character or more that mean themselves.
    fn skip_quoted_run(&mut self) {
        let bytes = self.cursor.rest();
        let plain = bytes
            .iter()
            .skip(1)
            .position(|byte| {
                matches!(
                    byte,
                    b' ' | b'\t' | b'\r' | b'\n' | b'\'' | b'"' | b'\\' | 0xC2 | 0xE2
                )
            })
            .unwrap_or(bytes.len() - 1);
        self.cursor.skip(plain + 1);
    }

    /// Reads the escape sequence at the cursor.
    fn scan_escape(&mut self, start: Mark) -> Result<char, Problem> {
        let digits = match self.cursor.peek(1) {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            short => {
                let Some(char) = short_escape(short) else {
                    return Err(self.problem(start, "found unknown escape character"));
                };
                self.cursor.skip(2);
                return Ok(char);
            }
        };
        self.cursor.skip(2);
        let mut code: u32 = 0;
        for ahead in 0..digits {
            let Some(digit) = char::from(self.cursor.peek(ahead)).to_digit(16) else {
                return Err(self.problem(start, "did not find expected hexdecimal number"));
            };
            code = code << 4 | digit;
        }
        let Some(char) = char::from_u32(code) else {
            return Err(self.problem(start, "found invalid Unicode character escape code"));
        };
        self.cursor.skip(digits);
        Ok(char)
    }
}

fn short_escape(letter: u8) -> Option<char> {
    Some(match letter {
        b'0' => '\0',
        b'a' => '\u{7}',
        b'b' => '\u{8}',
        b't' | b'\t' => '\t',
        b'n' => '\n',
        b'v' => '\u{b}',
        b'f' => '\u{c}',
        b'r' => '\r',
        b'e' => '\u{1b}',
        b' ' => ' ',
        b'"' => '"',
        b'\'' => '\'',
        b'\\' => '\\',
        b'N' => '\u{85}',
        b'_' => '\u{a0}',
        b'L' => '\u{2028}',
        b'P' => '\u{2029}',
        _ => return None,
    })
}
