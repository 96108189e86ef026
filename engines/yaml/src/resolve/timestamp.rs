//! Timestamps: the four layouts that go-yaml gives to Go's `time.Parse`.

use std::fmt::Write as _;

/// The point in time that `text` names, in the form of RFC 3339 with the fraction it needs; none
/// when it is written in none of these forms (single digits are allowed after the year):
///
/// ```text
/// 2001-12-14T21:59:43.10-05:00   2001-12-14t21:59:43Z   2001-12-14 21:59:43.10   2001-12-14
/// ```
pub(super) fn parse(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    if bytes.len() < 8 || bytes[4] != b'-' || !bytes[..4].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let year: u32 = text[..4].parse().ok()?;
    let mut rest = &text[5..];
    let month = number(&mut rest, 1, 12)?;
    literal(&mut rest, "-")?;
    let day = number(&mut rest, 1, days_in(year, month))?;
    let mut out = format!("{year:04}-{month:02}-{day:02}T");
    if rest.is_empty() {
        out.push_str("00:00:00Z");
        return Some(out);
    }
    let zoned = rest.starts_with(['T', 't']);
    if !zoned && !rest.starts_with(' ') {
        return None;
    }
    rest = &rest[1..];
    let hour = number(&mut rest, 0, 23)?;
    literal(&mut rest, ":")?;
    let minute = number(&mut rest, 0, 59)?;
    literal(&mut rest, ":")?;
    let second = number(&mut rest, 0, 59)?;
    // Writing to a string cannot fail.
    let _ = write!(out, "{hour:02}:{minute:02}:{second:02}");
    out.push_str(&fraction(&mut rest));
    if zoned {
        out.push_str(&zone(&mut rest)?);
    } else {
        out.push('Z');
    }
    rest.is_empty().then_some(out)
}

/// A number of one or two digits within bounds.
fn number(rest: &mut &str, min: u32, max: u32) -> Option<u32> {
    let digits = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
    let value = rest[..digits].parse().ok()?;
    *rest = &rest[digits..];
    (min..=max).contains(&value).then_some(value)
}

fn literal(rest: &mut &str, expected: &str) -> Option<()> {
    *rest = rest.strip_prefix(expected)?;
    Some(())
}

/// The fraction of a second to nine digits, without trailing zeros; empty when there is none.
fn fraction(rest: &mut &str) -> String {
    let Some(digits) = rest.strip_prefix(['.', ',']) else {
        return String::new();
    };
    let count = digits.bytes().take_while(u8::is_ascii_digit).count();
    if count == 0 {
        return String::new();
    }
    *rest = &digits[count..];
    match digits[..count.min(9)].trim_end_matches('0') {
        "" => String::new(),
        digits => format!(".{digits}"),
    }
}

/// `Z` or an offset with a colon.
fn zone(rest: &mut &str) -> Option<String> {
    if let Some(after) = rest.strip_prefix('Z') {
        *rest = after;
        return Some("Z".to_owned());
    }
    let bytes = rest.as_bytes();
    if !matches!(bytes, [b'+' | b'-', _, _, b':', _, _, ..]) {
        return None;
    }
    let two = |at: usize| {
        bytes[at..at + 2]
            .iter()
            .all(u8::is_ascii_digit)
            .then(|| (bytes[at] - b'0', bytes[at + 1] - b'0'))
    };
    let (hours, minutes) = (two(1)?, two(4)?);
    let (hours, minutes) = (hours.0 * 10 + hours.1, minutes.0 * 10 + minutes.1);
    if hours > 24 || minutes > 60 {
        return None;
    }
    let sign = char::from(bytes[0]);
    *rest = &rest[6..];
    // 60 minutes are an hour more when the time is printed.
    let total = u32::from(hours) * 60 + u32::from(minutes);
    Some(if total == 0 {
        "Z".to_owned()
    } else {
        format!("{sign}{:02}:{:02}", total / 60, total % 60)
    })
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layout_reads_as_rfc_3339() {
        for (text, time) in [
            ("2001-12-14", "2001-12-14T00:00:00Z"),
            ("2001-1-2", "2001-01-02T00:00:00Z"),
            ("2001-12-14T21:59:43Z", "2001-12-14T21:59:43Z"),
            (
                "2001-12-14t21:59:43.10-05:00",
                "2001-12-14T21:59:43.1-05:00",
            ),
            ("2001-12-14 1:2:3.000", "2001-12-14T01:02:03Z"),
            (
                "2001-12-14 21:59:43.1234567891",
                "2001-12-14T21:59:43.123456789Z",
            ),
            ("2024-02-29", "2024-02-29T00:00:00Z"),
            ("2001-12-14T21:59:43+00:00", "2001-12-14T21:59:43Z"),
        ] {
            assert_eq!(parse(text).as_deref(), Some(time), "{text}");
        }
    }

    #[test]
    fn anything_else_is_no_timestamp() {
        for text in [
            "2001",
            "2001-12",
            "2001-13-01",
            "2001-02-29",
            "2001-12-14T21:59:43",
            "2001-12-14 25:0:0",
            "2001-12-14T21:59:43 Z",
            "2001-12-14T21:59:43+05",
            "01-12-14",
            "2001-12-14x",
            "2001-12-14 21:59:43Z",
            "2001-é-1111",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
