//! Regular expressions with the syntax, the results and the errors of Go's `regexp`.
//!
//! | file | what it holds |
//! |---|---|
//! | [`pattern`] | a compiled pattern |
//! | [`syntax`] | a pattern of Go's rewritten for the `regex` crate |
//! | [`modifiers`] | its flags and counts |
//! | [`class`] | its characters, escapes and classes |
//! | [`expand`] | `$1` and `${name}` in a replacement |
//!
//! Texts are bytes, as Go's strings are. Nothing here backtracks: a match takes time linear in the text.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod class;
mod error;
mod expand;
mod modifiers;
mod pattern;
mod syntax;

pub use error::SyntaxError;
pub use pattern::{Pattern, quote_meta};
