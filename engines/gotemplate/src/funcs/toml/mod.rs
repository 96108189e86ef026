//! TOML as the library of `BurntSushi` prints and reads it.

mod decode;
mod encode;
mod number;
mod quoted;
mod read;
mod tree;

use crate::exec::{FuncError, Functions};
use crate::value::{Map, Str, Value};

pub(super) fn add(functions: &mut Functions) {
    functions.add("toToml", |value: Value| match encode::encode(&value) {
        Err(TomlError::Panic(text)) => Err(FuncError::new(text)),
        Err(error) => Ok(error.to_string().into_bytes()),
        Ok(text) => Ok(text),
    });
    functions.add("mustToToml", |value: Value| {
        encode::encode(&value).map_err(|error| FuncError::new(error.to_string()))
    });
    functions.add("fromToml", |text: Str| {
        decode::decode(&text.to_str_lossy()).or_else(|error| {
            let map = Map::new();
            map.insert("Error", error)?;
            Ok::<_, FuncError>(map)
        })
    });
}

/// A value that has no TOML.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum TomlError {
    #[error("toml: cannot encode array with nil element")]
    NilElement,
    #[error("toml: top-level values must be Go maps or structs")]
    NoKey,
    #[error("toml: the value holds itself")]
    TooDeep,
    /// Not reported as an error upstream.
    #[error("{0}")]
    Panic(&'static str),
}
