//! Mapping keys to text.

use super::go_syntax;
use crate::parse::Scalar;
use crate::scan::ScalarStyle;
use crate::{Dialect, Grammar, Str, Value, number};

/// Why a key cannot be used.
pub(super) enum KeyFault {
    /// go-yaml refuses it; the text is `yaml: …`.
    Decode(String),
    /// `sigs.k8s.io/yaml` refuses it on the way to JSON: the type and the value, for a message
    /// that also shows what the key holds.
    Convert(String),
}

/// The text that `key` becomes, by the rules of `sigs.k8s.io/yaml` (`convertToJSONableObject`).
pub(super) fn kubernetes(key: &Value) -> Result<Str, KeyFault> {
    Ok(match key {
        Value::Str(text) => text.clone(),
        Value::Bool(value) => value.to_string().into(),
        Value::Int(value) => value.to_string().into(),
        Value::Float(value) => number::format_general_single(*value).into(),
        Value::Null => return Err(KeyFault::Convert("%!s(<nil>), key: <nil>".to_owned())),
        Value::Uint(value) => return Err(KeyFault::Convert(format!("uint64, key: {value:#x}"))),
        Value::Seq(_) | Value::Map(_) => return Err(invalid(key, Dialect::Kubernetes)),
    })
}

/// The fault of a collection that stands as a key.
pub(super) fn invalid(key: &Value, dialect: Dialect) -> KeyFault {
    KeyFault::Decode(format!(
        "invalid map key: {}",
        go_syntax::print(key, dialect)
    ))
}

/// Whether `scalar` as a key asks for a merge.
pub(super) fn is_merge(scalar: &Scalar<'_>, grammar: Grammar) -> bool {
    scalar.value == "<<"
        && match (scalar.properties.tag.as_deref(), grammar) {
            (None, _) | (Some("!"), Grammar::V3) => scalar.style == ScalarStyle::Plain,
            (Some("!"), Grammar::V2) => true,
            (Some(tag), _) => tag == "tag:yaml.org,2002:merge",
        }
}
