//! Post-build variable substitution: the `${var}` dialect of compat sheet K13.5 and K13.6.
//!
//! A text goes in with a lookup, the expanded text comes out. The dialect is that of a shell's parameter expansion with
//! its own edges; the edges are part of the contract, because manifests rely on them:
//!
//! | form | value |
//! |---|---|
//! | `${v}` | the variable |
//! | `${#v}` | its length in bytes |
//! | `${v^}` `${v^^}` `${v,}` `${v,,}` | first letter or all of it in upper or lower case |
//! | `${v:o}` `${v:o:n}` | substring by byte offset and length; a negative offset counts from the end |
//! | `${v#p}` `${v##p}` `${v%p}` `${v%%p}` | without the shortest or longest prefix or suffix that matches a glob |
//! | `${v/a/b}` `${v//a/b}` `${v/#a/b}` `${v/%a/b}` | first, every, leading, trailing `a` replaced by `b` |
//! | `${v=d}` `${v:=d}` `${v:-d}` `${v:?d}` `${v:+d}` | the variable, or `d` when it is empty or unset |
//!
//! `d`, and each operand as a whole, may itself be a `${…}`. `$$` in plain text yields `$`; a bare `$v` is text. Values are
//! never expanded again.
//!
//! The crate knows neither YAML nor Kubernetes; it reads no environment. What an expansion may cost is bounded ([`Error`]).

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod error;
mod expand;
mod glob;
mod parse;
mod transform;
mod variable;

#[cfg(test)]
mod tests;

pub use error::{Error, Problem};
pub use variable::{InvalidName, check_name};

/// What an unset variable without a default means (gate `StrictPostBuildSubstitutions`, K13.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// An error that names the variable.
    Strict,
    /// The empty string.
    Lenient,
}

/// Expands every `${…}` of `text`.
///
/// The whole text is parsed before the first variable is read, so a malformed expression anywhere is an error even where its
/// value would not have mattered.
///
/// # Errors
/// [`Error`] says what is wrong and at which line and column of `text`; it never quotes a value.
pub fn substitute<'v>(
    text: &str,
    lookup: impl Fn(&str) -> Option<&'v str>,
    mode: Mode,
) -> Result<String, Error> {
    if !text.contains('$') {
        return Ok(text.to_owned());
    }
    let segments = parse::parse(text)?;
    expand::expand(text, &segments, &lookup, mode)
}
