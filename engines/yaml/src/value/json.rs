//! Conversion to and from `serde_json`, and JSON text as Go's `encoding/json` prints it.

use std::fmt::Write as _;
use std::sync::Arc;

use super::{Map, Str, Value};
use crate::number;

/// Whether JSON text escapes `<`, `>` and `&`, as Go's `json.Marshal` does and an encoder with
/// `SetEscapeHTML(false)` does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonEscape {
    /// `<` becomes `\u003c`.
    Html,
    /// Only what JSON demands, plus U+2028 and U+2029.
    Plain,
}

impl Value {
    /// The same tree as a `serde_json` value; infinities and NaN, which JSON lacks, become `null`.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Int(value) => (*value).into(),
            Self::Uint(value) => (*value).into(),
            Self::Float(value) => (*value).into(),
            Self::Str(text) => text.as_str().into(),
            Self::Seq(items) => items.iter().map(Self::to_json).collect(),
            Self::Map(map) => map
                .iter()
                .map(|(key, value)| (key.to_string(), value.to_json()))
                .collect(),
        }
    }

    /// The same tree as `json`.
    pub fn from_json(json: serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Bool(value),
            serde_json::Value::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(value), _) => Self::Int(value),
                (None, Some(value)) => Self::Uint(value),
                (None, None) => Self::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            serde_json::Value::String(text) => Self::Str(text.into()),
            serde_json::Value::Array(items) => items.into_iter().map(Self::from_json).collect(),
            serde_json::Value::Object(entries) => entries
                .into_iter()
                .map(|(key, value)| (key, Self::from_json(value)))
                .collect(),
        }
    }

    /// The tree as JSON text on one line, byte for byte as Go's `json.Marshal` prints the same
    /// data held in `map[string]any`: keys sorted by bytes, floats in the shortest form that reads
    /// back, exponents only below 1e-6 and from 1e21. Infinities and NaN become `null`.
    pub fn to_go_json(&self, escape: JsonEscape) -> String {
        let mut out = String::new();
        write_value(self, escape, &mut out);
        out
    }
}

fn write_value(value: &Value, escape: JsonEscape, out: &mut String) {
    match value {
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        // Writing to a string cannot fail.
        Value::Int(value) => {
            let _ = write!(out, "{value}");
        }
        Value::Uint(value) => {
            let _ = write!(out, "{value}");
        }
        Value::Float(value) if value.is_finite() => out.push_str(&number::format_json(*value)),
        Value::Null | Value::Float(_) => out.push_str("null"),
        Value::Str(text) => write_text(text, escape, out),
        Value::Seq(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_value(item, escape, out);
            }
            out.push(']');
        }
        Value::Map(map) => write_map(map, escape, out),
    }
}

fn write_map(map: &Arc<Map>, escape: JsonEscape, out: &mut String) {
    let mut entries: Vec<(&Str, &Value)> = map.iter().collect();
    entries.sort_unstable_by_key(|(key, _)| *key);
    out.push('{');
    for (at, (key, value)) in entries.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_text(key, escape, out);
        out.push(':');
        write_value(value, escape, out);
    }
    out.push('}');
}

fn write_text(text: &str, escape: JsonEscape, out: &mut String) {
    out.push('"');
    let mut copied = 0;
    for (at, char) in text.char_indices() {
        let short = match char {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\u{8}' => "\\b",
            '\u{c}' => "\\f",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\0'..='\u{1f}' | '\u{2028}' | '\u{2029}' => "",
            '<' | '>' | '&' if escape == JsonEscape::Html => "",
            _ => continue,
        };
        out.push_str(&text[copied..at]);
        copied = at + char.len_utf8();
        if short.is_empty() {
            let _ = write!(out, "\\u{:04x}", u32::from(char));
        } else {
            out.push_str(short);
        }
    }
    out.push_str(&text[copied..]);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn go(value: impl Into<Value>) -> String {
        value.into().to_go_json(JsonEscape::Html)
    }

    #[test]
    fn go_json_escapes_text_as_encoding_json_does() {
        assert_eq!(
            go("<a href=\"x\">&'\\"),
            r#""\u003ca href=\"x\"\u003e\u0026'\\""#
        );
        assert_eq!(
            go("\u{0}\u{7}\u{8}\t\n\u{b}\u{c}\r\u{1f}\u{7f}"),
            "\"\\u0000\\u0007\\b\\t\\n\\u000b\\f\\r\\u001f\u{7f}\""
        );
        assert_eq!(
            go("é\u{2028}\u{2029}\u{1f600}"),
            "\"é\\u2028\\u2029\u{1f600}\""
        );
        assert_eq!(Value::from("<&>").to_go_json(JsonEscape::Plain), "\"<&>\"");
    }

    #[test]
    fn go_json_sorts_keys_by_bytes_and_prints_floats_the_short_way() {
        let value: Value = [
            (
                "b",
                Value::from(vec![Value::Null, true.into(), 1.into(), u64::MAX.into()]),
            ),
            ("a10", 1e21.into()),
            ("a2", 1e20.into()),
            ("B", 1.5e-7.into()),
            ("c", f64::NAN.into()),
        ]
        .into_iter()
        .collect();
        assert_eq!(
            go(value),
            "{\"B\":1.5e-7,\"a10\":1e+21,\"a2\":100000000000000000000,\
             \"b\":[null,true,1,18446744073709551615],\"c\":null}"
        );
    }

    #[test]
    fn serde_json_and_back_changes_nothing() {
        let text = r#"{"z":[1,-2,18446744073709551615,0.5,null,true],"a":{"k":"v"}}"#;
        let json: serde_json::Value = serde_json::from_str(text).unwrap();
        let value = Value::from_json(json.clone());
        assert_eq!(value.to_json(), json);
        assert_eq!(value.as_map().unwrap().keys().next().unwrap(), &"z");
    }
}
