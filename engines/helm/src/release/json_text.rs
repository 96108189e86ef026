//! JSON text in the form of Go's `json.Marshal`: fields in the order of the struct, `<`, `>` and
//! `&` escaped.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use yaml::{JsonEscape, Map, Value};

use super::Time;
use super::time::ZERO;

/// An object that is being written.
pub(super) struct Object<'o> {
    out: &'o mut String,
    empty: bool,
}

impl<'o> Object<'o> {
    /// Writes an object with the fields that `fields` adds.
    pub(super) fn write(out: &'o mut String, fields: impl FnOnce(&mut Object<'_>)) {
        out.push('{');
        fields(&mut Object {
            out: &mut *out,
            empty: true,
        });
        out.push('}');
    }

    /// Starts a field, whose value is written to what is returned.
    pub(super) fn field(&mut self, name: &str) -> &mut String {
        if !self.empty {
            self.out.push(',');
        }
        self.empty = false;
        // Writing to a string cannot fail.
        let _ = write!(self.out, "\"{name}\":");
        self.out
    }

    pub(super) fn text(&mut self, name: &str, value: &str) {
        push_text(self.field(name), value);
    }

    /// `omitempty`.
    pub(super) fn text_if_any(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.text(name, value);
        }
    }

    pub(super) fn number(&mut self, name: &str, value: i64) {
        let _ = write!(self.field(name), "{value}");
    }

    pub(super) fn number_if_any(&mut self, name: &str, value: i64) {
        if value != 0 {
            self.number(name, value);
        }
    }

    pub(super) fn true_if(&mut self, name: &str, value: Option<()>) {
        if value.is_some() {
            self.field(name).push_str("true");
        }
    }

    pub(super) fn time_if_any(&mut self, name: &str, value: Option<&Time>) {
        if let Some(time) = value {
            self.text(name, time.as_str());
        }
    }

    /// A time that is always there.
    pub(super) fn time(&mut self, name: &str, value: Option<&Time>) {
        self.text(name, value.map_or(ZERO, Time::as_str));
    }

    pub(super) fn texts_if_any(&mut self, name: &str, values: &[String]) {
        if !values.is_empty() {
            push_list(self.field(name), values, |out, value| push_text(out, value));
        }
    }

    /// A mapping, or null.
    pub(super) fn map(&mut self, name: &str, value: Option<&Map>) {
        let out = self.field(name);
        match value {
            Some(map) => push_map(out, map),
            None => out.push_str("null"),
        }
    }

    /// Bytes in base64, or null.
    pub(super) fn bytes(&mut self, name: &str, value: Option<&[u8]>) {
        let out = self.field(name);
        match value {
            Some(bytes) => {
                out.push('"');
                STANDARD.encode_string(bytes, out);
                out.push('"');
            }
            None => out.push_str("null"),
        }
    }
}

pub(super) fn push_text(out: &mut String, text: &str) {
    out.push_str(&Value::from(text).to_go_json(JsonEscape::Html));
}

pub(super) fn push_map(out: &mut String, map: &Map) {
    // The clone shares the entries' values.
    out.push_str(&Value::from(map.clone()).to_go_json(JsonEscape::Html));
}

/// Writes a list, each item by `write`.
pub(super) fn push_list<T>(out: &mut String, items: &[T], write: impl Fn(&mut String, &T)) {
    out.push('[');
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(out, item);
    }
    out.push(']');
}
