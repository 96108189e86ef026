//! The parser: tokens to trees, with Go's error texts (rules: Go's `text/template/parse/parse.go`).

use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

use memchr::{memchr_iter, memrchr};

use super::ast::{Argument, Command, List, Node, Span};
use super::lex::Scanner;
use super::print::Shown;
use super::token::{Keyword, Kind, Token};
use crate::fmt::{first_runes, quote};
use crate::value::Str;

/// A source text under its name.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// The name of the template, which errors begin with.
    pub name: Box<str>,
    /// The text.
    pub text: Str,
}

impl Source {
    /// `name:line:column` of a byte offset: lines from 1, columns in bytes from 0.
    pub fn locate(&self, position: usize) -> String {
        let before = &self.text[..position.min(self.text.len())];
        let column =
            memrchr(b'\n', before).map_or(before.len(), |newline| before.len() - newline - 1);
        format!("{}:{}:{column}", self.name, self.line(position))
    }

    /// The line of a byte offset, from 1.
    fn line(&self, position: usize) -> usize {
        let before = &self.text[..position.min(self.text.len())];
        1 + memchr_iter(b'\n', before).count()
    }
}

/// A template that a source defines: the source itself, a `{{define}}` or a `{{block}}`. It shows its body in a normal form.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// Its name.
    pub name: Box<str>,
    /// Where it stands.
    pub source: Arc<Source>,
    /// Its body.
    pub(crate) body: List,
    /// Whether nothing but white space stands in it; such a definition does not replace another one.
    pub(crate) is_blank: bool,
}

impl Display for Definition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Shown(&*self.body, &self.source.text).fmt(f)
    }
}

/// A syntax error, worded as Go words it: `template: name:line: what`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ParseError(String);

/// Parses a source; `is_function` tells the names of the functions that it may use.
///
/// The definitions come in the order in which they end, the source itself last. A name that is defined twice in one source is an
/// error unless one of the two is blank.
pub fn parse(
    name: &str,
    text: impl Into<Str>,
    is_function: &dyn Fn(&str) -> bool,
) -> Result<Vec<Definition>, ParseError> {
    let source = Arc::new(Source {
        name: name.into(),
        text: text.into(),
    });
    if u32::try_from(source.text.len()).is_err() {
        return Err(ParseError(format!(
            "template: {name}: text is larger than 4 GiB"
        )));
    }
    let mut parser = Parser {
        source: &source,
        text: &source.text,
        scanner: Scanner::new(&source.text),
        passed: None,
        at: 0,
        is_function,
        scope: Scope::default(),
        definitions: Vec::new(),
        action: None,
        nesting: 0,
        nodes: Vec::new(),
        arguments: Vec::new(),
        commands: Vec::new(),
    };
    let body = parser.top()?;
    parser.define(name, body)?;
    Ok(parser.definitions)
}

pub(super) struct Parser<'p> {
    pub(super) source: &'p Arc<Source>,
    pub(super) text: &'p [u8],
    scanner: Scanner<'p>,
    /// The last token of the piece before.
    passed: Option<Token>,
    /// The cursor in the piece that was scanned last.
    pub(super) at: usize,
    pub(super) is_function: &'p dyn Fn(&str) -> bool,
    pub(super) scope: Scope<'p>,
    pub(super) definitions: Vec<Definition>,
    /// Where the action under work begins.
    pub(super) action: Option<usize>,
    pub(super) nesting: usize,
    /// What the bodies under work hold so far, the innermost at the end.
    pub(super) nodes: Vec<Node>,
    /// What the commands under work are given so far, the innermost at the end.
    pub(super) arguments: Vec<Argument>,
    /// The commands of the pipelines under work, the innermost at the end.
    pub(super) commands: Vec<Command>,
}

/// What belongs to the definition under work.
#[derive(Debug)]
pub(super) struct Scope<'p> {
    pub(super) variables: Vec<&'p [u8]>,
    pub(super) ranges: usize,
    pub(super) parens: usize,
}

impl Default for Scope<'_> {
    fn default() -> Self {
        Self {
            variables: vec![b"$"],
            ranges: 0,
            parens: 0,
        }
    }
}

pub(super) type Parsed<T> = Result<T, ParseError>;

impl<'p> Parser<'p> {
    // Tokens.

    /// The token under the cursor, between two actions or text and an action.
    pub(super) fn peek_outside(&mut self) -> Token {
        let tokens = &self.scanner.tokens;
        let is_last = |token: &Token| matches!(token.kind, Kind::Eof | Kind::Error);
        if self.at >= tokens.len() && !tokens.last().is_some_and(is_last) {
            self.passed = tokens.last().copied();
            self.scanner.piece();
            self.at = 0;
        }
        self.peek()
    }

    /// The token under the cursor, within an action; the last one stays.
    pub(super) fn peek(&self) -> Token {
        let tokens = &self.scanner.tokens;
        let token = tokens.get(self.at).or(tokens.last());
        token.copied().unwrap_or(Token {
            kind: Kind::Eof,
            span: Span::new(0, 0),
        })
    }

    pub(super) fn next(&mut self) -> Token {
        let token = self.peek();
        self.at = (self.at + 1).min(self.scanner.tokens.len());
        token
    }

    pub(super) fn next_solid(&mut self) -> Token {
        self.skip_space();
        self.next()
    }

    pub(super) fn peek_solid(&mut self) -> Token {
        self.skip_space();
        self.peek()
    }

    pub(super) fn skip_space(&mut self) {
        while self.peek().kind == Kind::Space {
            self.at += 1;
        }
    }

    pub(super) fn value(&self, token: Token) -> &'p [u8] {
        token.span.of(self.text)
    }

    pub(super) fn is_keyword(&self, keyword: Keyword) -> bool {
        self.peek().kind == Kind::Keyword(keyword)
    }

    // Errors.

    /// An error on the line of the last token that was read.
    #[cold]
    pub(super) fn error<T>(&self, message: impl Display) -> Parsed<T> {
        let tokens = &self.scanner.tokens;
        let last = match self.at.checked_sub(1) {
            None => self.passed.or(tokens.first().copied()),
            Some(at) => tokens.get(at).copied(),
        };
        let line = last.map_or(1, |token| self.source.line(token.span.start()));
        Err(ParseError(format!(
            "template: {}:{line}: {message}",
            self.source.name
        )))
    }

    #[cold]
    pub(super) fn unexpected<T>(&self, token: Token, context: &str) -> Parsed<T> {
        if token.kind == Kind::Error {
            let line = self.source.line(token.span.start());
            let started = self.action.map(|start| self.source.line(start));
            let started = started.filter(|started| *started != line);
            let extra = started.map_or_else(String::new, |line| {
                let word = if self.scanner.problem.ends_with(" action") {
                    ""
                } else {
                    " in action"
                };
                format!("{word} started at {}:{line}", self.source.name)
            });
            return self.error(format!("{}{extra}", self.scanner.problem));
        }
        self.error(format!("unexpected {} in {context}", self.show(token)))
    }

    /// A token in an error.
    fn show(&self, token: Token) -> String {
        let value = self.value(token);
        match token.kind {
            Kind::Eof => "EOF".to_owned(),
            Kind::Error => self.scanner.problem.clone(),
            Kind::Keyword(_) | Kind::Nil => format!("<{}>", String::from_utf8_lossy(value)),
            Kind::Dot => "<.>".to_owned(),
            _ if value.len() > 10 => format!("{}...", quote(first_runes(value, 10))),
            _ => quote(value),
        }
    }

    pub(super) fn expect(&mut self, kind: Kind, context: &str) -> Parsed<()> {
        let token = self.next_solid();
        if token.kind == kind {
            Ok(())
        } else {
            self.unexpected(token, context)
        }
    }
}
