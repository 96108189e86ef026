//! Reading single fields of an object, with the leniency that rules need.

use serde_json::Value;

/// The value at a JSON pointer, if it is there and not null.
pub(crate) fn at<'a>(object: &'a Value, pointer: &str) -> Option<&'a Value> {
    object.pointer(pointer).filter(|value| !value.is_null())
}

/// An integer, or `default` where the field is absent or of another type.
pub(crate) fn int(object: &Value, pointer: &str, default: i64) -> i64 {
    at(object, pointer)
        .and_then(Value::as_i64)
        .unwrap_or(default)
}

/// A string, or `default` where the field is absent or of another type.
pub(crate) fn string<'a>(object: &'a Value, pointer: &str, default: &'a str) -> &'a str {
    at(object, pointer)
        .and_then(Value::as_str)
        .unwrap_or(default)
}

/// The part of `apiVersion` before the slash; empty for the core group.
pub(crate) fn group(object: &Value) -> &str {
    string(object, "/apiVersion", "")
        .split_once('/')
        .map_or("", |(group, _)| group)
}

pub(crate) fn kind(object: &Value) -> &str {
    string(object, "/kind", "")
}
