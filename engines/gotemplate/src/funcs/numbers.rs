//! Arithmetic on integers. Arguments are converted, sums wrap.

use super::cast::to_i64;
use crate::exec::{FuncError, Functions, Int64, Rest};
use crate::value::Value;

pub(super) fn add(functions: &mut Functions) {
    functions.add("add1", |a: Value| Int64(to_i64(&a).wrapping_add(1)));
    functions.add("add", |all: Rest<Value>| fold(0, &all, i64::wrapping_add));
    functions.add("sub", |a: Value, b: Value| {
        Int64(to_i64(&a).wrapping_sub(to_i64(&b)))
    });
    functions.add("mul", |a: Value, rest: Rest<Value>| {
        fold(to_i64(&a), &rest, i64::wrapping_mul)
    });
    functions.add("div", |a: Value, b: Value| {
        divided(&a, &b, i64::wrapping_div)
    });
    functions.add("mod", |a: Value, b: Value| {
        divided(&a, &b, i64::wrapping_rem)
    });
    for name in ["max", "biggest"] {
        functions.add(name, |a: Value, rest: Rest<Value>| {
            fold(to_i64(&a), &rest, i64::max)
        });
    }
    functions.add("min", |a: Value, rest: Rest<Value>| {
        fold(to_i64(&a), &rest, i64::min)
    });
}

fn fold(first: i64, rest: &Rest<Value>, operation: fn(i64, i64) -> i64) -> Int64 {
    Int64(rest.0.iter().map(to_i64).fold(first, operation))
}

fn divided(a: &Value, b: &Value, operation: fn(i64, i64) -> i64) -> Result<Int64, FuncError> {
    match to_i64(b) {
        0 => Err(FuncError::new("runtime error: integer divide by zero")),
        b => Ok(Int64(operation(to_i64(a), b))),
    }
}
