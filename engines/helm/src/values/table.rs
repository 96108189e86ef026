//! Looking into tables by dotted paths.

use gotemplate::value::{List, Map, MapType, Value};

/// The key under which values are handed down to all subcharts.
pub(crate) const GLOBAL: &str = "global";

/// The segment of a path that leads to no table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a table")]
pub struct NoTable(pub String);

/// The segment of a path that leads to no plain value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a value")]
pub struct NoValue(pub String);

/// The table that a value is: a map of any values without a type of its own.
pub(crate) fn as_table(value: &Value) -> Option<&Map> {
    match value {
        Value::Map(map) if map.map_type().name == MapType::ANY.name => Some(map),
        _ => None,
    }
}

/// The table at `path`, segments separated by dots.
pub fn table(map: &Map, path: &str) -> Result<Map, NoTable> {
    path.split('.').try_fold(map.clone(), |table, name| {
        match table.get(name) {
            // Values that were typed on the way to a template are tables as well.
            Some(Value::Map(found)) => Ok(found.with_type(map.map_type())),
            _ => Err(NoTable(name.to_owned())),
        }
    })
}

/// The value at `path` when it is no table.
pub fn path_value(map: &Map, path: &str) -> Result<Value, NoValue> {
    let (table, name) = match path.rsplit_once('.') {
        Some((above, name)) => (table(map, above).ok(), name),
        None => (Some(map.clone()), path),
    };
    match table.and_then(|table| table.get(name)) {
        Some(value) if as_table(&value).is_none() => Ok(value),
        _ => Err(NoValue(name.to_owned())),
    }
}

/// A copy that shares nothing with the original.
pub(crate) fn deep_copy(map: &Map) -> Map {
    let entries = map.entries();
    let copies = entries
        .iter()
        .map(|(key, value)| (key.clone(), deep_copy_value(value)));
    Map::from_entries(map.map_type(), copies.collect())
}

fn deep_copy_value(value: &Value) -> Value {
    match value {
        Value::Map(map) => Value::Map(deep_copy(map)),
        Value::List(list) => {
            let items = list.items().iter().map(deep_copy_value).collect();
            let copy = List::typed(list.list_type(), items);
            Value::List(copy.with_capacity(list.capacity()))
        }
        other => other.clone(),
    }
}
