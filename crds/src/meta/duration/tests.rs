//! What is read and written, against what Go reads and writes.

use super::parse::parse;
use super::print::GoText;
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
