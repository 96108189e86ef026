//! What a scalar's text means: null, boolean, number, timestamp or text, by the rules of
//! `resolve.go` of go-yaml v2 and v3.

mod integer;
mod timestamp;

use crate::Grammar;

/// What a scalar stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum Resolved {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number beyond `i64`.
    Uint(u64),
    /// Any other number.
    Float(f64),
    /// A point in time, in the form of RFC 3339.
    Timestamp(String),
    /// The text itself.
    Text,
}

/// The prefix that `!!` stands for.
pub(crate) const LONG_TAG: &str = "tag:yaml.org,2002:";

/// The short form of a tag: `!!int` for `tag:yaml.org,2002:int`.
pub(crate) fn short_tag(tag: &str) -> std::borrow::Cow<'_, str> {
    match tag.strip_prefix(LONG_TAG) {
        Some(name) => format!("!!{name}").into(),
        None => tag.into(),
    }
}

impl Resolved {
    /// The tag of the type, in its short form.
    pub fn tag(&self) -> &'static str {
        match self {
            Self::Null => "!!null",
            Self::Bool(_) => "!!bool",
            Self::Int(_) | Self::Uint(_) => "!!int",
            Self::Float(_) => "!!float",
            Self::Timestamp(_) => "!!timestamp",
            Self::Text => "!!str",
        }
    }
}

/// What `text` stands for where it is written plain and without a tag.
pub(crate) fn resolve(text: &str, grammar: Grammar) -> Resolved {
    resolve_with(text, grammar, true)
}

/// What `text` stands for under the short tag `tag`; an error in go-yaml's words when it cannot be
/// of that type. A tag that is none of YAML's scalar types makes it text.
pub(crate) fn resolve_tagged(tag: &str, text: &str, grammar: Grammar) -> Result<Resolved, String> {
    if !matches!(
        tag,
        "!!bool" | "!!int" | "!!float" | "!!null" | "!!timestamp"
    ) {
        return Ok(Resolved::Text);
    }
    let found = resolve_with(text, grammar, tag == "!!timestamp");
    match found {
        #[expect(clippy::cast_precision_loss, reason = "the tag asks for a float")]
        Resolved::Int(value) if tag == "!!float" => Ok(Resolved::Float(value as f64)),
        _ if found.tag() == tag => Ok(found),
        _ => Err(format!("cannot decode {} `{text}` as a {tag}", found.tag())),
    }
}

/// Whether `text`, written plain, would be read as text: if not, it has to be quoted.
pub(crate) fn is_text(text: &str, grammar: Grammar) -> bool {
    resolve(text, grammar) == Resolved::Text
}

fn resolve_with(text: &str, grammar: Grammar, timestamps: bool) -> Resolved {
    // The first byte tells almost everything apart.
    match text.bytes().next() {
        None => Resolved::Null,
        Some(b'0'..=b'9' | b'+' | b'-') => resolve_number(text, grammar, timestamps),
        Some(b'.') => resolve_fraction(text),
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => {
            resolve_word(text, grammar)
        }
        Some(_) => Resolved::Text,
    }
}

fn resolve_word(text: &str, grammar: Grammar) -> Resolved {
    match text {
        "~" | "null" | "Null" | "NULL" => Resolved::Null,
        "true" | "True" | "TRUE" => Resolved::Bool(true),
        "false" | "False" | "FALSE" => Resolved::Bool(false),
        _ => match (grammar, old_boolean(text)) {
            (Grammar::V2, Some(value)) => Resolved::Bool(value),
            _ => Resolved::Text,
        },
    }
}

/// The boolean that YAML 1.1 sees in `text` besides true and false.
pub(crate) fn old_boolean(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

/// Whether `text` is a number in base 60 as YAML 1.1 has it (`1:30`), which older parsers still
/// read as one.
pub(crate) fn is_base_60(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let Some((first, rest)) = digits.split_once(':') else {
        return false;
    };
    let number = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'_')
    };
    let (groups, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    first
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_digit())
        && number(first)
        && number(fraction)
        && groups
            .split(':')
            .all(|group| matches!(group.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']))
}

/// A scalar that starts with a dot: special floats, fractions.
fn resolve_fraction(text: &str) -> Resolved {
    match text {
        ".nan" | ".NaN" | ".NAN" => Resolved::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" => Resolved::Float(f64::INFINITY),
        _ => match without_separators(text).and_then(|text| parse_float(&text)) {
            Some(value) => Resolved::Float(value),
            None => Resolved::Text,
        },
    }
}

/// `text` without underscores, when every one of them stands between digits.
fn without_separators(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_some_and(u8::is_ascii_digit)
    };
    let misplaced = bytes
        .iter()
        .enumerate()
        .any(|(at, byte)| *byte == b'_' && !(digit(at.checked_sub(1)) && digit(Some(at + 1))));
    (!misplaced).then(|| text.replace('_', ""))
}

fn resolve_number(text: &str, grammar: Grammar, timestamps: bool) -> Resolved {
    match text {
        "+.inf" | "+.Inf" | "+.INF" => return Resolved::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Resolved::Float(f64::NEG_INFINITY),
        _ => {}
    }
    if timestamps && let Some(time) = timestamp::parse(text) {
        return Resolved::Timestamp(time);
    }
    let owned;
    let plain = if text.contains('_') {
        owned = text.replace('_', "");
        owned.as_str()
    } else {
        text
    };
    if let Some(integer) = integer::parse(plain) {
        return integer;
    }
    if let Some(value) = parse_float(plain) {
        return Resolved::Float(value);
    }
    integer::parse_prefixed(plain, grammar).unwrap_or(Resolved::Text)
}

/// A decimal float; none when it is written otherwise or too large.
fn parse_float(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let skip_digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let start = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let mut at = skip_digits(start);
    let whole = at - start;
    if bytes.get(at) == Some(&b'.') {
        let fraction = skip_digits(at + 1);
        if whole == 0 && fraction == at + 1 {
            return None;
        }
        at = fraction;
    } else if whole == 0 {
        return None;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let end = skip_digits(at + 1 + sign);
        if end == at + 1 + sign {
            return None;
        }
        at = end;
    }
    if at != bytes.len() {
        return None;
    }
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn booleans_of_yaml_1_1_are_text_in_v3() {
        for word in ["yes", "No", "ON", "off", "y", "N"] {
            assert!(
                matches!(resolve(word, Grammar::V2), Resolved::Bool(_)),
                "{word}"
            );
            assert_eq!(resolve(word, Grammar::V3), Resolved::Text, "{word}");
        }
        for word in ["tRue", "yES", "nul", "~~", "oN", "truer"] {
            assert_eq!(resolve(word, Grammar::V2), Resolved::Text, "{word}");
        }
        assert_eq!(resolve("True", Grammar::V3), Resolved::Bool(true));
        assert_eq!(resolve("", Grammar::V3), Resolved::Null);
        assert_eq!(resolve("~", Grammar::V2), Resolved::Null);
    }

    #[test]
    fn integers_are_read_in_every_base_that_go_reads() {
        for (text, value) in [
            ("0", 0),
            ("-0", 0),
            ("+7", 7),
            ("010", 8),
            ("-010", -8),
            ("0o10", 8),
            ("0O10", 8),
            ("0x1F", 31),
            ("-0X1f", -31),
            ("0b101", 5),
            ("0b-101", -5),
            ("-0b101", -5),
            ("1_000", 1000),
            ("1__0_", 10),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
        ] {
            assert_eq!(resolve(text, Grammar::V2), Resolved::Int(value), "{text}");
            assert_eq!(resolve(text, Grammar::V3), Resolved::Int(value), "{text}");
        }
        assert_eq!(
            resolve("18446744073709551615", Grammar::V2),
            Resolved::Uint(u64::MAX)
        );
        assert_eq!(
            resolve("0xFFFFFFFFFFFFFFFF", Grammar::V2),
            Resolved::Uint(u64::MAX)
        );
        assert_eq!(resolve("08", Grammar::V2), Resolved::Float(8.0));
        for text in ["0x", "0b2", "+-1", "1a", "--1", "0xg", "-", "+"] {
            assert_eq!(resolve(text, Grammar::V2), Resolved::Text, "{text}");
        }
        assert_eq!(resolve("0o-7", Grammar::V2), Resolved::Text);
        assert_eq!(resolve("0o-7", Grammar::V3), Resolved::Int(-7));
    }

    #[test]
    fn floats_that_overflow_are_text() {
        for (text, value) in [
            ("1.", 1.0),
            (".5", 0.5),
            ("-.5", -0.5),
            ("1e3", 1000.0),
            ("1E+3", 1000.0),
            ("1_0.5", 10.5),
            ("18446744073709551616", 18_446_744_073_709_551_616.0),
            ("+.inf", f64::INFINITY),
            ("-.INF", f64::NEG_INFINITY),
        ] {
            assert_eq!(resolve(text, Grammar::V3), Resolved::Float(value), "{text}");
        }
        for text in [
            "1e400", ".", "..5", "1e", "1.2.3", ".e3", "-.nan", "0x1p3", "1.5x",
        ] {
            assert_eq!(resolve(text, Grammar::V3), Resolved::Text, "{text}");
        }
        assert!(matches!(resolve(".NaN", Grammar::V2), Resolved::Float(value) if value.is_nan()));
    }

    #[test]
    fn explicit_tags_convert_or_refuse() {
        let tagged = |tag, text| resolve_tagged(tag, text, Grammar::V3);
        assert_eq!(tagged("!!float", "3"), Ok(Resolved::Float(3.0)));
        assert_eq!(tagged("!!str", "3"), Ok(Resolved::Text));
        assert_eq!(tagged("!mine", "3"), Ok(Resolved::Text));
        assert_eq!(
            tagged("!!int", "x"),
            Err("cannot decode !!str `x` as a !!int".to_owned())
        );
        assert_eq!(
            tagged("!!bool", "2001-01-01"),
            Err("cannot decode !!str `2001-01-01` as a !!bool".to_owned())
        );
    }

    #[test]
    fn base_60_is_seen_with_sign_and_fraction() {
        for text in ["1:30", "-1:30:59", "190:20:30.15", "1_0:5", "+1:0."] {
            assert!(is_base_60(text), "{text}");
        }
        for text in ["", "a:b", "1:60", "1:", ":1", "1:2:", "1.5:2", "1:5x"] {
            assert!(!is_base_60(text), "{text}");
        }
    }
}
