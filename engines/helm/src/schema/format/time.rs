//! Dates, times and durations (RFC 3339).

use super::{Checked, fail};
use crate::text::{quote, quote_char};

/// Go's name for the layout of a date.
const DATE_LAYOUT: &str = "2006-01-02";

/// A date, with the errors of Go's `time.Parse`.
pub(super) fn date(text: &str) -> Checked {
    let cannot = |rest: &str, part: &str| {
        Err(format!(
            "parsing time {} as {}: cannot parse {} as {}",
            quote(text),
            quote(DATE_LAYOUT),
            quote(rest),
            quote(part)
        ))
    };
    let beyond = |what: &str| Err(format!("parsing time {}: {what}", quote(text)));
    let Some((year, rest)) = digits(text, 4) else {
        return cannot(text, "2006");
    };
    let Some(behind) = rest.strip_prefix('-') else {
        return cannot(rest, "-");
    };
    let Some((month, rest)) = digits(behind, 2) else {
        return cannot(behind, "01");
    };
    if !(1..=12).contains(&month) {
        return beyond("month out of range");
    }
    let Some(behind) = rest.strip_prefix('-') else {
        return cannot(rest, "-");
    };
    let Some((day, rest)) = digits(behind, 2) else {
        return cannot(behind, "02");
    };
    if !rest.is_empty() {
        return beyond(&format!("extra text: {}", quote(rest)));
    }
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if !(1..=days).contains(&day) {
        return beyond("day out of range");
    }
    Ok(())
}

/// The first `count` characters as a number, when they are digits.
fn digits(text: &str, count: usize) -> Option<(u32, &str)> {
    let (number, rest) = text.split_at_checked(count)?;
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((number.parse().ok()?, rest))
}

pub(super) fn time(text: &str) -> Checked {
    if text.len() < 9 {
        return fail("less than 9 characters long");
    }
    let bytes = text.as_bytes();
    if bytes[2] != b':' || bytes[5] != b':' {
        return fail("missing colon in correct place");
    }
    let Some((clock, mut rest)) = text.split_at_checked(8) else {
        return fail("invalid hour/min/sec");
    };
    let mut fields = [0_i64; 3];
    for (field, token) in fields.iter_mut().zip(clock.splitn(3, ':')) {
        *field = number(token, "hour/min/sec")?;
    }
    let [mut hour, mut minute, second] = fields;
    if hour > 23 || minute > 59 || second > 60 {
        return fail("hour/min/sec out of range");
    }
    if let Some(fraction) = rest.strip_prefix('.') {
        let count = fraction.bytes().take_while(u8::is_ascii_digit).count();
        if count == 0 {
            return fail("no digits in second fraction");
        }
        rest = &fraction[count..];
    }
    if rest != "z" && rest != "Z" {
        let mut minutes = hour * 60 + minute - offset(rest)?;
        if minutes < 0 {
            minutes += 24 * 60;
        }
        hour = minutes / 60;
        minute = minutes % 60;
    }
    if second >= 60 && (hour != 23 || minute != 59) {
        return fail("invalid leap second");
    }
    Ok(())
}

/// An offset like `+01:30` in minutes.
fn offset(text: &str) -> Result<i64, String> {
    if text.len() != 6 {
        return fail("offset must be 6 characters long");
    }
    let sign = match text.as_bytes()[0] {
        b'+' => 1,
        b'-' => -1,
        _ => return fail("offset must begin with plus/minus"),
    };
    // The sign is one byte.
    let rest = &text[1..];
    if rest.as_bytes()[2] != b':' {
        return fail("missing colon in offset in correct place");
    }
    let mut fields = [0_i64; 2];
    for (field, token) in fields.iter_mut().zip(rest.splitn(2, ':')) {
        *field = number(token, "hour/min in offset")?;
    }
    let [hours, minutes] = fields;
    if hours > 23 || minutes > 59 {
        return fail("hour/min in offset out of range");
    }
    Ok(sign * (hours * 60 + minutes))
}

fn number(token: &str, what: &str) -> Result<i64, String> {
    match token.parse::<i64>() {
        Ok(number) if number < 0 => Err(format!("non-positive {what}")),
        Ok(number) => Ok(number),
        Err(_) => Err(format!("invalid {what}")),
    }
}

pub(super) fn date_time(text: &str) -> Checked {
    if text.len() < 20 {
        return fail("less than 20 characters long");
    }
    if !matches!(text.as_bytes()[10], b't' | b'T') {
        return fail("11th character must be t or T");
    }
    // Byte 10 is a letter, so both cuts fall between characters.
    date(&text[..10]).map_err(|why| format!("invalid date element: {why}"))?;
    time(&text[11..]).map_err(|why| format!("invalid time element: {why}"))
}

pub(super) fn duration(text: &str) -> Checked {
    let Some(rest) = text.strip_prefix('P') else {
        return fail("must start with P");
    };
    if rest.is_empty() {
        return fail("nothing after P");
    }
    if let Some(weeks) = rest.strip_suffix('W') {
        if weeks.is_empty() {
            return fail("no number in week");
        }
        if !weeks.bytes().all(|byte| byte.is_ascii_digit()) {
            return fail("invalid week");
        }
        return Ok(());
    }
    for (at, part) in rest.split('T').enumerate() {
        if at > 0 && part.is_empty() {
            return fail("no time elements");
        }
        match at {
            0 => check_units(part, "YMD")?,
            1 => check_units(part, "HMS")?,
            _ => return fail("more than one T"),
        }
    }
    Ok(())
}

/// Numbers, each with one of `all` behind it, in that order.
fn check_units(part: &str, all: &str) -> Checked {
    let mut rest = part;
    let mut units = all;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return fail("missing number");
        }
        let mut chars = rest[digits..].chars();
        let Some(unit) = chars.next() else {
            return fail("missing unit");
        };
        let Some(at) = units.find(unit) else {
            let shown = quote_char(unit);
            if all.contains(unit) {
                return Err(format!("unit {shown} out of order"));
            }
            return Err(format!("invalid unit {shown}"));
        };
        units = &units[at + 1..];
        rest = chars.as_str();
    }
    Ok(())
}

pub(super) fn period(text: &str) -> Checked {
    let Some((start, end)) = text.split_once('/') else {
        return fail("missing slash");
    };
    let end_time = |end| date_time(end).map_err(|why| format!("invalid end date-time: {why}"));
    if start.starts_with('P') {
        duration(start).map_err(|why| format!("invalid start duration: {why}"))?;
        return end_time(end);
    }
    date_time(start).map_err(|why| format!("invalid start date-time: {why}"))?;
    if end.starts_with('P') {
        return duration(end).map_err(|why| format!("invalid end duration: {why}"));
    }
    end_time(end)
}
