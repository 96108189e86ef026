//! The parser: tokens to trees, with Go's error texts (rules: Go's `text/template/parse/parse.go`).

use std::sync::Arc;

use super::ast::List;
use super::lex::lex;
use super::token::{Keyword, Kind, Token};
use crate::fmt::quote;

/// A source text under its name.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// The name of the template, which errors begin with.
    pub name: Box<str>,
    /// The text.
    pub text: Box<str>,
}

impl Source {
    /// `name:line:column` of a byte offset: lines from 1, columns in bytes from 0.
    pub fn locate(&self, position: usize) -> String {
        let before = &self.text[..position.min(self.text.len())];
        let column = before
            .rfind('\n')
            .map_or(before.len(), |newline| before.len() - newline - 1);
        let line = 1 + before.bytes().filter(|byte| *byte == b'\n').count();
        format!("{}:{line}:{column}", self.name)
    }
}

/// A template that a source defines: the source itself, a `{{define}}` or a `{{block}}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// Its name.
    pub name: Box<str>,
    /// Its body.
    pub body: List,
    /// Where it stands.
    pub source: Arc<Source>,
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
    text: &str,
    is_function: &dyn Fn(&str) -> bool,
) -> Result<Vec<Definition>, ParseError> {
    let source = Arc::new(Source {
        name: name.into(),
        text: text.into(),
    });
    let mut parser = Parser {
        source: &source,
        text,
        tokens: lex(text),
        at: 0,
        is_function,
        scope: Scope::default(),
        definitions: Vec::new(),
        action_line: None,
        nesting: 0,
    };
    let body = parser.top()?;
    parser.define(name, body)?;
    Ok(parser.definitions)
}

pub(super) struct Parser<'p> {
    pub(super) source: &'p Arc<Source>,
    pub(super) text: &'p str,
    pub(super) tokens: Vec<Token>,
    pub(super) at: usize,
    pub(super) is_function: &'p dyn Fn(&str) -> bool,
    pub(super) scope: Scope,
    pub(super) definitions: Vec<Definition>,
    /// The line of the action under work.
    pub(super) action_line: Option<usize>,
    pub(super) nesting: usize,
}

/// What belongs to the definition under work.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) variables: Vec<Box<str>>,
    pub(super) ranges: usize,
    pub(super) parens: usize,
}

impl Default for Scope {
    fn default() -> Self {
        Self {
            variables: vec!["$".into()],
            ranges: 0,
            parens: 0,
        }
    }
}

pub(super) type Parsed<T> = Result<T, ParseError>;

impl<'p> Parser<'p> {
    // Tokens.

    /// The token under the cursor; the last one stays.
    pub(super) fn peek(&self) -> &Token {
        &self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    pub(super) fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at = (self.at + 1).min(self.tokens.len());
        token
    }

    pub(super) fn next_solid(&mut self) -> Token {
        self.skip_space();
        self.next()
    }

    pub(super) fn peek_solid(&mut self) -> &Token {
        self.skip_space();
        self.peek()
    }

    pub(super) fn skip_space(&mut self) {
        while self.peek().kind == Kind::Space {
            self.at += 1;
        }
    }

    pub(super) fn value(&self, token: &Token) -> &'p str {
        &self.text[token.start..token.end]
    }

    pub(super) fn is_keyword(&self, keyword: Keyword) -> bool {
        self.peek().kind == Kind::Keyword(keyword)
    }

    // Errors.

    /// An error on the line of the last token that was read.
    pub(super) fn error<T>(&self, message: impl std::fmt::Display) -> Parsed<T> {
        let last = self.at.clamp(1, self.tokens.len()) - 1;
        let line = self.tokens[last].line;
        Err(ParseError(format!(
            "template: {}:{line}: {message}",
            self.source.name
        )))
    }

    pub(super) fn unexpected<T>(&self, token: &Token, context: &str) -> Parsed<T> {
        if let Kind::Error(message) = &token.kind {
            let started = self.action_line.filter(|line| *line != token.line);
            let extra = started.map_or_else(String::new, |line| {
                let word = if message.ends_with(" action") {
                    ""
                } else {
                    " in action"
                };
                format!("{word} started at {}:{line}", self.source.name)
            });
            return self.error(format!("{message}{extra}"));
        }
        self.error(format!("unexpected {} in {context}", self.show(token)))
    }

    /// A token in an error.
    fn show(&self, token: &Token) -> String {
        let value = self.value(token);
        match &token.kind {
            Kind::Eof => "EOF".to_owned(),
            Kind::Error(message) => message.clone(),
            Kind::Keyword(_) | Kind::Nil => format!("<{value}>"),
            Kind::Dot => "<.>".to_owned(),
            _ if value.len() > 10 => {
                let short: String = value.chars().take(10).collect();
                format!("{}...", quote(&short))
            }
            _ => quote(value),
        }
    }

    pub(super) fn expect(&mut self, kind: &Kind, context: &str) -> Parsed<Token> {
        let token = self.next_solid();
        if token.kind == *kind {
            Ok(token)
        } else {
            self.unexpected(&token, context)
        }
    }
}
