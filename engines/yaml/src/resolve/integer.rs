//! Integers as Go's `strconv` reads them.

use super::Resolved;
use crate::Grammar;

/// An integer with Go's prefixes: `0x`, `0o`, `0b`, and a leading 0 for octal. Signed ones fit an
/// `i64`; only one without a sign may take the range of `u64`.
pub(super) fn parse(text: &str) -> Option<Resolved> {
    let (sign, digits) = split_sign(text);
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', _, ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', _, ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', _, ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    let magnitude = parse_digits(digits, radix)?;
    match signed(sign, magnitude) {
        Some(value) => Some(Resolved::Int(value)),
        None if sign.is_none() => Some(Resolved::Uint(magnitude)),
        None => None,
    }
}

/// What remains after [`parse`]: a sign behind the prefix, as in `0b-101`, which go-yaml takes for
/// binary numbers and from v3 on for octal ones too.
pub(super) fn parse_prefixed(text: &str, grammar: Grammar) -> Option<Resolved> {
    let (radix, digits) = if let Some(digits) = text.strip_prefix("0b") {
        (2, digits)
    } else if grammar == Grammar::V3
        && let Some(digits) = text.strip_prefix("0o")
    {
        (8, digits)
    } else {
        return None;
    };
    let (sign, digits) = split_sign(digits);
    signed(sign, parse_digits(digits, radix)?).map(Resolved::Int)
}

fn split_sign(text: &str) -> (Option<char>, &str) {
    match text.chars().next() {
        Some(sign @ ('+' | '-')) => (Some(sign), &text[1..]),
        _ => (None, text),
    }
}

fn parse_digits(digits: &str, radix: u32) -> Option<u64> {
    // The standard parser would take a sign of its own.
    if digits.starts_with(['+', '-']) {
        return None;
    }
    u64::from_str_radix(digits, radix).ok()
}

fn signed(sign: Option<char>, magnitude: u64) -> Option<i64> {
    if sign == Some('-') {
        0_i64.checked_sub_unsigned(magnitude)
    } else {
        magnitude.try_into().ok()
    }
}
