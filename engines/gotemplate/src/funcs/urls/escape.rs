//! Percent signs.

/// The part of an address that a text stands in, which decides what may stand there unescaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Path,
    User,
    Host,
    Zone,
    Fragment,
}

/// Whether a byte is escaped in a part.
pub(super) fn is_escaped(byte: u8, part: Part) -> bool {
    if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
        return false;
    }
    let plain: &[u8] = match part {
        Part::Path => b"$&+,/:;=@",
        Part::User => b"$&+,;=",
        Part::Host | Part::Zone => b"!\"$&'()*+,:;<=>[]",
        Part::Fragment => b"!$&()*+,/:;=?@",
    };
    !plain.contains(&byte)
}

pub(super) fn escape(text: &[u8], part: Part) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        if is_escaped(byte, part) {
            out.extend_from_slice(format!("%{byte:02X}").as_bytes());
        } else {
            out.push(byte);
        }
    }
    out
}

/// Puts bytes in the place of escapes; the error is Go's.
pub(super) fn unescape(text: &[u8], part: Part) -> Result<Vec<u8>, String> {
    let bad = |shown: &[u8]| format!("invalid URL escape {}", crate::fmt::quote(shown));
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        if byte != b'%' {
            let is_host = matches!(part, Part::Host | Part::Zone);
            if is_host && byte.is_ascii() && is_escaped(byte, part) {
                let shown = crate::fmt::quote([byte]);
                return Err(format!("invalid character {shown} in host name"));
            }
            out.push(byte);
            rest = after;
            continue;
        }
        let Some(value) = after.get(..2).and_then(hexadecimal) else {
            return Err(bad(&rest[..rest.len().min(3)]));
        };
        let is_percent = &after[..2] == b"25";
        let is_bad = match part {
            // A host may escape only what is not ASCII, a zone what a host may hold.
            Part::Host => value < 0x80 && !is_percent,
            Part::Zone => !is_percent && value != b' ' && is_escaped(value, Part::Host),
            _ => false,
        };
        if is_bad {
            return Err(bad(&rest[..3]));
        }
        out.push(value);
        rest = &after[2..];
    }
    Ok(out)
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let value = digit(digits[0])? * 16 + digit(digits[1])?;
    u8::try_from(value).ok()
}
