//! The tree that documents decode to: JSON's data model with 64-bit integers kept apart from
//! floats, cheap to clone and to share between threads.

mod json;
mod map;
mod str;

use std::borrow::Cow;
use std::sync::Arc;

use crate::number::format_general_single;

pub use json::JsonEscape;
pub use map::{Entries, Map};
pub use str::Str;

/// One node of a decoded document.
///
/// Collections sit behind an [`Arc`], so a clone costs a counter; the `_mut` accessors copy a
/// shared collection before they hand it out. Integers that fit an `i64` are always [`Value::Int`];
/// [`Value::Uint`] holds only larger ones.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// `null`, `~` or nothing at all.
    #[default]
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer in the range of `i64`.
    Int(i64),
    /// An integer above `i64::MAX`.
    Uint(u64),
    /// A number with a fraction, an exponent, or too large for 64 bits.
    Float(f64),
    /// Text.
    Str(Str),
    /// A list.
    Seq(Arc<Vec<Value>>),
    /// A mapping with text keys, in the order of the document.
    Map(Arc<Map>),
}

impl Value {
    /// An empty mapping.
    pub fn empty_map() -> Self {
        Self::Map(Arc::default())
    }

    /// An empty list.
    pub fn empty_seq() -> Self {
        Self::Seq(Arc::default())
    }

    /// The text, when this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The boolean, when this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The text of a string; a number or boolean as `sigs.k8s.io/yaml` spells it where a Go struct
    /// has a string (floats with the digits of 32 bits, so `1.10` becomes `1.1`).
    pub fn scalar_text(&self) -> Option<Cow<'_, str>> {
        Some(match self {
            Self::Str(text) => Cow::Borrowed(text.as_str()),
            Self::Bool(true) => Cow::Borrowed("true"),
            Self::Bool(false) => Cow::Borrowed("false"),
            Self::Int(value) => Cow::Owned(value.to_string()),
            Self::Uint(value) => Cow::Owned(value.to_string()),
            Self::Float(value) => Cow::Owned(format_general_single(*value)),
            Self::Null | Self::Seq(_) | Self::Map(_) => return None,
        })
    }

    /// The integer, when this is one in the range of `i64`.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// The integer, when this is one that is not negative.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Int(value) => u64::try_from(*value).ok(),
            Self::Uint(value) => Some(*value),
            _ => None,
        }
    }

    /// The number as a float, when this is a number of any kind.
    #[expect(
        clippy::cast_precision_loss,
        reason = "the nearest float is what the caller asks for"
    )]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(value) => Some(*value as f64),
            Self::Uint(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            _ => None,
        }
    }

    /// The mapping, when this is one.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The mapping for changes (copied first when it is shared), when this is one.
    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        match self {
            Self::Map(map) => Some(Arc::make_mut(map)),
            _ => None,
        }
    }

    /// The items, when this is a list.
    pub fn as_seq(&self) -> Option<&[Value]> {
        match self {
            Self::Seq(items) => Some(items),
            _ => None,
        }
    }

    /// The items for changes (copied first when they are shared), when this is a list.
    pub fn as_seq_mut(&mut self) -> Option<&mut Vec<Value>> {
        match self {
            Self::Seq(items) => Some(Arc::make_mut(items)),
            _ => None,
        }
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether this is a string.
    pub fn is_str(&self) -> bool {
        matches!(self, Self::Str(_))
    }

    /// Whether this is a mapping.
    pub fn is_map(&self) -> bool {
        matches!(self, Self::Map(_))
    }

    /// Whether this is a list.
    pub fn is_seq(&self) -> bool {
        matches!(self, Self::Seq(_))
    }

    /// The value under `key`, when this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map()?.get(key)
    }

    /// The value under `key` for changes, when this is a mapping that has it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.as_map_mut()?.get_mut(key)
    }

    /// The value reached by `keys`, one mapping after the other.
    pub fn at(&self, keys: &[&str]) -> Option<&Value> {
        keys.iter().try_fold(self, |value, key| value.get(key))
    }

    /// What this is, in the words of error messages: `null`, `bool`, `number`, `string`, `list`,
    /// `map`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Int(_) | Self::Uint(_) | Self::Float(_) => "number",
            Self::Str(_) => "string",
            Self::Seq(_) => "list",
            Self::Map(_) => "map",
        }
    }
}

/// Mappings are equal when they hold equal entries, in whatever order; an integer never equals a
/// float; a NaN equals nothing.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Uint(a), Self::Uint(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a == b,
            (Self::Str(a), Self::Str(b)) => a == b,
            (Self::Seq(a), Self::Seq(b)) => Arc::ptr_eq(a, b) || a == b,
            (Self::Map(a), Self::Map(b)) => Arc::ptr_eq(a, b) || a == b,
            _ => false,
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        i64::try_from(value).map_or(Self::Uint(value), Self::Int)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Str(value.into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Str(value.into())
    }
}

impl From<Str> for Value {
    fn from(value: Str) -> Self {
        Self::Str(value)
    }
}

impl From<Map> for Value {
    fn from(value: Map) -> Self {
        Self::Map(Arc::new(value))
    }
}

impl From<Vec<Value>> for Value {
    fn from(value: Vec<Value>) -> Self {
        Self::Seq(Arc::new(value))
    }
}

impl FromIterator<Value> for Value {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Self {
        Self::Seq(Arc::new(items.into_iter().collect()))
    }
}

impl<K: Into<Str>> FromIterator<(K, Value)> for Value {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(entries: I) -> Self {
        Self::Map(Arc::new(
            entries
                .into_iter()
                .map(|(key, value)| (key.into(), value))
                .collect(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_is_not_changed_by_later_edits_of_the_original() {
        let mut original: Value = [("a", Value::from(1))].into_iter().collect();
        let copy = original.clone();
        original.as_map_mut().unwrap().insert("a", 2);
        assert_eq!(original.get("a"), Some(&Value::Int(2)));
        assert_eq!(copy.get("a"), Some(&Value::Int(1)));
    }

    #[test]
    fn a_number_where_text_is_wanted_is_spelled_with_few_digits() {
        for (value, text) in [
            (Value::from("x"), Some("x")),
            (Value::from(7), Some("7")),
            (Value::from(1.10), Some("1.1")),
            (Value::from(1e6), Some("1e+06")),
            (Value::from(true), Some("true")),
            (Value::Null, None),
            (Value::empty_map(), None),
        ] {
            assert_eq!(value.scalar_text().as_deref(), text);
        }
    }

    #[test]
    fn mappings_are_equal_whatever_their_order() {
        let one: Value = [("a", Value::from(1)), ("b", Value::from("x"))]
            .into_iter()
            .collect();
        let two: Value = [("b", Value::from("x")), ("a", Value::from(1))]
            .into_iter()
            .collect();
        assert_eq!(one, two);
        assert_ne!(one, [("a", Value::from(1))].into_iter().collect());
        assert_ne!(Value::Int(1), Value::Float(1.0));
    }

    #[test]
    fn large_unsigned_integers_keep_their_value_and_small_ones_become_signed() {
        assert_eq!(Value::from(7_u64), Value::Int(7));
        assert_eq!(Value::from(u64::MAX), Value::Uint(u64::MAX));
        assert_eq!(Value::from(u64::MAX).as_u64(), Some(u64::MAX));
        assert_eq!(Value::Int(-1).as_u64(), None);
    }
}
