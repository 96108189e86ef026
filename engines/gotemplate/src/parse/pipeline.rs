//! Pipelines, commands and operands.

use super::ast::{Argument, Chain, Command, Declaration, Field, Pipeline, Variable};
use super::literal::{character, number};
use super::parser::{Parsed, Parser};
use super::token::{Kind, Token};
use crate::fmt::quote;
use crate::stack::with_room;

/// How deep parentheses may nest.
const MAX_PARENS: usize = 1_000;

impl Parser<'_> {
    pub(super) fn pipeline(&mut self, context: &str, end: &Kind) -> Parsed<Pipeline> {
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
                if !self.is_known(&token) {
                    // Go has read on by now: the error is on the line of what follows.
                    self.next();
                    return self.undefined(&token);
                }
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
                if !self.is_known(&token) {
                    return self.undefined(&token);
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
                let pipeline =
                    with_room(|| self.pipeline("parenthesized pipeline", &Kind::RightParen))?;
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

    fn is_known(&self, variable: &Token) -> bool {
        let name = self.value(variable);
        self.scope.variables.iter().any(|known| **known == *name)
    }

    fn undefined<T>(&self, variable: &Token) -> Parsed<T> {
        self.error(format!(
            "undefined variable {}",
            quote(self.value(variable))
        ))
    }

    fn variable(&self, token: &Token) -> Variable {
        Variable {
            position: token.start,
            name: self.value(token).into(),
            fields: Vec::new(),
        }
    }
}
