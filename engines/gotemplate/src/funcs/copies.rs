//! Deep copies and deep equality.

use super::SemVer;
use crate::exec::{FuncError, Functions};
use crate::value::{List, Map, Value};

pub(super) fn add(functions: &mut Functions) {
    for (name, prefix) in [("deepCopy", "deepCopy error: "), ("mustDeepCopy", "")] {
        functions.add(name, move |value: Value| {
            if value.is_nil() {
                return Err(FuncError::new(
                    "reflect: call of reflect.Value.Type on zero Value",
                ));
            }
            copy(&value, MAX_DEPTH)
                .ok_or_else(|| FuncError::new(format!("{prefix}the value holds itself")))
        });
    }
    functions.add("deepEqual", |a: Value, b: Value| deep_equal(&a, &b));
}

/// Values nest no deeper than this unless they hold themselves.
const MAX_DEPTH: usize = 1000;

/// The same value with lists and maps of its own; nothing when it nests too deep.
fn copy(value: &Value, depth: usize) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    Some(match value {
        Value::List(list) if list.is_nil() => value.clone(),
        Value::List(list) => {
            let items: Option<Vec<Value>> =
                list.items().iter().map(|item| copy(item, depth)).collect();
            let copy = List::typed(list.list_type(), items?);
            Value::List(copy.with_capacity(list.capacity()))
        }
        Value::Map(map) if map.is_nil() => value.clone(),
        Value::Map(map) => {
            let entries: Option<Vec<_>> = map
                .entries()
                .iter()
                .map(|(key, item)| Some((key.clone(), copy(item, depth)?)))
                .collect();
            Value::Map(Map::from_entries(map.map_type(), entries?))
        }
        Value::Host(host) => host.deep_copy().unwrap_or_else(|| value.clone()),
        _ => value.clone(),
    })
}

/// Go's `reflect.DeepEqual`: the same types all the way down, and equal values. Values that hold themselves are equal as far as can
/// be seen.
pub(super) fn deep_equal(a: &Value, b: &Value) -> bool {
    equal_within(a, b, MAX_DEPTH)
}

fn equal_within(a: &Value, b: &Value, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return true;
    };
    if a.type_of() != b.type_of() {
        return false;
    }
    match (a, b) {
        (Value::Nil, Value::Nil) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(_, a), Value::Int(_, b)) => a == b,
        (Value::Uint(_, a), Value::Uint(_, b)) => a == b,
        #[expect(clippy::float_cmp, reason = "equality is what is asked for")]
        (Value::Float(a), Value::Float(b)) => a == b,
        #[expect(clippy::float_cmp, reason = "equality is what is asked for")]
        (Value::Complex(a, c), Value::Complex(b, d)) => a == b && c == d,
        (Value::Str(a), Value::Str(b)) | (Value::Bytes(a), Value::Bytes(b)) => a == b,
        (Value::List(a), Value::List(b)) => {
            if a.is_nil() != b.is_nil() || a.len() != b.len() {
                return false;
            }
            a.is_same(b)
                || a.items()
                    .iter()
                    .zip(b.items().iter())
                    .all(|(a, b)| equal_within(a, b, depth))
        }
        (Value::Map(a), Value::Map(b)) => {
            if a.is_nil() != b.is_nil() || a.len() != b.len() {
                return false;
            }
            a.is_same(b)
                || a.entries()
                    .iter()
                    .zip(b.entries().iter())
                    .all(|((a_key, a), (b_key, b))| a_key == b_key && equal_within(a, b, depth))
        }
        (Value::Host(_), Value::Host(_)) if a.as_host::<SemVer>().is_some() => {
            a.as_host::<SemVer>() == b.as_host::<SemVer>()
        }
        (Value::Host(a), Value::Host(b)) => {
            a.equals(b.as_ref())
                .unwrap_or_else(|| match (a.underlying(), b.underlying()) {
                    (Some(a), Some(b)) => equal_within(&a, &b, depth),
                    _ => false,
                })
        }
        _ => false,
    }
}
