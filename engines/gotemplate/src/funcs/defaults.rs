//! Values in place of missing ones.

use crate::exec::{Functions, Rest};
use crate::value::Value;

pub(super) fn add(functions: &mut Functions) {
    functions.add(
        "default",
        |default: Value, given: Rest<Value>| match given.0.into_iter().next() {
            Some(given) if given.is_true() => given,
            _ => default,
        },
    );
    functions.add("empty", |value: Value| !value.is_true());
    functions.add("coalesce", |values: Rest<Value>| {
        values
            .0
            .into_iter()
            .find(Value::is_true)
            .unwrap_or_default()
    });
    functions.add("all", |values: Rest<Value>| {
        values.0.iter().all(Value::is_true)
    });
    functions.add("any", |values: Rest<Value>| {
        values.0.iter().any(Value::is_true)
    });
    functions.add(
        "ternary",
        |yes: Value, no: Value, condition: bool| {
            if condition { yes } else { no }
        },
    );
}
