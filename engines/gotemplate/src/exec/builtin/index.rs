//! `index`, `slice` and `len`.

use crate::exec::FuncError;
use crate::exec::slot::Slot;
use crate::value::{Kind, Str, UintKind, Value};

/// The element of a list, string or map; of the element of it that the next index names, and so on.
pub(super) fn index(item: Slot, indexes: &[Slot]) -> Result<Slot, FuncError> {
    if item.value.is_nil() {
        return Err(FuncError::new("index of untyped nil"));
    }
    // What was in an interface is not any more; an element of it may be again.
    let mut item = if indexes.is_empty() {
        item.unboxed()
    } else {
        item
    };
    for index in indexes {
        if item.value.is_nil() {
            return Err(FuncError::new("index of nil pointer"));
        }
        item = element(&item.value, &index.value)?;
    }
    Ok(item)
}

fn element(item: &Value, index: &Value) -> Result<Slot, FuncError> {
    match &item.underlying() {
        Value::Str(bytes) => match bytes.get(position(index, bytes.len())?) {
            Some(byte) => Ok(byte_slot(*byte)),
            None => Err(FuncError::new("reflect: string index out of range")),
        },
        Value::Bytes(bytes) => match bytes.get(position(index, bytes.len())?) {
            Some(byte) => Ok(byte_slot(*byte)),
            None => Err(FuncError::new("reflect: slice index out of range")),
        },
        Value::List(list) => match list.get(position(index, list.len())?) {
            Some(value) => Ok(Slot::placed(value, list.list_type().element)),
            None => Err(FuncError::new("reflect: slice index out of range")),
        },
        Value::Map(map) => {
            let element = map.map_type().element;
            let value = map.get(key(index)?);
            Ok(Slot::placed(
                value.unwrap_or_else(|| element.zero()),
                element,
            ))
        }
        _ => Err(FuncError::new(format!(
            "can't index item of type {}",
            pointee(item)
        ))),
    }
}

/// The name of a value's type, for a pointer of what it points to: these functions look through pointers.
fn pointee(value: &Value) -> String {
    let name = value.type_name();
    match name.strip_prefix('*') {
        Some(pointee) if value.kind() == Kind::Pointer => pointee.to_owned(),
        _ => name,
    }
}

fn byte_slot(byte: u8) -> Slot {
    Slot::plain(Value::Uint(UintKind::Uint8, u64::from(byte)))
}

fn key(index: &Value) -> Result<&Str, FuncError> {
    match index {
        Value::Str(key) => Ok(key),
        Value::Nil => Err(FuncError::new("value is nil; should be of type string")),
        other => Err(FuncError::new(format!(
            "value has type {}; should be string",
            other.type_name()
        ))),
    }
}

/// An index as a number that is not over `limit`; the limit itself is let through.
fn position(index: &Value, limit: usize) -> Result<usize, FuncError> {
    let out_of_range = |shown: i64| FuncError::new(format!("index out of range: {shown}"));
    let number = match index.underlying() {
        Value::Int(_, number) => number,
        Value::Uint(_, number) => number.cast_signed(),
        Value::Nil => return Err(FuncError::new("cannot index slice/array with nil")),
        _ => {
            return Err(FuncError::new(format!(
                "cannot index slice/array with type {}",
                index.type_name()
            )));
        }
    };
    usize::try_from(number)
        .ok()
        .filter(|position| *position <= limit)
        .ok_or_else(|| out_of_range(number))
}

/// Go's `x[i:j:k]`.
pub(super) fn slice(item: &Value, indexes: &[Slot]) -> Result<Slot, FuncError> {
    if item.is_nil() {
        return Err(FuncError::new("slice of untyped nil"));
    }
    if indexes.len() > 3 {
        return Err(FuncError::new(format!(
            "too many slice indexes: {}",
            indexes.len()
        )));
    }
    let plain = item.underlying();
    let (len, capacity) = match &plain {
        Value::Str(_) if indexes.len() == 3 => {
            return Err(FuncError::new("cannot 3-index slice a string"));
        }
        Value::Str(bytes) | Value::Bytes(bytes) => (bytes.len(), bytes.len()),
        Value::List(list) => (list.len(), list.capacity()),
        _ => {
            return Err(FuncError::new(format!(
                "can't slice item of type {}",
                item.type_name()
            )));
        }
    };
    let mut bounds = [0, len, capacity];
    for (bound, index) in bounds.iter_mut().zip(indexes) {
        // Go looks at the place of the index here, not at what is in it.
        if index.boxed {
            return Err(FuncError::new(
                "cannot index slice/array with type interface {}",
            ));
        }
        *bound = position(&index.value, capacity)?;
    }
    let [start, end, max] = bounds;
    for (low, high) in [(start, end), (end, max)] {
        if low > high {
            return Err(FuncError::new(format!(
                "invalid slice index: {low} > {high}"
            )));
        }
    }
    let window = match &plain {
        Value::Str(text) => Value::Str(text[start..end].into()),
        Value::Bytes(bytes) => Value::Bytes(bytes[start..end].into()),
        Value::List(list) => {
            Value::List(list.window(start, end, max).unwrap_or_else(|| list.clone()))
        }
        other => other.clone(),
    };
    Ok(Slot::plain(window))
}

pub(super) fn length(item: &Slot) -> Result<Slot, FuncError> {
    let length = match item.value.underlying() {
        Value::Nil if item.boxed => return Err(FuncError::new("len of nil pointer")),
        Value::Nil => {
            return Err(FuncError::new(
                "reflect: call of reflect.Value.Type on zero Value",
            ));
        }
        Value::Str(bytes) | Value::Bytes(bytes) => bytes.len(),
        Value::List(list) => list.len(),
        Value::Map(map) => map.len(),
        _ => {
            return Err(FuncError::new(format!(
                "len of type {}",
                pointee(&item.value)
            )));
        }
    };
    Ok(Slot::plain(Value::int(
        i64::try_from(length).unwrap_or(i64::MAX),
    )))
}
