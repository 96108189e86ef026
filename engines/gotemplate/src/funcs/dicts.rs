//! Dictionaries. `set` and `unset` change the one they are given.

use super::strings::to_text;
use super::typed::Texts;
use crate::exec::{FuncError, Functions, Rest};
use crate::value::{List, Map, MapType, Str, Type, Value};

pub(super) fn add(functions: &mut Functions) {
    functions.add("dict", dict);
    functions.add("get", |map: Map, key: Str| {
        map.get(&key).unwrap_or_else(|| Value::from(""))
    });
    functions.add("set", |map: Map, key: Str, value: Value| {
        map.insert(key, value).map(|_| plain(&map))
    });
    functions.add("unset", |map: Map, key: Str| {
        map.remove(&key);
        plain(&map)
    });
    functions.add("hasKey", |map: Map, key: Str| map.contains_key(&key));
    functions.add("pluck", |key: Str, maps: Rest<Map>| {
        List::new(maps.0.iter().filter_map(|map| map.get(&key)).collect())
    });
    functions.add("keys", |maps: Rest<Map>| {
        Texts::new(maps.0.iter().flat_map(Map::keys))
    });
    functions.add("values", |map: Map| {
        List::new(
            map.entries()
                .iter()
                .map(|(_, value)| value.clone())
                .collect(),
        )
    });
    functions.add("pick", |map: Map, keys: Rest<Str>| {
        keys.0
            .iter()
            .filter_map(|key| Some((key.clone(), map.get(key)?)))
            .collect::<Map>()
    });
    functions.add("omit", |map: Map, keys: Rest<Str>| {
        map.entries()
            .iter()
            .filter(|(key, _)| !keys.0.contains(key))
            .cloned()
            .collect::<Map>()
    });
    functions.add("dig", dig);
}

/// The map without the name of its type, as a Go function hands it back.
pub(super) fn plain(map: &Map) -> Map {
    map.with_type(MapType::ANY)
}

/// Keys and values in turn; a last key without a value gets an empty text.
fn dict(items: Rest<Value>) -> Map {
    items
        .0
        .chunks(2)
        .map(|pair| match pair {
            [key, value] => (to_text(key), value.clone()),
            [key, ..] => (to_text(key), Value::from("")),
            [] => (Str::default(), Value::Nil),
        })
        .collect()
}

/// Keys, then a default, then a map: the value at the end of the keys, or the default when one is missing on the way.
fn dig(items: Rest<Value>) -> Result<Value, FuncError> {
    let [keys @ .., default, map] = items.0.as_slice() else {
        return Err(FuncError::new("dig needs at least three arguments"));
    };
    if keys.is_empty() {
        return Err(FuncError::new("dig needs at least three arguments"));
    }
    let mut here = asserted_map(map)?;
    let keys: Vec<&Str> = keys
        .iter()
        .map(|key| key.as_str().ok_or_else(|| not_a(key, "string")))
        .collect::<Result<_, _>>()?;
    let Some((last, path)) = keys.split_last() else {
        return Ok(default.clone());
    };
    for key in path {
        match here.get(key) {
            Some(next) => here = asserted_map(&next)?,
            None => return Ok(default.clone()),
        }
    }
    Ok(here.get(last).unwrap_or_else(|| default.clone()))
}

/// A map of exactly the plain type: a named one does not pass a type assertion.
fn asserted_map(value: &Value) -> Result<Map, FuncError> {
    match value {
        Value::Map(map) if Type::Map(map.map_type()) == Type::Map(MapType::ANY) => Ok(map.clone()),
        _ => Err(not_a(value, "map[string]interface {}")),
    }
}

fn not_a(value: &Value, wanted: &str) -> FuncError {
    let found = match value {
        Value::Nil => "nil".to_owned(),
        _ => value.type_name(),
    };
    FuncError::new(format!(
        "interface conversion: interface {{}} is {found}, not {wanted}"
    ))
}
