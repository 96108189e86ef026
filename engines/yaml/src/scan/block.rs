//! Literal and folded block scalars.

use std::borrow::Cow;

use super::{Break, Grammar, Mark, Problem, ScalarStyle, Scanner, TokenKind};

/// What becomes of the line breaks at the end of a block scalar.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    /// `-`: none stays.
    Strip,
    /// One stays.
    Clip,
    /// `+`: all stay.
    Keep,
}

impl Scanner<'_> {
    pub(super) fn scan_block_scalar(&mut self, style: ScalarStyle) -> Result<(), Problem> {
        let literal = style == ScalarStyle::Literal;
        let start = self.cursor.mark();
        self.cursor.skip(1);
        let (chomping, increment) = self.scan_block_header(start)?;
        let mut indent = increment.map(|increment| self.indent.max(0) + increment);

        let text = self.cursor.text;
        let mut value = String::new();
        let mut breaks = String::new();
        let mut leading_break: Option<Break> = None;
        let mut leading_blank = false;
        let mut end = self.scan_block_breaks(&mut indent, &mut breaks, start)?;
        while !self.cursor.is_end() && Some(i64::from(self.cursor.column())) == indent {
            let blank = self.cursor.is_blank(0);
            match leading_break {
                Some(Break::Line) if !literal && !leading_blank && !blank => {
                    value.extend(breaks.is_empty().then_some(' '));
                }
                Some(read) => read.push_to(&mut value),
                None => {}
            }
            value.push_str(&breaks);
            breaks.clear();
            leading_blank = blank;

            let from = self.cursor.at;
            self.cursor.take_line();
            value.push_str(&text[from..self.cursor.at]);
            leading_break = self.cursor.is_break(0).then(|| self.cursor.take_break());
            end = self.scan_block_breaks(&mut indent, &mut breaks, start)?;
        }
        if chomping != Chomping::Strip
            && let Some(read) = leading_break
        {
            read.push_to(&mut value);
        }
        if chomping == Chomping::Keep {
            value.push_str(&breaks);
        }
        self.append(TokenKind::Scalar(Cow::Owned(value), style), start, end);
        Ok(())
    }

    /// Reads the rest of the line after `|` or `>`: chomping and indentation, in any order.
    fn scan_block_header(&mut self, start: Mark) -> Result<(Chomping, Option<i64>), Problem> {
        let mut chomping = None;
        let mut increment = None;
        loop {
            match self.cursor.peek(0) {
                b'+' if chomping.is_none() => chomping = Some(Chomping::Keep),
                b'-' if chomping.is_none() => chomping = Some(Chomping::Strip),
                b'0' if increment.is_none() => {
                    let text = "found an indentation indicator equal to 0";
                    return Err(self.problem(start, text));
                }
                digit @ b'1'..=b'9' if increment.is_none() => {
                    increment = Some(i64::from(digit - b'0'));
                }
                _ => break,
            }
            self.cursor.skip(1);
        }
        self.cursor.skip_blanks();
        if self.cursor.peek(0) == b'#' {
            if self.grammar == Grammar::V3 {
                self.scan_line_comment(start);
            }
            self.cursor.take_line();
        }
        if !self.cursor.is_break_or_end(0) {
            return Err(self.problem(start, "did not find expected comment or line break"));
        }
        if self.cursor.is_break(0) {
            self.cursor.take_break();
        }
        Ok((chomping.unwrap_or(Chomping::Clip), increment))
    }

    /// Moves over indentation and empty lines; finds the indentation out when it is not given.
    fn scan_block_breaks(
        &mut self,
        indent: &mut Option<i64>,
        breaks: &mut String,
        start: Mark,
    ) -> Result<Mark, Problem> {
        let mut end = self.cursor.mark();
        let mut deepest = 0;
        loop {
            let missing = |column: u32| indent.is_none_or(|indent| i64::from(column) < indent);
            let mut column = self.cursor.column();
            while self.cursor.peek(0) == b' ' && missing(column) {
                self.cursor.skip_blank();
                column += 1;
            }
            deepest = deepest.max(i64::from(column));
            if self.cursor.peek(0) == b'\t' && missing(column) {
                let text = "found a tab character where an indentation space is expected";
                return Err(self.problem(start, text));
            }
            if !self.cursor.is_break(0) {
                break;
            }
            self.cursor.take_break().push_to(breaks);
            end = self.cursor.mark();
        }
        if indent.is_none() {
            *indent = Some(deepest.max(self.indent + 1).max(1));
        }
        Ok(end)
    }
}
