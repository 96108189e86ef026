//! Rewrites a pattern in the syntax of Go's `regexp` into the syntax of the `regex` crate.
//!
//! The two engines agree on what a match is (leftmost, first alternative, linear time) but not on
//! spelling: classes such as `\d` and `\b` are ASCII in Go, `\Q..\E` and octal escapes exist only
//! there, and the crate knows set operators that Go takes literally. The parser follows Go in what
//! it refuses, and says so in Go's words.

use std::fmt::Write as _;

use crate::class;
use crate::error::{Code, SyntaxError};
use crate::modifiers::{Count, Flags, MAX_REPEAT};

/// Groups nest no deeper than this (Go's own limit).
const MAX_DEPTH: usize = 1000;

/// A pattern in the other syntax.
#[derive(Debug)]
pub(super) struct Translated {
    pub pattern: String,
    /// The name of each group, from group 1 on; the pattern itself carries none.
    pub names: Vec<Option<String>>,
}

/// One part of a concatenation.
struct Item {
    text: String,
    /// The product of the repetition counts on the deepest path through the part.
    repeats: u64,
    role: Role,
}

#[derive(PartialEq, Eq)]
enum Role {
    Atom,
    /// A change of flags, which no repetition operator can apply to.
    Flags,
}

/// An open group, or the pattern as a whole.
#[derive(Default)]
struct Frame {
    open: String,
    finished: String,
    repeats: u64,
    items: Vec<Item>,
}

impl Frame {
    fn opened_by(open: impl Into<String>) -> Self {
        Self {
            open: open.into(),
            ..Self::default()
        }
    }

    fn atom(&mut self, text: impl Into<String>) {
        self.items.push(Item {
            text: text.into(),
            repeats: 1,
            role: Role::Atom,
        });
    }

    fn finish_alternative(&mut self) {
        for item in self.items.drain(..) {
            self.finished.push_str(&item.text);
            self.repeats = self.repeats.max(item.repeats);
        }
    }
}

pub(super) fn translate(pattern: &str) -> Result<Translated, SyntaxError> {
    let mut parser = Parser {
        whole: pattern,
        frames: vec![Frame::default()],
        names: Vec::new(),
    };
    parser.run()?;
    if parser.frames.len() > 1 {
        return Err(SyntaxError::new(Code::MissingParen, pattern));
    }
    let mut top = parser.frames.pop().unwrap_or_default();
    top.finish_alternative();
    Ok(Translated {
        pattern: top.finished,
        names: parser.names,
    })
}

struct Parser<'a> {
    whole: &'a str,
    frames: Vec<Frame>,
    names: Vec<Option<String>>,
}

impl<'a> Parser<'a> {
    fn run(&mut self) -> Result<(), SyntaxError> {
        let mut rest = self.whole;
        // Where the repetition operators that stand directly before `rest` begin.
        let mut operators: Option<&'a str> = None;
        while let Some(next) = rest.chars().next() {
            let before = rest;
            let mut is_operator = false;
            match next {
                '(' if rest.starts_with("(?") => rest = self.perl_group(rest)?,
                '(' => {
                    self.names.push(None);
                    self.open("(")?;
                    rest = &rest[1..];
                }
                '|' => {
                    let frame = self.top();
                    frame.finish_alternative();
                    frame.finished.push('|');
                    rest = &rest[1..];
                }
                ')' => {
                    self.close()?;
                    rest = &rest[1..];
                }
                '^' | '$' | '.' => {
                    self.top().atom(next);
                    rest = &rest[1..];
                }
                '[' => {
                    let (text, after) = class::bracketed(rest)?;
                    self.top().atom(text);
                    rest = after;
                }
                '*' | '+' | '?' => {
                    rest = self.repeat(before, &rest[1..], &rest[..1], None, operators)?;
                    is_operator = true;
                }
                '{' => {
                    let Some((count, after)) = Count::parse(rest) else {
                        self.top().atom("\\{");
                        rest = &rest[1..];
                        operators = None;
                        continue;
                    };
                    if !count.is_valid() {
                        return Err(SyntaxError::between(Code::InvalidRepeatSize, before, after));
                    }
                    let text = count.to_string();
                    rest = self.repeat(before, after, &text, Some(count), operators)?;
                    is_operator = true;
                }
                '\\' => rest = self.escape(rest)?,
                _ => {
                    self.top().atom(class::literal(next));
                    rest = &rest[next.len_utf8()..];
                }
            }
            operators = is_operator.then_some(before);
        }
        Ok(())
    }

    fn top(&mut self) -> &mut Frame {
        if self.frames.is_empty() {
            self.frames.push(Frame::default());
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    fn open(&mut self, text: &str) -> Result<(), SyntaxError> {
        if self.frames.len() >= MAX_DEPTH {
            return Err(SyntaxError::new(Code::NestingDepth, self.whole));
        }
        self.frames.push(Frame::opened_by(text));
        Ok(())
    }

    fn close(&mut self) -> Result<(), SyntaxError> {
        if self.frames.len() < 2 {
            return Err(SyntaxError::new(Code::UnexpectedParen, self.whole));
        }
        let mut frame = self.frames.pop().unwrap_or_default();
        frame.finish_alternative();
        let item = Item {
            text: format!("{}{})", frame.open, frame.finished),
            repeats: frame.repeats,
            role: Role::Atom,
        };
        self.top().items.push(item);
        Ok(())
    }

    /// Applies the operator that stands between `before` and `after` to the last atom.
    fn repeat(
        &mut self,
        before: &'a str,
        after: &'a str,
        operator: &str,
        count: Option<Count>,
        operators: Option<&'a str>,
    ) -> Result<&'a str, SyntaxError> {
        let (lazy, after) = match after.strip_prefix('?') {
            Some(after) => ("?", after),
            None => ("", after),
        };
        if let Some(first) = operators {
            return Err(SyntaxError::between(Code::InvalidRepeatOp, first, after));
        }
        let target = self
            .top()
            .items
            .iter_mut()
            .rev()
            .find(|item| item.role == Role::Atom);
        let Some(target) = target else {
            return Err(SyntaxError::between(
                Code::MissingRepeatArgument,
                before,
                after,
            ));
        };
        target.text.push_str(operator);
        target.text.push_str(lazy);
        if let Some(count) = count {
            target.repeats = count.weight().saturating_mul(target.repeats.max(1));
            if count.is_large() && target.repeats > MAX_REPEAT {
                return Err(SyntaxError::between(Code::InvalidRepeatSize, before, after));
            }
        }
        Ok(after)
    }

    /// `(?P<name>`, `(?<name>`, `(?flags)` and `(?flags:`.
    fn perl_group(&mut self, text: &'a str) -> Result<&'a str, SyntaxError> {
        let named = match (text.strip_prefix("(?P<"), text.strip_prefix("(?<")) {
            (Some(rest), _) if text.len() > 4 => Some(rest),
            (_, Some(rest)) if text.len() > 3 => Some(rest),
            _ => None,
        };
        if let Some(rest) = named {
            let Some(end) = rest.find('>') else {
                return Err(SyntaxError::new(Code::InvalidNamedCapture, text));
            };
            let (name, after) = (&rest[..end], &rest[end + 1..]);
            let is_word = |c: char| c == '_' || c.is_ascii_alphanumeric();
            if name.is_empty() || !name.chars().all(is_word) {
                return Err(SyntaxError::between(Code::InvalidNamedCapture, text, after));
            }
            self.names.push(Some(name.to_owned()));
            self.open("(")?;
            return Ok(after);
        }
        let mut flags = Flags::default();
        let mut rest = &text[2..];
        while let Some(c) = rest.chars().next() {
            rest = &rest[c.len_utf8()..];
            if c == ':' || c == ')' {
                if flags.is_dangling() {
                    break;
                }
                let spelled = flags.spelled();
                if c == ':' {
                    self.open(&format!("(?{spelled}:"))?;
                } else if !spelled.is_empty() {
                    self.top().items.push(Item {
                        text: format!("(?{spelled})"),
                        repeats: 1,
                        role: Role::Flags,
                    });
                }
                return Ok(rest);
            }
            if !flags.take(c) {
                break;
            }
        }
        Err(SyntaxError::between(Code::InvalidPerlOp, text, rest))
    }

    fn escape(&mut self, text: &'a str) -> Result<&'a str, SyntaxError> {
        let kind = text[1..].chars().next();
        let atom = match kind {
            Some('A') => "\\A",
            // Word boundaries look at ASCII letters only.
            Some('b') => "(?-u:\\b)",
            Some('B') => "(?-u:\\B)",
            Some('z') => "\\z",
            Some('C') => return Err(SyntaxError::new(Code::InvalidEscape, &text[..2])),
            Some('Q') => {
                let rest = &text[2..];
                let (quoted, after) = rest.split_once("\\E").unwrap_or((rest, ""));
                for c in quoted.chars() {
                    self.top().atom(class::literal(c));
                }
                return Ok(after);
            }
            _ => {
                if let Some((atom, after)) = class::named(text)? {
                    self.top().atom(atom);
                    return Ok(after);
                }
                let (c, after) = class::escaped_char(text)?;
                self.top().atom(class::literal(c));
                return Ok(after);
            }
        };
        self.top().atom(atom);
        Ok(&text[2..])
    }
}

/// Appends `\x{…}` for a character.
pub(super) fn push_code_point(out: &mut String, c: u32) {
    let _ = write!(out, "\\x{{{c:X}}}");
}
