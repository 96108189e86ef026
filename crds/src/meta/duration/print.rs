//! Writing Go's notation.

use std::fmt;

use super::units::{HOUR, MICROSECOND, MILLISECOND, MINUTE, SECOND};

/// Nanoseconds in Go's notation: hours, minutes and seconds, or one smaller unit below a second.
pub(super) struct GoText(pub(super) i64);

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
