//! Text to an instant, as a layout says.

use super::calendar::{days_in, is_leap};
use super::elements::{fraction_length, name, nanos, number, offset, signed, skip, zone_length};
use super::layout::{self, Element};
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
pub(super) enum Refusal {
    Mismatch,
    OutOfRange(&'static str),
}

pub(super) type Taken<'a, T> = Result<(T, &'a str), Refusal>;

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
