//! The client against a real registry, and against servers that misbehave.
#![allow(clippy::unwrap_used)]

mod fake;
mod faults;
mod real;
mod tokens;
