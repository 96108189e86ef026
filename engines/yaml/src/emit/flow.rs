//! Plain, single-quoted and double-quoted scalars.

use std::fmt::Write as _;

use super::chars::{is_break, is_printable};
use super::writer::{Indicator, LineBreaks, Writer};

impl Writer {
    /// Writes a text that may be plain. It has no line breaks.
    pub fn write_plain(&mut self, text: &str, breaks: LineBreaks) {
        if !text.is_empty() && !self.whitespace {
            self.put(' ');
        }
        // Folding needs a space beyond the width.
        if breaks == LineBreaks::Forbidden || self.has_room_for(text) {
            self.put_text(text);
        } else {
            let mut after_space = false;
            let mut chars = text.chars().peekable();
            while let Some(char) = chars.next() {
                let space = char == ' ';
                if space && !after_space && self.is_beyond_width() && chars.peek() != Some(&' ') {
                    self.write_indent();
                } else {
                    self.put(char);
                }
                after_space = space;
            }
        }
        if !text.is_empty() {
            self.whitespace = false;
        }
        self.indention = false;
    }

    pub fn write_single_quoted(&mut self, text: &str, breaks: LineBreaks) {
        self.write_indicator("'", Indicator::Spaced);
        let (mut after_space, mut after_break) = (false, false);
        let mut chars = text.char_indices().peekable();
        while let Some((at, char)) = chars.next() {
            let next = chars.peek().map(|(_, char)| *char);
            if char == ' ' {
                let fold = breaks == LineBreaks::Allowed
                    && !after_space
                    && self.is_beyond_width()
                    && at > 0
                    && next.is_some_and(|next| next != ' ');
                if fold {
                    self.write_indent();
                } else {
                    self.put(char);
                }
                after_space = true;
            } else if is_break(char) {
                if !after_break && char == '\n' {
                    self.put_break();
                }
                self.put_break_char(char);
                after_break = true;
            } else {
                if after_break {
                    self.write_indent();
                }
                if char == '\'' {
                    self.put('\'');
                }
                self.put(char);
                self.indention = false;
                after_space = false;
                after_break = false;
            }
        }
        self.write_indicator("'", Indicator::Tight);
        self.whitespace = false;
        self.indention = false;
    }

    pub fn write_double_quoted(&mut self, text: &str, breaks: LineBreaks) {
        self.write_indicator("\"", Indicator::Spaced);
        // Every character of a text that starts with a byte order mark is escaped (`is_bom` in
        // `yamlprivateh.go` looks at the start of the text, wherever the writer is).
        let escape_all = text.starts_with('\u{feff}');
        let mut after_space = false;
        let mut chars = text.char_indices().peekable();
        while let Some((at, char)) = chars.next() {
            let escape =
                escape_all || !is_printable(char) || is_break(char) || matches!(char, '"' | '\\');
            if escape {
                self.put_escape(char);
                after_space = false;
            } else if char == ' ' {
                let next = chars.peek().map(|(_, char)| *char);
                let fold = breaks == LineBreaks::Allowed
                    && !after_space
                    && self.is_beyond_width()
                    && at > 0
                    && next.is_some();
                if fold {
                    self.write_indent();
                    if next == Some(' ') {
                        self.put('\\');
                    }
                } else {
                    self.put(char);
                }
                after_space = true;
            } else {
                self.put(char);
                after_space = false;
            }
        }
        self.write_indicator("\"", Indicator::Tight);
        self.whitespace = false;
        self.indention = false;
    }

    fn put_escape(&mut self, char: char) {
        let start = self.out.len();
        let code = u32::from(char);
        let short = match char {
            '\0' => '0',
            '\u{7}' => 'a',
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{b}' => 'v',
            '\u{c}' => 'f',
            '\r' => 'r',
            '\u{1b}' => 'e',
            '"' => '"',
            '\\' => '\\',
            '\u{85}' => 'N',
            '\u{a0}' => '_',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            _ => {
                // Writing to a string cannot fail.
                let _ = match code {
                    0..=0xFF => write!(self.out, "\\x{code:02X}"),
                    0x100..=0xFFFF => write!(self.out, "\\u{code:04X}"),
                    _ => write!(self.out, "\\U{code:08X}"),
                };
                self.column += self.out.len() - start;
                return;
            }
        };
        self.put('\\');
        self.put(short);
    }
}
