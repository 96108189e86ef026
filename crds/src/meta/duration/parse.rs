//! Reading Go's notation.

use super::units::{HOUR, MICROSECOND, MILLISECOND, MINUTE, SECOND};

/// Why a text is not a duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DurationError {
    /// Not of the form number, unit, number, unit.
    #[error("invalid duration, expected a form such as 90s, 10m or 1h30m: {0:?}")]
    Invalid(String),
    /// A number without a unit.
    #[error("missing unit in duration, add one of ms, s, m, h: {0:?}")]
    MissingUnit(String),
    /// A unit that does not exist.
    #[error("unknown unit {unit:?} in duration, expected one of ns, us, ms, s, m, h: {text:?}")]
    UnknownUnit {
        /// The unit.
        unit: String,
        /// The whole text.
        text: String,
    },
    /// Longer than 64 bits of nanoseconds can tell.
    #[error("duration is longer than 292 years: {0:?}")]
    OutOfRange(String),
}

/// Reads a duration in nanoseconds by the rules of Go's `time.ParseDuration`.
///
/// Every term is checked before the range is, so that [`DurationError::OutOfRange`] says that the
/// text is otherwise sound.
pub(super) fn parse(text: &str) -> Result<i64, DurationError> {
    let invalid = || DurationError::Invalid(text.to_owned());
    let (negative, mut rest) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total = Some(0_u64);
    while !rest.is_empty() {
        let whole = digits(rest);
        let after = &rest[whole.len()..];
        let fraction = after.strip_prefix('.').map_or("", digits);
        if whole.is_empty() && fraction.is_empty() {
            return Err(invalid());
        }
        let dot = usize::from(after.starts_with('.'));
        let after = &after[dot + fraction.len()..];
        let end = after
            .find(|c: char| c == '.' || c.is_ascii_digit())
            .unwrap_or(after.len());
        let (name, next) = after.split_at(end);
        if name.is_empty() {
            return Err(DurationError::MissingUnit(text.to_owned()));
        }
        let unit = unit(name).ok_or_else(|| DurationError::UnknownUnit {
            unit: name.to_owned(),
            text: text.to_owned(),
        })?;
        total = total
            .zip(term(whole, fraction, unit))
            .and_then(|(sum, term)| sum.checked_add(term));
        rest = next;
    }
    let out_of_range = || DurationError::OutOfRange(text.to_owned());
    let total = total.ok_or_else(out_of_range)?;
    if negative && total == i64::MIN.unsigned_abs() {
        return Ok(i64::MIN);
    }
    let nanos = i64::try_from(total).map_err(|_| out_of_range())?;
    Ok(if negative { -nanos } else { nanos })
}

/// The decimal digits that `text` starts with.
fn digits(text: &str) -> &str {
    &text[..text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len())]
}

fn unit(name: &str) -> Option<u64> {
    Some(match name {
        "ns" => 1,
        "us" | "\u{b5}s" | "\u{3bc}s" => MICROSECOND,
        "ms" => MILLISECOND,
        "s" => SECOND,
        "m" => MINUTE,
        "h" => HOUR,
        _ => return None,
    })
}

/// One number with its unit in nanoseconds.
fn term(whole: &str, fraction: &str, unit: u64) -> Option<u64> {
    let whole = if whole.is_empty() {
        0
    } else {
        whole.parse::<u64>().ok()?
    };
    whole.checked_mul(unit)?.checked_add(part(fraction, unit))
}

/// A fraction of a unit in nanoseconds, in floating point as Go computes it (`time/format.go`), so
/// that a third of an hour with many digits is 20 minutes.
#[expect(
    clippy::cast_precision_loss,
    reason = "the precision that is lost is lost in Go too"
)]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "less than an hour"
)]
fn part(fraction: &str, unit: u64) -> u64 {
    let (mut value, mut scale) = (0_u64, 1_f64);
    for digit in fraction.bytes() {
        // Digits beyond 63 bits do not count.
        if value > (u64::MAX >> 1) / 10 {
            break;
        }
        let next = value * 10 + u64::from(digit - b'0');
        if next > 1 << 63 {
            break;
        }
        (value, scale) = (next, scale * 10.0);
    }
    (value as f64 * (unit as f64 / scale)) as u64
}
