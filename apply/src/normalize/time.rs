//! Times as apimachinery writes them: in UTC, to the second or to the microsecond.

use jiff::Timestamp;

/// RFC 3339 in, `2006-01-02T15:04:05Z` out; `None` for what is no such time.
pub(super) fn seconds(text: &str) -> Option<String> {
    Some(parse(text)?.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// As [`seconds`], with six digits of a second.
pub(super) fn microseconds(text: &str) -> Option<String> {
    Some(parse(text)?.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string())
}

/// Stricter than the parser of the crate, which takes a space or a small `t` between date and time.
fn parse(text: &str) -> Option<Timestamp> {
    let has_form = text.get(10..11) == Some("T") && text.is_ascii();
    if has_form { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_out_in_utc_without_the_rest_of_a_second() {
        assert_eq!(
            seconds("2026-01-02T03:04:05.9+01:00").as_deref(),
            Some("2026-01-02T02:04:05Z")
        );
        assert_eq!(
            microseconds("2026-01-02T03:04:05Z").as_deref(),
            Some("2026-01-02T03:04:05.000000Z")
        );
        for bad in ["", "2026-01-02", "2026-01-02 03:04:05Z", "yesterday"] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }
}
