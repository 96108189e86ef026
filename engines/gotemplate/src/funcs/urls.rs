//! Addresses, taken apart and put together as Go's `net/url` does it.

mod escape;
mod parse;
mod print;

use crate::exec::{FuncError, Functions};
use crate::fmt;
use crate::value::{Map, Str, Value};

pub(super) fn add(functions: &mut Functions) {
    functions.add("urlParse", |text: Str| {
        parse::parse(&text)
            .map(|url| to_dict(&url))
            .map_err(|error| FuncError::new(format!("unable to parse url: {error}")))
    });
    functions.add("urlJoin", join);
}

/// An address in its parts, unescaped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Url {
    scheme: Vec<u8>,
    /// What follows the scheme when that is no slash.
    opaque: Vec<u8>,
    user: Option<User>,
    host: Vec<u8>,
    path: Vec<u8>,
    query: Vec<u8>,
    fragment: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct User {
    name: Vec<u8>,
    password: Option<Vec<u8>>,
}

/// A text that is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("parse {}: {reason}", fmt::quote(.url))]
struct UrlError {
    url: Vec<u8>,
    reason: String,
}

fn to_dict(url: &Url) -> Map {
    let user = url.user.as_ref().map(User::to_text).unwrap_or_default();
    [
        ("scheme", &url.scheme),
        ("host", &url.host),
        ("hostname", &hostname(&url.host)),
        ("path", &url.path),
        ("query", &url.query),
        ("opaque", &url.opaque),
        ("fragment", &url.fragment),
        ("userinfo", &user),
    ]
    .into_iter()
    .map(|(key, value)| (key, Value::text(value.as_slice())))
    .collect()
}

/// The host without its port and without the brackets of an IPv6 address.
fn hostname(host: &[u8]) -> Vec<u8> {
    let name = match host.iter().rposition(|byte| *byte == b':') {
        Some(colon) if parse::is_port(&host[colon..]) => &host[..colon],
        _ => host,
    };
    name.strip_prefix(b"[")
        .and_then(|name| name.strip_suffix(b"]"))
        .unwrap_or(name)
        .to_vec()
}

fn join(dict: Map) -> Result<Vec<u8>, FuncError> {
    let part = |key: &str| match dict.get(key) {
        None => Ok(Vec::new()),
        Some(Value::Nil) => Err(FuncError::new(super::NIL_POINTER)),
        Some(value) => match value.as_str() {
            Some(text) => Ok(text.to_vec()),
            None => Err(FuncError::new(format!(
                "unable to parse {key} key, must be of type string, but {} found",
                value.kind()
            ))),
        },
    };
    let mut url = Url {
        scheme: part("scheme")?,
        host: part("host")?,
        path: part("path")?,
        query: part("query")?,
        opaque: part("opaque")?,
        fragment: part("fragment")?,
        user: None,
    };
    let user = part("userinfo")?;
    if !user.is_empty() {
        let text = [b"proto://", user.as_slice(), b"@host"].concat();
        let parsed = parse::parse(&text).map_err(|error| {
            FuncError::new(format!("unable to parse userinfo in dict: {error}"))
        })?;
        url.user = parsed.user;
    }
    Ok(url.to_text())
}
