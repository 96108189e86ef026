//! Durations in Go's notation: `90s`, `1h30m`, `1.5h`, `250ms`.

mod parse;
mod print;
#[cfg(test)]
mod tests;
mod units;

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub use self::parse::DurationError;
use self::parse::parse;
use self::print::GoText;

/// What the schemas accept for an interval: no sign, units from milliseconds to hours (K3).
pub(crate) const INTERVAL: &str = r"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$";

/// What the schemas accept for the timeout of a fetch: an [`INTERVAL`] without hours (K3).
pub(crate) const TIMEOUT: &str = r"^([0-9]+(\.[0-9]+)?(ms|s|m))+$";

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
