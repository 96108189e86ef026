//! Durations in flags and messages, as Go writes them (`1h0m0s`, `1.5s`).
//!
//! The notation itself, which specs use too, is that of [`crds::meta::Duration`]. Downstream filters rely on its exact
//! text in messages (K7.9).

use std::time::Duration;

use crds::meta::Duration as Text;

/// Prints a duration as Go's `Duration.String` does: `0s`, `1.5s`, `1h0m0s`, `1.234567891s`, `250ms`.
pub fn format(duration: Duration) -> String {
    Text::from(duration).to_string()
}

/// Parses the value of a flag: what Go's `time.ParseDuration` takes, but nothing negative.
///
/// # Errors
/// A text for the user that says what was expected.
pub fn parse(text: &str) -> Result<Duration, String> {
    let duration: Text = text
        .parse()
        .map_err(|error: crds::meta::DurationError| error.to_string())?;
    if duration.as_nanos() < 0 {
        return Err(format!(
            "duration is negative, expected zero or more: {text:?}"
        ));
    }
    Ok(duration.as_std())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k7_9_prints_what_go_prints() {
        for (nanos, text) in [
            (0, "0s"),
            (1_100, "1.1\u{b5}s"),
            (250_000_000, "250ms"),
            (1_234_567_891, "1.234567891s"),
            (600_000_000_000, "10m0s"),
            (3_600_000_000_000, "1h0m0s"),
            (u64::MAX, "2562047h47m16.854775807s"),
        ] {
            assert_eq!(format(Duration::from_nanos(nanos)), text);
        }
        assert_eq!(format(Duration::MAX), "2562047h47m16.854775807s");
    }

    #[test]
    fn flags_take_go_durations_and_refuse_the_rest_in_words() {
        for (text, nanos) in [
            ("0", 0),
            ("30s", 30_000_000_000),
            (".5s", 500_000_000),
            ("1h30m", 5_400_000_000_000),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_nanos(nanos)), "{text}");
        }
        assert!(parse("-1s").unwrap_err().contains("negative"));
        for text in ["", "5", "1d", "s", "1h 2m"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
