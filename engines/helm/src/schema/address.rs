//! IP addresses with the errors of Go's `net/netip`.

use crate::text::quote;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    V4,
    V6,
}

/// Which version of address `text` is.
pub(super) fn parse(text: &str) -> Result<Version, String> {
    match text.find(['.', ':', '%']).map(|at| text.as_bytes()[at]) {
        Some(b'.') => v4(text, text).map(|()| Version::V4),
        Some(b':') => v6(text).map(|()| Version::V6),
        Some(_) => fail(text, "missing IPv6 address", ""),
        None => fail(text, "unable to parse IP", ""),
    }
}

fn fail<T>(text: &str, why: &str, at: &str) -> Result<T, String> {
    let at = match at {
        "" => String::new(),
        at => format!(" (at {})", quote(at)),
    };
    Err(format!("ParseAddr({}): {why}{at}", quote(text)))
}

/// Checks the four fields of `part`, which is a piece of `text`.
fn v4(text: &str, part: &str) -> Result<(), String> {
    let mut value = 0_u32;
    let mut digits = 0;
    let mut dots = 0;
    let bytes = part.as_bytes();
    for (at, byte) in part.bytes().enumerate() {
        match byte {
            b'0'..=b'9' => {
                if digits == 1 && value == 0 {
                    return fail(text, "IPv4 field has octet with leading zero", "");
                }
                value = value * 10 + u32::from(byte - b'0');
                digits += 1;
                if value > 255 {
                    return fail(text, "IPv4 field has value >255", "");
                }
            }
            b'.' => {
                if at == 0 || at + 1 == bytes.len() || bytes[at - 1] == b'.' {
                    let why = "IPv4 field must have at least one digit";
                    return fail(text, why, &part[at..]);
                }
                if dots == 3 {
                    return fail(text, "IPv4 address too long", "");
                }
                dots += 1;
                value = 0;
                digits = 0;
            }
            _ => return fail(text, "unexpected character", &part[at..]),
        }
    }
    if dots < 3 {
        return fail(text, "IPv4 address too short", "");
    }
    Ok(())
}

fn v6(text: &str) -> Result<(), String> {
    let mut rest = text;
    if let Some((address, zone)) = text.split_once('%') {
        if zone.is_empty() {
            return fail(text, "zone must be a non-empty string", "");
        }
        rest = address;
    }
    let mut gap = false;
    if let Some(behind) = rest.strip_prefix("::") {
        gap = true;
        rest = behind;
        if rest.is_empty() {
            return Ok(());
        }
    }
    let mut bytes = 0;
    while bytes < 16 {
        let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        if digits > 4 {
            return fail(text, "each group must have 4 or less digits", rest);
        }
        if digits == 0 {
            let why = "each colon-separated field must have at least one digit";
            return fail(text, why, rest);
        }
        if rest.as_bytes().get(digits) == Some(&b'.') {
            if !gap && bytes != 12 {
                let why = "embedded IPv4 address must replace the final 2 fields of the address";
                return fail(text, why, rest);
            }
            if bytes + 4 > 16 {
                let why = "too many hex fields to fit an embedded IPv4 at the end of the address";
                return fail(text, why, rest);
            }
            v4(text, rest)?;
            rest = "";
            bytes += 4;
            break;
        }
        bytes += 2;
        rest = &rest[digits..];
        if rest.is_empty() {
            break;
        }
        let Some(behind) = rest.strip_prefix(':') else {
            return fail(text, "unexpected character, want colon", rest);
        };
        if behind.is_empty() {
            return fail(text, "colon must be followed by more characters", rest);
        }
        rest = behind;
        if let Some(behind) = rest.strip_prefix(':') {
            if gap {
                return fail(text, "multiple :: in address", rest);
            }
            gap = true;
            rest = behind;
            if rest.is_empty() {
                break;
            }
        }
    }
    if !rest.is_empty() {
        return fail(text, "trailing garbage after address", rest);
    }
    match (bytes < 16, gap) {
        (true, false) => fail(text, "address string too short", ""),
        (false, true) => fail(
            text,
            "the :: must expand to at least one field of zeros",
            "",
        ),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_apart_and_refused_in_gos_words() {
        assert_eq!(parse("1.2.3.4"), Ok(Version::V4));
        assert_eq!(parse("::ffff:1.2.3.4"), Ok(Version::V6));
        assert_eq!(parse("fe80::1%eth0"), Ok(Version::V6));
        for (text, message) in [
            ("abc", r#"ParseAddr("abc"): unable to parse IP"#),
            ("1.2.3", r#"ParseAddr("1.2.3"): IPv4 address too short"#),
            ("1:2", r#"ParseAddr("1:2"): address string too short"#),
            (
                "::g",
                r#"ParseAddr("::g"): each colon-separated field must have at least one digit (at "g")"#,
            ),
            (
                "1::2::3",
                r#"ParseAddr("1::2::3"): multiple :: in address (at ":3")"#,
            ),
        ] {
            assert_eq!(parse(text).unwrap_err(), message);
        }
    }
}
