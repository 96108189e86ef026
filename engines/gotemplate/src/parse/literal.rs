//! Constants as Go writes them: quoted strings, characters, numbers.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

use super::ast::{Notation, Number, Span};
use super::chars::first_char;
use crate::fmt::quote;

/// The value of a quoted or raw string constant, borrowed where it is what stands between the quotes; `None` for bad syntax.
pub(super) fn unquote(literal: &[u8]) -> Option<Cow<'_, [u8]>> {
    let [quote, inner @ .., end] = literal else {
        return None;
    };
    if quote != end {
        return None;
    }
    if *quote == b'`' {
        if memchr(b'\r', inner).is_none() {
            return Some(Cow::Borrowed(inner));
        }
        let kept = inner.iter().copied().filter(|byte| *byte != b'\r');
        return Some(Cow::Owned(kept.collect()));
    }
    if memchr2(b'\\', b'"', inner).is_none() && std::str::from_utf8(inner).is_ok() {
        return Some(Cow::Borrowed(inner));
    }
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while !rest.is_empty() {
        let (unit, tail) = unquote_unit(rest, b'"')?;
        match unit {
            Unit::Byte(byte) => bytes.push(byte),
            Unit::Char(c) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        rest = tail;
    }
    Some(Cow::Owned(bytes))
}

enum Unit {
    Byte(u8),
    Char(char),
}

/// One character or escape at the beginning of `text`. A byte that belongs to no character is U+FFFD here.
fn unquote_unit(text: &[u8], quote: u8) -> Option<(Unit, &[u8])> {
    let (first, width) = first_char(text)?;
    let rest = &text[width..];
    if first == char::from(quote) {
        return None;
    }
    if first != '\\' {
        return Some((Unit::Char(first), rest));
    }
    let (escape, rest) = rest.split_first()?;
    let simple = |c| Some((Unit::Char(c), rest));
    match escape {
        b'a' => simple('\u{7}'),
        b'b' => simple('\u{8}'),
        b'f' => simple('\u{c}'),
        b'n' => simple('\n'),
        b'r' => simple('\r'),
        b't' => simple('\t'),
        b'v' => simple('\u{b}'),
        b'\\' => simple('\\'),
        b'\'' | b'"' if *escape == quote => simple(char::from(quote)),
        b'x' => digits(rest, 2, 16)
            .and_then(|(code, rest)| Some((Unit::Byte(u8::try_from(code).ok()?), rest))),
        b'u' => digits(rest, 4, 16)
            .and_then(|(code, rest)| Some((Unit::Char(char::from_u32(code)?), rest))),
        b'U' => digits(rest, 8, 16)
            .and_then(|(code, rest)| Some((Unit::Char(char::from_u32(code)?), rest))),
        b'0'..=b'7' => {
            let (code, rest) = digits(&text[1..], 3, 8)?;
            Some((Unit::Byte(u8::try_from(code).ok()?), rest))
        }
        _ => None,
    }
}

fn digits(text: &[u8], count: usize, radix: u32) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_at_checked(count)?;
    let mut code = 0_u32;
    for digit in digits {
        let digit = char::from(*digit).to_digit(radix)?;
        code = code.checked_mul(radix)?.checked_add(digit)?;
    }
    Some((code, rest))
}

/// A character constant with its quotes.
pub(super) fn character(source: &[u8], span: Span) -> Result<Number, String> {
    let text = span.of(source);
    let inner = text.strip_prefix(b"'").unwrap_or(text);
    let Some((unit, tail)) = unquote_unit(inner, b'\'') else {
        return Err("invalid syntax".to_owned());
    };
    if tail != b"'" {
        let text = String::from_utf8_lossy(text);
        return Err(format!("malformed character constant: {text}"));
    }
    let code = match unit {
        Unit::Byte(byte) => u32::from(byte),
        Unit::Char(c) => u32::from(c),
    };
    Ok(Number {
        span,
        notation: Notation::Integer,
        int: Some(i64::from(code)),
        uint: Some(u64::from(code)),
        float: Some(f64::from(code)),
        complex: None,
    })
}

/// A number with every type that can hold it.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::float_cmp,
    reason = "a constant takes every type that holds it exactly"
)]
pub(super) fn number(source: &[u8], span: Span) -> Result<Number, String> {
    // The scanner takes nothing but ASCII into numbers.
    let text = span.name(source);
    let hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    let floating = if hexadecimal {
        &['p', 'P'][..]
    } else {
        &['.', 'e', 'E', 'p', 'P']
    };
    let mut number = Number {
        span,
        notation: if text.contains(floating) {
            Notation::Floating
        } else {
            Notation::Integer
        },
        int: None,
        uint: None,
        float: None,
        complex: None,
    };
    if let Some(imaginary) = text.strip_suffix('i') {
        // The real part of `1+2i` ends at its last sign that is not one of an exponent.
        let split = imaginary.rfind(['+', '-']).filter(|at| *at > 0);
        let (real, imaginary) = split.map_or(("0", imaginary), |at| imaginary.split_at(at));
        let parts = parse_float(real).zip(parse_float(imaginary));
        let Some((real, imaginary)) = parts else {
            return Err(match split {
                Some(_) => "syntax error scanning complex number".to_owned(),
                None => format!("illegal number syntax: {}", quote(text)),
            });
        };
        number.complex = Some((real, imaginary));
        if imaginary == 0.0 {
            number.float = Some(real);
            number.int = (real as i64 as f64 == real).then_some(real as i64);
            number.uint = (real as u64 as f64 == real).then_some(real as u64);
        }
        return Ok(number);
    }
    number.uint = parse_unsigned(text);
    number.int = parse_signed(text);
    if number.int == Some(0) {
        number.uint = number.uint.or(Some(0));
    }
    number.float = match (number.int, number.uint) {
        (Some(int), _) => Some(int as f64),
        (None, Some(uint)) => Some(uint as f64),
        (None, None) => None,
    };
    if number.float.is_none()
        && let Some(float) = parse_float(text)
    {
        if !text.contains(['.', 'e', 'E', 'p', 'P']) {
            return Err(format!("integer overflow: {}", quote(text)));
        }
        number.float = Some(float);
        number.int = (float as i64 as f64 == float).then_some(float as i64);
        number.uint = (float >= 0.0 && float as u64 as f64 == float).then_some(float as u64);
    }
    if number.float.is_none() {
        return Err(format!("illegal number syntax: {}", quote(text)));
    }
    Ok(number)
}

fn parse_signed(text: &str) -> Option<i64> {
    let (negative, magnitude) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let magnitude = i128::from(parse_unsigned(magnitude)?);
    i64::try_from(if negative { -magnitude } else { magnitude }).ok()
}

/// `strconv.ParseUint(text, 0, 64)`: prefixes, a leading zero for octal, underscores between digits.
fn parse_unsigned(text: &str) -> Option<u64> {
    // Most numbers are a few digits, for which nothing need be allocated.
    let is_plain = text.len() == 1 || !text.starts_with('0');
    if is_plain && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    let lower = text.to_ascii_lowercase();
    let (radix, digits, prefixed) = if let Some(digits) = lower.strip_prefix("0x") {
        (16, digits, true)
    } else if let Some(digits) = lower.strip_prefix("0b") {
        (2, digits, true)
    } else if let Some(digits) = lower.strip_prefix("0o") {
        (8, digits, true)
    } else if let Some(digits) = lower.strip_prefix('0').filter(|rest| !rest.is_empty()) {
        (8, digits, true)
    } else {
        (10, lower.as_str(), false)
    };
    let plain = separated(digits, prefixed)?;
    u64::from_str_radix(&plain, radix)
        .ok()
        .filter(|_| plain.chars().all(|c| c.is_digit(radix)))
}

/// The digits without underscores, which may stand only between digits or after the prefix.
fn separated(digits: &str, prefixed: bool) -> Option<String> {
    if digits.ends_with('_') || digits.contains("__") || (digits.starts_with('_') && !prefixed) {
        return None;
    }
    Some(digits.replace('_', ""))
}

/// `strconv.ParseFloat(text, 64)` without infinities and names.
fn parse_float(text: &str) -> Option<f64> {
    let (sign, magnitude) = match text.as_bytes().first()? {
        b'-' => (-1.0, &text[1..]),
        b'+' => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    if !underscores_separate(magnitude) {
        return None;
    }
    let lower = magnitude.to_ascii_lowercase().replace('_', "");
    if let Some(hexadecimal) = lower.strip_prefix("0x") {
        let value = parse_hexadecimal(hexadecimal)?;
        return value.is_finite().then_some(sign * value);
    }
    if !lower.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let value: f64 = lower.parse().ok()?;
    value.is_finite().then_some(sign * value)
}

/// Whether every underscore stands between digits, or between the prefix and a digit.
fn underscores_separate(number: &str) -> bool {
    let hexadecimal = number.starts_with("0x") || number.starts_with("0X");
    let is_digit = |at: usize| match number.as_bytes().get(at) {
        Some(b'x' | b'X') => hexadecimal && at == 1,
        Some(byte) if hexadecimal => byte.is_ascii_hexdigit(),
        Some(byte) => byte.is_ascii_digit(),
        None => false,
    };
    number
        .match_indices('_')
        .all(|(at, _)| at > 0 && is_digit(at - 1) && is_digit(at + 1))
}

/// `1.8p3`: digits, maybe a point, and an exponent of two that is required.
fn parse_hexadecimal(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once('p')?;
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut value = 0.0_f64;
    for digit in whole.chars() {
        value = value * 16.0 + f64::from(digit.to_digit(16)?);
    }
    let mut scale = 1.0 / 16.0;
    for digit in fraction.chars() {
        value += f64::from(digit.to_digit(16)?) * scale;
        scale /= 16.0;
    }
    Some(value * 2.0_f64.powi(exponent))
}
