//! Quoted text and characters (`strconv.Quote` and its kin).

use std::fmt::Write as _;

use super::printable::is_print;
use super::runes::runes;

/// Which characters stand for themselves inside quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Printable ones.
    Printable,
    /// Printable ones of ASCII.
    Ascii,
}

/// `strconv.Quote`: text in double quotes with escapes, for bytes that need not be UTF-8.
pub fn quote(text: impl AsRef<[u8]>) -> String {
    quote_with(text.as_ref(), Shown::Printable)
}

pub(super) fn quote_with(text: &[u8], shown: Shown) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for (c, bytes) in runes(text) {
        match bytes {
            [byte] if !byte.is_ascii() => {
                let _ = write!(out, "\\x{byte:02x}");
            }
            _ => push(&mut out, c, '"', shown),
        }
    }
    out.push('"');
    out
}

/// `strconv.QuoteRune`: a character in single quotes.
pub(super) fn quote_rune(c: char, shown: Shown) -> String {
    let mut out = String::from('\'');
    push(&mut out, c, '\'', shown);
    out.push('\'');
    out
}

fn push(out: &mut String, c: char, quote: char, shown: Shown) {
    if c == quote || c == '\\' {
        out.push('\\');
        out.push(c);
        return;
    }
    if is_print(c) && (c.is_ascii() || shown == Shown::Printable) {
        out.push(c);
        return;
    }
    let code = u32::from(c);
    let simple = match c {
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\u{c}' => 'f',
        '\n' => 'n',
        '\r' => 'r',
        '\t' => 't',
        '\u{b}' => 'v',
        _ => {
            let _ = match code {
                0..0x20 | 0x7f => write!(out, "\\x{code:02x}"),
                0x20..0x1_0000 => write!(out, "\\u{code:04x}"),
                _ => write!(out, "\\U{code:08x}"),
            };
            return;
        }
    };
    out.push('\\');
    out.push(simple);
}

/// `strconv.CanBackquote`: whether the text can stand between backquotes on one line.
pub(super) fn can_backquote(text: &[u8]) -> bool {
    runes(text).all(|(c, bytes)| match bytes {
        [byte] => *byte == b'\t' || (byte.is_ascii() && !byte.is_ascii_control() && *byte != b'`'),
        _ => c != '\u{feff}',
    })
}
