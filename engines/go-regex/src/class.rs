//! Characters, escapes and character classes of Go's syntax, spelled for the `regex` crate.

use crate::error::{Code, SyntaxError};
use crate::syntax::push_code_point;

/// A literal character, escaped where the other syntax would read more into it.
pub(super) fn literal(c: char) -> String {
    let mut out = String::with_capacity(4);
    if c.is_ascii_alphanumeric() || !c.is_ascii() || c == ' ' || c == '_' {
        out.push(c);
    } else {
        push_code_point(&mut out, u32::from(c));
    }
    out
}

/// A class with a name: `\d`, `\pL`, `\p{Greek}` and their negations; `None` if none stands here.
pub(super) fn named(text: &str) -> Result<Option<(String, &str)>, SyntaxError> {
    let Some(kind) = text.strip_prefix('\\').and_then(|rest| rest.chars().next()) else {
        return Ok(None);
    };
    let ascii = match kind {
        'd' => "[0-9]",
        'D' => "[^0-9]",
        's' => "[\\t\\n\\x0C\\r ]",
        'S' => "[^\\t\\n\\x0C\\r ]",
        'w' => "[0-9A-Za-z_]",
        'W' => "[^0-9A-Za-z_]",
        'p' | 'P' => return unicode(text, kind).map(Some),
        _ => return Ok(None),
    };
    Ok(Some((ascii.to_owned(), &text[2..])))
}

fn unicode(text: &str, kind: char) -> Result<(String, &str), SyntaxError> {
    let body = &text[2..];
    let (name, after) = match body.chars().next() {
        Some('{') => match body.find('}') {
            Some(end) => (&body[1..end], &body[end + 1..]),
            None => return Err(SyntaxError::new(Code::InvalidCharRange, text)),
        },
        Some(c) => body.split_at(c.len_utf8()),
        None => ("", ""),
    };
    let invalid = || SyntaxError::between(Code::InvalidCharRange, text, after);
    let (name, is_negated) = match name.strip_prefix('^') {
        Some(name) => (name, kind == 'p'),
        None => (name, kind == 'P'),
    };
    if name.is_empty()
        || !name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' '))
    {
        return Err(invalid());
    }
    let sign = if is_negated { 'P' } else { 'p' };
    // Binary properties, which the other syntax knows as well, are none of Go's classes.
    let spelled = ["gc", "sc"]
        .into_iter()
        .map(|property| format!("\\{sign}{{{property}={name}}}"))
        .find(|spelled| ::regex::Regex::new(spelled).is_ok());
    match spelled {
        Some(spelled) => Ok((spelled, after)),
        None => Err(invalid()),
    }
}

/// The character that an escape at the start of `text` stands for, and what follows.
pub(super) fn escaped_char(text: &str) -> Result<(char, &str), SyntaxError> {
    let Some(c) = text[1..].chars().next() else {
        return Err(SyntaxError::new(Code::TrailingBackslash, ""));
    };
    let rest = &text[1 + c.len_utf8()..];
    let is_octal = |rest: &str| rest.starts_with(|c: char| ('0'..='7').contains(&c));
    let invalid = |rest| SyntaxError::between(Code::InvalidEscape, text, rest);
    Ok(match c {
        'a' => ('\x07', rest),
        'f' => ('\x0C', rest),
        'n' => ('\n', rest),
        'r' => ('\r', rest),
        't' => ('\t', rest),
        'v' => ('\x0B', rest),
        'x' => return hexadecimal(text, rest),
        // A single digit other than zero would be a back reference.
        '1'..='7' if !is_octal(rest) => return Err(invalid(rest)),
        '0'..='7' => {
            let more = rest
                .bytes()
                .take(2)
                .take_while(|b| (b'0'..=b'7').contains(b))
                .count();
            let digits = &text[1..2 + more];
            let value = u32::from_str_radix(digits, 8).unwrap_or_default();
            (char::from_u32(value).unwrap_or_default(), &rest[more..])
        }
        c if c.is_ascii() && !c.is_ascii_alphanumeric() => (c, rest),
        _ => return Err(invalid(rest)),
    })
}

/// `\xHH` or `\x{H…}`; `rest` follows the `x`.
fn hexadecimal<'a>(text: &'a str, rest: &'a str) -> Result<(char, &'a str), SyntaxError> {
    let invalid = |rest| SyntaxError::between(Code::InvalidEscape, text, rest);
    let mut chars = rest.chars();
    let Some(first) = chars.next() else {
        return Err(invalid(rest));
    };
    if first != '{' {
        let Some(second) = chars.next() else {
            return Err(invalid(""));
        };
        let value = first
            .to_digit(16)
            .zip(second.to_digit(16))
            .and_then(|(high, low)| char::from_u32(high * 16 + low));
        let rest = chars.as_str();
        return value.map(|c| (c, rest)).ok_or_else(|| invalid(rest));
    }
    let mut value = 0;
    let mut digits = 0;
    loop {
        let Some(c) = chars.next() else {
            return Err(invalid(""));
        };
        if c == '}' {
            break;
        }
        let Some(digit) = c.to_digit(16) else {
            return Err(invalid(chars.as_str()));
        };
        value = value * 16 + digit;
        if value > 0x10_FFFF {
            return Err(invalid(chars.as_str()));
        }
        digits += 1;
    }
    let rest = chars.as_str();
    if digits == 0 {
        return Err(invalid(rest));
    }
    // A surrogate is a code point that no text holds.
    Ok((char::from_u32(value).unwrap_or('\u{FFFD}'), rest))
}

/// A class in brackets that starts at `text`, and what follows.
pub(super) fn bracketed(text: &str) -> Result<(String, &str), SyntaxError> {
    let mut out = String::from("[");
    let mut rest = &text[1..];
    if let Some(after) = rest.strip_prefix('^') {
        out.push('^');
        rest = after;
    }
    let mut is_first = true;
    while is_first || !rest.starts_with(']') {
        is_first = false;
        if rest.len() > 2
            && let Some((class, after)) = posix(rest)?
        {
            out.push_str(&class);
            rest = after;
            continue;
        }
        if let Some((class, after)) = named(rest)? {
            out.push_str(&class);
            rest = after;
            continue;
        }
        let start = rest;
        let (low, after) = class_char(rest, text)?;
        rest = after;
        let mut high = low;
        if rest.len() >= 2 && rest.starts_with('-') && !rest[1..].starts_with(']') {
            (high, rest) = class_char(&rest[1..], text)?;
            if high < low {
                return Err(SyntaxError::between(Code::InvalidCharRange, start, rest));
            }
        }
        push_code_point(&mut out, u32::from(low));
        if high != low {
            out.push('-');
            push_code_point(&mut out, u32::from(high));
        }
    }
    out.push(']');
    Ok((out, &rest[1..]))
}

fn class_char<'a>(text: &'a str, whole: &str) -> Result<(char, &'a str), SyntaxError> {
    match text.chars().next() {
        None => Err(SyntaxError::new(Code::MissingBracket, whole)),
        Some('\\') => escaped_char(text),
        Some(c) => Ok((c, &text[c.len_utf8()..])),
    }
}

/// `[:alpha:]` and its kind.
fn posix(text: &str) -> Result<Option<(String, &str)>, SyntaxError> {
    const NAMES: &[&str] = &[
        "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
        "space", "upper", "word", "xdigit",
    ];
    let Some(body) = text.strip_prefix("[:") else {
        return Ok(None);
    };
    let Some(end) = body.find(":]") else {
        return Ok(None);
    };
    let (name, after) = (&body[..end], &body[end + 2..]);
    if !NAMES.contains(&name.strip_prefix('^').unwrap_or(name)) {
        return Err(SyntaxError::between(Code::InvalidCharRange, text, after));
    }
    Ok(Some((format!("[:{name}:]"), after)))
}
