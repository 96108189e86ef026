//! The round trip of an object through its Go type (apimachinery `runtime/converter.go`): decode, then encode.

use super::schema::{Field, Schema, Type, builtin};
use super::{quantity, time};
use crate::object::Object;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Number, Value};

/// The object as its type encodes it; `None` for a kind without a known type, or when the type cannot hold it.
pub(super) fn round_trip(object: &Object) -> Option<Value> {
    let schema = builtin();
    let number = schema.kind(object.api_version(), object.kind())?;
    encode_struct(schema, number, object.as_value()).map(|encoded| encoded.value)
}

/// A value on its way out.
struct Encoded {
    value: Value,
    /// What `omitempty` leaves out. A struct is never empty.
    is_empty: bool,
    /// What `omitzero` leaves out.
    is_zero: bool,
}

impl Encoded {
    fn new(value: Value) -> Self {
        Self {
            value,
            is_empty: false,
            is_zero: false,
        }
    }

    fn scalar(value: impl Into<Value>, is_zero: bool) -> Self {
        Self {
            value: value.into(),
            is_empty: is_zero,
            is_zero,
        }
    }

    fn nothing() -> Self {
        Self {
            value: Value::Null,
            is_empty: true,
            is_zero: true,
        }
    }
}

/// Encodes a value. Null, like absence, is the zero of the type. `None` when the type cannot hold the value.
fn encode(schema: &Schema, ty: &Type, value: &Value) -> Option<Encoded> {
    Some(match ty {
        Type::Text => {
            let text = or_zero(value, Value::as_str)?;
            Encoded::scalar(text, text.is_empty())
        }
        Type::Bool => {
            let flag = or_zero(value, Value::as_bool)?;
            Encoded::scalar(flag, !flag)
        }
        Type::Integer => {
            let number = or_zero(value, integer)?;
            Encoded::scalar(number, number == 0)
        }
        Type::Float => float(value)?,
        Type::Bytes => bytes(value)?,
        Type::Quantity => match value {
            Value::Null => Encoded::new(Value::from("0")),
            Value::String(text) => Encoded::new(Value::from(quantity::canonical(text.trim())?)),
            Value::Number(number) => {
                Encoded::new(Value::from(quantity::canonical(&number.to_string())?))
            }
            _ => return None,
        },
        Type::IntOrText => match value {
            Value::Null => Encoded::new(Value::from(0)),
            Value::String(_) => Encoded::new(value.clone()),
            _ => Encoded::new(Value::from(i32::try_from(value.as_i64()?).ok()?)),
        },
        Type::Time => instant(value, time::seconds)?,
        Type::MicroTime => instant(value, time::microseconds)?,
        Type::Any => Encoded {
            is_zero: value.is_null(),
            ..Encoded::new(value.clone())
        },
        Type::List(item) => list(schema, item, value)?,
        Type::Map(item) => map(schema, item, value)?,
        Type::Optional(_) if value.is_null() => Encoded::nothing(),
        Type::Optional(inner) => Encoded::new(encode(schema, inner, value)?.value),
        Type::Struct(number) => encode_struct(schema, *number, value)?,
    })
}

fn encode_struct(schema: &Schema, number: usize, value: &Value) -> Option<Encoded> {
    let empty = Map::new();
    let fields = match value {
        Value::Null => &empty,
        Value::Object(fields) => fields,
        _ => return None,
    };
    let mut encoded = Map::new();
    for Field {
        name,
        omit_empty,
        omit_zero,
        ty,
    } in schema.fields(number)
    {
        let given = fields.get(*name).unwrap_or(&Value::Null);
        // Most fields are absent: spare them the way through their type.
        if given.is_null() && ((*omit_empty && ty.absent_is_empty()) || *omit_zero) {
            continue;
        }
        let field = encode(schema, ty, given)?;
        let omitted = (*omit_empty && field.is_empty) || (*omit_zero && field.is_zero);
        if !omitted {
            encoded.insert((*name).to_owned(), field.value);
        }
    }
    Some(Encoded::new(Value::Object(encoded)))
}

fn list(schema: &Schema, item: &Type, value: &Value) -> Option<Encoded> {
    let items = match value {
        Value::Null => return Some(Encoded::nothing()),
        Value::Array(items) => items,
        _ => return None,
    };
    let encode = |value| encode(schema, item, value).map(|encoded| encoded.value);
    let encoded = items.iter().map(encode).collect::<Option<Vec<_>>>()?;
    Some(Encoded {
        is_empty: items.is_empty(),
        ..Encoded::new(Value::Array(encoded))
    })
}

fn map(schema: &Schema, item: &Type, value: &Value) -> Option<Encoded> {
    let entries = match value {
        Value::Null => return Some(Encoded::nothing()),
        Value::Object(entries) => entries,
        _ => return None,
    };
    let encode = |(key, value): (&String, &Value)| {
        encode(schema, item, value).map(|encoded| (key.clone(), encoded.value))
    };
    let encoded = entries.iter().map(encode).collect::<Option<Map<_, _>>>()?;
    Some(Encoded {
        is_empty: entries.is_empty(),
        ..Encoded::new(Value::Object(encoded))
    })
}

/// Reads a scalar; null is its zero.
fn or_zero<'a, T: Default>(value: &'a Value, read: fn(&'a Value) -> Option<T>) -> Option<T> {
    if value.is_null() {
        Some(T::default())
    } else {
        read(value)
    }
}

/// An integer, or a float without a fraction.
fn integer(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| {
        let float = value.as_f64()?;
        // Beyond this not every integer is a float.
        let exact = float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "checked to be a small whole number"
        )]
        exact.then_some(float as i64)
    })
}

fn float(value: &Value) -> Option<Encoded> {
    let float = or_zero(value, Value::as_f64)?;
    Some(Encoded::scalar(Number::from_f64(float)?, float == 0.0))
}

/// Base64, in which Go skips line ends.
fn bytes(value: &Value) -> Option<Encoded> {
    let text = match value {
        Value::Null => return Some(Encoded::nothing()),
        Value::String(text) => text,
        _ => return None,
    };
    let compact: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    let encoded = STANDARD.encode(STANDARD.decode(compact).ok()?);
    Some(Encoded {
        is_empty: encoded.is_empty(),
        ..Encoded::new(Value::from(encoded))
    })
}

/// A time is a struct, so it is never empty; without one it is null.
fn instant(value: &Value, format: fn(&str) -> Option<String>) -> Option<Encoded> {
    match value {
        Value::Null => Some(Encoded {
            is_zero: true,
            ..Encoded::new(Value::Null)
        }),
        Value::String(text) => Some(Encoded::new(Value::from(format(text)?))),
        _ => None,
    }
}
