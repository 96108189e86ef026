//! A place in the text that moves forward, and the classes of characters there.

use memchr::memchr2;

/// A place in the text: a byte offset, and line and column counted from 0 (the column in
/// characters).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mark {
    pub offset: u32,
    pub line: u32,
    pub column: u32,
}

/// A line break as it enters a scalar's value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Break {
    /// LF, CR, CR LF and NEL all read as a line feed.
    Line,
    /// U+2028, kept as it is.
    LineSeparator,
    /// U+2029, kept as it is.
    ParagraphSeparator,
}

impl Break {
    pub fn push_to(self, text: &mut String) {
        text.push(match self {
            Self::Line => '\n',
            Self::LineSeparator => '\u{2028}',
            Self::ParagraphSeparator => '\u{2029}',
        });
    }
}

/// Reads the text from front to back. Past the end every byte reads as 0, which the text itself
/// cannot hold.
pub(super) struct Cursor<'a> {
    pub text: &'a str,
    bytes: &'a [u8],
    pub at: usize,
    line: u32,
    line_start: usize,
    /// The last column asked for: offset and column, so that counting characters stays linear.
    counted: (usize, u32),
    ascii: bool,
    /// Line breaks since the last character that is not blank.
    pub newlines: u32,
}

impl<'a> Cursor<'a> {
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            line: 0,
            line_start: 0,
            counted: (0, 0),
            ascii: text.is_ascii(),
            newlines: 0,
        }
    }

    /// The byte `ahead` of the cursor, 0 past the end.
    #[inline]
    pub fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// The bytes from the cursor on.
    pub fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at.min(self.bytes.len())..]
    }

    pub fn is_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    pub fn line(&self) -> u32 {
        self.line
    }

    /// The column in characters.
    #[inline]
    pub fn column(&mut self) -> u32 {
        if self.ascii {
            return narrow(self.at - self.line_start);
        }
        let (from, column) = match self.counted {
            (offset, column) if offset >= self.line_start => (offset, column),
            _ => (self.line_start, 0),
        };
        let chars = self.bytes[from..self.at]
            .iter()
            .filter(|byte| **byte & 0xC0 != 0x80)
            .count();
        self.counted = (self.at, column + narrow(chars));
        self.counted.1
    }

    pub fn mark(&mut self) -> Mark {
        Mark {
            offset: narrow(self.at),
            line: self.line,
            column: self.column(),
        }
    }

    /// Where the character before `offset` starts.
    pub fn offset_before(&self, offset: u32) -> u32 {
        let before = (0..offset)
            .rev()
            .find(|at| self.text.is_char_boundary(*at as usize));
        before.unwrap_or(0)
    }

    /// How many characters lie between `from` and the cursor, counted only as far as `limit`
    /// matters.
    pub fn more_chars_than(&self, from: u32, limit: usize) -> bool {
        let from = from as usize;
        if self.at - from <= limit {
            return false;
        }
        self.at - from > 4 * limit
            || self.bytes[from..self.at]
                .iter()
                .filter(|byte| **byte & 0xC0 != 0x80)
                .count()
                > limit
    }

    /// Whether a blank (space or tab) lies `ahead`.
    #[inline]
    pub fn is_blank(&self, ahead: usize) -> bool {
        matches!(self.peek(ahead), b' ' | b'\t')
    }

    /// Whether a line break lies `ahead`.
    #[inline]
    pub fn is_break(&self, ahead: usize) -> bool {
        match self.peek(ahead) {
            b'\n' | b'\r' => true,
            0xC2 => self.peek(ahead + 1) == 0x85,
            0xE2 => self.peek(ahead + 1) == 0x80 && matches!(self.peek(ahead + 2), 0xA8 | 0xA9),
            _ => false,
        }
    }

    /// Whether a line break or the end lies `ahead`.
    #[inline]
    pub fn is_break_or_end(&self, ahead: usize) -> bool {
        self.peek(ahead) == 0 || self.is_break(ahead)
    }

    /// Whether a blank, a line break or the end lies `ahead`.
    #[inline]
    pub fn is_space_or_end(&self, ahead: usize) -> bool {
        self.is_blank(ahead) || self.is_break_or_end(ahead)
    }

    /// Whether a letter, a digit, `_` or `-` lies ahead.
    pub fn is_word(&self) -> bool {
        matches!(self.peek(0), b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'-')
    }

    /// Whether `---` or `...` stands alone at the start of this line.
    #[inline]
    pub fn is_document_indicator(&self) -> bool {
        self.at == self.line_start
            && matches!(
                (self.peek(0), self.peek(1), self.peek(2)),
                (b'-', b'-', b'-') | (b'.', b'.', b'.')
            )
            && self.is_space_or_end(3)
    }

    /// Moves over `count` ASCII characters that are neither blank nor line breaks.
    pub fn skip(&mut self, count: usize) {
        self.at += count;
        self.newlines = 0;
    }

    /// Moves over one blank.
    #[inline]
    pub fn skip_blank(&mut self) {
        self.at += 1;
    }

    /// Moves over blanks.
    pub fn skip_blanks(&mut self) {
        while self.is_blank(0) {
            self.at += 1;
        }
    }

    /// Moves to the next line break or the end; gives what lies between.
    pub fn take_line(&mut self) -> &'a str {
        let from = self.at;
        if self.ascii {
            let rest = self.rest();
            self.at += memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        } else {
            loop {
                match self.peek(0) {
                    b'\n' | b'\r' => break,
                    0 if self.is_end() => break,
                    0xC2 | 0xE2 if self.is_break(0) => break,
                    _ => self.at += 1,
                }
            }
        }
        let line = &self.text[from..self.at];
        if line.bytes().any(|byte| byte != b' ' && byte != b'\t') {
            self.newlines = 0;
        }
        line
    }

    /// Moves over the line break ahead, of which there must be one; gives what it reads as.
    #[inline]
    pub fn take_break(&mut self) -> Break {
        let (width, read) = match (self.peek(0), self.peek(1), self.peek(2)) {
            (b'\r', b'\n', _) | (0xC2, ..) => (2, Break::Line),
            (0xE2, _, 0xA8) => (3, Break::LineSeparator),
            (0xE2, ..) => (3, Break::ParagraphSeparator),
            _ => (1, Break::Line),
        };
        self.at += width;
        self.start_line();
        self.newlines += 1;
        read
    }

    /// Counts a new line at the cursor, as the end of the stream does after an unfinished line.
    pub fn start_line(&mut self) {
        self.line += 1;
        self.line_start = self.at;
    }
}

/// Offsets fit 32 bits: the decoder refuses larger inputs first.
fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
