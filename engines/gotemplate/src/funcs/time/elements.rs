//! The elements of a text that is read as a layout says: each gives its value and what follows it.

use super::layout::OffsetStyle;
use super::parse::{Refusal, Taken};

/// Passes over plain text; a run of spaces matches any number of them. The error is what is left.
pub(super) fn skip<'a>(value: &'a str, prefix: &str) -> Result<&'a str, &'a str> {
    let mut value = value;
    let mut prefix = prefix;
    while let Some(expected) = prefix.chars().next() {
        if expected == ' ' {
            if !value.is_empty() && !value.starts_with(' ') {
                return Err(value);
            }
            prefix = prefix.trim_start_matches(' ');
            value = value.trim_start_matches(' ');
            continue;
        }
        value = value.strip_prefix(expected).ok_or(value)?;
        prefix = &prefix[expected.len_utf8()..];
    }
    Ok(value)
}

/// A number of exactly `width` characters, perhaps with a sign.
pub(super) fn signed(text: &str, width: usize) -> Taken<'_, i64> {
    let digits = text.get(..width).ok_or(Refusal::Mismatch)?;
    let value = digits.parse().map_err(|_| Refusal::Mismatch)?;
    Ok((value, &text[width..]))
}

/// One or two digits; two if `is_fixed`.
pub(super) fn number(text: &str, is_fixed: bool) -> Taken<'_, i64> {
    let digits = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    if digits == 0 || (is_fixed && digits == 1) {
        return Err(Refusal::Mismatch);
    }
    let value = text[..digits].parse().map_err(|_| Refusal::Mismatch)?;
    Ok((value, &text[digits..]))
}

/// The index of the name at the start of `text`, in any case.
pub(super) fn name<'a>(text: &'a str, names: &[&str], is_short: bool) -> Taken<'a, i64> {
    for (index, name) in (0..).zip(names) {
        let name = if is_short { &name[..3] } else { name };
        if text
            .get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name))
        {
            return Ok((index, &text[name.len()..]));
        }
    }
    Err(Refusal::Mismatch)
}

pub(super) fn offset(text: &str, style: OffsetStyle) -> Taken<'_, i32> {
    // Where hours, minutes and seconds stand, and how long it all is.
    let (minutes, seconds, length) = match style {
        OffsetStyle::Hours => (None, None, 3),
        OffsetStyle::Minutes => (Some(3), None, 5),
        OffsetStyle::ColonMinutes => (Some(4), None, 6),
        OffsetStyle::Seconds => (Some(3), Some(5), 7),
        OffsetStyle::ColonSeconds => (Some(4), Some(7), 9),
    };
    let shown = text.get(..length).ok_or(Refusal::Mismatch)?;
    let has_colons = |at: &[usize]| at.iter().all(|at| shown.as_bytes()[*at] == b':');
    let is_punctuated = match style {
        OffsetStyle::ColonMinutes => has_colons(&[3]),
        OffsetStyle::ColonSeconds => has_colons(&[3, 6]),
        _ => true,
    };
    if !is_punctuated {
        return Err(Refusal::Mismatch);
    }
    let part = |at: Option<usize>| -> Result<i32, Refusal> {
        let Some(at) = at else { return Ok(0) };
        let digits = shown.get(at..at + 2).ok_or(Refusal::Mismatch)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Refusal::Mismatch);
        }
        digits.parse().map_err(|_| Refusal::Mismatch)
    };
    let hours = part(Some(1))?;
    if hours > 24 {
        return Err(Refusal::OutOfRange("time zone offset hour"));
    }
    let minutes = part(minutes)?;
    if minutes > 60 {
        return Err(Refusal::OutOfRange("time zone offset minute"));
    }
    let seconds = part(seconds)?;
    if seconds > 60 {
        return Err(Refusal::OutOfRange("time zone offset second"));
    }
    let total = (hours * 60 + minutes) * 60 + seconds;
    match shown.as_bytes()[0] {
        b'+' => Ok((total, &text[length..])),
        b'-' => Ok((-total, &text[length..])),
        _ => Err(Refusal::Mismatch),
    }
}

/// How long the abbreviation of a zone at the start of `text` is.
pub(super) fn zone_length(text: &str) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    if text.starts_with("ChST") || text.starts_with("MeST") {
        return Some(4);
    }
    if let Some(rest) = text.strip_prefix("GMT") {
        return Some(3 + signed_hours(rest));
    }
    if text.starts_with(['+', '-']) {
        return Some(signed_hours(text)).filter(|length| *length > 0);
    }
    let upper = text
        .bytes()
        .take(6)
        .take_while(u8::is_ascii_uppercase)
        .count();
    match upper {
        3 => Some(3),
        4 if text[..4].ends_with('T') || text.starts_with("WITA") => Some(4),
        5 if text[..5].ends_with('T') => Some(5),
        _ => None,
    }
}

/// The length of `+3` or `-03` at the start of `text`; 0 if there is none or it is out of range.
fn signed_hours(text: &str) -> usize {
    let Some(digits) = text.strip_prefix(['+', '-']) else {
        return 0;
    };
    let count = digits.bytes().take_while(u8::is_ascii_digit).count();
    match digits[..count].parse::<u32>() {
        Ok(hours) if hours <= 23 => 1 + count,
        _ => 0,
    }
}

/// The length of a point or comma with digits behind it.
pub(super) fn fraction_length(text: &str) -> Option<usize> {
    let digits = text
        .strip_prefix(['.', ','])?
        .bytes()
        .take_while(u8::is_ascii_digit)
        .count();
    (digits > 0).then_some(1 + digits)
}

/// The value of a point or comma with digits behind it; what lies below a nanosecond is dropped.
pub(super) fn nanos(text: &str) -> Result<u32, Refusal> {
    let digits = text.strip_prefix(['.', ',']).ok_or(Refusal::Mismatch)?;
    let digits = digits.get(..9).unwrap_or(digits);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::Mismatch);
    }
    format!("{digits:0<9}")
        .parse()
        .map_err(|_| Refusal::Mismatch)
}
