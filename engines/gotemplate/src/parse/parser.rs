//! The parser: tokens to trees, with Go's error texts (rules: Go's `text/template/parse/parse.go`).

use std::sync::Arc;

use super::ast::{
    Argument, Branch, Chain, Command, Declaration, Field, List, Node, Pipeline, TemplateCall,
    Variable,
};
use super::lex::lex;
use super::literal::{character, number, unquote};
use super::token::{Keyword, Kind, Token};
use crate::fmt::quote;

/// How deep parentheses may nest: each level is a few stack frames.
const MAX_PARENS: usize = 200;

/// How deep actions may nest; a body deeper than this is an attack on the stack.
const MAX_NESTING: usize = 200;

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

struct Parser<'p> {
    source: &'p Arc<Source>,
    text: &'p str,
    tokens: Vec<Token>,
    at: usize,
    is_function: &'p dyn Fn(&str) -> bool,
    scope: Scope,
    definitions: Vec<Definition>,
    /// The line of the action under work.
    action_line: Option<usize>,
    nesting: usize,
}

/// What belongs to the definition under work.
#[derive(Debug)]
struct Scope {
    variables: Vec<Box<str>>,
    ranges: usize,
    parens: usize,
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

/// What ended a body.
enum End {
    End,
    Else,
}

/// An action, or the word that ends the body around it.
enum Item {
    Node(Node),
    Ends(End),
}

type Parsed<T> = Result<T, ParseError>;

impl<'p> Parser<'p> {
    // Tokens.

    /// The token under the cursor; the last one stays.
    fn peek(&self) -> &Token {
        &self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at = (self.at + 1).min(self.tokens.len());
        token
    }

    fn next_solid(&mut self) -> Token {
        self.skip_space();
        self.next()
    }

    fn peek_solid(&mut self) -> &Token {
        self.skip_space();
        self.peek()
    }

    fn skip_space(&mut self) {
        while self.peek().kind == Kind::Space {
            self.at += 1;
        }
    }

    fn value(&self, token: &Token) -> &'p str {
        &self.text[token.start..token.end]
    }

    fn is_keyword(&self, keyword: Keyword) -> bool {
        self.peek().kind == Kind::Keyword(keyword)
    }

    // Errors.

    /// An error on the line of the last token that was read.
    fn error<T>(&self, message: impl std::fmt::Display) -> Parsed<T> {
        let last = self.at.clamp(1, self.tokens.len()) - 1;
        let line = self.tokens[last].line;
        Err(ParseError(format!(
            "template: {}:{line}: {message}",
            self.source.name
        )))
    }

    fn unexpected<T>(&self, token: &Token, context: &str) -> Parsed<T> {
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

    fn expect(&mut self, kind: &Kind, context: &str) -> Parsed<Token> {
        let token = self.next_solid();
        if token.kind == *kind {
            Ok(token)
        } else {
            self.unexpected(&token, context)
        }
    }

    // Bodies.

    /// The source itself: text, actions and definitions up to its end.
    fn top(&mut self) -> Parsed<List> {
        let mut body = List::default();
        while self.peek().kind != Kind::Eof {
            if self.peek().kind == Kind::LeftDelimiter {
                let start = self.at;
                self.next();
                if self.next_solid().kind == Kind::Keyword(Keyword::Define) {
                    self.definition()?;
                    continue;
                }
                self.at = start;
            }
            match self.item()? {
                Item::Node(node) => body.nodes.push(node),
                Item::Ends(end) => return self.error(format!("unexpected {}", end.show())),
            }
        }
        Ok(body)
    }

    fn definition(&mut self) -> Parsed<()> {
        const CONTEXT: &str = "define clause";
        let token = self.next_solid();
        let name = self.template_name(&token, CONTEXT)?;
        self.expect(&Kind::RightDelimiter, CONTEXT)?;
        self.separate_body(&name, CONTEXT)
    }

    /// The body of a definition, with variables of its own.
    fn separate_body(&mut self, name: &str, context: &str) -> Parsed<()> {
        let outer = std::mem::take(&mut self.scope);
        let (body, end) = self.body()?;
        self.scope = outer;
        if let End::Else = end {
            return self.error(format!("unexpected {} in {context}", end.show()));
        }
        self.define(name, body)
    }

    fn define(&mut self, name: &str, body: List) -> Parsed<()> {
        let definition = Definition {
            name: name.into(),
            body,
            source: Arc::clone(self.source),
        };
        match self
            .definitions
            .iter_mut()
            .find(|known| *known.name == *name)
        {
            None => self.definitions.push(definition),
            Some(known) if known.body.is_blank() => *known = definition,
            Some(_) if definition.body.is_blank() => {}
            Some(_) => {
                return self.error(format!(
                    "template: multiple definition of template {}",
                    quote(name)
                ));
            }
        }
        Ok(())
    }

    /// Text and actions up to an end or an else.
    fn body(&mut self) -> Parsed<(List, End)> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return self.error(format!("actions nest deeper than {MAX_NESTING}"));
        }
        let mut body = List::default();
        while self.peek_solid().kind != Kind::Eof {
            match self.item()? {
                Item::Node(node) => body.nodes.push(node),
                Item::Ends(end) => {
                    self.nesting -= 1;
                    return Ok((body, end));
                }
            }
        }
        self.next();
        self.error("unexpected EOF")
    }

    fn item(&mut self) -> Parsed<Item> {
        let token = self.next_solid();
        match token.kind {
            Kind::Text => Ok(Item::Node(Node::Text(self.value(&token).into()))),
            Kind::LeftDelimiter => {
                self.action_line = Some(token.line);
                let item = self.action()?;
                self.action_line = None;
                Ok(item)
            }
            _ => self.unexpected(&token, "input"),
        }
    }

    // Actions.

    fn action(&mut self) -> Parsed<Item> {
        let start = self.at;
        let token = self.next_solid();
        let Kind::Keyword(keyword) = token.kind else {
            self.at = start;
            let pipeline = self.pipeline("command", &Kind::RightDelimiter)?;
            return Ok(Item::Node(Node::Action(pipeline)));
        };
        let node = match keyword {
            Keyword::Block => self.block()?,
            Keyword::Break => self.leave("{{break}}", Node::Break)?,
            Keyword::Continue => self.leave("{{continue}}", Node::Continue)?,
            Keyword::Else => return self.otherwise().map(Item::Ends),
            Keyword::End => {
                self.expect(&Kind::RightDelimiter, "end")?;
                return Ok(Item::Ends(End::End));
            }
            Keyword::If => Node::If(self.branch(Keyword::If)?),
            Keyword::Range => Node::Range(self.branch(Keyword::Range)?),
            Keyword::With => Node::With(self.branch(Keyword::With)?),
            Keyword::Template => self.call()?,
            Keyword::Define => {
                self.at = start;
                self.skip_space();
                let token = self.next();
                return self.unexpected(&token, "command");
            }
        };
        Ok(Item::Node(node))
    }

    fn leave(&mut self, word: &str, node: Node) -> Parsed<Node> {
        let token = self.next_solid();
        if token.kind != Kind::RightDelimiter {
            return self.unexpected(&token, word);
        }
        if self.scope.ranges == 0 {
            return self.error(format!("{word} outside {{{{range}}}}"));
        }
        Ok(node)
    }

    /// After the word else: the word that may follow stays for whoever opened the branch.
    fn otherwise(&mut self) -> Parsed<End> {
        if !matches!(
            self.peek_solid().kind,
            Kind::Keyword(Keyword::If | Keyword::With)
        ) {
            self.expect(&Kind::RightDelimiter, "else")?;
        }
        Ok(End::Else)
    }

    fn branch(&mut self, keyword: Keyword) -> Parsed<Branch> {
        let context = match keyword {
            Keyword::If => "if",
            Keyword::Range => "range",
            _ => "with",
        };
        let known = self.scope.variables.len();
        let pipeline = self.pipeline(context, &Kind::RightDelimiter)?;
        let ranges = usize::from(keyword == Keyword::Range);
        self.scope.ranges += ranges;
        let (body, end) = self.body()?;
        self.scope.ranges -= ranges;
        let otherwise = match end {
            End::End => None,
            End::Else if keyword != Keyword::Range && self.is_keyword(keyword) => {
                // `{{else if}}` is an if of its own, whose end ends both.
                self.next();
                let inner = self.nested_branch(keyword)?;
                let node = if keyword == Keyword::If {
                    Node::If(inner)
                } else {
                    Node::With(inner)
                };
                Some(List { nodes: vec![node] })
            }
            End::Else => {
                let (otherwise, end) = self.body()?;
                if let End::Else = end {
                    return self.error(format!("expected end; found {}", end.show()));
                }
                Some(otherwise)
            }
        };
        self.scope.variables.truncate(known);
        Ok(Branch {
            position: pipeline.position,
            pipeline,
            body,
            otherwise,
        })
    }

    fn nested_branch(&mut self, keyword: Keyword) -> Parsed<Branch> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return self.error(format!("actions nest deeper than {MAX_NESTING}"));
        }
        let branch = self.branch(keyword)?;
        self.nesting -= 1;
        Ok(branch)
    }

    fn block(&mut self) -> Parsed<Node> {
        const CONTEXT: &str = "block clause";
        let token = self.next_solid();
        let name = self.template_name(&token, CONTEXT)?;
        let pipeline = self.pipeline(CONTEXT, &Kind::RightDelimiter)?;
        self.separate_body(&name, CONTEXT)?;
        Ok(Node::Template(TemplateCall {
            position: token.start,
            name: name.into(),
            pipeline: Some(pipeline),
        }))
    }

    fn call(&mut self) -> Parsed<Node> {
        const CONTEXT: &str = "template clause";
        let token = self.next_solid();
        let name = self.template_name(&token, CONTEXT)?;
        let pipeline = if self.peek_solid().kind == Kind::RightDelimiter {
            self.next();
            None
        } else {
            Some(self.pipeline(CONTEXT, &Kind::RightDelimiter)?)
        };
        Ok(Node::Template(TemplateCall {
            position: token.start,
            name: name.into(),
            pipeline,
        }))
    }

    fn template_name(&self, token: &Token, context: &str) -> Parsed<String> {
        match token.kind {
            Kind::Str | Kind::RawString => {
                let name = self.unquoted(token)?;
                Ok(String::from_utf8_lossy(&name).into_owned())
            }
            _ => self.unexpected(token, context),
        }
    }

    fn unquoted(&self, token: &Token) -> Parsed<Vec<u8>> {
        match unquote(self.value(token)) {
            Some(text) => Ok(text),
            None => self.error("invalid syntax"),
        }
    }

    // Pipelines.

    fn pipeline(&mut self, context: &str, end: &Kind) -> Parsed<Pipeline> {
        let position = self.peek_solid().start;
        let mut pipeline = Pipeline {
            position,
            declaration: Declaration::New,
            variables: Vec::new(),
            commands: Vec::new(),
        };
        self.declarations(&mut pipeline, context)?;
        loop {
            let token = self.peek_solid().clone();
            match token.kind {
                ref kind if kind == end => {
                    self.next();
                    return self.checked(pipeline, context);
                }
                Kind::Bool
                | Kind::CharConstant
                | Kind::Complex
                | Kind::Dot
                | Kind::Field
                | Kind::Identifier
                | Kind::Number
                | Kind::Nil
                | Kind::RawString
                | Kind::Str
                | Kind::Variable
                | Kind::LeftParen => pipeline.commands.push(self.command()?),
                _ => {
                    self.next();
                    return self.unexpected(&token, context);
                }
            }
        }
    }

    /// `$x :=`, `$x =`, and in a range `$i, $x :=`.
    fn declarations(&mut self, pipeline: &mut Pipeline, context: &str) -> Parsed<()> {
        while self.peek_solid().kind == Kind::Variable {
            let start = self.at;
            let token = self.next();
            let next = self.peek_solid().clone();
            let comma = next.kind == Kind::Char && self.value(&next) == ",";
            if !comma && !matches!(next.kind, Kind::Assign | Kind::Declare) {
                self.at = start;
                return Ok(());
            }
            if next.kind == Kind::Assign {
                pipeline.declaration = Declaration::Assign;
            }
            self.next();
            let variable = self.variable(&token);
            self.scope.variables.push(self.value(&token).into());
            pipeline.variables.push(variable);
            if !comma {
                return Ok(());
            }
            if context != "range" || pipeline.variables.len() >= 2 {
                return self.error(format!("too many declarations in {context}"));
            }
            let follows = &self.peek_solid().kind;
            if !matches!(
                follows,
                Kind::Variable | Kind::RightDelimiter | Kind::RightParen
            ) {
                return self.error("range can only initialize variables");
            }
        }
        Ok(())
    }

    fn checked(&self, pipeline: Pipeline, context: &str) -> Parsed<Pipeline> {
        if pipeline.commands.is_empty() {
            return self.error(format!("missing value for {context}"));
        }
        for (index, command) in pipeline.commands.iter().enumerate().skip(1) {
            let first = &command.arguments[0];
            if matches!(
                first,
                Argument::Bool(..)
                    | Argument::Dot(_)
                    | Argument::Nil(_)
                    | Argument::Number(..)
                    | Argument::Text { .. }
            ) {
                return self.error(format!(
                    "non executable command in pipeline stage {}",
                    index + 1
                ));
            }
        }
        Ok(pipeline)
    }

    fn command(&mut self) -> Parsed<Command> {
        let position = self.peek_solid().start;
        let mut arguments = Vec::new();
        loop {
            self.skip_space();
            if let Some(operand) = self.operand()? {
                arguments.push(operand);
            }
            let token = self.next();
            match token.kind {
                Kind::Space => {}
                Kind::RightDelimiter | Kind::RightParen => {
                    self.at -= 1;
                    break;
                }
                Kind::Pipe => break,
                _ => return self.unexpected(&token, "operand"),
            }
        }
        if arguments.is_empty() {
            return self.error("empty command");
        }
        Ok(Command {
            position,
            arguments,
        })
    }

    /// A term and the fields after it; nothing if what stands here is no operand.
    fn operand(&mut self) -> Parsed<Option<Argument>> {
        let Some(term) = self.term()? else {
            return Ok(None);
        };
        if self.peek().kind != Kind::Field {
            return Ok(Some(term));
        }
        let position = self.peek().start;
        let mut names: Vec<Box<str>> = Vec::new();
        while self.peek().kind == Kind::Field {
            let token = self.next();
            names.push(self.value(&token)[1..].into());
        }
        let operand = match term {
            Argument::Field(mut field) => {
                field.names.append(&mut names);
                Argument::Field(Field { position, ..field })
            }
            Argument::Variable(mut variable) => {
                variable.fields.append(&mut names);
                Argument::Variable(Variable {
                    position,
                    ..variable
                })
            }
            Argument::Bool(..)
            | Argument::Text { .. }
            | Argument::Number(..)
            | Argument::Nil(_)
            | Argument::Dot(_) => {
                let term = quote(term.to_string());
                return self.error(format!("unexpected . after term {term}"));
            }
            term => Argument::Chain(Chain {
                position,
                term: Box::new(term),
                names,
            }),
        };
        Ok(Some(operand))
    }

    fn term(&mut self) -> Parsed<Option<Argument>> {
        let start = self.at;
        let token = self.next_solid();
        let position = token.start;
        let value = self.value(&token);
        let term = match token.kind {
            Kind::Identifier => {
                if !(self.is_function)(value) {
                    return self.error(format!("function {} not defined", quote(value)));
                }
                Argument::Function(position, value.into())
            }
            Kind::Dot => Argument::Dot(position),
            Kind::Nil => Argument::Nil(position),
            Kind::Variable => {
                if !self.scope.variables.iter().any(|known| **known == *value) {
                    return self.error(format!("undefined variable {}", quote(value)));
                }
                Argument::Variable(self.variable(&token))
            }
            Kind::Field => Argument::Field(Field {
                position,
                names: vec![value[1..].into()],
            }),
            Kind::Bool => Argument::Bool(position, value == "true"),
            Kind::CharConstant | Kind::Complex | Kind::Number => {
                let number = if token.kind == Kind::CharConstant {
                    character(value)
                } else {
                    number(value)
                };
                match number {
                    Ok(number) => Argument::Number(position, number),
                    Err(message) => return self.error(message),
                }
            }
            Kind::LeftParen => {
                if self.scope.parens >= MAX_PARENS {
                    return self.error("max expression depth exceeded");
                }
                self.scope.parens += 1;
                let pipeline = self.pipeline("parenthesized pipeline", &Kind::RightParen)?;
                self.scope.parens -= 1;
                Argument::Pipeline(Box::new(pipeline))
            }
            Kind::Str | Kind::RawString => {
                let text = self.unquoted(&token)?;
                Argument::Text {
                    position,
                    quoted: value.into(),
                    value: text.into(),
                }
            }
            _ => {
                self.at = start;
                return Ok(None);
            }
        };
        Ok(Some(term))
    }

    fn variable(&self, token: &Token) -> Variable {
        Variable {
            position: token.start,
            name: self.value(token).into(),
            fields: Vec::new(),
        }
    }
}

impl End {
    /// The word in an error.
    fn show(&self) -> &'static str {
        match self {
            Self::End => "{{end}}",
            Self::Else => "{{else}}",
        }
    }
}
