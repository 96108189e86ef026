//! The scanner. It runs over the whole text once; a mistake becomes the last token, so that the parser meets it where it
//! stands and can say in which action (Go: `text/template/parse/lex.go` for the rules).

use super::chars::{
    begins_with_trim, code_point, count_lines, ends_with_trim, is_alphanumeric, is_space, trim_end,
};
use super::token::{Keyword, Kind, Token};
use crate::fmt::quote;

const LEFT: &str = "{{";
const RIGHT: &str = "}}";
const COMMENT_START: &str = "/*";
const COMMENT_END: &str = "*/";

/// All tokens of `text`; the last one is `Eof` or `Error`. Comments leave no token.
pub(super) fn lex(text: &str) -> Vec<Token> {
    let mut scanner = Scanner {
        text,
        at: 0,
        start: 0,
        line: 1,
        start_line: 1,
        tokens: Vec::new(),
    };
    if let Err(message) = scanner.run() {
        scanner.push(Kind::Error(message));
    }
    scanner.tokens
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    /// Where the token under work begins.
    start: usize,
    line: usize,
    start_line: usize,
    tokens: Vec<Token>,
}

/// What a scan step gives; the error is the text of the error token.
type Step = Result<(), String>;

impl Scanner<'_> {
    fn run(&mut self) -> Step {
        while self.text_part()? {
            self.action()?;
        }
        self.push(Kind::Eof);
        Ok(())
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        self.line += usize::from(next == '\n');
        Some(next)
    }

    fn accept(&mut self, valid: &str) -> bool {
        let accepted = self.peek().is_some_and(|next| valid.contains(next));
        if accepted {
            self.bump();
        }
        accepted
    }

    fn accept_run(&mut self, valid: &str) {
        while self.accept(valid) {}
    }

    fn push(&mut self, kind: Kind) {
        self.tokens.push(Token {
            kind,
            start: self.start,
            end: self.at,
            line: self.start_line,
        });
        self.skip();
    }

    /// Drops what was read since the last token.
    fn skip(&mut self) {
        self.start = self.at;
        self.start_line = self.line;
    }

    /// Moves forward over `len` bytes.
    fn advance(&mut self, len: usize) {
        self.line += count_lines(&self.rest()[..len]);
        self.at += len;
    }

    /// Plain text up to the next action; false at the end of the source. Comments are passed over here.
    fn text_part(&mut self) -> Result<bool, String> {
        loop {
            let Some(len) = self.rest().find(LEFT) else {
                self.advance(self.rest().len());
                if self.at > self.start {
                    self.push(Kind::Text);
                }
                return Ok(false);
            };
            let trims = begins_with_trim(&self.rest()[len + LEFT.len()..]);
            let kept = if trims {
                trim_end(&self.rest()[..len]).len()
            } else {
                len
            };
            self.advance(kept);
            if self.at > self.start {
                self.push(Kind::Text);
            }
            self.advance(len - kept);
            self.skip();
            let marker = LEFT.len() + if trims { 2 } else { 0 };
            if !self.rest()[marker..].starts_with(COMMENT_START) {
                self.advance(LEFT.len());
                self.push(Kind::LeftDelimiter);
                self.advance(marker - LEFT.len());
                self.skip();
                return Ok(true);
            }
            self.advance(marker);
            self.skip();
            self.comment()?;
        }
    }

    /// A comment from its opening marker to the text after its action.
    fn comment(&mut self) -> Step {
        let Some(len) = self.rest()[COMMENT_START.len()..].find(COMMENT_END) else {
            return Err("unclosed comment".to_owned());
        };
        self.advance(COMMENT_START.len() + len + COMMENT_END.len());
        let Some(trims) = self.right_delimiter() else {
            return Err("comment ends before closing delimiter".to_owned());
        };
        self.close(trims);
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

    /// Passes over a right delimiter and the spaces that it trims.
    fn close(&mut self, trims: bool) {
        self.advance(RIGHT.len() + if trims { 2 } else { 0 });
        self.trim_following(trims);
    }

    fn trim_following(&mut self, trims: bool) {
        if trims {
            let rest = self.rest();
            self.advance(rest.len() - rest.trim_start_matches(is_space).len());
        }
        self.skip();
    }

    /// Everything between the delimiters, and the right one.
    fn action(&mut self) -> Step {
        let mut depth = 0_usize;
        loop {
            if let Some(trims) = self.right_delimiter() {
                if depth > 0 {
                    return Err("unclosed left paren".to_owned());
                }
                if trims {
                    self.advance(2);
                    self.skip();
                }
                self.advance(RIGHT.len());
                self.push(Kind::RightDelimiter);
                self.trim_following(trims);
                return Ok(());
            }
            match self.bump() {
                None => return Err("unclosed action".to_owned()),
                Some(space) if is_space(space) => self.space(),
                Some('=') => self.push(Kind::Assign),
                Some(':') => {
                    if self.bump() != Some('=') {
                        return Err("expected :=".to_owned());
                    }
                    self.push(Kind::Declare);
                }
                Some('|') => self.push(Kind::Pipe),
                Some('"') => self.quoted('"', Kind::Str, "unterminated quoted string")?,
                Some('\'') => {
                    self.quoted('\'', Kind::CharConstant, "unterminated character constant")?;
                }
                Some('`') => self.raw_string()?,
                Some('$') => self.name(Kind::Variable, Kind::Variable)?,
                // At the end of the text a dot counts as the beginning of a number.
                Some('.') if self.peek().is_some_and(|next| !next.is_ascii_digit()) => {
                    self.field()?;
                }
                Some('(') => {
                    depth += 1;
                    self.push(Kind::LeftParen);
                }
                Some(')') => {
                    depth = depth.checked_sub(1).ok_or("unexpected right paren")?;
                    self.push(Kind::RightParen);
                }
                Some('.' | '+' | '-' | '0'..='9') => {
                    self.at = self.start;
                    self.number()?;
                }
                Some(letter) if is_alphanumeric(letter) => self.word()?,
                Some(' '..='~') => self.push(Kind::Char),
                Some(other) => {
                    return Err(format!(
                        "unrecognized character in action: {}",
                        code_point(other)
                    ));
                }
            }
        }
    }

    /// A run of spaces, whose last one may belong to a trimming right delimiter.
    fn space(&mut self) {
        while self.peek().is_some_and(is_space) {
            self.bump();
        }
        let last = self.at - 1;
        if ends_with_trim(&self.text[last..]) && self.text[last + 2..].starts_with(RIGHT) {
            self.line -= usize::from(self.text.as_bytes()[last] == b'\n');
            self.at = last;
            if last == self.start {
                return;
            }
        }
        self.push(Kind::Space);
    }

    fn quoted(&mut self, quote: char, kind: Kind, unterminated: &str) -> Step {
        loop {
            match self.bump() {
                Some('\\') => {
                    if matches!(self.bump(), None | Some('\n')) {
                        return Err(unterminated.to_owned());
                    }
                }
                None | Some('\n') => return Err(unterminated.to_owned()),
                Some(end) if end == quote => break,
                Some(_) => {}
            }
        }
        self.push(kind);
        Ok(())
    }

    fn raw_string(&mut self) -> Step {
        let Some(len) = self.rest().find('`') else {
            return Err("unterminated raw quoted string".to_owned());
        };
        self.advance(len + 1);
        self.push(Kind::RawString);
        Ok(())
    }

    /// A field after its dot, or the dot itself.
    fn field(&mut self) -> Step {
        self.name(Kind::Dot, Kind::Field)
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
        while self.peek().is_some_and(is_alphanumeric) {
            self.bump();
        }
        if self.at_terminator() {
            return Ok(());
        }
        Err(format!(
            "bad character {}",
            self.peek().map_or_else(String::new, code_point)
        ))
    }

    fn word(&mut self) -> Step {
        self.letters()?;
        let word = &self.text[self.start..self.at];
        let kind = match (word, Keyword::of(word)) {
            (_, Some(keyword)) => Kind::Keyword(keyword),
            ("nil", _) => Kind::Nil,
            ("true" | "false", _) => Kind::Bool,
            _ => Kind::Identifier,
        };
        self.push(kind);
        Ok(())
    }

    /// Whether what stands here may follow a name.
    fn at_terminator(&self) -> bool {
        match self.peek() {
            None | Some('.' | ',' | '|' | ':' | ')' | '(') => true,
            Some(next) => is_space(next) || self.rest().starts_with(RIGHT),
        }
    }

    /// A number as far as the scanner can tell; the parser notices what is none.
    fn number(&mut self) -> Step {
        let mut valid = self.scan_number();
        let mut kind = Kind::Number;
        if valid && matches!(self.peek(), Some('+' | '-')) {
            kind = Kind::Complex;
            valid = self.scan_number() && self.text[..self.at].ends_with('i');
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
        const DECIMAL: &str = "0123456789_";
        const HEXADECIMAL: &str = "0123456789abcdefABCDEF_";
        self.accept("+-");
        let mut digits = DECIMAL;
        if self.accept("0") {
            if self.accept("xX") {
                digits = HEXADECIMAL;
            } else if self.accept("oO") {
                digits = "01234567_";
            } else if self.accept("bB") {
                digits = "01_";
            }
        }
        self.accept_run(digits);
        if self.accept(".") {
            self.accept_run(digits);
        }
        let exponent = match digits {
            DECIMAL => "eE",
            HEXADECIMAL => "pP",
            _ => "",
        };
        if self.accept(exponent) {
            self.accept("+-");
            self.accept_run(DECIMAL);
        }
        self.accept("i");
        if self.peek().is_some_and(is_alphanumeric) {
            self.bump();
            return false;
        }
        true
    }
}
