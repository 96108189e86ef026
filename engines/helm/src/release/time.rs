//! Points in time as records have them.

use std::fmt;

use jiff::Timestamp;

/// A point in time with its offset from UTC, printed as Go's `time.Time` prints in JSON: RFC 3339,
/// nanoseconds without zeros at the end.
///
/// Go's zero time means that there is none; it is never a `Time`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Time {
    instant: Timestamp,
    text: String,
}

/// A text that is no time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time: {0}")]
pub struct TimeError(String);

impl Time {
    /// Reads RFC 3339 text. The empty text and the zero time are none.
    ///
    /// # Errors
    ///
    /// Text in any other form.
    pub fn parse(text: &str) -> Result<Option<Self>, TimeError> {
        if text.is_empty() {
            return Ok(None);
        }
        let invalid = || TimeError(text.to_owned());
        let bytes = text.as_bytes();
        if bytes.len() < 20 || bytes[10] != b'T' || !text.is_ascii() {
            return Err(invalid());
        }
        let instant: Timestamp = text.parse().map_err(|_| invalid())?;
        let (clock, offset) = match text.strip_suffix('Z') {
            Some(clock) => (clock, "Z"),
            None => text.split_at_checked(bytes.len() - 6).ok_or_else(invalid)?,
        };
        let offset = match offset {
            "+00:00" | "-00:00" => "Z",
            offset => offset,
        };
        let clock = match clock.split_once('.') {
            Some((whole, fraction)) => match fraction.trim_end_matches('0') {
                "" => whole.to_owned(),
                fraction => format!("{whole}.{fraction}"),
            },
            None => clock.to_owned(),
        };
        let time = Self {
            instant,
            text: format!("{clock}{offset}"),
        };
        if time.text == ZERO {
            return Ok(None);
        }
        Ok(Some(time))
    }

    /// The text in JSON.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Seconds since 1970.
    pub fn seconds(&self) -> i64 {
        self.instant.as_second()
    }

    /// In UTC and whole seconds, as Kubernetes objects have it.
    pub fn to_kubernetes(&self) -> String {
        self.instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }
}

/// Go's zero time.
pub(super) const ZERO: &str = "0001-01-01T00:00:00Z";

impl From<Timestamp> for Time {
    fn from(instant: Timestamp) -> Self {
        Self {
            instant,
            text: instant.to_string(),
        }
    }
}

impl PartialOrd for Time {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// By instant, then by text.
impl Ord for Time {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.instant, &self.text).cmp(&(other.instant, &other.text))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_print_as_go_prints_them() {
        for (text, printed) in [
            ("2024-05-06T07:08:09Z", "2024-05-06T07:08:09Z"),
            ("2024-05-06T07:08:09.500Z", "2024-05-06T07:08:09.5Z"),
            ("2024-05-06T07:08:09.000+02:00", "2024-05-06T07:08:09+02:00"),
            (
                "2024-05-06T07:08:09.123456789+00:00",
                "2024-05-06T07:08:09.123456789Z",
            ),
        ] {
            let time = Time::parse(text).unwrap().unwrap();
            assert_eq!(time.as_str(), printed);
        }
        let time = Time::parse("2024-05-06T07:08:09.9+02:00").unwrap().unwrap();
        assert_eq!(time.to_kubernetes(), "2024-05-06T05:08:09Z");
        assert_eq!(time.seconds(), 1_714_972_089);
        let now = Time::from(Timestamp::new(1_714_972_089, 120_000_000).unwrap());
        assert_eq!(now.as_str(), "2024-05-06T05:08:09.12Z");
    }

    #[test]
    fn nothing_and_the_zero_time_are_none() {
        assert_eq!(Time::parse(""), Ok(None));
        assert_eq!(Time::parse(ZERO), Ok(None));
        for text in [
            "yesterday",
            "2024-05-06",
            "2024-05-06 07:08:09Z",
            "2024-13-06T07:08:09Z",
        ] {
            assert!(Time::parse(text).is_err(), "{text}");
        }
    }
}
