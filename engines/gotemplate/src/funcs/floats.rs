//! Arithmetic on fractions: exact decimal numbers in between, floats at the ends.

use super::cast::to_f64;
use super::decimal::{Decimal, DecimalError};
use crate::exec::{Functions, Rest};
use crate::value::Value;

pub(super) fn add(functions: &mut Functions) {
    functions.add("add1f", |a: Value| {
        fold(to_f64(&a), &[1.0], |a, b| Ok(a.plus(b)))
    });
    functions.add("addf", |all: Rest<Value>| {
        fold(0.0, &floats(&all), |a, b| Ok(a.plus(b)))
    });
    functions.add("subf", |a: Value, rest: Rest<Value>| {
        fold(to_f64(&a), &floats(&rest), |a, b| Ok(a.minus(b)))
    });
    functions.add("mulf", |a: Value, rest: Rest<Value>| {
        fold(to_f64(&a), &floats(&rest), |a, b| Ok(a.times(b)))
    });
    functions.add("divf", |a: Value, rest: Rest<Value>| {
        fold(to_f64(&a), &floats(&rest), Decimal::divided_by)
    });
    functions.add("maxf", |a: Value, rest: Rest<Value>| {
        floats(&rest).into_iter().fold(to_f64(&a), maximum)
    });
    functions.add("minf", |a: Value, rest: Rest<Value>| {
        floats(&rest).into_iter().fold(to_f64(&a), minimum)
    });
    functions.add("floor", |a: Value| to_f64(&a).floor());
    functions.add("ceil", |a: Value| to_f64(&a).ceil());
    functions.add("round", |a: Value, places: i64, round_on: Rest<f64>| {
        round(
            to_f64(&a),
            places,
            round_on.0.first().copied().unwrap_or(0.5),
        )
    });
}

fn floats(values: &Rest<Value>) -> Vec<f64> {
    values.0.iter().map(to_f64).collect()
}

fn fold(
    first: f64,
    rest: &[f64],
    operation: impl Fn(&Decimal, &Decimal) -> Result<Decimal, DecimalError>,
) -> Result<f64, DecimalError> {
    let mut total = Decimal::from_f64(first)?;
    for next in rest {
        total = operation(&total, &Decimal::from_f64(*next)?)?;
    }
    Ok(total.to_f64())
}

/// Unlike the standard library's, a NaN wins.
fn maximum(a: f64, b: f64) -> f64 {
    if a.is_infinite() && a > 0.0 || b.is_infinite() && b > 0.0 {
        return f64::INFINITY;
    }
    if a.is_nan() || b.is_nan() {
        return f64::NAN;
    }
    if a == 0.0 && b == 0.0 {
        return if a.is_sign_negative() { b } else { a };
    }
    if a > b { a } else { b }
}

fn minimum(a: f64, b: f64) -> f64 {
    -maximum(-a, -b)
}

/// Rounds to so many places; a fraction of `round_on` or more goes up, so negative numbers are rounded down.
fn round(value: f64, places: i64, round_on: f64) -> f64 {
    let exponent = i32::try_from(places.clamp(-400, 400)).unwrap_or_default();
    let power = if exponent < 0 {
        1.0 / 10.0_f64.powi(-exponent)
    } else {
        10.0_f64.powi(exponent)
    };
    let digits = power * value;
    // Infinity has no fraction.
    let fraction = digits - digits.trunc();
    let rounded = if fraction >= round_on {
        digits.ceil()
    } else {
        digits.floor()
    };
    rounded / power
}
