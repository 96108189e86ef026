//! A checked expression, ready to run.

use cel::common::ast::SourceInfo;
use cel::{Context, IdedExpr, Value};
use serde_json::{Map, Value as Json};

use crate::check;
use crate::environment::ENVIRONMENT;
use crate::error::{CompileError, EvalError, describe};
use crate::shape;
use crate::stack;
use crate::steps;
use crate::types::Type;
use crate::value::from_json;

/// The longest expression accepted, in bytes.
pub const MAX_SOURCE: usize = 16 << 10;

/// A boolean expression.
#[derive(Debug)]
pub struct Program {
    source: String,
    expression: IdedExpr,
    /// The names that the expression may take from its variables.
    names: Vec<String>,
}

impl Program {
    /// Parses `source`. Any name may be a variable; types show only when it runs.
    ///
    /// # Errors
    /// [`CompileError`] for a syntax error.
    pub fn parse(source: &str) -> Result<Self, CompileError> {
        stack::with_room(|| {
            let (expression, _) = parse(source)?;
            Ok(Self::new(source, expression))
        })
        .unwrap_or(Err(CompileError::NoThread))
    }

    /// Parses `source` and checks it: every name must be one of `variables`, each a JSON object, or declared by the
    /// environment; operands must fit; and the result must be boolean for certain, so that `dep.status.ready` alone, whose
    /// type nobody knows, is refused.
    ///
    /// # Errors
    /// [`CompileError`], with the place in the source where there is one.
    pub fn compile(source: &str, variables: &[&str]) -> Result<Self, CompileError> {
        stack::with_room(|| Self::compile_here(source, variables))
            .unwrap_or(Err(CompileError::NoThread))
    }

    fn compile_here(source: &str, variables: &[&str]) -> Result<Self, CompileError> {
        match checked(source, variables)? {
            (expression, Type::Bool) => Ok(Self::new(source, expression)),
            (_, other) => Err(CompileError::NotBoolean(other.to_string())),
        }
    }

    fn new(source: &str, mut expression: IdedExpr) -> Self {
        let mut names: Vec<String> = expression
            .references()
            .variables()
            .into_iter()
            .map(str::to_owned)
            .collect();
        names.sort_unstable();
        steps::instrument(&mut expression);
        Self {
            source: source.to_owned(),
            expression,
            names,
        }
    }

    /// The expression as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Runs the expression; each key of `variables` is a name in it.
    ///
    /// # Errors
    /// [`EvalError`] when a key is missing, types do not fit, the result is not boolean, or the run takes too long.
    pub fn eval(&self, variables: &Map<String, Json>) -> Result<bool, EvalError> {
        stack::with_room(|| self.eval_here(variables)).unwrap_or(Err(EvalError::NoThread))
    }

    fn eval_here(&self, variables: &Map<String, Json>) -> Result<bool, EvalError> {
        match self.value(variables)? {
            Value::Bool(answer) => Ok(answer),
            _ => Err(EvalError::NotBoolean(self.source.clone())),
        }
    }

    fn value(&self, variables: &Map<String, Json>) -> Result<Value, EvalError> {
        let mut context = Context::with_env(ENVIRONMENT.clone());
        for name in &self.names {
            if let Some(value) = variables.get(name) {
                context.add_variable_from_value(name, from_json(value));
            }
        }
        let result = steps::bounded(|| Value::resolve(&self.expression, &context))
            .ok_or_else(|| EvalError::TooExpensive(self.source.clone()))?;
        result.map_err(|error| EvalError::Failed {
            source_text: self.source.clone(),
            message: describe(&error),
        })
    }
}

/// An expression that gives a text.
#[derive(Debug)]
pub struct TextProgram {
    program: Program,
}

impl TextProgram {
    /// Parses `source` and checks it as [`Program::compile`] does, but for a text.
    ///
    /// # Errors
    /// [`CompileError`], with the place in the source where there is one.
    pub fn compile(source: &str, variables: &[&str]) -> Result<Self, CompileError> {
        let compiled = stack::with_room(|| match checked(source, variables)? {
            (expression, Type::String) => Ok(Program::new(source, expression)),
            (_, other) => Err(CompileError::NotText(other.to_string())),
        });
        let program = compiled.unwrap_or(Err(CompileError::NoThread))?;
        Ok(Self { program })
    }

    /// Runs the expression; each key of `variables` is a name in it.
    ///
    /// # Errors
    /// [`EvalError`] when a key is missing, types do not fit, the result is no text, or the run takes too long.
    pub fn eval(&self, variables: &Map<String, Json>) -> Result<String, EvalError> {
        let run = || match self.program.value(variables)? {
            Value::String(text) => Ok(text.as_ref().clone()),
            _ => Err(EvalError::NotText(self.program.source.clone())),
        };
        stack::with_room(run).unwrap_or(Err(EvalError::NoThread))
    }
}

/// Parses and checks an expression; also says of what type its result is.
fn checked(source: &str, variables: &[&str]) -> Result<(IdedExpr, Type), CompileError> {
    let (expression, info) = parse(source)?;
    let result = check::check(&expression, variables).map_err(|problem| {
        let (line, column) = place(&info, source, problem.node);
        CompileError::Invalid {
            source_text: source.to_owned(),
            message: format!("ERROR: <input>:{line}:{column}: {}", problem.message),
        }
    })?;
    Ok((expression, result))
}

fn parse(source: &str) -> Result<(IdedExpr, SourceInfo), CompileError> {
    if source.len() > MAX_SOURCE {
        return Err(CompileError::TooLong);
    }
    if !shape::is_modest(source) {
        return Err(CompileError::TooDeep);
    }
    ENVIRONMENT
        .parser()
        .parse_with_source_info(source)
        .map_err(|errors| CompileError::Invalid {
            source_text: source.to_owned(),
            message: errors.to_string(),
        })
}

/// Line and column of a node, counted from 1.
fn place(info: &SourceInfo, source: &str, node: u64) -> (usize, usize) {
    let start = info.offset_for(node).map_or(0, |(start, _)| start as usize);
    let before: String = source.chars().take(start).collect();
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    (before.matches('\n').count() + 1, column)
}
