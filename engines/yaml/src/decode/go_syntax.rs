//! Values in Go's syntax (`%#v`), which go-yaml prints in messages about keys.

use std::fmt::Write as _;

use crate::{Dialect, Grammar, Value, number};

/// `value` as `fmt.Sprintf("%#v", …)` prints what go-yaml decodes it to.
pub(super) fn print(value: &Value, dialect: Dialect) -> String {
    let mut out = String::new();
    write(value, dialect, &mut out);
    out
}

fn write(value: &Value, dialect: Dialect, out: &mut String) {
    // Writing to a string cannot fail.
    match value {
        Value::Null => out.push_str("interface {}(nil)"),
        Value::Bool(value) => {
            let _ = write!(out, "{value}");
        }
        Value::Int(value) => {
            let _ = write!(out, "{value}");
        }
        Value::Uint(value) => {
            let _ = write!(out, "{value:#x}");
        }
        Value::Float(value) => out.push_str(&number::format_general(*value)),
        Value::Str(text) => {
            let _ = write!(out, "{text:?}");
        }
        Value::Seq(items) => {
            out.push_str("[]interface {}{");
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                write(item, dialect, out);
            }
            out.push('}');
        }
        Value::Map(map) => {
            out.push_str(match dialect.grammar() {
                Grammar::V2 => "map[interface {}]interface {}{",
                Grammar::V3 => "map[string]interface {}{",
            });
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| *key);
            for (at, (key, value)) in entries.into_iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                write(&Value::from(key.clone()), dialect, out);
                out.push(':');
                write(value, dialect, out);
            }
            out.push('}');
        }
    }
}
