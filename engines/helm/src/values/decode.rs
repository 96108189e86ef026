//! Values files: one or more YAML documents, merged in order. Numbers go through JSON on the way, so
//! every number is a float.

use std::sync::Arc;

use yaml::{Map, Value};

use crate::chart::document;

/// Why a values file was refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something other than a comment stands behind `---`.
    #[error("error reading yaml document: invalid Yaml document separator: {0}")]
    Separator(String),
    /// A document does not parse or is no mapping.
    #[error("cannot unmarshal yaml document: {0}")]
    Document(String),
}

/// Reads a values file. The result is always a mapping.
pub fn decode(bytes: &[u8]) -> Result<Value, Error> {
    let mut values = Value::empty_map();
    for document in documents(bytes)? {
        merge(&mut values, read(document)?);
    }
    Ok(values)
}

/// Puts the entries of `over` into `values`, tables into tables, everything else in place of what
/// was there. Null stays null.
pub fn merge(values: &mut Value, over: Value) {
    let Value::Map(over) = over else {
        return;
    };
    if !values.is_map() {
        *values = Value::empty_map();
    }
    let Some(target) = values.as_map_mut() else {
        return;
    };
    for (key, value) in Arc::unwrap_or_clone(over) {
        match target.get_mut(&key) {
            Some(old) if old.is_map() && value.is_map() => merge(old, value),
            _ => {
                target.insert(key, value);
            }
        }
    }
}

/// Why a text of values was refused that is read in one piece.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ReadError(String);

/// Reads the first document of a text of values; what follows it is not looked at.
///
/// # Errors
///
/// In the words of `common.ReadValues`, when the document does not parse or is no mapping.
pub fn read_first(bytes: &[u8]) -> Result<Map, ReadError> {
    mapping(bytes, "common.Values").map_err(ReadError)
}

fn read(document_bytes: &[u8]) -> Result<Value, Error> {
    mapping(document_bytes, "map[string]interface {}")
        .map(Value::from)
        .map_err(Error::Document)
}

/// The first document as a mapping, which Go decodes into the type of this name.
fn mapping(bytes: &[u8], type_name: &str) -> Result<Map, String> {
    let mut value = document(bytes)?;
    make_floats(&mut value);
    let kind = match value {
        Value::Null => return Ok(Map::new()),
        Value::Map(map) => return Ok(Arc::unwrap_or_clone(map)),
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::Uint(_) | Value::Float(_) => "number",
        Value::Str(_) => "string",
        Value::Seq(_) => "array",
    };
    Err(format!(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {kind} into Go value \
         of type {type_name}"
    ))
}

/// The value with every integer as the float that JSON makes of it.
pub fn floats(value: &Value) -> Value {
    let mut value = value.clone();
    make_floats(&mut value);
    value
}

fn make_floats(value: &mut Value) {
    match value {
        Value::Int(_) | Value::Uint(_) => {
            *value = value.as_f64().map_or(Value::Null, Value::Float);
        }
        Value::Seq(items) => Arc::make_mut(items).iter_mut().for_each(make_floats),
        Value::Map(map) => Arc::make_mut(map).values_mut().for_each(make_floats),
        Value::Null | Value::Bool(_) | Value::Float(_) | Value::Str(_) => {}
    }
}

/// The documents of a stream, split where a line begins with `---`.
fn documents(bytes: &[u8]) -> Result<Vec<&[u8]>, Error> {
    let mut found = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < bytes.len() {
        let end = bytes[at..]
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(bytes.len(), |offset| at + offset + 1);
        if let Some(rest) = bytes[at..end].strip_prefix(b"---") {
            let rest = String::from_utf8_lossy(rest);
            let rest = rest.trim();
            if !rest.is_empty() && !rest.starts_with('#') {
                return Err(Error::Separator(rest.to_owned()));
            }
            if start < at {
                found.push(&bytes[start..at]);
                start = end;
            } else {
                // A separator with nothing before it stays with the document that follows.
                start = at;
            }
        }
        at = end;
    }
    if start < bytes.len() {
        found.push(&bytes[start..]);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_merged_in_order_and_numbers_are_floats() {
        let text = "---\na: 1\nb: {x: 1, k: 2}\n--- # next\nb: {k: null, z: [3]}\n";
        let values = decode(text.as_bytes()).unwrap();
        assert_eq!(values.get("a"), Some(&Value::Float(1.0)));
        assert_eq!(values.at(&["b", "x"]), Some(&Value::Float(1.0)));
        assert_eq!(values.at(&["b", "k"]), Some(&Value::Null));
        assert_eq!(
            values.at(&["b", "z"]),
            Some(&Value::from(vec![Value::Float(3.0)]))
        );
    }

    #[test]
    fn nothing_and_null_are_an_empty_mapping() {
        for text in ["", "\n", "# nothing\n", "null", "---\n---\n"] {
            assert_eq!(
                decode(text.as_bytes()).unwrap(),
                Value::empty_map(),
                "{text:?}"
            );
        }
    }

    #[test]
    fn what_is_no_mapping_is_refused() {
        let prefix = "cannot unmarshal yaml document: error unmarshaling JSON: while decoding JSON";
        for (text, kind) in [
            ("[]", "array"),
            ("x", "string"),
            ("1", "number"),
            ("true", "bool"),
        ] {
            let expected = format!(
                "{prefix}: json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}"
            );
            assert_eq!(decode(text.as_bytes()).unwrap_err().to_string(), expected);
        }
        let error = decode(b"a: 1\n---b\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "error reading yaml document: invalid Yaml document separator: b"
        );
    }
}
