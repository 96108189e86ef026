//! Which characters mean what to the scanner. Sources are bytes that are usually UTF-8: a byte that belongs to no character counts
//! as U+FFFD, one byte wide, and stays what it is.

use crate::fmt::is_print;

/// The bytes that count as white space.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Whether an ASCII character may be part of a name.
pub(super) fn is_name_byte(byte: u8) -> bool {
    NAME_BYTES[usize::from(byte)]
}

/// How many bytes of a name `text` begins with.
pub(super) fn leading_name(text: &[u8]) -> usize {
    let (words, _) = text.as_chunks::<4>();
    let whole = words.iter().take_while(|word| {
        let [a, b, c, d] = word.map(is_name_byte);
        a & b & c & d
    });
    let len = 4 * whole.count();
    let rest = &text[len..];
    let more = rest.iter().position(|byte| !is_name_byte(*byte));
    len + more.unwrap_or(rest.len())
}

const NAME_BYTES: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128_u8 {
        table[byte as usize] = byte == b'_' || byte.is_ascii_alphanumeric();
        byte += 1;
    }
    table
};

pub(super) fn is_alphanumeric(c: char) -> bool {
    c == '_' || c.is_alphabetic() || c.is_numeric()
}

/// The character at the beginning of `text`, and how many bytes it takes.
pub(super) fn first_char(text: &[u8]) -> Option<(char, usize)> {
    let first = *text.first()?;
    if first.is_ascii() {
        return Some((char::from(first), 1));
    }
    let longest = &text[..text.len().min(4)];
    let valid = longest.utf8_chunks().next().map(|chunk| chunk.valid());
    let found = valid.and_then(|valid| valid.chars().next());
    Some(found.map_or((char::REPLACEMENT_CHARACTER, 1), |c| (c, c.len_utf8())))
}

/// How long `text` is without the white space at its end.
pub(super) fn trimmed_len(text: &[u8]) -> usize {
    text.iter()
        .rposition(|byte| !is_space(*byte))
        .map_or(0, |last| last + 1)
}

/// How much white space `text` begins with.
pub(super) fn leading_space(text: &[u8]) -> usize {
    text.iter()
        .position(|byte| !is_space(*byte))
        .unwrap_or(text.len())
}

/// Whether the text after a left delimiter asks for trimming: `-` and a space.
pub(super) fn begins_with_trim(text: &[u8]) -> bool {
    matches!(text, [b'-', space, ..] if is_space(*space))
}

/// Whether the text before a right delimiter asks for trimming: a space and `-`.
pub(super) fn ends_with_trim(text: &[u8]) -> bool {
    matches!(text, [space, b'-', ..] if is_space(*space))
}

/// A character as Go's `%#U` prints it: `U+0040 '@'`.
pub(super) fn code_point(c: char) -> String {
    let code = u32::from(c);
    if is_print(c) {
        format!("U+{code:04X} '{c}'")
    } else {
        format!("U+{code:04X}")
    }
}
