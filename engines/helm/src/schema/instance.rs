//! What a schema is applied to: values of a chart, or another schema.

use std::collections::HashMap;

use yaml::Value;

use super::number::Number;
use crate::json::Json;

/// A value under validation.
#[derive(Clone, Debug)]
pub(super) enum Instance<'a> {
    Null,
    Bool(bool),
    /// A number and, for comparisons, its exact value; `None` when that is out of bounds.
    Number(Option<Number>),
    Text(&'a str),
    Array(Vec<Instance<'a>>),
    /// The entries, sorted by their names.
    Object(Vec<(&'a str, Instance<'a>)>),
}

/// The types of JSON, as bits of a set.
pub(super) const NULL: u8 = 1;
pub(super) const BOOLEAN: u8 = 1 << 1;
pub(super) const NUMBER: u8 = 1 << 2;
pub(super) const INTEGER: u8 = 1 << 3;
pub(super) const STRING: u8 = 1 << 4;
pub(super) const ARRAY: u8 = 1 << 5;
pub(super) const OBJECT: u8 = 1 << 6;

/// The names of the types, in the order in which messages list them.
pub(super) const TYPE_NAMES: [(u8, &str); 7] = [
    (NULL, "null"),
    (BOOLEAN, "boolean"),
    (NUMBER, "number"),
    (INTEGER, "integer"),
    (STRING, "string"),
    (ARRAY, "array"),
    (OBJECT, "object"),
];

impl<'a> Instance<'a> {
    pub(super) fn of_value(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Int(value) => Self::Number(Number::from_int(*value)),
            Value::Uint(value) => Self::Number(Number::from_uint(*value)),
            Value::Float(value) => Self::Number(Number::from_float(*value)),
            Value::Str(text) => Self::Text(text),
            Value::Seq(items) => Self::Array(items.iter().map(Self::of_value).collect()),
            Value::Map(map) => Self::of_map(map),
        }
    }

    pub(super) fn of_map(map: &'a yaml::Map) -> Self {
        let mut entries: Vec<_> = map
            .iter()
            .map(|(name, value)| (name.as_str(), Self::of_value(value)))
            .collect();
        entries.sort_by_key(|(name, _)| *name);
        Self::Object(entries)
    }

    pub(super) fn of_json(json: &'a Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(digits) => Self::Number(Number::parse(digits)),
            Json::String(text) => Self::Text(text),
            Json::Array(items) => Self::Array(items.iter().map(Self::of_json).collect()),
            Json::Object(entries) => Self::Object(
                entries
                    .iter()
                    .map(|(name, value)| (name.as_str(), Self::of_json(value)))
                    .collect(),
            ),
        }
    }

    /// The type, as a bit; an integer is a number here.
    pub(super) fn kind(&self) -> u8 {
        match self {
            Self::Null => NULL,
            Self::Bool(_) => BOOLEAN,
            Self::Number(_) => NUMBER,
            Self::Text(_) => STRING,
            Self::Array(_) => ARRAY,
            Self::Object(_) => OBJECT,
        }
    }

    pub(super) fn is_integer(&self) -> bool {
        matches!(self, Self::Number(Some(number)) if number.is_integer())
    }
}

/// Numbers are equal by value; what is out of bounds equals nothing.
impl PartialEq for Instance<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a.is_some() && a == b,
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Array(a), Self::Array(b)) => a == b,
            (Self::Object(a), Self::Object(b)) => a == b,
            _ => false,
        }
    }
}

/// The first item that equals an earlier one, behind that one.
pub(super) fn duplicates(items: &[Instance<'_>]) -> Option<(usize, usize)> {
    // Buckets keep long lists from comparing each item with every other.
    let mut seen: HashMap<u64, Vec<usize>> = HashMap::new();
    for (at, item) in items.iter().enumerate() {
        let bucket = seen.entry(fingerprint(item)).or_default();
        if let Some(earlier) = bucket.iter().find(|earlier| items[**earlier] == *item) {
            return Some((*earlier, at));
        }
        bucket.push(at);
    }
    None
}

fn fingerprint(item: &Instance<'_>) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};

    fn feed(item: &Instance<'_>, hasher: &mut DefaultHasher) {
        item.kind().hash(hasher);
        match item {
            Instance::Null => {}
            Instance::Bool(value) => value.hash(hasher),
            Instance::Number(number) => number.hash(hasher),
            Instance::Text(text) => text.hash(hasher),
            Instance::Array(items) => {
                items.len().hash(hasher);
                for item in items {
                    feed(item, hasher);
                }
            }
            Instance::Object(entries) => {
                entries.len().hash(hasher);
                for (name, value) in entries {
                    name.hash(hasher);
                    feed(value, hasher);
                }
            }
        }
    }
    let mut hasher = DefaultHasher::new();
    feed(item, &mut hasher);
    hasher.finish()
}
