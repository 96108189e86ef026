//! How a node is shown in an error: as source text in a normal form.

use std::fmt::{self, Display, Formatter, Write as _};

use super::ast::{
    Argument, Branch, Command, Declaration, List, Node, Pipeline, TemplateCall, Variable,
};
use crate::fmt::quote;

impl Display for List {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.nodes.iter().try_for_each(|node| node.fmt(f))
    }
}

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Action(pipeline) => write!(f, "{{{{{pipeline}}}}}"),
            Self::If(branch) => control(f, "if", branch),
            Self::Range(branch) => control(f, "range", branch),
            Self::With(branch) => control(f, "with", branch),
            Self::Template(call) => call.fmt(f),
            Self::Break => f.write_str("{{break}}"),
            Self::Continue => f.write_str("{{continue}}"),
        }
    }
}

fn control(f: &mut Formatter<'_>, word: &str, branch: &Branch) -> fmt::Result {
    write!(f, "{{{{{word} {}}}}}{}", branch.pipeline, branch.body)?;
    if let Some(otherwise) = &branch.otherwise {
        write!(f, "{{{{else}}}}{otherwise}")?;
    }
    f.write_str("{{end}}")
}

impl Display for TemplateCall {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{{{{template {}", quote(&*self.name))?;
        if let Some(pipeline) = &self.pipeline {
            write!(f, " {pipeline}")?;
        }
        f.write_str("}}")
    }
}

impl Display for Pipeline {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (index, variable) in self.variables.iter().enumerate() {
            f.write_str(if index > 0 { ", " } else { "" })?;
            variable.fmt(f)?;
        }
        if !self.variables.is_empty() {
            f.write_str(match self.declaration {
                Declaration::New => " := ",
                Declaration::Assign => " = ",
            })?;
        }
        for (index, command) in self.commands.iter().enumerate() {
            f.write_str(if index > 0 { " | " } else { "" })?;
            command.fmt(f)?;
        }
        Ok(())
    }
}

impl Display for Command {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (index, argument) in self.arguments.iter().enumerate() {
            f.write_str(if index > 0 { " " } else { "" })?;
            match argument {
                Argument::Pipeline(pipeline) => write!(f, "({pipeline})")?,
                other => other.fmt(f)?,
            }
        }
        Ok(())
    }
}

impl Display for Variable {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        names(f, &self.fields)
    }
}

impl Display for Argument {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(field) => names(f, &field.names),
            Self::Variable(variable) => variable.fmt(f),
            Self::Dot(_) => f.write_char('.'),
            Self::Nil(_) => f.write_str("nil"),
            Self::Bool(_, value) => value.fmt(f),
            Self::Number(_, number) => f.write_str(&number.text),
            Self::Text { quoted, .. } => f.write_str(quoted),
            Self::Function(_, name) => f.write_str(name),
            Self::Chain(chain) => {
                match chain.term.as_ref() {
                    Self::Pipeline(pipeline) => write!(f, "({pipeline})")?,
                    term => term.fmt(f)?,
                }
                names(f, &chain.names)
            }
            Self::Pipeline(pipeline) => pipeline.fmt(f),
        }
    }
}

fn names(f: &mut Formatter<'_>, names: &[Box<str>]) -> fmt::Result {
    names.iter().try_for_each(|name| write!(f, ".{name}"))
}
