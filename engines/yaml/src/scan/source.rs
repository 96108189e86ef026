//! The input as characters that YAML allows: byte order marks, UTF-16, bad bytes.

use std::borrow::Cow;

/// The text of a stream, up to the first byte that is not allowed.
pub(crate) struct Source<'a> {
    /// The text without its byte order mark.
    pub text: Cow<'a, str>,
    /// What ends the text before its end, if anything does.
    pub fault: Option<Fault>,
    /// Bytes of the byte order mark in front of the text.
    pub mark: usize,
}

/// What is wrong with the bytes behind the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault(&'static str);

impl Fault {
    const INCOMPLETE: Self = Self("incomplete UTF-8 octet sequence");

    /// go-yaml's words for it.
    pub fn text(self) -> &'static str {
        self.0
    }

    /// Whether it shows only when the reader asks for bytes beyond the end.
    pub fn waits_for_more(self) -> bool {
        self == Self::INCOMPLETE
    }
}

impl<'a> Source<'a> {
    /// Reads `bytes` as UTF-8, or as UTF-16 when a byte order mark says so.
    pub fn new(bytes: &'a [u8]) -> Self {
        let (text, fault, mark) = match bytes {
            [0xFF, 0xFE, rest @ ..] => {
                let (text, fault) = utf16(rest, u16::from_le_bytes);
                (Cow::Owned(text), fault, 2)
            }
            [0xFE, 0xFF, rest @ ..] => {
                let (text, fault) = utf16(rest, u16::from_be_bytes);
                (Cow::Owned(text), fault, 2)
            }
            [0xEF, 0xBB, 0xBF, rest @ ..] => {
                let (text, fault) = utf8(rest);
                (Cow::Borrowed(text), fault, 3)
            }
            _ => {
                let (text, fault) = utf8(bytes);
                (Cow::Borrowed(text), fault, 0)
            }
        };
        match control_character(text.as_bytes()) {
            None => Self { text, fault, mark },
            Some(at) => {
                let text = match text {
                    Cow::Borrowed(text) => Cow::Borrowed(&text[..at]),
                    Cow::Owned(mut text) => {
                        text.truncate(at);
                        Cow::Owned(text)
                    }
                };
                Self {
                    text,
                    fault: Some(Fault("control characters are not allowed")),
                    mark,
                }
            }
        }
    }
}

/// The longest part of `bytes` that is UTF-8, and what is wrong with the rest.
fn utf8(bytes: &[u8]) -> (&str, Option<Fault>) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (text, None);
    }
    let text = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    (text, Some(utf8_fault(&bytes[text.len()..])))
}

/// Why the sequence that starts `bytes` is no UTF-8 (`readerc.go`, `yaml_parser_update_buffer`).
fn utf8_fault(bytes: &[u8]) -> Fault {
    let width = match bytes.first() {
        Some(0xC0..=0xDF) => 2,
        Some(0xE0..=0xEF) => 3,
        Some(0xF0..=0xF7) => 4,
        _ => return Fault("invalid leading UTF-8 octet"),
    };
    if bytes.len() < width {
        return Fault::INCOMPLETE;
    }
    if bytes[1..width].iter().any(|byte| byte & 0xC0 != 0x80) {
        return Fault("invalid trailing UTF-8 octet");
    }
    let too_long = match (width, bytes[0], bytes[1]) {
        (2, lead, _) => lead < 0xC2,
        (3, lead, next) => lead == 0xE0 && next < 0xA0,
        (_, lead, next) => lead == 0xF0 && next < 0x90,
    };
    Fault(if too_long {
        "invalid length of a UTF-8 sequence"
    } else {
        "invalid Unicode character"
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> (String, Option<Fault>) {
    let mut pairs = bytes.chunks_exact(2);
    let mut units = pairs
        .by_ref()
        .map(|pair| unit([pair[0], pair[1]]))
        .peekable();
    let mut text = String::with_capacity(bytes.len());
    while let Some(first) = units.next() {
        let char = match first {
            0xDC00..=0xDFFF => return (text, Some(Fault("unexpected low surrogate area"))),
            0xD800..=0xDBFF => match units.next() {
                None => return (text, Some(Fault("incomplete UTF-16 surrogate pair"))),
                Some(second @ 0xDC00..=0xDFFF) => {
                    let high = u32::from(first & 0x3FF) << 10;
                    char::from_u32(0x1_0000 + high + u32::from(second & 0x3FF))
                }
                Some(_) => return (text, Some(Fault("expected low surrogate area"))),
            },
            _ => char::from_u32(u32::from(first)),
        };
        text.extend(char);
    }
    let fault = (bytes.len() % 2 == 1).then_some(Fault("incomplete UTF-16 character"));
    (text, fault)
}

/// Where the first character is that YAML does not allow: C0 and C1 controls other than tab, line
/// feed, carriage return and next line, and the noncharacters U+FFFE and U+FFFF.
fn control_character(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + first_suspect(&bytes[from..])?;
        let refused = match bytes[at..] {
            [0xC2, next, ..] => next < 0xA0 && next != 0x85,
            [0xEF, 0xBF, next, ..] => next >= 0xBE,
            [0xEF, ..] => false,
            _ => true,
        };
        if refused {
            return Some(at);
        }
        from = at + 1;
    }
}

/// Where the first byte is that is, or may start, a character that is not allowed.
fn first_suspect(bytes: &[u8]) -> Option<usize> {
    let (words, _) = bytes.as_chunks();
    let mut from = 0;
    for word in words {
        if is_plain(u64::from_ne_bytes(*word)) {
            from += word.len();
        } else if let Some(at) = word.iter().position(|byte| is_suspect(*byte)) {
            return Some(from + at);
        } else {
            from += word.len();
        }
    }
    let at = bytes[from..].iter().position(|byte| is_suspect(*byte))?;
    Some(from + at)
}

/// Whether all eight bytes of a word are printable ASCII or line feeds, found without a look at each. What compilers make of
/// a loop over bytes depends on how the whole program is built.
fn is_plain(word: u64) -> bool {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = ONES * 0x80;
    const LOW: u64 = ONES * 0x7F;
    // Each sum stays within its byte: the high bits are off.
    let above_controls = (word & LOW) + ONES * 0x60;
    let no_line_feed = ((word ^ (ONES * 0x0A)) & LOW) + LOW;
    let delete = (word & LOW) + ONES;
    (word | delete | (!above_controls & no_line_feed)) & HIGH == 0
}

/// Whether a byte is, or may start, a character that is not allowed.
fn is_suspect(byte: u8) -> bool {
    let is_control = byte < 0x20 && byte != b'\t' && byte != b'\n' && byte != b'\r';
    is_control || byte == 0x7F || byte == 0xC2 || byte == 0xEF
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> (String, Option<&'static str>) {
        let source = Source::new(bytes);
        (source.text.into_owned(), source.fault.map(Fault::text))
    }

    #[test]
    fn byte_order_marks_choose_the_encoding_and_disappear() {
        assert_eq!(read(b"\xEF\xBB\xBFa: 1"), ("a: 1".to_owned(), None));
        assert_eq!(read(b"\xFF\xFEa\0\xE9\0"), ("aé".to_owned(), None));
        assert_eq!(
            read(b"\xFE\xFF\0a\xD8\x3D\xDE\x00"),
            ("a\u{1f600}".to_owned(), None)
        );
        assert_eq!(
            read(b"\xFE\xFF\0a\0").1,
            Some("incomplete UTF-16 character")
        );
        assert_eq!(
            read(b"\xFE\xFF\xDC\x00").1,
            Some("unexpected low surrogate area")
        );
        assert_eq!(
            read(b"\xFE\xFF\xD8\x00\0a").1,
            Some("expected low surrogate area")
        );
        assert_eq!(
            read(b"\xFE\xFF\xD8\x00").1,
            Some("incomplete UTF-16 surrogate pair")
        );
    }

    #[test]
    fn text_ends_at_the_first_byte_that_is_not_allowed() {
        for (bytes, fault) in [
            (&b"ab\x00c"[..], "control characters are not allowed"),
            (b"ab\x7F", "control characters are not allowed"),
            (b"ab\xC2\x80", "control characters are not allowed"),
            (b"ab\xEF\xBF\xBF", "control characters are not allowed"),
            (b"ab\xFF", "invalid leading UTF-8 octet"),
            (b"ab\xC3", "incomplete UTF-8 octet sequence"),
            (b"ab\xC3a", "invalid trailing UTF-8 octet"),
            (b"ab\xC0\x80", "invalid length of a UTF-8 sequence"),
            (b"ab\xED\xA0\x80", "invalid Unicode character"),
        ] {
            assert_eq!(read(bytes), ("ab".to_owned(), Some(fault)), "{bytes:?}");
        }
        let long = format!("{}\u{7f}", "a\n~ é".repeat(40));
        assert_eq!(read(long.as_bytes()).0, long[..long.len() - 1]);
        let fine = "\t\n\r\u{85}\u{a0}\u{feff}\u{fffd}\u{1f600}";
        assert_eq!(read(fine.as_bytes()), (fine.to_owned(), None));
    }
}
