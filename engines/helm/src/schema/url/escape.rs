//! Percent signs.

use super::UrlError;
use crate::text::quote;

/// Every `%` must be followed by two hexadecimal digits.
pub(in crate::schema) fn check_escapes(text: &str) -> Result<(), UrlError> {
    let bytes = text.as_bytes();
    let bad = (0..bytes.len()).find(|at| {
        bytes[*at] == b'%'
            && !(bytes.get(at + 1).is_some_and(u8::is_ascii_hexdigit)
                && bytes.get(at + 2).is_some_and(u8::is_ascii_hexdigit))
    });
    match bad {
        Some(at) => {
            let shown: String = text[at..].chars().take(3).collect();
            Err(format!("invalid URL escape {}", quote(&shown)))
        }
        None => Ok(()),
    }
}

/// Replaces `%41` by `A`; what is no UTF-8 then becomes U+FFFD.
pub(in crate::schema) fn unescape(text: &str) -> Result<String, UrlError> {
    check_escapes(text)?;
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut digit = || bytes.next().and_then(|byte| char::from(byte).to_digit(16));
        if let (Some(high), Some(low)) = (digit(), digit()) {
            out.push(u8::try_from(high * 16 + low).unwrap_or_default());
        }
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// A fragment with the characters that URLs lack in it escaped (`url.PathEscape` between slashes).
pub(in crate::schema) fn escape_fragment(text: &str) -> String {
    escape(text, |byte| {
        byte.is_ascii_alphanumeric() || b"-_.~$&+=:@/".contains(&byte)
    })
}

/// A path as it is when it is well escaped, else escaped anew.
pub(super) fn escape_path(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~$&+,/:;=@".contains(&byte);
    if path
        .bytes()
        .all(|byte| plain(byte) || b"%!'()*[]".contains(&byte))
    {
        return path.to_owned();
    }
    escape(&unescape(path).unwrap_or_default(), plain)
}

fn escape(text: &str, keep: impl Fn(u8) -> bool) -> String {
    use std::fmt::Write as _;

    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if keep(byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
