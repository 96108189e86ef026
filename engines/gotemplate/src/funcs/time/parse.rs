//! Text to an instant, as a layout says.

use super::calendar::{days_in, is_leap};
use super::layout::{self, Element, OffsetStyle};
use super::{Civil, MONTHS, Time, WEEKDAYS, Zone};

/// The text does not have the form of the layout; the texts are Go's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// An element of the layout found something else.
    #[error("parsing time {value} as {layout}: cannot parse {rest} as {element}", value = quote(value), layout = quote(layout), rest = quote(rest), element = quote(element))]
    Mismatch {
        /// The whole text.
        value: String,
        /// The whole layout.
        layout: String,
        /// What was left of the text.
        rest: String,
        /// The element that it had to be.
        element: String,
    },
    /// The text has the right form but names no moment.
    #[error("parsing time {value}: {message}", value = quote(value))]
    Invalid {
        /// The whole text.
        value: String,
        /// What is wrong with it.
        message: String,
    },
}

/// Why an element was refused.
enum Refusal {
    Mismatch,
    OutOfRange(&'static str),
}

type Taken<'a, T> = Result<(T, &'a str), Refusal>;

/// What was read so far.
#[derive(Default)]
struct Fields {
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    year_day: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanos: u32,
    is_utc: bool,
    offset: Option<i32>,
    zone_name: String,
    half: Option<Half>,
}

#[derive(Clone, Copy)]
enum Half {
    Morning,
    Afternoon,
}

pub(super) fn parse(layout: &str, value: &str) -> Result<Time, ParseError> {
    let mismatch = |rest: &str, element: &str| ParseError::Mismatch {
        value: value.to_owned(),
        layout: layout.to_owned(),
        rest: rest.to_owned(),
        element: element.to_owned(),
    };
    let invalid = |message: &str| ParseError::Invalid {
        value: value.to_owned(),
        message: message.to_owned(),
    };
    let mut fields = Fields::default();
    let mut layout_rest = layout;
    let mut rest = value;
    loop {
        let chunk = layout::next(layout_rest);
        rest = skip(rest, chunk.prefix).map_err(|rest| mismatch(rest, chunk.prefix))?;
        let Some(element) = chunk.element else {
            if !rest.is_empty() {
                return Err(invalid(&format!("extra text: {}", quote(rest))));
            }
            break;
        };
        layout_rest = chunk.rest;
        rest = fields
            .read(element, rest, layout_rest)
            .map_err(|refusal| match refusal {
                Refusal::Mismatch => mismatch(rest, chunk.spelled),
                Refusal::OutOfRange(what) => invalid(&format!("{what} out of range")),
            })?;
    }
    fields.finish().map_err(invalid)
}

impl Fields {
    /// Reads one element from the start of `text` and gives what follows it.
    fn read<'a>(
        &mut self,
        element: Element,
        text: &'a str,
        layout_rest: &str,
    ) -> Result<&'a str, Refusal> {
        let ranged = |value: i64, low: i64, high: i64, what| {
            if (low..=high).contains(&value) {
                Ok(value)
            } else {
                Err(Refusal::OutOfRange(what))
            }
        };
        let rest = match element {
            Element::Year => {
                let (year, rest) = signed(text, 2)?;
                self.year = year + if year >= 69 { 1900 } else { 2000 };
                rest
            }
            Element::LongYear => {
                if !text.starts_with(|c: char| c.is_ascii_digit()) {
                    return Err(Refusal::Mismatch);
                }
                let (year, rest) = signed(text, 4)?;
                self.year = year;
                rest
            }
            Element::Month | Element::LongMonth => {
                let (month, rest) = name(text, &MONTHS, element == Element::Month)?;
                self.month = Some(month + 1);
                rest
            }
            Element::NumMonth | Element::ZeroMonth => {
                let (month, rest) = number(text, element == Element::ZeroMonth)?;
                self.month = Some(ranged(month, 1, 12, "month")?);
                rest
            }
            Element::Weekday | Element::LongWeekday => {
                name(text, &WEEKDAYS, element == Element::Weekday)?.1
            }
            Element::Day | Element::UnderDay | Element::ZeroDay => {
                let text = match element {
                    Element::UnderDay => text.strip_prefix(' ').unwrap_or(text),
                    _ => text,
                };
                let (day, rest) = number(text, element == Element::ZeroDay)?;
                self.day = Some(day);
                rest
            }
            Element::UnderYearDay | Element::ZeroYearDay => {
                let mut text = text;
                if element == Element::UnderYearDay {
                    text = text.strip_prefix(' ').unwrap_or(text);
                    text = text.strip_prefix(' ').unwrap_or(text);
                }
                let digits = text.bytes().take(3).take_while(u8::is_ascii_digit).count();
                if digits == 0 || (element == Element::ZeroYearDay && digits != 3) {
                    return Err(Refusal::Mismatch);
                }
                self.year_day = text[..digits].parse().ok();
                &text[digits..]
            }
            Element::Hour => {
                let (hour, rest) = number(text, false)?;
                self.hour = ranged(hour, 0, 23, "hour")?;
                rest
            }
            Element::Hour12 | Element::ZeroHour12 => {
                let (hour, rest) = number(text, element == Element::ZeroHour12)?;
                self.hour = ranged(hour, 0, 12, "hour")?;
                rest
            }
            Element::Minute | Element::ZeroMinute => {
                let (minute, rest) = number(text, element == Element::ZeroMinute)?;
                self.minute = ranged(minute, 0, 59, "minute")?;
                rest
            }
            Element::Second | Element::ZeroSecond => {
                let (second, rest) = number(text, element == Element::ZeroSecond)?;
                self.second = ranged(second, 0, 59, "second")?;
                self.unasked_fraction(rest, layout_rest)?
            }
            Element::UpperHalf | Element::LowerHalf => {
                let (morning, afternoon) = match element {
                    Element::UpperHalf => ("AM", "PM"),
                    _ => ("am", "pm"),
                };
                self.half = match text.get(..2) {
                    Some(half) if half == morning => Some(Half::Morning),
                    Some(half) if half == afternoon => Some(Half::Afternoon),
                    _ => return Err(Refusal::Mismatch),
                };
                &text[2..]
            }
            Element::Offset { is_iso: true, .. } if text.starts_with('Z') => {
                self.is_utc = true;
                &text[1..]
            }
            Element::Offset { style, .. } => {
                let (offset, rest) = offset(text, style)?;
                self.offset = Some(offset);
                rest
            }
            Element::Abbreviation => {
                if let Some(rest) = text.strip_prefix("UTC") {
                    self.is_utc = true;
                    return Ok(rest);
                }
                let length = zone_length(text).ok_or(Refusal::Mismatch)?;
                text[..length].clone_into(&mut self.zone_name);
                &text[length..]
            }
            Element::Fraction {
                digits, is_exact, ..
            } => {
                let length = if is_exact {
                    1 + digits
                } else {
                    match fraction_length(text) {
                        Some(length) => length,
                        None => return Ok(text),
                    }
                };
                let shown = text.get(..length).ok_or(Refusal::Mismatch)?;
                self.nanos = nanos(shown)?;
                &text[length..]
            }
        };
        Ok(rest)
    }

    /// A fraction may follow the seconds although the layout has none.
    fn unasked_fraction<'a>(
        &mut self,
        text: &'a str,
        layout_rest: &str,
    ) -> Result<&'a str, Refusal> {
        let Some(length) = fraction_length(text) else {
            return Ok(text);
        };
        if let Some(Element::Fraction { .. }) = layout::next(layout_rest).element {
            return Ok(text);
        }
        self.nanos = nanos(&text[..length])?;
        Ok(&text[length..])
    }

    fn finish(mut self) -> Result<Time, &'static str> {
        match self.half {
            Some(Half::Afternoon) if self.hour < 12 => self.hour += 12,
            Some(Half::Morning) if self.hour == 12 => self.hour = 0,
            _ => {}
        }
        let (month, day) = match self.year_day {
            Some(year_day) => self.date_of(year_day)?,
            None => (self.month.unwrap_or(1), self.day.unwrap_or(1)),
        };
        if day < 1 || day > days_in(month, self.year) {
            return Err("day out of range");
        }
        let civil = Civil {
            year: self.year,
            month,
            day,
            hour: self.hour,
            minute: self.minute,
            second: self.second,
            nanos: self.nanos,
            weekday: 0,
        };
        let nanos = self.nanos;
        let (offset, zone) = self.zone();
        Ok(Time {
            seconds: civil.to_seconds() - i64::from(offset),
            nanos,
            zone,
        })
    }

    fn date_of(&self, year_day: i64) -> Result<(i64, i64), &'static str> {
        let limit = 365 + i64::from(is_leap(self.year));
        if !(1..=limit).contains(&year_day) {
            return Err("day-of-year out of range");
        }
        let mut month = 1;
        let mut day = year_day;
        while day > days_in(month, self.year) {
            day -= days_in(month, self.year);
            month += 1;
        }
        if self.month.is_some_and(|given| given != month) {
            return Err("day-of-year does not match month");
        }
        if self.day.is_some_and(|given| given != day) {
            return Err("day-of-year does not match day");
        }
        Ok((month, day))
    }

    /// The offset of what was read, and the zone to show it in.
    fn zone(self) -> (i32, Zone) {
        let name = self.zone_name;
        if self.is_utc {
            return (0, Zone::Utc);
        }
        if let Some(offset) = self.offset {
            // The local zone is taken where it fits.
            if offset == 0 && matches!(name.as_str(), "" | "UTC") {
                return (0, Zone::Utc);
            }
            return (offset, Zone::Fixed { name, offset });
        }
        if name.is_empty() {
            return (0, Zone::Utc);
        }
        // An abbreviation says nothing about the offset, but for GMT+3; even there the clock is
        // read as if it hung in UTC.
        let offset = name
            .strip_prefix("GMT")
            .and_then(|hours| hours.parse::<i32>().ok())
            .map_or(0, |hours| hours * 3600);
        (0, Zone::Fixed { name, offset })
    }
}

/// Passes over plain text; a run of spaces matches any number of them. The error is what is left.
fn skip<'a>(value: &'a str, prefix: &str) -> Result<&'a str, &'a str> {
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
fn signed(text: &str, width: usize) -> Taken<'_, i64> {
    let digits = text.get(..width).ok_or(Refusal::Mismatch)?;
    let value = digits.parse().map_err(|_| Refusal::Mismatch)?;
    Ok((value, &text[width..]))
}

/// One or two digits; two if `is_fixed`.
fn number(text: &str, is_fixed: bool) -> Taken<'_, i64> {
    let digits = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    if digits == 0 || (is_fixed && digits == 1) {
        return Err(Refusal::Mismatch);
    }
    let value = text[..digits].parse().map_err(|_| Refusal::Mismatch)?;
    Ok((value, &text[digits..]))
}

/// The index of the name at the start of `text`, in any case.
fn name<'a>(text: &'a str, names: &[&str], is_short: bool) -> Taken<'a, i64> {
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

fn offset(text: &str, style: OffsetStyle) -> Taken<'_, i32> {
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
fn zone_length(text: &str) -> Option<usize> {
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
fn fraction_length(text: &str) -> Option<usize> {
    let digits = text
        .strip_prefix(['.', ','])?
        .bytes()
        .take_while(u8::is_ascii_digit)
        .count();
    (digits > 0).then_some(1 + digits)
}

/// The value of a point or comma with digits behind it; what lies below a nanosecond is dropped.
fn nanos(text: &str) -> Result<u32, Refusal> {
    let digits = text.strip_prefix(['.', ',']).ok_or(Refusal::Mismatch)?;
    let digits = digits.get(..9).unwrap_or(digits);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::Mismatch);
    }
    format!("{digits:0<9}")
        .parse()
        .map_err(|_| Refusal::Mismatch)
}

/// A text in quotes; everything but printable ASCII is spelled in hexadecimal, byte by byte.
pub(super) fn quote(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            b' '..=0x7F => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push('"');
    out
}
