//! The syntax of `--set` and its kin: `a.b[0].c=1,d={x,y}`.
//!
//! Behaves as `pkg/strvals` of Helm 4.3, error texts included. Numbers that `--set` infers are
//! [`Value::Int`] (Go's int64); those of `--set-json` are [`Value::Float`], since Go decodes JSON
//! into float64.

mod error;
mod parse;
mod scan;

use yaml::{Map, Value};

pub use error::Error;

use crate::json;

/// The greatest index that a list may be given.
pub const MAX_INDEX: i64 = 65_536;

/// How many names a path may chain with dots.
pub const MAX_NESTED_NAMES: usize = 30;

/// Reads the file that `--set-file` names; fails with the text to show.
pub type ReadFile<'a> = dyn FnMut(&str) -> Result<String, String> + 'a;

/// How values are read.
pub enum Syntax<'a> {
    /// `--set`: `true`, `false`, `null` and integers are inferred, the rest is text.
    Typed,
    /// `--set-string`: everything is text.
    Text,
    /// `--set-literal`: one path, then text to the end; nothing is an escape.
    Literal,
    /// `--set-json`: values are JSON.
    Json,
    /// `--set-file`: values are names of files, whose content is taken.
    File(&'a mut ReadFile<'a>),
}

/// Sets in `values` what `text` says, under `syntax`.
///
/// # Errors
///
/// Malformed text, and paths that contradict what is there already. What was set before the error
/// stays.
pub fn parse_into(text: &str, syntax: Syntax<'_>, values: &mut Map) -> Result<(), Error> {
    parse::run(text, syntax, values)
}

/// What a flag of the command line, or a value with a target path, says: [`parse_into`] with the
/// flag's name in the error, and for `--set-json` also whole objects (`{"a": 1}`), which are
/// merged over `values`.
///
/// # Errors
///
/// As `helm` prints them: `failed parsing --set data: key "a" has no value`.
pub fn apply_flag(text: &str, syntax: Syntax<'_>, values: &mut Map) -> Result<(), Error> {
    let flag = match &syntax {
        Syntax::Typed => "--set",
        Syntax::Text => "--set-string",
        Syntax::Literal => "--set-literal",
        Syntax::File(_) => "--set-file",
        Syntax::Json => {
            let trimmed = text.trim();
            if trimmed.starts_with('{') {
                let object = json::parse(trimmed.as_bytes()).and_then(|object| object.to_value());
                let Ok(Value::Map(object)) = object else {
                    return Err(Error::JsonObject(text.to_owned()));
                };
                merge_over(values, &object);
                return Ok(());
            }
            return parse_into(text, syntax, values).map_err(|_| Error::JsonFlag(text.to_owned()));
        }
    };
    parse_into(text, syntax, values).map_err(|source| Error::Flag {
        flag,
        source: Box::new(source),
    })
}

/// Merges `over` into `values`: mappings entry by entry, everything else replaced.
fn merge_over(values: &mut Map, over: &Map) {
    for (key, value) in over {
        if let Value::Map(inner) = value
            && let Some(present) = values.get_mut(key).and_then(Value::as_map_mut)
        {
            merge_over(present, inner);
        } else {
            values.insert(key.clone(), value.clone());
        }
    }
}
