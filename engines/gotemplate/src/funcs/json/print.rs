//! Values to JSON text, as `json.Marshal` prints them.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use yaml::JsonEscape;

use super::JsonError;
use crate::value::{Data, Value};

/// Values nest no deeper than this: a dictionary that holds itself has no text.
const MAX_DEPTH: usize = 1000;

/// The text on one line, `<`, `>` and `&` escaped.
pub(in crate::funcs) fn text(value: &Value) -> Result<String, JsonError> {
    print(value, JsonEscape::Html, Lines::One)
}

/// The text on one line, `<`, `>` and `&` as they are.
pub(in crate::funcs) fn plain(value: &Value) -> Result<String, JsonError> {
    print(value, JsonEscape::Plain, Lines::One)
}

/// The text on several lines, two spaces deeper on each level.
pub(in crate::funcs) fn indented(value: &Value) -> Result<String, JsonError> {
    print(value, JsonEscape::Html, Lines::Many)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    One,
    Many,
}

fn print(value: &Value, escape: JsonEscape, lines: Lines) -> Result<String, JsonError> {
    let mut printer = Printer {
        out: String::new(),
        escape,
        lines,
        depth: 0,
    };
    printer.value(value)?;
    Ok(printer.out)
}

struct Printer {
    out: String,
    escape: JsonEscape,
    lines: Lines,
    depth: usize,
}

impl Printer {
    fn value(&mut self, value: &Value) -> Result<(), JsonError> {
        match value {
            Value::Nil => self.out.push_str("null"),
            Value::Bool(flag) => self.out.push_str(if *flag { "true" } else { "false" }),
            Value::Int(_, number) => {
                let _ = write!(self.out, "{number}");
            }
            Value::Uint(_, number) => {
                let _ = write!(self.out, "{number}");
            }
            Value::Float(number) => self.float(*number)?,
            Value::Complex(..) => {
                return Err(JsonError::UnsupportedType(value.type_name()));
            }
            Value::Str(text) => self.text(text),
            Value::Bytes(bytes) => {
                let _ = write!(self.out, "\"{}\"", STANDARD.encode(&**bytes));
            }
            Value::List(list) if list.is_nil() => self.out.push_str("null"),
            Value::List(list) => {
                self.open('[', value)?;
                let items = list.items();
                for (index, item) in items.iter().enumerate() {
                    self.next_item(index);
                    self.value(item)?;
                }
                self.close(']', items.len());
            }
            Value::Map(map) if map.is_nil() => self.out.push_str("null"),
            Value::Map(map) => {
                self.open('{', value)?;
                let entries = map.entries();
                for (index, (key, item)) in entries.iter().enumerate() {
                    self.entry(index, key, item)?;
                }
                self.close('}', entries.len());
            }
            Value::Host(host) => match host.underlying().map_or_else(|| host.data(), Data::Plain) {
                Data::Plain(plain) => self.value(&plain)?,
                Data::Fields(fields) => {
                    self.open('{', value)?;
                    for (index, (name, field)) in fields.iter().enumerate() {
                        self.entry(index, name.as_bytes(), field)?;
                    }
                    self.close('}', fields.len());
                }
            },
        }
        Ok(())
    }

    fn entry(&mut self, index: usize, key: &[u8], item: &Value) -> Result<(), JsonError> {
        self.next_item(index);
        self.text(key);
        self.out.push_str(match self.lines {
            Lines::One => ":",
            Lines::Many => ": ",
        });
        self.value(item)
    }

    fn open(&mut self, bracket: char, value: &Value) -> Result<(), JsonError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let shown = format!("encountered a cycle via {}", value.type_name());
            return Err(JsonError::Unsupported(shown));
        }
        self.out.push(bracket);
        Ok(())
    }

    fn next_item(&mut self, index: usize) {
        if index > 0 {
            self.out.push(',');
        }
        self.break_line();
    }

    fn close(&mut self, bracket: char, count: usize) {
        self.depth -= 1;
        if count > 0 {
            self.break_line();
        }
        self.out.push(bracket);
    }

    fn break_line(&mut self) {
        if self.lines == Lines::Many {
            self.out.push('\n');
            for _ in 0..self.depth {
                self.out.push_str("  ");
            }
        }
    }

    fn float(&mut self, number: f64) -> Result<(), JsonError> {
        if number.is_nan() {
            return Err(JsonError::Unsupported("NaN".to_owned()));
        }
        if number.is_infinite() {
            let sign = if number > 0.0 { '+' } else { '-' };
            return Err(JsonError::Unsupported(format!("{sign}Inf")));
        }
        self.out
            .push_str(&yaml::Value::Float(number).to_go_json(JsonEscape::Plain));
        Ok(())
    }

    fn text(&mut self, bytes: &[u8]) {
        self.out.push('"');
        for chunk in bytes.utf8_chunks() {
            let valid = chunk.valid();
            let mut copied = 0;
            for (at, c) in valid.char_indices() {
                if !self.is_escaped(c) {
                    continue;
                }
                self.out.push_str(&valid[copied..at]);
                copied = at + c.len_utf8();
                match c {
                    '"' => self.out.push_str("\\\""),
                    '\\' => self.out.push_str("\\\\"),
                    '\u{8}' => self.out.push_str("\\b"),
                    '\u{c}' => self.out.push_str("\\f"),
                    '\n' => self.out.push_str("\\n"),
                    '\r' => self.out.push_str("\\r"),
                    '\t' => self.out.push_str("\\t"),
                    _ => {
                        let _ = write!(self.out, "\\u{:04x}", u32::from(c));
                    }
                }
            }
            self.out.push_str(&valid[copied..]);
            for _ in chunk.invalid() {
                self.out.push_str("\\ufffd");
            }
        }
        self.out.push('"');
    }

    fn is_escaped(&self, c: char) -> bool {
        match c {
            '"' | '\\' | '\0'..='\u{1f}' | '\u{2028}' | '\u{2029}' => true,
            '<' | '>' | '&' => self.escape == JsonEscape::Html,
            _ => false,
        }
    }
}
