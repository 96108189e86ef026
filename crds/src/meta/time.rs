//! Points in time as Kubernetes writes them.

use std::fmt;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A point in time, RFC 3339 in UTC with whole seconds on the wire (`2026-01-02T03:04:05Z`).
///
/// Fractions and offsets are read; a fraction is kept in memory and cut when written. Null and a
/// missing value read as the default, 1970-01-01, because upstream writes an unset time as null.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub Timestamp);

impl Time {
    /// Whether the time was never set.
    pub fn is_unset(&self) -> bool {
        self.0 == Timestamp::UNIX_EPOCH
    }

    /// The time cut to whole seconds, as it reads after a round trip.
    #[must_use]
    pub fn whole_seconds(self) -> Self {
        let before_1970 = i64::from(self.0.subsec_nanosecond() < 0);
        Timestamp::from_second(self.0.as_second() - before_1970).map_or(self, Self)
    }
}

impl From<Timestamp> for Time {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp)
    }
}

impl From<Time> for Timestamp {
    fn from(time: Time) -> Self {
        time.0
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.0}", self.whole_seconds().0)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else {
            return Ok(Self::default());
        };
        text.parse().map(Self).map_err(|_| {
            de::Error::custom(format_args!(
                "expected a time such as 2026-01-02T03:04:05Z: {text:?}"
            ))
        })
    }
}

impl JsonSchema for Time {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Time".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_written_and_fractions_and_offsets_read() {
        let time: Time = serde_json::from_str(r#""2026-01-02T03:04:05.987654321+01:00""#).unwrap();
        assert_eq!(
            serde_json::to_string(&time).unwrap(),
            r#""2026-01-02T02:04:05Z""#
        );
        assert_eq!(time.whole_seconds().0.subsec_nanosecond(), 0);
    }

    #[test]
    fn null_reads_as_unset_and_nonsense_is_an_error() {
        assert!(serde_json::from_str::<Time>("null").unwrap().is_unset());
        let error = serde_json::from_str::<Time>(r#""yesterday""#)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("expected a time such as 2026-01-02T03:04:05Z"),
            "{error}"
        );
    }

    #[test]
    fn a_time_before_1970_is_cut_to_the_second_it_lies_in() {
        let time = Time("1969-12-31T23:59:58.5Z".parse().unwrap());
        assert_eq!(time.to_string(), "1969-12-31T23:59:58Z");
    }
}
