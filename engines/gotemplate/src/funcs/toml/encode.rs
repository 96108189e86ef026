//! Values to TOML text.

use super::TomlError;
use crate::fmt;
use crate::funcs::data::is_exported;
use crate::funcs::{Duration, Time};
use crate::value::{Kind, Str, UintKind, Value};

/// Values nest no deeper than this unless they hold themselves.
const MAX_DEPTH: usize = 500;

pub(super) fn encode(value: &Value) -> Result<Vec<u8>, TomlError> {
    if value.is_nil() {
        return Err(TomlError::Panic(
            "reflect: call of reflect.Value.Type on zero Value",
        ));
    }
    if matches!(value, Value::List(list) if list.is_nil()) {
        return Ok(b"[]".to_vec());
    }
    let mut encoder = Encoder::default();
    encoder.entry(value)?;
    Ok(encoder.out)
}

#[derive(Default)]
struct Encoder {
    out: Vec<u8>,
    /// The keys that lead to what is written.
    path: Vec<Str>,
    depth: usize,
}

/// What a value is to TOML.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Nothing,
    Scalar,
    Array,
    Table,
    Tables,
}

/// The fields of a table; keys in their order.
type Fields = Vec<(Str, Value)>;

/// Maps, and structs but for instants.
fn table(value: &Value) -> Option<Fields> {
    if let Some(map) = value.as_map() {
        return Some(map.to_vec());
    }
    match value {
        Value::Host(host)
            if matches!(host.kind(), Kind::Struct | Kind::Pointer) && host.text().is_none() =>
        {
            Some(
                host.fields()
                    .into_iter()
                    .filter(|(name, _)| is_exported(name))
                    .map(|(name, field)| (Str::from(name), field))
                    .collect(),
            )
        }
        _ => None,
    }
}

fn items(value: &Value) -> Option<Vec<Value>> {
    match value {
        Value::Bytes(bytes) => Some(
            bytes
                .iter()
                .map(|byte| Value::Uint(UintKind::Uint8, u64::from(*byte)))
                .collect(),
        ),
        _ => value.as_list().map(|list| list.to_vec()),
    }
}

fn is_nil(value: &Value) -> bool {
    match value {
        Value::Nil => true,
        Value::List(list) => list.is_nil(),
        Value::Map(map) => map.is_nil(),
        _ => false,
    }
}

fn shape(value: &Value, depth: usize) -> Result<Shape, TomlError> {
    let depth = depth.checked_sub(1).ok_or(TomlError::TooDeep)?;
    if is_nil(value) {
        return Ok(Shape::Nothing);
    }
    if let Some(items) = items(value) {
        let mut all_tables = !items.is_empty();
        for item in &items {
            match shape(item, depth)? {
                Shape::Nothing => return Err(TomlError::NilElement),
                Shape::Table => {}
                _ => all_tables = false,
            }
        }
        return Ok(if all_tables {
            Shape::Tables
        } else {
            Shape::Array
        });
    }
    Ok(match table(value) {
        Some(_) => Shape::Table,
        None => Shape::Scalar,
    })
}

impl Encoder {
    fn entry(&mut self, value: &Value) -> Result<(), TomlError> {
        match shape(value, MAX_DEPTH)? {
            Shape::Nothing => Ok(()),
            Shape::Scalar | Shape::Array => self.key_value(value),
            Shape::Table => self.table(value),
            Shape::Tables => self.tables(value),
        }
    }

    fn key_value(&mut self, value: &Value) -> Result<(), TomlError> {
        let Some(key) = self.path.last().cloned() else {
            return self.element(value);
        };
        self.indent();
        push_key(&mut self.out, &key);
        self.out.extend_from_slice(b" = ");
        self.element(value)?;
        self.newline();
        Ok(())
    }

    fn table(&mut self, value: &Value) -> Result<(), TomlError> {
        if self.path.len() == 1 {
            self.newline();
        }
        if !self.path.is_empty() {
            self.header(b"[", b"]");
        }
        self.fields(table(value).unwrap_or_default())
    }

    fn tables(&mut self, value: &Value) -> Result<(), TomlError> {
        if self.path.is_empty() {
            return Err(TomlError::NoKey);
        }
        for item in items(value).unwrap_or_default() {
            self.newline();
            self.header(b"[[", b"]]");
            self.fields(table(&item).unwrap_or_default())?;
        }
        Ok(())
    }

    fn header(&mut self, open: &[u8], close: &[u8]) {
        self.indent();
        self.out.extend_from_slice(open);
        for (index, key) in self.path.iter().enumerate() {
            if index > 0 {
                self.out.push(b'.');
            }
            push_key(&mut self.out, key);
        }
        self.out.extend_from_slice(close);
        self.newline();
    }

    /// Plain values first, since what follows a table's header belongs to that table.
    fn fields(&mut self, fields: Fields) -> Result<(), TomlError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(TomlError::TooDeep);
        }
        let (direct, nested) = split(fields)?;
        for (key, value) in direct.into_iter().chain(nested) {
            if is_nil(&value) {
                continue;
            }
            self.path.push(key);
            self.entry(&value)?;
            self.path.pop();
        }
        self.depth -= 1;
        Ok(())
    }

    fn element(&mut self, value: &Value) -> Result<(), TomlError> {
        if let Some(items) = items(value) {
            self.out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    self.out.extend_from_slice(b", ");
                }
                self.element(item)?;
            }
            self.out.push(b']');
            return Ok(());
        }
        if let Some(fields) = table(value) {
            return self.inline_table(fields);
        }
        if let Some(time) = value.as_host::<Time>() {
            self.out.extend_from_slice(instant(time).as_bytes());
            return Ok(());
        }
        if let Value::Host(host) = value
            && let Some(text) = host.text()
            && (host.underlying().is_none() || value.as_host::<Duration>().is_some())
        {
            push_text(&mut self.out, &text);
            return Ok(());
        }
        match value.underlying() {
            Value::Bool(flag) => self.out.extend_from_slice(flag.to_string().as_bytes()),
            Value::Int(_, number) => self.out.extend_from_slice(number.to_string().as_bytes()),
            Value::Uint(_, number) => self.out.extend_from_slice(number.to_string().as_bytes()),
            Value::Float(number) => self.out.extend_from_slice(float(number).as_bytes()),
            Value::Str(text) => push_text(&mut self.out, &text),
            _ => {}
        }
        Ok(())
    }

    /// A value that is left out still gets the comma before it: so it is upstream.
    fn inline_table(&mut self, fields: Fields) -> Result<(), TomlError> {
        self.out.push(b'{');
        let (direct, nested) = split(fields)?;
        let has_more = !nested.is_empty();
        for (group, trails) in [(direct, has_more), (nested, false)] {
            let last = group.len().saturating_sub(1);
            for (index, (key, value)) in group.into_iter().enumerate() {
                if is_nil(&value) {
                    continue;
                }
                push_key(&mut self.out, &key);
                self.out.extend_from_slice(b" = ");
                self.element(&value)?;
                if trails || index != last {
                    self.out.extend_from_slice(b", ");
                }
            }
        }
        self.out.push(b'}');
        Ok(())
    }

    fn indent(&mut self) {
        for _ in 1..self.path.len() {
            self.out.extend_from_slice(b"  ");
        }
    }

    /// Nothing at the very start.
    fn newline(&mut self) {
        if !self.out.is_empty() {
            self.out.push(b'\n');
        }
    }
}

/// Plain values, and tables.
fn split(fields: Fields) -> Result<(Fields, Fields), TomlError> {
    let (mut direct, mut nested) = (Vec::new(), Vec::new());
    for (key, value) in fields {
        match shape(&value, MAX_DEPTH)? {
            Shape::Table | Shape::Tables => nested.push((key, value)),
            _ => direct.push((key, value)),
        }
    }
    Ok((direct, nested))
}

pub(super) fn push_key(out: &mut Vec<u8>, key: &Str) {
    let is_bare = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !key.is_empty() && key.iter().all(is_bare) {
        out.extend_from_slice(key);
    } else {
        push_text(out, key);
    }
}

fn push_text(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    for &byte in text {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            8 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            12 => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0..0x20 | 0x7F => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

/// A float that cannot be taken for an integer.
fn float(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let mut shown = fmt::float(number, 'g', None);
    if !shown.contains(['e', '.']) {
        shown.push_str(".0");
    }
    shown
}

/// Local dates and times keep their form.
fn instant(time: &Time) -> String {
    time.format(match time.zone.location() {
        "datetime-local" => "2006-01-02T15:04:05.999999999",
        "date-local" => "2006-01-02",
        "time-local" => "15:04:05.999999999",
        _ => "2006-01-02T15:04:05.999999999Z07:00",
    })
}
