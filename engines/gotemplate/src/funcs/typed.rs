//! Results with the types that Go's functions declare, which show in the errors of what is done with them.

use crate::exec::{FuncResult, Return};
use crate::value::{IntKind, List, ListType, Map, MapType, Str, Type, Value};

/// A `[]string`.
pub(super) struct Texts(List);

impl Texts {
    pub fn new<S: Into<Str>>(items: impl IntoIterator<Item = S>) -> Self {
        Self(List::strings(items))
    }

    /// No list at all.
    pub fn nil() -> Self {
        Self(List::nil(ListType::STRINGS))
    }
}

/// A `[]int`.
pub(super) struct Ints(List);

impl FromIterator<i64> for Ints {
    fn from_iter<I: IntoIterator<Item = i64>>(items: I) -> Self {
        let items = items.into_iter().map(|item| Value::Int(IntKind::Int, item));
        Self(List::typed(ListType::INTS, items.collect()))
    }
}

/// A `[][]interface {}`.
pub(super) struct Lists(List);

impl FromIterator<List> for Lists {
    fn from_iter<I: IntoIterator<Item = List>>(items: I) -> Self {
        let items = items.into_iter().map(Value::List);
        Self(List::typed(ListType::LISTS, items.collect()))
    }
}

/// A `map[string]string`.
pub(super) struct TextMap(Map);

impl TextMap {
    pub fn new(entries: impl IntoIterator<Item = (Str, Str)>) -> Self {
        let entries = entries
            .into_iter()
            .map(|(key, value)| (key, Value::Str(value)));
        Self(Map::from_entries(MapType::STRINGS, entries.collect()))
    }
}

macro_rules! returns {
    ($name:ident, $go:expr, $value:path) => {
        impl Return for $name {
            const TYPE: Type = $go;

            fn into_result(self) -> FuncResult {
                Ok($value(self.0))
            }
        }
    };
}

returns!(Texts, Type::List(ListType::STRINGS), Value::List);
returns!(Ints, Type::List(ListType::INTS), Value::List);
returns!(Lists, Type::List(ListType::LISTS), Value::List);
returns!(TextMap, Type::Map(MapType::STRINGS), Value::Map);
