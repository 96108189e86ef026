//! An instant as text.

use std::fmt::Write as _;

use super::layout::{self, Element, OffsetStyle};
use super::{Civil, MONTHS, Time, WEEKDAYS};

pub(super) fn format(time: &Time, layout: &str) -> String {
    let rule = time.zone.at(time.seconds);
    let civil = Civil::from_seconds(
        time.seconds.saturating_add(i64::from(rule.offset)),
        time.nanos,
    );
    let mut out = String::with_capacity(layout.len() + 10);
    let mut rest = layout;
    while !rest.is_empty() {
        let chunk = layout::next(rest);
        out.push_str(chunk.prefix);
        rest = chunk.rest;
        let Some(element) = chunk.element else { break };
        match element {
            Element::Abbreviation if rule.abbreviation.is_empty() => {
                offset(&mut out, rule.offset, OffsetStyle::Minutes);
            }
            Element::Abbreviation => out.push_str(&rule.abbreviation),
            Element::Offset { is_iso: true, .. } if rule.offset == 0 => out.push('Z'),
            Element::Offset { style, .. } => offset(&mut out, rule.offset, style),
            Element::Fraction {
                mark,
                digits,
                is_exact,
            } => fraction(&mut out, civil.nanos, mark, digits, is_exact),
            _ => field(&mut out, &civil, element),
        }
    }
    out
}

fn field(out: &mut String, civil: &Civil, element: Element) {
    let name = |names: &[&'static str], index: i64| {
        usize::try_from(index)
            .ok()
            .and_then(|index| names.get(index).copied())
            .unwrap_or_default()
    };
    let hour12 = match civil.hour % 12 {
        0 => 12,
        hour => hour,
    };
    let (value, width) = match element {
        Element::LongMonth => return out.push_str(name(&MONTHS, civil.month - 1)),
        Element::Month => return out.push_str(&name(&MONTHS, civil.month - 1)[..3]),
        Element::LongWeekday => return out.push_str(name(&WEEKDAYS, civil.weekday)),
        Element::Weekday => return out.push_str(&name(&WEEKDAYS, civil.weekday)[..3]),
        Element::UpperHalf => return out.push_str(if civil.hour >= 12 { "PM" } else { "AM" }),
        Element::LowerHalf => return out.push_str(if civil.hour >= 12 { "pm" } else { "am" }),
        Element::UnderDay => {
            let _ = write!(out, "{:>2}", civil.day);
            return;
        }
        Element::UnderYearDay => {
            let _ = write!(out, "{:>3}", civil.year_day());
            return;
        }
        Element::Year => (civil.year.abs() % 100, 2),
        Element::LongYear => (civil.year, 4),
        Element::NumMonth => (civil.month, 0),
        Element::ZeroMonth => (civil.month, 2),
        Element::Day => (civil.day, 0),
        Element::ZeroDay => (civil.day, 2),
        Element::ZeroYearDay => (civil.year_day(), 3),
        Element::Hour => (civil.hour, 2),
        Element::Hour12 => (hour12, 0),
        Element::ZeroHour12 => (hour12, 2),
        Element::Minute => (civil.minute, 0),
        Element::ZeroMinute => (civil.minute, 2),
        Element::Second => (civil.second, 0),
        Element::ZeroSecond => (civil.second, 2),
        Element::Abbreviation | Element::Offset { .. } | Element::Fraction { .. } => return,
    };
    if value < 0 {
        // The sign stands before the zeros and does not count.
        out.push('-');
    }
    let _ = write!(out, "{:0width$}", value.unsigned_abs());
}

fn offset(out: &mut String, seconds: i32, style: OffsetStyle) {
    let minutes = seconds / 60;
    out.push(if minutes < 0 { '-' } else { '+' });
    let (minutes, seconds) = (minutes.abs(), seconds.abs() % 60);
    let colon = match style {
        OffsetStyle::ColonMinutes | OffsetStyle::ColonSeconds => ":",
        _ => "",
    };
    let _ = write!(out, "{:02}{colon}", minutes / 60);
    if style != OffsetStyle::Hours {
        let _ = write!(out, "{:02}", minutes % 60);
    }
    if matches!(style, OffsetStyle::Seconds | OffsetStyle::ColonSeconds) {
        let _ = write!(out, "{colon}{seconds:02}");
    }
}

fn fraction(out: &mut String, nanos: u32, mark: u8, digits: usize, is_exact: bool) {
    let all = format!("{nanos:09}");
    let mut shown = &all[..digits.min(9)];
    if !is_exact {
        shown = shown.trim_end_matches('0');
        if shown.is_empty() {
            return;
        }
    }
    out.push(char::from(mark));
    out.push_str(shown);
}
