//! JSON as Go's `encoding/json` reads it, with its error texts; numbers keep their digits.

mod parse;

use std::collections::BTreeMap;

pub(crate) use parse::{parse, parse_first};

/// A parsed value. Of entries with the same key the last one stays.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    /// The digits as they were written.
    Number(Box<str>),
    String(String),
    Array(Vec<Json>),
    Object(BTreeMap<String, Json>),
}

/// Why a text is no JSON, in Go's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct JsonError(pub(super) String);

impl Json {
    /// The entries, when this is an object.
    pub(crate) fn as_object(&self) -> Option<&BTreeMap<String, Json>> {
        match self {
            Self::Object(entries) => Some(entries),
            _ => None,
        }
    }

    /// The items, when this is an array.
    pub(crate) fn as_array(&self) -> Option<&[Json]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The text, when this is a string.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The same tree as Go decodes it into `any`: every number is a float64. Fails when a number is
    /// too large for one.
    pub(crate) fn to_value(&self) -> Result<yaml::Value, JsonError> {
        Ok(match self {
            Self::Null => yaml::Value::Null,
            Self::Bool(value) => yaml::Value::Bool(*value),
            Self::Number(digits) => match digits.parse::<f64>() {
                Ok(number) if number.is_finite() => yaml::Value::Float(number),
                _ => {
                    return Err(JsonError(format!(
                        "json: cannot unmarshal number {digits} into Go value of type float64"
                    )));
                }
            },
            Self::String(text) => yaml::Value::from(text.as_str()),
            Self::Array(items) => {
                let items: Result<Vec<_>, _> = items.iter().map(Self::to_value).collect();
                yaml::Value::from(items?)
            }
            Self::Object(entries) => {
                let mut map = yaml::Map::with_capacity(entries.len());
                for (key, value) in entries {
                    map.insert(key.as_str(), value.to_value()?);
                }
                yaml::Value::from(map)
            }
        })
    }
}
