//! Pipelines, commands and operands.

use super::ast::{Argument, Command, Declaration, More, Names, Pipeline, Span};
use super::literal::{character, number};
use super::parser::{Parsed, Parser};
use super::print::Shown;
use super::token::{Kind, Token};
use crate::fmt::quote;
use crate::stack::with_room;

/// How deep parentheses may nest.
const MAX_PARENS: usize = 1_000;

impl Parser<'_> {
    pub(super) fn pipeline(&mut self, context: &str, end: Kind) -> Parsed<Pipeline> {
        let token = self.peek_solid();
        let position = short(token.span);
        let (declaration, variables) = if token.kind == Kind::Variable {
            self.declarations(context)?
        } else {
            (Declaration::New, Box::default())
        };
        let Some(first) = self.next_command(context, end)? else {
            return self.error(format!("missing value for {context}"));
        };
        let start = self.commands.len();
        while let Some(command) = self.next_command(context, end)? {
            self.commands.push(command);
        }
        let rest = self.rest(start)?;
        let has_more = !(variables.is_empty() && rest.is_empty());
        Ok(Pipeline {
            position,
            first,
            more: has_more.then(|| {
                Box::new(More {
                    declaration,
                    variables,
                    rest,
                })
            }),
        })
    }

    /// The next command of a pipeline; nothing at its end, which is passed.
    fn next_command(&mut self, context: &str, end: Kind) -> Parsed<Option<Command>> {
        let token = self.peek_solid();
        match token.kind {
            kind if kind == end => {
                self.next();
                Ok(None)
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
            | Kind::LeftParen => self.command().map(Some),
            _ => {
                self.next();
                self.unexpected(token, context)
            }
        }
    }

    /// The commands from `start` on, which take the value of the command before them.
    fn rest(&mut self, start: usize) -> Parsed<Box<[Command]>> {
        for (index, command) in self.commands[start..].iter().enumerate() {
            if matches!(
                command.word,
                Argument::Bool(..)
                    | Argument::Dot(_)
                    | Argument::Nil(_)
                    | Argument::Number(_)
                    | Argument::Text(_)
            ) {
                return self.error(format!(
                    "non executable command in pipeline stage {}",
                    index + 2
                ));
            }
        }
        Ok(taken(&mut self.commands, start))
    }

    /// `$x :=`, `$x =`, and in a range `$i, $x :=`.
    fn declarations(&mut self, context: &str) -> Parsed<(Declaration, Box<[Span]>)> {
        let mut declaration = Declaration::New;
        let mut variables = Vec::new();
        while self.peek_solid().kind == Kind::Variable {
            let start = self.at;
            let token = self.next();
            let next = self.peek_solid();
            let comma = next.kind == Kind::Char && self.value(next) == b",";
            if !comma && !matches!(next.kind, Kind::Assign | Kind::Declare) {
                if !self.is_known(token) {
                    // Go has read on by now: the error is on the line of what follows.
                    self.next();
                    return self.undefined(token);
                }
                self.at = start;
                break;
            }
            if next.kind == Kind::Assign {
                declaration = Declaration::Assign;
            }
            self.next();
            self.scope.variables.push(token.span.of(self.text));
            variables.push(token.span);
            if !comma {
                break;
            }
            if context != "range" || variables.len() >= 2 {
                return self.error(format!("too many declarations in {context}"));
            }
            let follows = self.peek_solid().kind;
            if !matches!(
                follows,
                Kind::Variable | Kind::RightDelimiter | Kind::RightParen
            ) {
                return self.error("range can only initialize variables");
            }
        }
        Ok((declaration, variables.into()))
    }

    fn command(&mut self) -> Parsed<Command> {
        let position = short(self.peek_solid().span);
        let mut word = None;
        let start = self.arguments.len();
        loop {
            self.skip_space();
            match self.operand()? {
                Some(operand) if word.is_none() => word = Some(operand),
                Some(operand) => self.arguments.push(operand),
                None => {}
            }
            let token = self.next();
            match token.kind {
                Kind::Space => {}
                Kind::RightDelimiter | Kind::RightParen => {
                    self.at -= 1;
                    break;
                }
                Kind::Pipe => break,
                _ => return self.unexpected(token, "operand"),
            }
        }
        let Some(word) = word else {
            return self.error("empty command");
        };
        Ok(Command {
            position,
            word,
            arguments: taken(&mut self.arguments, start),
        })
    }

    /// A term and the fields after it; nothing if what stands here is no operand.
    fn operand(&mut self) -> Parsed<Option<Argument>> {
        let Some(term) = self.term()? else {
            return Ok(None);
        };
        let first = self.peek().span;
        let mut last = None;
        while self.peek().kind == Kind::Field {
            last = Some(self.next().span);
        }
        let Some(last) = last else {
            return Ok(Some(term));
        };
        let names = Names {
            position: short(first),
            span: first.to(last),
        };
        let operand = match term {
            Argument::Field(Names { span, .. }) => Argument::Field(Names {
                span: span.to(last),
                ..names
            }),
            Argument::Variable { name, .. } => Argument::Variable {
                name,
                fields: names,
            },
            Argument::Bool(..)
            | Argument::Text(_)
            | Argument::Number(_)
            | Argument::Nil(_)
            | Argument::Dot(_) => {
                let term = quote(Shown(&term, self.text).to_string());
                return self.error(format!("unexpected . after term {term}"));
            }
            term => Argument::Chain(Box::new(term), names),
        };
        Ok(Some(operand))
    }

    fn term(&mut self) -> Parsed<Option<Argument>> {
        let start = self.at;
        let token = self.next_solid();
        let position = short(token.span);
        let term = match token.kind {
            Kind::Identifier => {
                let name = token.span.name(self.text);
                if !(self.is_function)(name) {
                    return self.error(format!("function {} not defined", quote(name)));
                }
                Argument::Function(token.span)
            }
            Kind::Dot => Argument::Dot(position),
            Kind::Nil => Argument::Nil(position),
            Kind::Variable => {
                if !self.is_known(token) {
                    return self.undefined(token);
                }
                Argument::Variable {
                    name: token.span,
                    fields: Names {
                        position,
                        span: Span::new(0, 0),
                    },
                }
            }
            Kind::Field => Argument::Field(Names {
                position,
                span: token.span,
            }),
            Kind::Bool => Argument::Bool(position, self.value(token) == b"true"),
            Kind::CharConstant | Kind::Complex | Kind::Number => {
                let number = if token.kind == Kind::CharConstant {
                    character(self.text, token.span)
                } else {
                    number(self.text, token.span)
                };
                match number {
                    Ok(number) => Argument::Number(Box::new(number)),
                    Err(message) => return self.error(message),
                }
            }
            Kind::LeftParen => {
                if self.scope.parens >= MAX_PARENS {
                    return self.error("max expression depth exceeded");
                }
                self.scope.parens += 1;
                let pipeline =
                    with_room(|| self.pipeline("parenthesized pipeline", Kind::RightParen))?;
                self.scope.parens -= 1;
                Argument::Pipeline(Box::new(pipeline))
            }
            Kind::Str | Kind::RawString => Argument::Text(self.unquoted(token)?),
            _ => {
                self.at = start;
                return Ok(None);
            }
        };
        Ok(Some(term))
    }

    fn is_known(&self, variable: Token) -> bool {
        let name = self.value(variable);
        // The latest first: it is the likeliest.
        self.scope
            .variables
            .iter()
            .rev()
            .any(|known| *known == name)
    }

    fn undefined<T>(&self, variable: Token) -> Parsed<T> {
        self.error(format!(
            "undefined variable {}",
            quote(self.value(variable))
        ))
    }
}

/// What a stack holds from `start` on, mostly nothing.
fn taken<T>(stack: &mut Vec<T>, start: usize) -> Box<[T]> {
    if stack.len() == start {
        return Box::default();
    }
    stack.drain(start..).collect()
}

/// Where a span begins, as trees keep it.
fn short(span: Span) -> u32 {
    // Spans are made of 32-bit offsets.
    u32::try_from(span.start()).unwrap_or(u32::MAX)
}
