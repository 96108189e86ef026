//! JSON as Go's `encoding/json` reads and prints it.

mod print;
mod scan;

pub(super) use print::{indented, plain, text};

use crate::value::Value;

/// What Go says about a text that holds no JSON, or not the one that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum JsonError {
    #[error("unexpected end of JSON input")]
    UnexpectedEnd,
    #[error("invalid character {} {context}", quoted(*.character))]
    Unexpected { character: u8, context: String },
    #[error("exceeded max depth")]
    TooDeep,
    #[error("json: cannot unmarshal {found} into Go value of type {wanted}")]
    Mismatch { found: String, wanted: &'static str },
    #[error("json: unsupported value: {0}")]
    Unsupported(String),
    #[error("json: unsupported type: {0}")]
    UnsupportedType(String),
}

/// A byte in single quotes, as Go's scanner shows it.
fn quoted(byte: u8) -> String {
    match byte {
        b'\'' => "'\\''".to_owned(),
        b'"' => "'\"'".to_owned(),
        b'\\' => "'\\\\'".to_owned(),
        7 => "'\\a'".to_owned(),
        8 => "'\\b'".to_owned(),
        b'\t' => "'\\t'".to_owned(),
        b'\n' => "'\\n'".to_owned(),
        11 => "'\\v'".to_owned(),
        12 => "'\\f'".to_owned(),
        b'\r' => "'\\r'".to_owned(),
        0..0x20 | 0x7F => format!("'\\x{byte:02x}'"),
        // Control characters, the no-break space and the soft hyphen do not print.
        0x80..=0xA0 | 0xAD => format!("'\\u{byte:04x}'"),
        _ => format!("'{}'", char::from(byte)),
    }
}

/// A decoded text, with the error that Go reports beside the value.
pub(super) struct Decoded {
    pub value: Value,
    pub error: Option<JsonError>,
}

/// Any value; numbers are `float64`.
pub(super) fn decode(text: &[u8]) -> Result<Decoded, JsonError> {
    let scanned = scan::scan(text)?;
    Ok(Decoded {
        value: scanned.value,
        error: scanned.overflow.map(|spelled| JsonError::Mismatch {
            found: format!("number {spelled}"),
            wanted: "float64",
        }),
    })
}

/// Why `value` cannot be decoded into `wanted`, in Go's words.
pub(super) fn mismatch(value: &Value, wanted: &'static str) -> JsonError {
    let found = match value {
        Value::Bool(_) => "bool",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
        _ => "number",
    };
    JsonError::Mismatch {
        found: found.to_owned(),
        wanted,
    }
}
