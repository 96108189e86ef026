//! TOML text to values.

use toml_edit::{ArrayOfTables, Datetime, Document, Item, Offset, TableLike};

use crate::funcs::Time;
use crate::funcs::time::{Civil, Zone};
use crate::value::{List, ListType, Map, Str, Value};

/// Reads a document; the error starts as upstream's do, with the line.
pub(super) fn decode(text: &str) -> Result<Map, String> {
    let document = Document::parse(text).map_err(|error| {
        let at = error.span().map_or(text.len(), |span| span.start);
        let line = text[..at.min(text.len())].matches('\n').count() + 1;
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        format!("toml: line {line}: {message}")
    })?;
    Ok(table(document.as_table()))
}

fn table(table: &dyn TableLike) -> Map {
    table
        .iter()
        .map(|(key, item)| (Str::from(key), self::item(item)))
        .collect()
}

fn item(item: &Item) -> Value {
    match item {
        Item::None => Value::Nil,
        Item::Value(value) => self::value(value),
        Item::Table(table) => Value::Map(self::table(table)),
        Item::ArrayOfTables(tables) => self::tables(tables),
    }
}

fn tables(tables: &ArrayOfTables) -> Value {
    let maps = tables.iter().map(|table| Value::Map(self::table(table)));
    Value::List(List::typed(ListType::MAPS, maps.collect()))
}

fn value(value: &toml_edit::Value) -> Value {
    match value {
        toml_edit::Value::String(text) => Value::text(text.value().as_str()),
        toml_edit::Value::Integer(number) => Value::int64(*number.value()),
        toml_edit::Value::Float(number) => Value::Float(*number.value()),
        toml_edit::Value::Boolean(flag) => Value::Bool(*flag.value()),
        toml_edit::Value::Datetime(instant) => Value::host(time(instant.value())),
        toml_edit::Value::Array(items) => Value::list(items.iter().map(self::value).collect()),
        toml_edit::Value::InlineTable(table) => Value::Map(self::table(table)),
    }
}

/// Dates and times without a zone lie in zones of their own, by which the encoder knows them.
fn time(instant: &Datetime) -> Time {
    let civil = Civil {
        year: instant.date.map_or(0, |date| i64::from(date.year)),
        month: instant.date.map_or(1, |date| i64::from(date.month)),
        day: instant.date.map_or(1, |date| i64::from(date.day)),
        hour: instant.time.map_or(0, |time| i64::from(time.hour)),
        minute: instant.time.map_or(0, |time| i64::from(time.minute)),
        second: instant
            .time
            .and_then(|time| time.second)
            .map_or(0, i64::from),
        nanos: instant
            .time
            .and_then(|time| time.nanosecond)
            .unwrap_or_default(),
        weekday: 0,
    };
    let local = |name: &str| Zone::Fixed {
        name: name.to_owned(),
        offset: 0,
    };
    let (zone, offset) = match (instant.offset, instant.date, instant.time) {
        (Some(Offset::Z | Offset::Custom { minutes: 0 }), ..) => (Zone::Utc, 0),
        (Some(Offset::Custom { minutes }), ..) => {
            let offset = i32::from(minutes) * 60;
            let name = String::new();
            (Zone::Fixed { name, offset }, offset)
        }
        (None, Some(_), Some(_)) => (local("datetime-local"), 0),
        (None, Some(_), None) => (local("date-local"), 0),
        (None, None, _) => (local("time-local"), 0),
    };
    Time {
        seconds: civil.to_seconds() - i64::from(offset),
        nanos: civil.nanos,
        zone,
    }
}
