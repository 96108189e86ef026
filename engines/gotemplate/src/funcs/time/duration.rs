//! A span of time with the grain of a nanosecond.

use super::parse::quote;

/// Nanoseconds, at most 292 years of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Duration(i64);

/// The text is no duration; the texts are Go's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// The text has not the form of a duration, or its value does not fit.
    #[error("time: invalid duration {}", quote(.0))]
    Invalid(String),
    /// A number without a unit.
    #[error("time: missing unit in duration {}", quote(.0))]
    MissingUnit(String),
    /// A unit that does not exist.
    #[error("time: unknown unit {} in duration {}", quote(.unit), quote(.text))]
    UnknownUnit {
        /// What stands in the place of a unit.
        unit: String,
        /// The whole text.
        text: String,
    },
}

const SECOND: i64 = 1_000_000_000;
/// One more than the largest value: how far a negative duration may go.
const LIMIT: u64 = 1 << 63;

impl Duration {
    /// A number of nanoseconds.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// The nearest value that fits.
    pub(super) fn clamped(nanos: i128) -> Self {
        let bounded = nanos.clamp(i128::from(i64::MIN), i128::from(i64::MAX));
        Self(i64::try_from(bounded).unwrap_or_default())
    }

    /// A number of seconds; like Go's multiplication it wraps.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.wrapping_mul(SECOND))
    }

    /// All of it in nanoseconds.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Reads `1h15m30.918s`, `-1.5h` or `300ms`.
    pub fn parse(text: &str) -> Result<Self, DurationError> {
        let invalid = || DurationError::Invalid(text.to_owned());
        let (is_negative, mut rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        if rest == "0" {
            return Ok(Self(0));
        }
        if rest.is_empty() {
            return Err(invalid());
        }
        let mut total: u64 = 0;
        while !rest.is_empty() {
            let (part, after) = part(rest, text)?;
            total = total.checked_add(part).ok_or_else(invalid)?;
            if total > LIMIT {
                return Err(invalid());
            }
            rest = after;
        }
        if is_negative {
            return Ok(Self(0_i64.wrapping_sub_unsigned(total)));
        }
        i64::try_from(total).map(Self).map_err(|_| invalid())
    }

    /// The nearest multiple of `unit`, half a unit away from zero.
    #[must_use]
    pub fn round(self, unit: Self) -> Self {
        if unit.0 <= 0 {
            return self;
        }
        let (value, unit) = (i128::from(self.0), i128::from(unit.0));
        let rest = value % unit;
        let rounded = if rest.abs() * 2 < unit {
            value - rest
        } else {
            value - rest + unit * value.signum()
        };
        Self::clamped(rounded)
    }

    /// The multiple of `unit` that is next towards zero.
    #[must_use]
    pub const fn truncate(self, unit: Self) -> Self {
        if unit.0 <= 0 {
            return self;
        }
        Self(self.0 - self.0 % unit.0)
    }

    /// In units of `unit` nanoseconds: whole units plus a fraction, added as Go adds them.
    #[expect(clippy::cast_precision_loss, reason = "as in Go")]
    pub fn in_units(self, unit: i64) -> f64 {
        (self.0 / unit) as f64 + (self.0 % unit) as f64 / unit as f64
    }
}

/// A number with its unit at the start of `rest`, in nanoseconds; `text` is for the error.
fn part<'a>(rest: &'a str, text: &str) -> Result<(u64, &'a str), DurationError> {
    let invalid = || DurationError::Invalid(text.to_owned());
    let is_digit = |c: char| c.is_ascii_digit();
    let split_digits = |text: &'a str| {
        let end = text.find(|c| !is_digit(c)).unwrap_or(text.len());
        text.split_at(end)
    };
    let (whole, after) = split_digits(rest);
    let (fraction, after) = match after.strip_prefix('.') {
        Some(after) => split_digits(after),
        None => ("", after),
    };
    if whole.is_empty() && fraction.is_empty() {
        return Err(invalid());
    }
    let mut value: u64 = match whole {
        "" => 0,
        _ => whole.parse().map_err(|_| invalid())?,
    };
    let end = after
        .find(|c: char| c == '.' || is_digit(c))
        .unwrap_or(after.len());
    let (unit, after) = after.split_at(end);
    if unit.is_empty() {
        return Err(DurationError::MissingUnit(text.to_owned()));
    }
    let scale: u64 = match unit {
        "ns" => 1,
        // The micro sign and the Greek letter are different characters.
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60 * 1_000_000_000,
        "h" => 3600 * 1_000_000_000,
        _ => {
            return Err(DurationError::UnknownUnit {
                unit: unit.to_owned(),
                text: text.to_owned(),
            });
        }
    };
    value = value
        .checked_mul(scale)
        .filter(|value| *value <= LIMIT)
        .ok_or_else(invalid)?;
    value += fraction_nanos(fraction, scale);
    if value > LIMIT {
        return Err(invalid());
    }
    Ok((value, after))
}

/// The digits behind the point, computed in floating point as Go does it.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "as in Go"
)]
fn fraction_nanos(digits: &str, unit: u64) -> u64 {
    let mut value: u64 = 0;
    let mut scale: f64 = 1.0;
    for digit in digits.bytes() {
        // Digits beyond what fits make no difference.
        if value > (LIMIT - 1) / 10 {
            break;
        }
        value = value * 10 + u64::from(digit - b'0');
        scale *= 10.0;
    }
    (value as f64 * (unit as f64 / scale)) as u64
}

impl std::fmt::Display for Duration {
    /// `72h3m0.5s`; below a second the unit shrinks: `1.5ms`, `100ns`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let nanos = self.0.unsigned_abs();
        let decimal = |f: &mut std::fmt::Formatter<'_>, value: u64, digits: usize, unit: &str| {
            let power = 10_u64.pow(u32::try_from(digits).unwrap_or_default());
            write!(f, "{}", value / power)?;
            let fraction = format!("{:0digits$}", value % power);
            let fraction = fraction.trim_end_matches('0');
            if digits > 0 && !fraction.is_empty() {
                write!(f, ".{fraction}")?;
            }
            f.write_str(unit)
        };
        match nanos {
            0..1_000 => decimal(f, nanos, 0, "ns"),
            1_000..1_000_000 => decimal(f, nanos, 3, "\u{b5}s"),
            1_000_000..1_000_000_000 => decimal(f, nanos, 6, "ms"),
            _ => {
                let second = SECOND.unsigned_abs();
                let minutes = nanos / (60 * second);
                if minutes >= 60 {
                    write!(f, "{}h", minutes / 60)?;
                }
                if minutes > 0 {
                    write!(f, "{}m", minutes % 60)?;
                }
                decimal(f, nanos % (60 * second), 9, "s")
            }
        }
    }
}
