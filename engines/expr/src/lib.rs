//! Expressions of users, in the Common Expression Language: conditions, and texts to be put together.
//!
//! Several places take them, for instance: `spec.dependsOn[].readyExpr`, which is checked against declared variables before anything runs
//! (K18.4, [`Program::compile`]), and `spec.healthCheckExprs[]`, which is only parsed, because any top-level field of an
//! object may be a variable (K16.7, [`Program::parse`]). A [`TextProgram`] gives a text instead of an answer.
//!
//! The environment: the standard library and macros, optional values, the extensions *strings*, *encoders* and *sets*, and
//! comparisons between number types. Values come from JSON; integers stay integers.
//!
//! What a run may cost is bounded: expressions are short, nest little, and may take [`MAX_STEPS`] loop steps.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod check;
mod environment;
mod error;
mod overloads;
mod program;
mod sets;
mod shape;
mod stack;
mod steps;
mod types;
mod value;

#[cfg(test)]
mod tests;

pub use error::{CompileError, EvalError};
pub use program::{MAX_SOURCE, Program, TextProgram};
pub use steps::MAX_STEPS;
