//! Health by expressions of the user, `spec.healthCheckExprs` (compat K16.7).

use crate::fields::at;
use crate::{GroupKind, Health, Precedence, Reader, Readers};
use expr::Program;
use serde_json::{Map, Value};
use std::sync::Arc;

/// One entry of `spec.healthCheckExprs`. Expressions that are not given are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExpressionCheck {
    pub api_version: String,
    /// Empty for all kinds of the group.
    pub kind: String,
    pub in_progress: String,
    pub failed: String,
    pub current: String,
}

/// An entry that cannot be used. `index` is its place in the list.
#[derive(Debug, thiserror::Error)]
pub enum ExpressionError {
    #[error("duplicate custom health check for GroupKind {kind} at healthchecks[{index}]")]
    Duplicate { kind: GroupKind, index: usize },
    #[error(
        "failed to create custom status evaluator for healthchecks[{index}]: expression Current not specified"
    )]
    NoCurrent { index: usize },
    #[error(
        "failed to create custom status evaluator for healthchecks[{index}]: failed to parse the expression {name}: {source}"
    )]
    Parse {
        index: usize,
        name: &'static str,
        source: expr::CompileError,
    },
}

impl Readers {
    /// Readers with the expressions of a unit. They are parsed, not type-checked: the top-level keys of the object are
    /// their variables, and those are not known before there is an object.
    pub fn with_expressions(
        precedence: Precedence,
        checks: &[ExpressionCheck],
    ) -> Result<Self, ExpressionError> {
        let mut readers = Self::new(precedence);
        for (index, check) in checks.iter().enumerate() {
            let group = check
                .api_version
                .split_once('/')
                .map_or("", |(group, _)| group);
            let kind = GroupKind::new(group, &check.kind);
            let expressions = Expressions::parse(index, check)?;
            if !readers.insert(kind.clone(), Arc::new(expressions)) {
                return Err(ExpressionError::Duplicate { kind, index });
            }
        }
        Ok(readers)
    }
}

struct Expressions {
    in_progress: Option<Program>,
    failed: Option<Program>,
    current: Program,
}

impl Expressions {
    fn parse(index: usize, check: &ExpressionCheck) -> Result<Self, ExpressionError> {
        if check.current.is_empty() {
            return Err(ExpressionError::NoCurrent { index });
        }
        let parse = |name, source: &str| {
            Program::parse(source).map_err(|source| ExpressionError::Parse {
                index,
                name,
                source,
            })
        };
        let optional = |name, source: &str| {
            (!source.is_empty())
                .then(|| parse(name, source))
                .transpose()
        };
        Ok(Self {
            current: parse("Current", &check.current)?,
            failed: optional("Failed", &check.failed)?,
            in_progress: optional("InProgress", &check.in_progress)?,
        })
    }

    /// The first expression that holds decides, in the order of RFC 0009.
    fn decide(&self, object: &Map<String, Value>) -> Result<Health, expr::EvalError> {
        let holds = |program: &Option<Program>| {
            program
                .as_ref()
                .map_or(Ok(false), |program| program.eval(object))
        };
        if holds(&self.in_progress)? {
            Ok(Health::in_progress(""))
        } else if holds(&self.failed)? {
            Ok(Health::failed(""))
        } else if self.current.eval(object)? {
            Ok(Health::current(""))
        } else {
            Ok(Health::in_progress(""))
        }
    }
}

impl Reader for Expressions {
    fn read(&self, object: &Value) -> Health {
        // An observed generation of another type is left to the expressions.
        let observed = at(object, "/status/observedGeneration").and_then(Value::as_i64);
        let generation = at(object, "/metadata/generation").and_then(Value::as_i64);
        if let (Some(observed), Some(generation)) = (observed, generation)
            && observed != generation
        {
            return Health::in_progress("");
        }
        let empty = Map::new();
        self.decide(object.as_object().unwrap_or(&empty))
            .unwrap_or_else(|error| Health::unknown(error.to_string()))
    }
}
