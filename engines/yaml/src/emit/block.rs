//! Literal and folded block scalars.

use super::chars::{is_blank, is_break};
use super::writer::{INDENT, Indicator, Writer};

impl Writer {
    /// Writes `|` or `>` and what must be known before the lines: their indentation when the first
    /// one starts with a space, and what becomes of the line breaks at the end.
    pub fn write_block_header(&mut self, indicator: &str, text: &str) {
        self.write_indicator(indicator, Indicator::Spaced);
        if text.starts_with(|char| char == ' ' || is_break(char)) {
            self.write_indicator(&INDENT.to_string(), Indicator::Tight);
        }
        let mut from_end = text.chars().rev();
        match (from_end.next(), from_end.next()) {
            (Some(last), _) if !is_break(last) => self.write_indicator("-", Indicator::Tight),
            (None, _) => self.write_indicator("-", Indicator::Tight),
            (Some(_), None) => self.write_indicator("+", Indicator::Tight),
            (Some(_), Some(before)) if is_break(before) => {
                self.write_indicator("+", Indicator::Tight);
            }
            _ => {}
        }
    }

    /// Writes the lines of a literal block, behind its header's line break.
    pub fn write_literal_lines(&mut self, text: &str) {
        self.whitespace = true;
        let mut after_break = true;
        let mut rest = text;
        while let Some(char) = rest.chars().next() {
            if is_break(char) {
                self.put_break_char(char);
                after_break = true;
                rest = &rest[char.len_utf8()..];
                continue;
            }
            if after_break {
                self.write_indent();
            }
            let end = rest.find(is_break).unwrap_or(rest.len());
            self.put_text(&rest[..end]);
            rest = &rest[end..];
            self.indention = false;
            after_break = false;
        }
    }

    /// Writes the lines of a folded block, behind its header's line break.
    pub fn write_folded_lines(&mut self, text: &str) {
        self.whitespace = true;
        let mut after_break = true;
        let mut leading_blank = true;
        // Where the text goes on after the line breaks it starts with: upstream looks there, and
        // not behind the break it is at, to decide whether a line break must be doubled.
        let opening = text.trim_start_matches(is_break).chars().next();
        let doubles = opening.is_some_and(|char| !is_blank(char));
        let mut chars = text.chars().peekable();
        while let Some(char) = chars.next() {
            if is_break(char) {
                if !after_break && !leading_blank && char == '\n' && doubles {
                    self.put_break();
                }
                self.put_break_char(char);
                after_break = true;
                continue;
            }
            if after_break {
                self.write_indent();
                leading_blank = is_blank(char);
            }
            let fold = !after_break
                && char == ' '
                && self.is_beyond_width()
                && chars.peek().is_some_and(|next| *next != ' ');
            if fold {
                self.write_indent();
            } else {
                self.put(char);
            }
            self.indention = false;
            after_break = false;
        }
    }
}
