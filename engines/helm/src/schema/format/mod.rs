//! The formats that Helm's validator asserts, with its words for what is wrong.
//!
//! They count in drafts 4, 6 and 7; later drafts take `format` for a note.

mod mail;
mod pointer;
mod time;
mod version;

use super::address::{self, Version};
use super::pattern::Pattern;
use super::url::Url;
use crate::text::{quote, quote_char};

/// Why a text is not in a format.
type Checked = Result<(), String>;

/// A format by its name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Format {
    name: &'static str,
    check: fn(&str) -> Checked,
}

const FORMATS: &[Format] = &[
    Format::new("date", time::date),
    Format::new("date-time", time::date_time),
    Format::new("duration", time::duration),
    Format::new("email", mail::email),
    Format::new("hostname", hostname),
    Format::new("ipv4", ipv4),
    Format::new("ipv6", ipv6),
    Format::new("iri", uri),
    Format::new("iri-reference", uri_reference),
    Format::new("json-pointer", pointer::json_pointer),
    Format::new("period", time::period),
    Format::new("regex", regex),
    Format::new("relative-json-pointer", pointer::relative),
    Format::new("semver", version::semver),
    Format::new("time", time::time),
    Format::new("uri", uri),
    Format::new("uri-reference", uri_reference),
    Format::new("uri-template", uri_template),
    Format::new("uuid", uuid),
];

impl Format {
    const fn new(name: &'static str, check: fn(&str) -> Checked) -> Self {
        Self { name, check }
    }

    /// The format called `name`; others are not checked.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        FORMATS.iter().find(|format| format.name == name).copied()
    }

    pub(super) fn name(self) -> &'static str {
        self.name
    }

    /// Fails with the reason when `text` is not in this format.
    pub(super) fn check(self, text: &str) -> Checked {
        (self.check)(text)
    }
}

fn fail<T>(why: &str) -> Result<T, String> {
    Err(why.to_owned())
}

fn regex(text: &str) -> Checked {
    Pattern::parse(text).map(|_| ())
}

fn uuid(text: &str) -> Checked {
    const LENGTHS: [usize; 5] = [8, 4, 4, 4, 12];
    let groups: Vec<&str> = text.split('-').collect();
    if groups.len() != LENGTHS.len() {
        return fail("must have 5 elements");
    }
    for (at, (group, length)) in groups.iter().zip(LENGTHS).enumerate() {
        if group.len() != length {
            return Err(format!(
                "element {} must be {length} characters long",
                at + 1
            ));
        }
        if let Some(c) = group.chars().find(|c| !c.is_ascii_hexdigit()) {
            return Err(format!("non-hex character {}", quote_char(c)));
        }
    }
    Ok(())
}

fn ipv4(text: &str) -> Checked {
    let groups: Vec<&str> = text.split('.').collect();
    if groups.len() != 4 {
        return fail("expected four decimals");
    }
    for group in groups {
        if group.len() > 1 && group.starts_with('0') {
            return fail("leading zeros");
        }
        let digits = group.strip_prefix(['+', '-']).unwrap_or(group);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(format!(
                "strconv.Atoi: parsing {}: invalid syntax",
                quote(group)
            ));
        }
        match group.parse::<i64>() {
            Ok(0..=255) => {}
            Ok(_) => return fail("decimal must be between 0 and 255"),
            Err(_) => {
                return Err(format!(
                    "strconv.Atoi: parsing {}: value out of range",
                    quote(group)
                ));
            }
        }
    }
    Ok(())
}

fn ipv6(text: &str) -> Checked {
    if !text.contains(':') {
        return fail("missing colon");
    }
    match address::parse(text)? {
        Version::V6 if text.contains('%') => fail("zone id is not a part of ipv6 address"),
        Version::V4 | Version::V6 => Ok(()),
    }
}

fn hostname(text: &str) -> Checked {
    let text = text.strip_suffix('.').unwrap_or(text);
    if text.len() > 253 {
        return fail("more than 253 characters long");
    }
    for label in text.split('.') {
        if label.is_empty() || label.len() > 63 {
            return fail("label must be 1 to 63 characters long");
        }
        if label.starts_with('-') {
            return fail("label starts with hyphen");
        }
        if label.ends_with('-') {
            return fail("label ends with hyphen");
        }
        let valid = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if let Some(c) = label.chars().find(|c| !valid(*c)) {
            return Err(format!("invalid character {}", quote_char(c)));
        }
    }
    Ok(())
}

fn parse_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text)?;
    let name = url.host_name();
    if name.contains(':') {
        if !url.host.contains('[') || !url.host.contains(']') {
            return fail("ipv6 address not enclosed in brackets");
        }
        ipv6(name).map_err(|why| format!("invalid ipv6 address: {why}"))?;
    }
    Ok(url)
}

fn uri(text: &str) -> Checked {
    if parse_url(text)?.is_absolute() {
        return Ok(());
    }
    fail("relative url")
}

fn uri_reference(text: &str) -> Checked {
    if text.contains('\\') {
        return fail(r"contains \");
    }
    parse_url(text).map(|_| ())
}

fn uri_template(text: &str) -> Checked {
    parse_url(text)?;
    let (main, _) = super::url::split_fragment(text);
    let path = main.split('?').next().unwrap_or(main);
    for part in path.split('/') {
        let mut open = false;
        for c in part.chars().filter(|c| matches!(c, '{' | '}')) {
            if (c == '{') == open {
                return fail("nested curly braces");
            }
            open = !open;
        }
        if open {
            return fail("no matching closing brace");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(format: &str, text: &str) -> String {
        Format::from_name(format)
            .unwrap()
            .check(text)
            .err()
            .unwrap_or_default()
    }

    #[test]
    fn good_texts_pass() {
        for (format, text) in [
            ("date", "2024-02-29"),
            ("date-time", "2024-02-29T23:59:60.5Z"),
            ("duration", "P1Y2M3DT4H5M6S"),
            ("email", "a.b+c@example.com"),
            ("email", "\"a b\"@[IPv6:::1]"),
            ("hostname", "a-b.example."),
            ("ipv4", "10.0.0.255"),
            ("ipv6", "2001:db8::1"),
            ("json-pointer", "/a~0b/c~1d"),
            ("relative-json-pointer", "0#"),
            ("period", "2024-01-01T00:00:00Z/P1D"),
            ("regex", "^a+$"),
            ("semver", "1.2.3-rc.1+build.5"),
            ("time", "10:20:30+01:00"),
            ("uri", "https://user@example.com:8080/a?b#c"),
            ("uri-reference", "../a b"),
            ("uri-template", "https://example.com/{a}/{b}"),
            ("uuid", "123e4567-e89b-12d3-a456-426614174000"),
        ] {
            assert_eq!(why(format, text), "", "{format} {text}");
        }
    }

    #[test]
    fn formats_that_are_not_known_are_not_checked() {
        assert!(Format::from_name("phone").is_none());
        assert!(Format::from_name("uriref").is_none());
    }

    #[test]
    fn reasons_are_those_of_helm() {
        for (format, text, reason) in [
            ("ipv4", "1.2.3", "expected four decimals"),
            (
                "ipv4",
                "1.2.3.x",
                r#"strconv.Atoi: parsing "x": invalid syntax"#,
            ),
            ("ipv4", "1.2.3.256", "decimal must be between 0 and 255"),
            ("ipv6", "::1%eth0", "zone id is not a part of ipv6 address"),
            ("hostname", "a_b", "invalid character '_'"),
            ("hostname", "", "label must be 1 to 63 characters long"),
            ("uri", "a/b", "relative url"),
            (
                "uri",
                "http://a b",
                r#"parse "http://a b": invalid character " " in host name"#,
            ),
            ("uuid", "1-2", "must have 5 elements"),
            ("uri-template", "/{a", "no matching closing brace"),
        ] {
            assert_eq!(why(format, text), reason, "{format} {text}");
        }
    }
}
