//! Comparison by Go's rules: values compare when they are of the same basic kind; integers also across signs.

use crate::exec::FuncError;
use crate::exec::slot::Slot;
use crate::fmt;
use crate::value::Value;

/// A value of a kind that can be compared.
enum Basic {
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Complex(f64, f64),
    Text(crate::value::Str),
}

fn basic(value: &Value) -> Option<Basic> {
    Some(match value {
        Value::Bool(value) => Basic::Bool(*value),
        Value::Int(_, value) => Basic::Int(*value),
        Value::Uint(_, value) => Basic::Uint(*value),
        Value::Float(value) => Basic::Float(*value),
        Value::Complex(re, im) => Basic::Complex(*re, *im),
        Value::Str(text) => Basic::Text(text.clone()),
        Value::Host(host) => return basic(&host.underlying()?),
        Value::Nil | Value::Bytes(_) | Value::List(_) | Value::Map(_) => return None,
    })
}

/// `eq`: whether the first equals one of the others.
pub(super) fn equal_any(first: &Value, others: &[Slot]) -> Result<bool, FuncError> {
    if others.is_empty() {
        return Err(FuncError::new("missing argument for comparison"));
    }
    for other in others {
        if equal(first, &other.value)? {
            return Ok(true);
        }
    }
    Ok(false)
}

#[expect(clippy::float_cmp, reason = "Go compares floats exactly")]
pub(super) fn equal(a: &Value, b: &Value) -> Result<bool, FuncError> {
    Ok(match (basic(a), basic(b)) {
        (Some(Basic::Bool(a)), Some(Basic::Bool(b))) => a == b,
        (Some(Basic::Int(a)), Some(Basic::Int(b))) => a == b,
        (Some(Basic::Uint(a)), Some(Basic::Uint(b))) => a == b,
        (Some(Basic::Int(a)), Some(Basic::Uint(b)))
        | (Some(Basic::Uint(b)), Some(Basic::Int(a))) => u64::try_from(a) == Ok(b),
        (Some(Basic::Float(a)), Some(Basic::Float(b))) => a == b,
        (Some(Basic::Complex(a, c)), Some(Basic::Complex(b, d))) => a == b && c == d,
        (Some(Basic::Text(a)), Some(Basic::Text(b))) => a == b,
        (None, None) => return equal_composite(a, b),
        _ if a.is_nil() || b.is_nil() => false,
        _ => return Err(incompatible(a, b)),
    })
}

fn incompatible(a: &Value, b: &Value) -> FuncError {
    FuncError::new(format!(
        "incompatible types for comparison: {} and {}",
        a.type_name(),
        b.type_name()
    ))
}

/// Lists, maps, structs and nil.
fn equal_composite(a: &Value, b: &Value) -> Result<bool, FuncError> {
    if !(a.kind() == b.kind() || a.is_nil() || b.is_nil()) {
        return Err(FuncError::new(format!(
            "non-comparable types {}: {}, {}: {}",
            text(a, b"%s"),
            a.type_name(),
            b.type_name(),
            text(b, b"%v"),
        )));
    }
    if is_nil(a) || is_nil(b) {
        return Ok(is_nil(a) == is_nil(b));
    }
    let compared = match (a, b) {
        (Value::Host(a), Value::Host(b)) => a.equals(b.as_ref()),
        _ => None,
    };
    compared.ok_or_else(|| {
        FuncError::new(format!(
            "non-comparable type {}: {}",
            text(b, b"%s"),
            b.type_name()
        ))
    })
}

fn is_nil(value: &Value) -> bool {
    match value {
        Value::Nil => true,
        Value::List(list) => list.is_nil(),
        Value::Map(map) => map.is_nil(),
        _ => false,
    }
}

fn text(value: &Value, format: &[u8]) -> String {
    String::from_utf8_lossy(&fmt::sprintf(format, std::slice::from_ref(value))).into_owned()
}

pub(super) fn less(a: &Value, b: &Value) -> Result<bool, FuncError> {
    let uncomparable = || FuncError::new("invalid type for comparison");
    let left = basic(a).ok_or_else(uncomparable)?;
    let right = basic(b).ok_or_else(uncomparable)?;
    Ok(match (left, right) {
        (Basic::Int(a), Basic::Int(b)) => a < b,
        (Basic::Uint(a), Basic::Uint(b)) => a < b,
        (Basic::Int(a), Basic::Uint(b)) => u64::try_from(a).map_or(true, |a| a < b),
        (Basic::Uint(a), Basic::Int(b)) => u64::try_from(b).is_ok_and(|b| a < b),
        (Basic::Float(a), Basic::Float(b)) => a < b,
        (Basic::Text(a), Basic::Text(b)) => a < b,
        (Basic::Bool(_), Basic::Bool(_)) | (Basic::Complex(..), Basic::Complex(..)) => {
            return Err(uncomparable());
        }
        _ => return Err(incompatible(a, b)),
    })
}

pub(super) fn less_or_equal(a: &Value, b: &Value) -> Result<bool, FuncError> {
    Ok(less(a, b)? || equal(a, b)?)
}
