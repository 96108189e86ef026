//! How a node is shown in an error: as source text in a normal form.

use std::fmt::{self, Display, Formatter, Write as _};

use super::ast::{
    Argument, Branch, Command, Declaration, Names, Node, Pipeline, Span, TemplateCall,
};
use crate::fmt::quote;

/// Something of a tree, shown with the source that it was parsed from.
pub(crate) struct Shown<'t, T: ?Sized>(pub(crate) &'t T, pub(crate) &'t [u8]);

impl<'t, T: ?Sized> Shown<'t, T> {
    /// Something else of the same source.
    fn with<'u, U: ?Sized>(&self, other: &'u U) -> Shown<'u, U>
    where
        't: 'u,
    {
        Shown(other, self.1)
    }

    fn span(&self, f: &mut Formatter<'_>, span: Span) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(span.of(self.1)))
    }

    fn names(&self, f: &mut Formatter<'_>, names: Names) -> fmt::Result {
        self.span(f, names.span)
    }
}

impl Display for Shown<'_, [Node]> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|node| self.with(node).fmt(f))
    }
}

impl Display for Shown<'_, Node> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Node::Text(text) => self.span(f, *text),
            Node::Constant(quoted) => {
                f.write_str("{{")?;
                self.span(f, *quoted)?;
                f.write_str("}}")
            }
            Node::Action(pipeline) => write!(f, "{{{{{}}}}}", self.with(&**pipeline)),
            Node::If(branch) => self.control(f, "if", branch),
            Node::Range(branch) => self.control(f, "range", branch),
            Node::With(branch) => self.control(f, "with", branch),
            Node::Template(call) => self.with(&**call).fmt(f),
            Node::Break => f.write_str("{{break}}"),
            Node::Continue => f.write_str("{{continue}}"),
        }
    }
}

impl Shown<'_, Node> {
    fn control(&self, f: &mut Formatter<'_>, word: &str, branch: &Branch) -> fmt::Result {
        let pipeline = self.with(&branch.pipeline);
        write!(f, "{{{{{word} {pipeline}}}}}{}", self.with(&*branch.body))?;
        if let Some(otherwise) = &branch.otherwise {
            write!(f, "{{{{else}}}}{}", self.with(&**otherwise))?;
        }
        f.write_str("{{end}}")
    }
}

impl Display for Shown<'_, TemplateCall> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{{{{template {}", quote(&*self.0.name))?;
        if let Some(pipeline) = &self.0.pipeline {
            write!(f, " {}", self.with(pipeline))?;
        }
        f.write_str("}}")
    }
}

impl Display for Shown<'_, Pipeline> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (index, variable) in self.0.variables().iter().enumerate() {
            f.write_str(if index > 0 { ", " } else { "" })?;
            self.span(f, *variable)?;
        }
        if !self.0.variables().is_empty() {
            f.write_str(match self.0.declaration() {
                Declaration::New => " := ",
                Declaration::Assign => " = ",
            })?;
        }
        self.with(&self.0.first).fmt(f)?;
        for command in self.0.rest() {
            write!(f, " | {}", self.with(command))?;
        }
        Ok(())
    }
}

impl Display for Shown<'_, Command> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.in_command(f, &self.0.word)?;
        for argument in &self.0.arguments {
            f.write_char(' ')?;
            self.in_command(f, argument)?;
        }
        Ok(())
    }
}

impl Shown<'_, Command> {
    fn in_command(&self, f: &mut Formatter<'_>, argument: &Argument) -> fmt::Result {
        match argument {
            Argument::Pipeline(pipeline) => write!(f, "({})", self.with(&**pipeline)),
            other => self.with(other).fmt(f),
        }
    }
}

impl Display for Shown<'_, Argument> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Argument::Field(names) => self.names(f, *names),
            Argument::Variable { name, fields } => {
                self.span(f, *name)?;
                self.names(f, *fields)
            }
            Argument::Dot(_) => f.write_char('.'),
            Argument::Nil(_) => f.write_str("nil"),
            Argument::Bool(_, value) => value.fmt(f),
            Argument::Number(number) => self.span(f, number.span),
            Argument::Text(text) => self.span(f, text.quoted),
            Argument::Function(name) => self.span(f, *name),
            Argument::Chain(term, names) => {
                match &**term {
                    Argument::Pipeline(pipeline) => write!(f, "({})", self.with(&**pipeline))?,
                    term => self.with(term).fmt(f)?,
                }
                self.names(f, *names)
            }
            Argument::Pipeline(pipeline) => self.with(&**pipeline).fmt(f),
        }
    }
}
