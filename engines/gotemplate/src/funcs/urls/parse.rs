//! Text to the parts of an address.

use std::net::{IpAddr, Ipv6Addr};

use super::escape::{Part, unescape};
use super::{Url, UrlError, User};
use crate::funcs::strings::find;

pub(super) fn parse(text: &[u8]) -> Result<Url, UrlError> {
    let (body, fragment) = cut(text, b'#');
    let failed = |url: &[u8], reason: String| UrlError {
        url: url.to_vec(),
        reason,
    };
    let mut url = parse_body(body).map_err(|reason| failed(body, reason))?;
    url.fragment = unescape(fragment.unwrap_or_default(), Part::Fragment)
        .map_err(|reason| failed(text, reason))?;
    Ok(url)
}

/// What stands before and behind the first `mark`.
fn cut(text: &[u8], mark: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|byte| *byte == mark) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

fn parse_body(text: &[u8]) -> Result<Url, String> {
    if text.iter().any(|byte| *byte < b' ' || *byte == 0x7F) {
        return Err("net/url: invalid control character in URL".to_owned());
    }
    let mut url = Url::default();
    if text == b"*" {
        url.path = text.to_vec();
        return Ok(url);
    }
    let (scheme, rest) = scheme(text)?;
    url.scheme = scheme.to_ascii_lowercase();
    let (rest, query) = cut(rest, b'?');
    url.query = query.unwrap_or_default().to_vec();
    if !rest.starts_with(b"/") {
        if !url.scheme.is_empty() {
            url.opaque = rest.to_vec();
            return Ok(url);
        }
        if cut(rest, b'/').0.contains(&b':') {
            return Err("first path segment in URL cannot contain colon".to_owned());
        }
    }
    let mut path = rest;
    if rest.starts_with(b"//") && (!url.scheme.is_empty() || !rest.starts_with(b"///")) {
        let authority = &rest[2..];
        let end = authority
            .iter()
            .position(|byte| *byte == b'/')
            .unwrap_or(authority.len());
        path = &authority[end..];
        (url.user, url.host) = parse_authority(&url.scheme, &authority[..end])?;
    }
    url.path = unescape(path, Part::Path)?;
    Ok(url)
}

/// The scheme without its colon, and what follows; empty when there is none.
fn scheme(text: &[u8]) -> Result<(&[u8], &[u8]), String> {
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err("missing protocol scheme".to_owned()),
            b':' => return Ok((&text[..at], &text[at + 1..])),
            _ => break,
        }
    }
    Ok((b"", text))
}

type Authority = (Option<User>, Vec<u8>);

fn parse_authority(scheme: &[u8], authority: &[u8]) -> Result<Authority, String> {
    let Some(at) = authority.iter().rposition(|byte| *byte == b'@') else {
        return Ok((None, parse_host(scheme, authority)?));
    };
    let host = parse_host(scheme, &authority[at + 1..])?;
    let user = &authority[..at];
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte);
    if !user.iter().all(is_plain) {
        return Err("net/url: invalid userinfo".to_owned());
    }
    let (name, password) = cut(user, b':');
    let name = unescape(name, Part::User)?;
    let password = password
        .map(|password| unescape(password, Part::User))
        .transpose()?;
    Ok((Some(User { name, password }), host))
}

fn parse_host(scheme: &[u8], host: &[u8]) -> Result<Vec<u8>, String> {
    let check_port = |port: &[u8]| {
        if is_port(port) {
            return Ok(());
        }
        let shown = crate::fmt::quote(port);
        Err(format!("invalid port {shown} after host"))
    };
    match host.iter().rposition(|byte| *byte == b'[') {
        Some(0) => {
            let Some(end) = host.iter().rposition(|byte| *byte == b']') else {
                return Err("missing ']' in host".to_owned());
            };
            let port = &host[end + 1..];
            check_port(port)?;
            let port = unescape(port, Part::Host)?;
            let name = ip_literal(&host[1..end])?;
            return Ok([b"[", name.as_slice(), b"]", &port].concat());
        }
        Some(_) => return Err("invalid IP-literal".to_owned()),
        None => {}
    }
    // The web's schemes take the first colon for the port's, all others the last one.
    let is_web = matches!(scheme, b"http" | b"https");
    let colon = if is_web {
        host.iter().position(|byte| *byte == b':')
    } else {
        host.iter().rposition(|byte| *byte == b':')
    };
    if let Some(colon) = colon {
        check_port(&host[colon..])?;
    }
    unescape(host, Part::Host)
}

/// An IPv6 address, perhaps with a zone behind `%25`.
fn ip_literal(text: &[u8]) -> Result<Vec<u8>, String> {
    let name = match find(text, b"%25") {
        Some(zone) => [
            unescape(&text[..zone], Part::Host)?,
            unescape(&text[zone..], Part::Zone)?,
        ]
        .concat(),
        None => unescape(text, Part::Host)?,
    };
    let shown = String::from_utf8_lossy(&name);
    let (address, zone) = shown.split_once('%').unwrap_or((&shown, "-"));
    let quoted = crate::fmt::quote(&name);
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => Err("invalid IP-literal".to_owned()),
        Ok(IpAddr::V6(_)) if !zone.is_empty() => Ok(name),
        Ok(IpAddr::V6(_)) => Err(format!(
            "invalid host: ParseAddr({quoted}): zone must be a non-empty string"
        )),
        Err(_) => Err(format!(
            "invalid host: ParseAddr({quoted}): {}",
            address_fault(address)
        )),
    }
}

/// What Go says about the most common faults of an address.
fn address_fault(address: &str) -> &'static str {
    if !address.contains([':', '.']) || address.parse::<Ipv6Addr>().is_ok() {
        "unable to parse IP"
    } else if address.contains("::") || address.split(':').count() < 8 {
        "address string too short"
    } else {
        "unexpected character"
    }
}

/// Nothing, or a colon and digits.
pub(super) fn is_port(text: &[u8]) -> bool {
    match text.split_first() {
        None => true,
        Some((b':', digits)) => digits.iter().all(u8::is_ascii_digit),
        Some(_) => false,
    }
}
