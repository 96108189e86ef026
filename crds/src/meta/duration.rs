//! Durations in Go's notation: `90s`, `1h30m`, `1.5h`, `250ms`.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What the schemas accept for an interval: no sign, units from milliseconds to hours (K3).
pub(crate) const INTERVAL: &str = r"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$";

/// What the schemas accept for the timeout of a fetch: an [`INTERVAL`] without hours (K3).
pub(crate) const TIMEOUT: &str = r"^([0-9]+(\.[0-9]+)?(ms|s|m))+$";

const MICROSECOND: u64 = 1_000;
const MILLISECOND: u64 = 1_000 * MICROSECOND;
const SECOND: u64 = 1_000 * MILLISECOND;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// A length of time that remembers how it was written.
///
/// Reading takes everything that Go's `time.ParseDuration` takes. A text beyond its range of about
/// 292 years, which the schemas let through, decodes to the end of the range instead of failing,
/// so that one object cannot end the watch of its kind; [`FromStr`] reports it. Two durations are
/// equal when they last equally long.
#[derive(Clone)]
pub struct Duration {
    text: Box<str>,
    nanos: i64,
}

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

impl Duration {
    /// A duration of so many nanoseconds, written as Go would write it.
    pub fn from_nanos(nanos: i64) -> Self {
        Self {
            text: GoText(nanos).to_string().into(),
            nanos,
        }
    }

    /// A duration of so many seconds.
    pub fn from_secs(seconds: u32) -> Self {
        Self::from_nanos(i64::from(seconds) * 1_000_000_000)
    }

    /// The text it was read from, or Go's notation when it was computed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Nanoseconds; negative for a text with a minus sign.
    pub fn as_nanos(&self) -> i64 {
        self.nanos
    }

    /// The length of time, none for a negative one.
    pub fn as_std(&self) -> std::time::Duration {
        std::time::Duration::from_nanos(u64::try_from(self.nanos).unwrap_or(0))
    }

    /// Whether it lasts no time at all.
    pub fn is_zero(&self) -> bool {
        self.nanos == 0
    }
}

impl Default for Duration {
    fn default() -> Self {
        Self {
            text: "0s".into(),
            nanos: 0,
        }
    }
}

impl PartialEq for Duration {
    fn eq(&self, other: &Self) -> bool {
        self.nanos == other.nanos
    }
}

impl Eq for Duration {}

impl fmt::Debug for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Duration({})", self.text)
    }
}

/// Go's notation of the length (`1h30m0s`), however it was written.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&GoText(self.nanos).to_string())
    }
}

/// A length beyond the range of a [`Duration`] is cut to its end.
impl From<std::time::Duration> for Duration {
    fn from(length: std::time::Duration) -> Self {
        Self::from_nanos(i64::try_from(length.as_nanos()).unwrap_or(i64::MAX))
    }
}

impl From<&Duration> for std::time::Duration {
    fn from(duration: &Duration) -> Self {
        duration.as_std()
    }
}

impl FromStr for Duration {
    type Err = DurationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).map(|nanos| Self {
            text: text.into(),
            nanos,
        })
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else {
            return Ok(Self::default());
        };
        let nanos = match parse(&text) {
            Err(DurationError::OutOfRange(_)) if text.starts_with('-') => i64::MIN,
            Err(DurationError::OutOfRange(_)) => i64::MAX,
            parsed => parsed.map_err(de::Error::custom)?,
        };
        Ok(Self {
            text: text.into(),
            nanos,
        })
    }
}

impl JsonSchema for Duration {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Duration".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

/// Reads a duration in nanoseconds by the rules of Go's `time.ParseDuration`.
///
/// Every term is checked before the range is, so that [`DurationError::OutOfRange`] says that the
/// text is otherwise sound.
fn parse(text: &str) -> Result<i64, DurationError> {
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

/// Nanoseconds in Go's notation: hours, minutes and seconds, or one smaller unit below a second.
struct GoText(i64);

impl fmt::Display for GoText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let nanos = self.0.unsigned_abs();
        let (hours, minutes) = (nanos / HOUR, nanos / MINUTE % 60);
        match nanos {
            0 => f.write_str("0s"),
            1..MICROSECOND => write!(f, "{sign}{nanos}ns"),
            MICROSECOND..MILLISECOND => {
                write!(
                    f,
                    "{sign}{}\u{b5}s",
                    Decimal {
                        value: nanos,
                        unit: MICROSECOND
                    }
                )
            }
            MILLISECOND..SECOND => {
                write!(
                    f,
                    "{sign}{}ms",
                    Decimal {
                        value: nanos,
                        unit: MILLISECOND
                    }
                )
            }
            _ => {
                f.write_str(sign)?;
                if hours > 0 {
                    write!(f, "{hours}h")?;
                }
                if nanos >= MINUTE {
                    write!(f, "{minutes}m")?;
                }
                write!(
                    f,
                    "{}s",
                    Decimal {
                        value: nanos % MINUTE,
                        unit: SECOND
                    }
                )
            }
        }
    }
}

/// `value` over `unit`, a power of ten, without trailing zeros.
struct Decimal {
    value: u64,
    unit: u64,
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.value / self.unit, self.value % self.unit);
        if part == 0 {
            return write!(f, "{whole}");
        }
        let width = self.unit.ilog10() as usize;
        let part = format!("{part:0width$}");
        write!(f, "{whole}.{}", part.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks texts against the nanoseconds that Go reads from them.
    #[test]
    fn reads_what_go_reads() {
        let cases: &[(&str, i64)] = &[
            ("0", 0),
            ("+0", 0),
            ("0s", 0),
            ("90s", 90_000_000_000),
            ("1h30m", 5_400_000_000_000),
            ("1.5h", 5_400_000_000_000),
            (".5s", 500_000_000),
            ("5.s", 5_000_000_000),
            ("-1.5s", -1_500_000_000),
            ("+10ms", 10_000_000),
            ("1us", 1_000),
            ("1\u{b5}s1\u{3bc}s", 2_000),
            ("0.9999999999ns", 0),
            ("1m1m", 120_000_000_000),
            ("0.3333333333333333333h", 1_200_000_000_000),
            ("0.830103483285477580700h", 2_988_372_539_827),
            ("0.100000000000000000000h", 360_000_000_000),
            ("9223372036854775807ns", i64::MAX),
            ("-9223372036854775808ns", i64::MIN),
        ];
        for (text, nanos) in cases {
            assert_eq!(parse(text), Ok(*nanos), "{text}");
        }
    }

    #[test]
    fn refuses_what_go_refuses() {
        use DurationError::{Invalid, MissingUnit, OutOfRange};
        let unknown = |unit: &str, text: &str| DurationError::UnknownUnit {
            unit: unit.into(),
            text: text.into(),
        };
        let cases = [
            ("", Invalid(String::new())),
            ("-", Invalid("-".into())),
            ("s", Invalid("s".into())),
            (".s", Invalid(".s".into())),
            ("5", MissingUnit("5".into())),
            ("5.", MissingUnit("5.".into())),
            ("1d", unknown("d", "1d")),
            ("1 s", unknown(" s", "1 s")),
            ("1S", unknown("S", "1S")),
            ("1h-5m", unknown("h-", "1h-5m")),
            (
                "9223372036854775808ns",
                OutOfRange("9223372036854775808ns".into()),
            ),
            ("99999999999h", OutOfRange("99999999999h".into())),
            (
                "9999999999999999999999s",
                OutOfRange("9999999999999999999999s".into()),
            ),
        ];
        for (text, error) in cases {
            assert_eq!(parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn k7_9_writes_as_go_writes() {
        let cases = [
            (0, "0s"),
            (1, "1ns"),
            (1_100, "1.1\u{b5}s"),
            (2_200_000, "2.2ms"),
            (3_300_000_000, "3.3s"),
            (1_234_567_891, "1.234567891s"),
            (60_000_000_000, "1m0s"),
            (245_000_000_000, "4m5s"),
            (600_000_000_000, "10m0s"),
            (3_600_000_000_000, "1h0m0s"),
            (5 * 3_600_000_000_000 + 1_000_000, "5h0m0.001s"),
            (-90_000_000_000, "-1m30s"),
            (i64::MAX, "2562047h47m16.854775807s"),
            (i64::MIN, "-2562047h47m16.854775808s"),
        ];
        for (nanos, text) in cases {
            assert_eq!(GoText(nanos).to_string(), text);
            assert_eq!(parse(text), Ok(nanos), "{text} reads back");
        }
    }

    #[test]
    fn keeps_the_users_text() {
        let duration: Duration = serde_json::from_str(r#""60m""#).unwrap();
        assert_eq!(serde_json::to_string(&duration).unwrap(), r#""60m""#);
        assert_eq!(duration.to_string(), "1h0m0s");
        assert_eq!(duration, Duration::from_secs(3600));
    }

    #[test]
    fn a_length_that_the_schema_lets_through_never_fails_to_decode() {
        let duration: Duration = serde_json::from_str(r#""99999999999h""#).unwrap();
        assert_eq!(duration.as_nanos(), i64::MAX);
        assert_eq!(duration.as_str(), "99999999999h");
        let error = serde_json::from_str::<Duration>(r#""5 minutes""#).unwrap_err();
        assert!(
            error.to_string().contains(r#"unknown unit " minutes""#),
            "{error}"
        );
    }
}
