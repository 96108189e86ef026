//! Keys and scalars that stand on one line.

use super::lines::indented;

/// How long a key may be.
const KEY: usize = 128;

/// How long a number may be; a longer one may be infinite.
const NUMBER: usize = 32;

/// What follows a key or a dash on its line.
pub(super) enum Value<'t> {
    /// Nothing: the value stands on the next lines, or is null.
    Open,
    /// A scalar that is text.
    Text(&'t str),
    /// Anything else that is complete.
    Other,
    /// A block scalar begins.
    Block,
}

/// A key and what follows its colon.
pub(super) fn key(content: &str) -> Option<(&str, &str)> {
    let bytes = content.as_bytes();
    let (name, rest) = if bytes.first() == Some(&b'"') {
        let (name, rest) = content[1..].split_once('"')?;
        if name.is_empty() || name.contains('\\') {
            return None;
        }
        (name, rest.strip_prefix(':')?)
    } else {
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_./-".contains(byte);
        let len = bytes.iter().take_while(|byte| is_part(byte)).count();
        let (name, rest) = content.split_at(len);
        if !bytes.first()?.is_ascii_alphabetic() {
            return None;
        }
        (name, rest.strip_prefix(':')?)
    };
    if name.len() > KEY || !(rest.is_empty() || rest.starts_with(' ')) {
        return None;
    }
    Some((name, indented(rest).1))
}

/// The value that stands on one line.
pub(super) fn value(text: &str) -> Option<Value<'_>> {
    let Some(first) = text.bytes().next() else {
        return Some(Value::Open);
    };
    match first {
        b'"' | b'\'' => quoted(text, first),
        b'|' | b'>' => ["", "-", "+"].contains(&&text[1..]).then_some(Value::Block),
        b'{' => (text == "{}").then_some(Value::Other),
        b'[' => flow(text).map(|()| Value::Other),
        b'-' => {
            let is_word = |byte: &u8| *byte == b'-' || byte.is_ascii_alphabetic();
            text.as_bytes().get(1).filter(|byte| is_word(byte))?;
            plain(text, first)
        }
        b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'/' | b'(' | b'$' => plain(text, first),
        _ => None,
    }
}

fn quoted(text: &str, quote: u8) -> Option<Value<'_>> {
    let inner = text[1..].strip_suffix(char::from(quote))?;
    let is_special = |byte: u8| byte == quote || byte == b'\\' && quote == b'"';
    if !inner.bytes().any(is_special) {
        return Some(Value::Text(inner));
    }
    // Two single quotes stand for one.
    let is_paired = quote == b'\'' && !inner.replace("''", "").contains('\'');
    is_paired.then_some(Value::Other)
}

/// A list on one line of words and of quoted text without escapes.
fn flow(text: &str) -> Option<()> {
    let mut rest = text.strip_prefix('[')?.strip_suffix(']')?;
    loop {
        rest = rest.trim_start_matches(' ');
        let first = rest.bytes().next();
        let len = match first {
            None => return text.ends_with("[]").then_some(()),
            Some(quote @ (b'"' | b'\'')) => {
                let inner = &rest[1..];
                let len = inner.bytes().position(|byte| byte == quote)?;
                if inner[..len].contains('\\') {
                    return None;
                }
                len + 2
            }
            Some(first) if first.is_ascii_alphabetic() => {
                let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_./-".contains(byte);
                rest.bytes().take_while(is_part).count()
            }
            _ => return None,
        };
        rest = rest[len..].trim_start_matches(' ');
        if rest.is_empty() {
            return Some(());
        }
        rest = rest.strip_prefix(',')?;
    }
}

fn plain(text: &str, first: u8) -> Option<Value<'_>> {
    // A colon before a blank makes a key, a number sign after one a comment.
    let mut before = 0;
    for byte in text.bytes() {
        if byte == b' ' && before == b':' || byte == b'#' && before == b' ' {
            return None;
        }
        before = byte;
    }
    if before == b':' {
        return None;
    }
    let text = text.trim_end_matches(' ');
    if text.ends_with(':') {
        return None;
    }
    if first.is_ascii_digit() {
        return is_harmless(text).then_some(Value::Other);
    }
    Some(if first.is_ascii_alphabetic() && !is_word(text) {
        Value::Text(text)
    } else {
        Value::Other
    })
}

/// Whether what begins with a digit is text, or a number that is not too large.
fn is_harmless(text: &str) -> bool {
    let bytes = text.as_bytes();
    let has_base = bytes.get(1).is_some_and(|byte| b"xXoObB".contains(byte));
    let is_other = |byte: &u8| !(byte.is_ascii_digit() || b"_.:+-eE".contains(byte));
    let is_text = !has_base && bytes.iter().any(is_other);
    is_text || text.len() <= NUMBER && !text.contains(['e', 'E'])
}

/// Whether a text is a boolean or null, in any spelling.
pub(super) fn is_word(text: &str) -> bool {
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    text.len() <= 5 && WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}
