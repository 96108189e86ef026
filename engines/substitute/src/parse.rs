//! Text to segments. Parsing never looks at a value.

use crate::error::{Error, Problem};

/// A run of plain text or one expression.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    Text(String),
    Expansion(Expansion),
}

/// One `${…}`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Expansion {
    pub name: String,
    pub operation: Operation,
    pub operands: Vec<Segment>,
    /// Byte offset of the `${` in the text.
    pub offset: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// `${v}`, and the mixed casing operators `${v,^}` and `${v^,}`, which change nothing.
    Value,
    Length,
    UpperFirst,
    Upper,
    LowerFirst,
    Lower,
    Substring,
    Default,
    TrimPrefix(Extent),
    TrimSuffix(Extent),
    Replace(Which),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    Shortest,
    Longest,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    First,
    All,
    Leading,
    Trailing,
}

/// Where the text of an operand ends, and whether `\` and `$$` escape in it.
#[derive(Clone, Copy)]
enum Until {
    /// `}`; nothing escapes.
    Brace,
    /// `}`; `$$`, `\/` and `\\` stand for their last character.
    BraceEscaped,
    /// `/`, wherever in the text it comes; escapes as above.
    SlashEscaped,
    /// `:` or `}`; nothing escapes.
    ColonOrBrace,
}

impl Until {
    fn ends(self, c: char) -> bool {
        match self {
            Self::Brace | Self::BraceEscaped => c == '}',
            Self::SlashEscaped => c == '/',
            Self::ColonOrBrace => c == ':' || c == '}',
        }
    }

    fn escapes(self, c: char, next: Option<char>) -> bool {
        matches!(self, Self::BraceEscaped | Self::SlashEscaped)
            && match c {
                '$' => next == Some('$'),
                '\\' => matches!(next, Some('/' | '\\')),
                _ => false,
            }
    }
}

/// Parses the whole text.
pub(crate) fn parse(text: &str) -> Result<Vec<Segment>, Error> {
    let mut parser = Parser {
        text,
        position: 0,
        depth: 0,
    };
    let mut segments = Vec::new();
    loop {
        let plain = parser.plain_text();
        if !plain.is_empty() {
            segments.push(Segment::Text(plain));
        }
        if parser.rest().is_empty() {
            return Ok(segments);
        }
        segments.push(Segment::Expansion(parser.expansion()?));
    }
}

struct Parser<'t> {
    text: &'t str,
    position: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.position..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn advance(&mut self, c: char) {
        self.position += c.len_utf8();
    }

    /// Consumes `c` if it comes next.
    fn eat(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        if found {
            self.advance(c);
        }
        found
    }

    /// Text outside expressions, up to the next `${` or the end; `$$` yields `$` and opens nothing.
    fn plain_text(&mut self) -> String {
        let mut plain = String::new();
        while let Some(dollar) = self.rest().find('$') {
            plain.push_str(&self.rest()[..dollar]);
            self.position += dollar;
            if self.rest().starts_with("${") {
                return plain;
            }
            plain.push('$');
            self.position += if self.rest().starts_with("$$") { 2 } else { 1 };
        }
        plain.push_str(self.rest());
        self.position = self.text.len();
        plain
    }

    /// One expression, from its `${` to its `}`.
    fn expansion(&mut self) -> Result<Expansion, Error> {
        let offset = self.position;
        self.position += "${".len();
        self.depth += 1;
        if self.depth > Problem::MAX_DEPTH {
            return Err(Problem::TooDeep.at(self.text, offset));
        }
        let (name, operation, operands) = self
            .body()
            .map_err(|problem| problem.place(self.text, offset))?;
        self.depth -= 1;
        Ok(Expansion {
            name,
            operation,
            operands,
            offset,
        })
    }

    fn body(&mut self) -> Result<(String, Operation, Vec<Segment>), Failure> {
        if self.eat('#') {
            let name = self.name();
            if name.is_empty() {
                return Err(Problem::BadSubstitution.into());
            }
            self.close()?;
            return Ok((name, Operation::Length, Vec::new()));
        }
        let name = self.name();
        if name.is_empty() {
            return Err(Problem::VariableName.into());
        }
        let (operation, operands) = match self.peek() {
            Some(':') => {
                self.advance(':');
                if matches!(self.peek(), Some('=' | '-' | '?' | '+')) {
                    self.position += 1;
                    (Operation::Default, self.default_operands()?)
                } else {
                    (Operation::Substring, self.substring_operands()?)
                }
            }
            Some('=') => {
                self.advance('=');
                (Operation::Default, self.default_operands()?)
            }
            Some(',' | '^') => {
                let operation = self.casing();
                self.close()?;
                (operation, Vec::new())
            }
            Some('/') => self.replacement()?,
            Some(side @ ('#' | '%')) => {
                self.advance(side);
                let extent = if self.eat(side) {
                    Extent::Longest
                } else {
                    Extent::Shortest
                };
                let pattern = self.operand(Until::Brace)?;
                self.close()?;
                let operation = if side == '#' {
                    Operation::TrimPrefix(extent)
                } else {
                    Operation::TrimSuffix(extent)
                };
                (operation, vec![pattern])
            }
            Some('}') => {
                self.advance('}');
                (Operation::Value, Vec::new())
            }
            _ => return Err(Problem::MissingClosingBrace.into()),
        };
        Ok((name, operation, operands))
    }

    fn name(&mut self) -> String {
        let rest = self.rest();
        let end = rest
            .find(|c: char| c != '_' && !c.is_alphanumeric())
            .unwrap_or(rest.len());
        self.position += end;
        rest[..end].to_owned()
    }

    fn close(&mut self) -> Result<(), Failure> {
        if self.eat('}') {
            Ok(())
        } else {
            Err(Problem::BadSubstitution.into())
        }
    }

    /// One or two of `,` and `^`.
    fn casing(&mut self) -> Operation {
        let rest = self.rest();
        let length = rest
            .chars()
            .take(2)
            .take_while(|c| matches!(c, ',' | '^'))
            .count();
        self.position += length;
        match &rest[..length] {
            "^" => Operation::UpperFirst,
            "^^" => Operation::Upper,
            "," => Operation::LowerFirst,
            ",," => Operation::Lower,
            _ => Operation::Value,
        }
    }

    /// The parts of a default: text and expressions in any number, up to the `}`.
    fn default_operands(&mut self) -> Result<Vec<Segment>, Failure> {
        let mut operands = Vec::new();
        while !self.eat('}') {
            operands.push(self.operand(Until::Brace)?);
        }
        Ok(operands)
    }

    /// `offset}` or `offset:length}`; several colons count as one.
    fn substring_operands(&mut self) -> Result<Vec<Segment>, Failure> {
        if !self.peek().is_some_and(|c| c.is_ascii()) {
            return Err(Problem::BadSubstitution.into());
        }
        let mut operands = vec![self.operand(Until::ColonOrBrace)?];
        if self.eat('}') {
            return Ok(operands);
        }
        if !self.eat(':') {
            return Err(Problem::BadSubstitution.into());
        }
        while self.eat(':') {}
        operands.push(self.operand(Until::Brace)?);
        self.close()?;
        Ok(operands)
    }

    /// `/pattern/}` or `/pattern/replacement}`, the first slash doubled or followed by `#` or `%`; several slashes between
    /// the two count as one.
    fn replacement(&mut self) -> Result<(Operation, Vec<Segment>), Failure> {
        self.advance('/');
        let which = match self.peek() {
            Some('/') => Which::All,
            Some('#') => Which::Leading,
            Some('%') => Which::Trailing,
            _ => Which::First,
        };
        if which != Which::First {
            self.position += 1;
        }
        let mut operands = vec![self.operand(Until::SlashEscaped)?];
        if !self.eat('/') {
            return Err(Problem::BadSubstitution.into());
        }
        while self.eat('/') {}
        if !self.eat('}') {
            operands.push(self.operand(Until::BraceEscaped)?);
            self.close()?;
        }
        Ok((Operation::Replace(which), operands))
    }

    /// One operand: an expression, or a run of text that is not empty and ends before `until` or an expression.
    fn operand(&mut self, until: Until) -> Result<Segment, Failure> {
        if self.rest().starts_with("${") {
            return Ok(Segment::Expansion(self.expansion()?));
        }
        let mut text = String::new();
        while let Some(c) = self.peek() {
            if self.rest().starts_with("${") {
                break;
            }
            let next = self.rest()[c.len_utf8()..].chars().next();
            let kept = match next {
                Some(next) if until.escapes(c, Some(next)) => {
                    self.advance(c);
                    next
                }
                _ if until.ends(c) => break,
                _ => c,
            };
            self.advance(kept);
            text.push(kept);
        }
        if text.is_empty() {
            Err(Problem::Operand.into())
        } else {
            Ok(Segment::Text(text))
        }
    }
}

/// A problem of this expression, or one already placed at an expression inside it.
enum Failure {
    Here(Problem),
    Inside(Error),
}

impl Failure {
    fn place(self, text: &str, offset: usize) -> Error {
        match self {
            Self::Here(problem) => problem.at(text, offset),
            Self::Inside(error) => error,
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Here(problem)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Inside(error)
    }
}
