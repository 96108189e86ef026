//! The scanner. It stays one action ahead of the parser; a mistake becomes the last token, so that the parser meets it where it
//! stands and can say in which action (Go: `text/template/parse/lex.go` for the rules).

use memchr::memchr;
use memchr::memmem::Finder;

use super::ast::Span;
use super::chars::{
    begins_with_trim, code_point, ends_with_trim, first_char, is_alphanumeric, is_name_byte,
    is_space, leading_name, leading_space, trimmed_len,
};
use super::token::{Kind, Token};
use crate::fmt::quote;

const LEFT: &[u8] = b"{{";
const RIGHT: &[u8] = b"}}";
const COMMENT_START: &[u8] = b"/*";
const COMMENT_END: &[u8] = b"*/";

/// A scan of a text of less than 4 GiB, which goes on as far as the parser asks for.
pub(super) struct Scanner<'t> {
    text: &'t [u8],
    /// Finds left delimiters.
    left: Finder<'static>,
    at: usize,
    /// Where the token under work begins.
    start: usize,
    /// The tokens of the piece that was scanned last. The last of all is `Eof` or `Error`. Comments leave none.
    pub(super) tokens: Vec<Token>,
    /// What the error is, if the last token is one.
    pub(super) problem: String,
}

/// What a scan step gives; the error is the text of the error token.
type Step = Result<(), String>;

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t [u8]) -> Self {
        Self {
            text,
            left: Finder::new(LEFT),
            at: 0,
            start: 0,
            tokens: Vec::with_capacity(64),
            problem: String::new(),
        }
    }

    /// Scans text and the action after it, in place of the piece before. Do not ask for more after the last token.
    pub(super) fn piece(&mut self) {
        self.tokens.clear();
        if let Err(problem) = self.text_and_action() {
            self.push(Kind::Error);
            self.problem = problem;
        }
    }

    fn text_and_action(&mut self) -> Step {
        if self.text_part()? {
            return self.action();
        }
        self.push(Kind::Eof);
        Ok(())
    }

    fn rest(&self) -> &'t [u8] {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn accept(&mut self, valid: &[u8]) -> bool {
        let accepted = self.peek().is_some_and(|next| valid.contains(&next));
        self.at += usize::from(accepted);
        accepted
    }

    fn accept_run(&mut self, valid: &[u8]) {
        while self.accept(valid) {}
    }

    fn push(&mut self, kind: Kind) {
        self.tokens.push(Token {
            kind,
            span: Span::new(self.start, self.at),
        });
        self.start = self.at;
    }

    /// Moves on without a token.
    fn skip(&mut self, len: usize) {
        self.at += len;
        self.start = self.at;
    }

    /// Plain text up to the next action; false at the end of the source. Comments are passed over here.
    fn text_part(&mut self) -> Result<bool, String> {
        loop {
            let rest = self.rest();
            let Some(len) = self.left.find(rest) else {
                self.at = self.text.len();
                if self.at > self.start {
                    self.push(Kind::Text);
                }
                return Ok(false);
            };
            let trims = begins_with_trim(&rest[len + LEFT.len()..]);
            let kept = if trims {
                trimmed_len(&rest[..len])
            } else {
                len
            };
            if kept > 0 {
                self.at += kept;
                self.push(Kind::Text);
            }
            self.skip(len - kept);
            let marker = LEFT.len() + if trims { 2 } else { 0 };
            if !self.rest()[marker..].starts_with(COMMENT_START) {
                self.at += LEFT.len();
                self.push(Kind::LeftDelimiter);
                self.skip(marker - LEFT.len());
                return Ok(true);
            }
            self.skip(marker);
            self.comment()?;
        }
    }

    /// A comment from its opening marker to the text after its action.
    fn comment(&mut self) -> Step {
        let inner = &self.rest()[COMMENT_START.len()..];
        let Some(len) = memchr::memmem::find(inner, COMMENT_END) else {
            return Err("unclosed comment".to_owned());
        };
        self.at += COMMENT_START.len() + len + COMMENT_END.len();
        let Some(trims) = self.right_delimiter() else {
            return Err("comment ends before closing delimiter".to_owned());
        };
        self.at += RIGHT.len() + if trims { 2 } else { 0 };
        self.trim_following(trims);
        Ok(())
    }

    /// Whether a right delimiter stands here, and with it whether it trims the text that follows.
    fn right_delimiter(&self) -> Option<bool> {
        let rest = self.rest();
        if ends_with_trim(rest) && rest[2..].starts_with(RIGHT) {
            return Some(true);
        }
        rest.starts_with(RIGHT).then_some(false)
    }

    fn trim_following(&mut self, trims: bool) {
        let space = if trims { leading_space(self.rest()) } else { 0 };
        self.skip(space);
    }

    /// Everything between the delimiters, and the right one.
    fn action(&mut self) -> Step {
        let mut depth = 0_usize;
        loop {
            let next = self.peek();
            if next.is_some_and(|next| next == b'}' || is_space(next))
                && let Some(trims) = self.right_delimiter()
            {
                if depth > 0 {
                    return Err("unclosed left paren".to_owned());
                }
                if trims {
                    self.skip(2);
                }
                self.at += RIGHT.len();
                self.push(Kind::RightDelimiter);
                self.trim_following(trims);
                return Ok(());
            }
            let Some(next) = next else {
                return Err("unclosed action".to_owned());
            };
            self.at += 1;
            match next {
                b' ' | b'\t' | b'\r' | b'\n' => self.space(),
                b'=' => self.push(Kind::Assign),
                b':' => {
                    if !self.accept(b"=") {
                        return Err("expected :=".to_owned());
                    }
                    self.push(Kind::Declare);
                }
                b'|' => self.push(Kind::Pipe),
                b'"' => self.quoted(b'"', Kind::Str, "unterminated quoted string")?,
                b'\'' => {
                    self.quoted(b'\'', Kind::CharConstant, "unterminated character constant")?;
                }
                b'`' => self.raw_string()?,
                b'$' => self.name(Kind::Variable, Kind::Variable)?,
                // At the end of the text a dot counts as the beginning of a number.
                b'.' if self.peek().is_some_and(|next| !next.is_ascii_digit()) => {
                    self.name(Kind::Dot, Kind::Field)?;
                }
                b'(' => {
                    depth += 1;
                    self.push(Kind::LeftParen);
                }
                b')' => {
                    depth = depth.checked_sub(1).ok_or("unexpected right paren")?;
                    self.push(Kind::RightParen);
                }
                b'.' | b'+' | b'-' | b'0'..=b'9' => {
                    self.at = self.start;
                    self.number()?;
                }
                _ if is_name_byte(next) => self.word()?,
                b' '..=b'~' => self.push(Kind::Char),
                _ => {
                    self.at = self.start;
                    match first_char(self.rest()) {
                        Some((letter, _)) if is_alphanumeric(letter) => self.word()?,
                        other => {
                            return Err(format!(
                                "unrecognized character in action: {}",
                                other.map_or_else(String::new, |(c, _)| code_point(c))
                            ));
                        }
                    }
                }
            }
        }
    }

    /// A run of spaces, whose last one may belong to a trimming right delimiter.
    fn space(&mut self) {
        self.at += leading_space(self.rest());
        let rest = self.rest();
        if rest.first() == Some(&b'-') && rest[1..].starts_with(RIGHT) {
            self.at -= 1;
            if self.at == self.start {
                return;
            }
        }
        self.push(Kind::Space);
    }

    fn quoted(&mut self, quote: u8, kind: Kind, unterminated: &str) -> Step {
        loop {
            let next = self.peek();
            self.at += 1;
            match next {
                Some(b'\\') => {
                    if matches!(self.peek(), None | Some(b'\n')) {
                        return Err(self.cut(unterminated));
                    }
                    self.at += 1;
                }
                None | Some(b'\n') => return Err(self.cut(unterminated)),
                Some(end) if end == quote => break,
                Some(_) => {}
            }
        }
        self.push(kind);
        Ok(())
    }

    /// The error for a constant that does not end; the cursor stays within the text.
    fn cut(&mut self, problem: &str) -> String {
        self.at = self.at.min(self.text.len());
        problem.to_owned()
    }

    fn raw_string(&mut self) -> Step {
        let Some(len) = memchr(b'`', self.rest()) else {
            return Err("unterminated raw quoted string".to_owned());
        };
        self.at += len + 1;
        self.push(Kind::RawString);
        Ok(())
    }

    /// What follows a dot or a dollar sign: `alone` when nothing does.
    fn name(&mut self, alone: Kind, named: Kind) -> Step {
        if self.at_terminator() {
            self.push(alone);
            return Ok(());
        }
        self.letters()?;
        self.push(named);
        Ok(())
    }

    fn letters(&mut self) -> Step {
        let next = loop {
            self.at += leading_name(self.rest());
            match self.peek() {
                Some(byte) if !byte.is_ascii() => match first_char(self.rest()) {
                    Some((letter, width)) if is_alphanumeric(letter) => self.at += width,
                    other => break other,
                },
                other => break other.map(|byte| (char::from(byte), 1)),
            }
        };
        if self.at_terminator() {
            return Ok(());
        }
        Err(format!(
            "bad character {}",
            next.map_or_else(String::new, |(c, _)| code_point(c))
        ))
    }

    fn word(&mut self) -> Step {
        self.letters()?;
        self.push(Kind::of_word(&self.text[self.start..self.at]));
        Ok(())
    }

    /// Whether what stands here may follow a name.
    fn at_terminator(&self) -> bool {
        match self.peek() {
            None | Some(b'.' | b',' | b'|' | b':' | b')' | b'(') => true,
            Some(next) => is_space(next) || next == b'}' && self.rest().starts_with(RIGHT),
        }
    }

    /// A number as far as the scanner can tell; the parser notices what is none.
    fn number(&mut self) -> Step {
        let mut valid = self.scan_number();
        let mut kind = Kind::Number;
        if valid && matches!(self.peek(), Some(b'+' | b'-')) {
            kind = Kind::Complex;
            valid = self.scan_number() && self.text[..self.at].ends_with(b"i");
        }
        if valid {
            self.push(kind);
            return Ok(());
        }
        Err(format!(
            "bad number syntax: {}",
            quote(&self.text[self.start..self.at])
        ))
    }

    fn scan_number(&mut self) -> bool {
        const DECIMAL: &[u8] = b"0123456789_";
        const HEXADECIMAL: &[u8] = b"0123456789abcdefABCDEF_";
        self.accept(b"+-");
        let mut digits = DECIMAL;
        if self.accept(b"0") {
            if self.accept(b"xX") {
                digits = HEXADECIMAL;
            } else if self.accept(b"oO") {
                digits = b"01234567_";
            } else if self.accept(b"bB") {
                digits = b"01_";
            }
        }
        self.accept_run(digits);
        if self.accept(b".") {
            self.accept_run(digits);
        }
        let exponent: &[u8] = match digits {
            DECIMAL => b"eE",
            HEXADECIMAL => b"pP",
            _ => b"",
        };
        if self.accept(exponent) {
            self.accept(b"+-");
            self.accept_run(DECIMAL);
        }
        self.accept(b"i");
        match first_char(self.rest()) {
            Some((next, width)) if is_alphanumeric(next) => {
                self.at += width;
                false
            }
            _ => true,
        }
    }
}
