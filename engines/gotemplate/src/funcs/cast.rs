//! Conversions between numbers, text and booleans by the rules of spf13/cast: what cannot be converted is zero.

use std::borrow::Cow;

use crate::exec::{Functions, Int64};
use crate::fmt;
use crate::value::{Str, Value};

pub(super) fn add(functions: &mut Functions) {
    functions.add("int", |value: Value| to_i64(&value));
    functions.add("int64", |value: Value| Int64(to_i64(&value)));
    functions.add("float64", |value: Value| to_f64(&value));
    functions.add("atoi", |text: Str| decimal_or_limit(&text));
    functions.add("toDecimal", |value: Value| Int64(octal(&value)));
}

/// Any value as an integer. Text may have a base prefix, underscores after one, and `.0` behind; a leading zero means octal.
pub(super) fn to_i64(value: &Value) -> i64 {
    match value {
        Value::Bool(flag) => i64::from(*flag),
        Value::Int(_, number) => *number,
        Value::Uint(_, number) => number.cast_signed(),
        Value::Float(number) => truncate(*number),
        Value::Str(text) => text
            .as_utf8()
            .and_then(|text| integer(without_zero_fraction(text)))
            .unwrap_or_default(),
        Value::Host(_) => counted(value).unwrap_or_default(),
        _ => 0,
    }
}

/// Any value as a float.
#[expect(clippy::cast_precision_loss, reason = "the nearest float is wanted")]
pub(super) fn to_f64(value: &Value) -> f64 {
    match value {
        Value::Bool(flag) => f64::from(u8::from(*flag)),
        Value::Int(_, number) => *number as f64,
        Value::Uint(_, number) => *number as f64,
        Value::Float(number) => *number,
        Value::Str(text) => text.as_utf8().and_then(float).unwrap_or_default(),
        Value::Host(_) => counted(value).unwrap_or_default() as f64,
        _ => 0.0,
    }
}

/// Days of the week and months count; durations and other named numbers do not.
fn counted(value: &Value) -> Option<i64> {
    match (value.type_name().as_str(), value.underlying()) {
        ("time.Weekday" | "time.Month", Value::Int(_, number)) => Some(number),
        _ => None,
    }
}

/// Towards zero; what does not fit is the smallest integer, as on Go's most used platform.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
fn truncate(number: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&number) {
        number as i64
    } else {
        i64::MIN
    }
}

/// Cuts `.0`, `.00` and so on off the end.
fn without_zero_fraction(text: &str) -> &str {
    let shown = text.trim_end_matches('0');
    if shown.len() < text.len() {
        shown.strip_suffix('.').unwrap_or(text)
    } else {
        text
    }
}

/// Go's `strconv.ParseInt(text, 0, 64)`.
fn integer(text: &str) -> Option<i64> {
    let (is_negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = unsigned.to_ascii_lowercase();
    let (radix, digits) = if let Some(digits) = lower.strip_prefix("0x") {
        (16, digits)
    } else if let Some(digits) = lower.strip_prefix("0o") {
        (8, digits)
    } else if let Some(digits) = lower.strip_prefix("0b") {
        (2, digits)
    } else if lower.len() > 1 && lower.starts_with('0') {
        (8, &lower[1..])
    } else {
        (10, lower.as_str())
    };
    // An underscore stands between digits, or between the prefix and a digit.
    let has_prefix = digits.len() < lower.len();
    if digits.contains('_') {
        let starts_well = has_prefix || !digits.starts_with('_');
        if !starts_well || digits.contains("__") || digits.ends_with('_') {
            return None;
        }
    }
    let digits = digits.replace('_', "");
    if digits.is_empty() || digits.starts_with(['+', '-']) {
        return None;
    }
    let sign = if is_negative { "-" } else { "" };
    i64::from_str_radix(&format!("{sign}{digits}"), radix).ok()
}

/// Go's `strconv.ParseFloat(text, 64)`; nothing where it reports an error, an overflow included.
pub(super) fn float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if unsigned.starts_with(['+', '-']) {
        return None;
    }
    let is_negative = text.starts_with('-');
    let with_sign = |number: f64| if is_negative { -number } else { number };
    match unsigned.to_ascii_lowercase().as_str() {
        "inf" | "infinity" => return Some(with_sign(f64::INFINITY)),
        "nan" => return (unsigned.len() == text.len()).then_some(f64::NAN),
        lower if lower.starts_with("0x") => {
            return hexadecimal(lower[2..].trim_start_matches('_')).map(with_sign);
        }
        _ => {}
    }
    without_underscores(text)?
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
}

/// Underscores may stand between digits.
fn without_underscores(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('_') {
        return Some(Cow::Borrowed(text));
    }
    let bytes = text.as_bytes();
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_some_and(u8::is_ascii_hexdigit)
    };
    let is_sound = bytes
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'_')
        .all(|(at, _)| is_digit(at.checked_sub(1)) && is_digit(Some(at + 1)));
    is_sound.then(|| Cow::Owned(text.replace('_', "")))
}

/// Hexadecimal digits with a binary exponent, which must be there: `1.8p3`.
fn hexadecimal(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once('p')?;
    let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if unsigned.is_empty() || !unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let exponent: i32 = exponent.parse().ok()?;
    let mantissa = without_underscores(mantissa)?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((&mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut value = 0.0_f64;
    for digit in whole.chars().chain(fraction.chars()) {
        value = value * 16.0 + f64::from(digit.to_digit(16)?);
    }
    let scale = exponent.saturating_sub(4 * i32::try_from(fraction.len()).ok()?);
    Some(value * 2.0_f64.powi(scale)).filter(|number| number.is_finite())
}

/// Go's `strconv.Atoi` with its error ignored: zero for no number, the nearest limit for one that does not fit.
fn decimal_or_limit(text: &Str) -> i64 {
    let Some(text) = text.as_utf8() else { return 0 };
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return 0;
    }
    match text.parse() {
        Ok(number) => number,
        Err(_) if text.starts_with('-') => i64::MIN,
        Err(_) => i64::MAX,
    }
}

/// The printed value read as octal digits.
fn octal(value: &Value) -> i64 {
    let shown = fmt::sprint(std::slice::from_ref(value));
    std::str::from_utf8(&shown)
        .ok()
        .and_then(|shown| i64::from_str_radix(shown, 8).ok())
        .unwrap_or_default()
}
