//! URLs as Go's `net/url` parses, resolves and prints them: `$id`, `$ref` and the URI formats.

mod escape;

use std::fmt;

use crate::text::quote;

pub(super) use escape::{escape_fragment, unescape};

use escape::{check_escapes, escape_path};

/// A parsed URL without its fragment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Url {
    pub scheme: String,
    /// What follows the scheme when that is no path: `mailto:`, `urn:`.
    opaque: String,
    user: Option<String>,
    pub host: String,
    pub path: String,
    query: Option<String>,
    /// There is a scheme and a path, but no `//` between them.
    no_authority: bool,
}

/// Why a text is no URL, in Go's words.
pub(super) type UrlError = String;

/// Splits the fragment off.
pub(super) fn split_fragment(text: &str) -> (&str, &str) {
    text.split_once('#').unwrap_or((text, ""))
}

impl Url {
    /// Parses `text`, whose fragment is checked and dropped. Errors read `parse "x": why`.
    pub(super) fn parse(text: &str) -> Result<Self, UrlError> {
        let (main, fragment) = split_fragment(text);
        let url = Self::parse_main(main).map_err(|why| format!("parse {}: {why}", quote(main)))?;
        check_escapes(fragment).map_err(|why| format!("parse {}: {why}", quote(text)))?;
        Ok(url)
    }

    fn parse_main(text: &str) -> Result<Self, UrlError> {
        if text.bytes().any(|byte| byte < 0x20 || byte == 0x7f) {
            return Err("net/url: invalid control character in URL".to_owned());
        }
        let mut url = Self::default();
        if text == "*" {
            text.clone_into(&mut url.path);
            return Ok(url);
        }
        let (scheme, rest) = split_scheme(text)?;
        url.scheme = scheme.to_ascii_lowercase();
        let rest = match rest.split_once('?') {
            Some((rest, query)) => {
                url.query = Some(query.to_owned());
                rest
            }
            None => rest,
        };
        if !rest.starts_with('/') {
            if !url.scheme.is_empty() {
                rest.clone_into(&mut url.opaque);
                return Ok(url);
            }
            if rest
                .split('/')
                .next()
                .is_some_and(|first| first.contains(':'))
            {
                return Err("first path segment in URL cannot contain colon".to_owned());
            }
        }
        let mut path = rest;
        let has_authority =
            rest.starts_with("//") && (!url.scheme.is_empty() || !rest.starts_with("///"));
        if has_authority {
            let behind = &rest[2..];
            let end = behind.find('/').unwrap_or(behind.len());
            url.set_authority(&behind[..end])?;
            path = &behind[end..];
        } else {
            url.no_authority = !url.scheme.is_empty();
        }
        check_escapes(path)?;
        url.path = escape_path(path);
        Ok(url)
    }

    fn set_authority(&mut self, authority: &str) -> Result<(), UrlError> {
        let host = match authority.rsplit_once('@') {
            Some((user, host)) => {
                let valid = |c: char| c.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(c);
                if !user.chars().all(valid) {
                    return Err("net/url: invalid userinfo".to_owned());
                }
                check_escapes(user)?;
                self.user = Some(user.to_owned());
                host
            }
            None => authority,
        };
        check_host(host)?;
        host.clone_into(&mut self.host);
        Ok(())
    }

    pub(super) fn is_absolute(&self) -> bool {
        !self.scheme.is_empty()
    }

    /// The host without brackets and port.
    pub(super) fn host_name(&self) -> &str {
        if let Some(inner) = self.host.strip_prefix('[') {
            return inner.split(']').next().unwrap_or(inner);
        }
        match self.host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => &self.host,
        }
    }

    /// `reference` as seen from here (RFC 3986, section 5.2).
    pub(super) fn resolve(&self, reference: &Self) -> Self {
        let mut url = reference.clone();
        if reference.is_absolute() || !reference.host.is_empty() || reference.user.is_some() {
            if !reference.is_absolute() {
                url.scheme.clone_from(&self.scheme);
            }
            if url.opaque.is_empty() {
                url.path = resolve_path(&reference.path, "");
            }
            return url;
        }
        url.scheme.clone_from(&self.scheme);
        if reference.path.is_empty() && reference.query.is_none() {
            url.query.clone_from(&self.query);
        }
        if !self.opaque.is_empty() {
            url.opaque.clone_from(&self.opaque);
            url.path.clear();
            return url;
        }
        url.host.clone_from(&self.host);
        url.user.clone_from(&self.user);
        url.no_authority = self.no_authority;
        url.path = resolve_path(&self.path, &reference.path);
        url
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_absolute() {
            write!(f, "{}:", self.scheme)?;
        }
        if self.opaque.is_empty() {
            let named = !self.host.is_empty() || self.user.is_some();
            if named || (self.is_absolute() && !self.no_authority && !self.path.is_empty()) {
                f.write_str("//")?;
                if let Some(user) = &self.user {
                    write!(f, "{user}@")?;
                }
                f.write_str(&self.host)?;
            }
            if named && !self.path.is_empty() && !self.path.starts_with('/') {
                f.write_str("/")?;
            }
            f.write_str(&self.path)?;
        } else {
            f.write_str(&self.opaque)?;
        }
        match &self.query {
            Some(query) => write!(f, "?{query}"),
            None => Ok(()),
        }
    }
}

fn split_scheme(text: &str) -> Result<(&str, &str), UrlError> {
    for (at, c) in text.char_indices() {
        match c {
            'a'..='z' | 'A'..='Z' => {}
            '0'..='9' | '+' | '-' | '.' if at > 0 => {}
            ':' if at == 0 => return Err("missing protocol scheme".to_owned()),
            ':' => return Ok((&text[..at], &text[at + 1..])),
            _ => break,
        }
    }
    Ok(("", text))
}

fn check_host(host: &str) -> Result<(), UrlError> {
    let name = match host.rfind('[') {
        Some(0) => {
            let Some(close) = host.rfind(']') else {
                return Err("missing ']' in host".to_owned());
            };
            check_port(&host[close + 1..])?;
            let name = &host[1..close];
            let address = name.split("%25").next().unwrap_or(name);
            check_host_bytes(address)?;
            return super::address::parse(address)
                .map_err(|why| format!("invalid host: {why}"))
                .and_then(|version| match version {
                    super::address::Version::V4 => Err("invalid IP-literal".to_owned()),
                    super::address::Version::V6 => Ok(()),
                });
        }
        Some(_) => return Err("invalid IP-literal".to_owned()),
        None => match host.find(':') {
            Some(colon) => {
                check_port(&host[colon..])?;
                &host[..colon]
            }
            None => host,
        },
    };
    check_host_bytes(name)
}

fn check_port(port: &str) -> Result<(), UrlError> {
    match port.strip_prefix(':') {
        None if port.is_empty() => Ok(()),
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Ok(()),
        _ => Err(format!("invalid port {} after host", quote(port))),
    }
}

fn check_host_bytes(host: &str) -> Result<(), UrlError> {
    check_escapes(host)?;
    let valid = |c: char| {
        !c.is_ascii() || c.is_ascii_alphanumeric() || "-_.~!$&'()*+,;=:[]<>\"%".contains(c)
    };
    match host.chars().find(|c| !valid(*c)) {
        Some(c) => Err(format!(
            "invalid character {} in host name",
            quote(c.to_string())
        )),
        None => Ok(()),
    }
}

/// `reference` beside `base`, without `.` and `..`.
fn resolve_path(base: &str, reference: &str) -> String {
    let full = if reference.is_empty() {
        base.to_owned()
    } else if reference.starts_with('/') {
        reference.to_owned()
    } else {
        let directory = base.rfind('/').map_or("", |slash| &base[..=slash]);
        format!("{directory}{reference}")
    };
    if full.is_empty() {
        return full;
    }
    let mut kept: Vec<&str> = Vec::new();
    let mut last = "";
    for segment in full.strip_prefix('/').unwrap_or(&full).split('/') {
        last = segment;
        match segment {
            "." => {}
            ".." => {
                kept.pop();
            }
            _ => kept.push(segment),
        }
    }
    let mut path = format!("/{}", kept.join("/"));
    if matches!(last, "." | "..") && !path.ends_with('/') {
        path.push('/');
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(base: &str, reference: &str) -> String {
        Url::parse(base)
            .unwrap()
            .resolve(&Url::parse(reference).unwrap())
            .to_string()
    }

    #[test]
    fn references_resolve_as_rfc_3986_has_it() {
        for (base, reference, url) in [
            (
                "file:///values.schema.json",
                "",
                "file:///values.schema.json",
            ),
            (
                "file:///values.schema.json",
                "other.json",
                "file:///other.json",
            ),
            ("file:///a/b", "../../c", "file:///c"),
            ("https://x.y/a/b?q", "c?d", "https://x.y/a/c?d"),
            ("https://x.y/a/b?q", "", "https://x.y/a/b?q"),
            ("https://x.y/a/b", "//z/w", "https://z/w"),
            ("https://x.y", "a", "https://x.y/a"),
            ("urn:a:b", "", "urn:a:b"),
            ("urn:a:b", "HTTP://x/./y/", "http://x/y/"),
            ("http://x/a b", "ü", "http://x/%C3%BC"),
        ] {
            assert_eq!(resolved(base, reference), url, "{base} {reference}");
        }
    }

    #[test]
    fn errors_read_as_in_go() {
        for (text, message) in [
            (":a", r#"parse ":a": missing protocol scheme"#),
            (
                "1a:b",
                r#"parse "1a:b": first path segment in URL cannot contain colon"#,
            ),
            (
                "http://a b/",
                r#"parse "http://a b/": invalid character " " in host name"#,
            ),
            (
                "http://a:x/",
                r#"parse "http://a:x/": invalid port ":x" after host"#,
            ),
            (
                "http://a/%zz",
                r#"parse "http://a/%zz": invalid URL escape "%zz""#,
            ),
            ("http://[::1", r#"parse "http://[::1": missing ']' in host"#),
        ] {
            assert_eq!(Url::parse(text).unwrap_err(), message);
        }
    }
}
