//! Padding, and the formats of single numbers and texts (Go: `fmt/format.go`).

use super::float::float;
use super::printable::is_print;
use super::quote::{Shown, can_backquote, quote_rune, quote_with};
use super::runes::{first_runes, rune_count};

/// What stands between the percent sign and the verb.
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the format"
)]
pub(super) struct Flags {
    pub(super) minus: bool,
    pub(super) plus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    /// `%+v`, which is not the plus flag of what it holds.
    pub(super) plus_v: bool,
    /// `%#v`, which is not the sharp flag of what it holds.
    pub(super) sharp_v: bool,
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
}

/// The letters of hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Lower,
    Upper,
}

impl Case {
    fn digit(self, digit: u64) -> u8 {
        let digits = match self {
            Self::Lower => b"0123456789abcdef",
            Self::Upper => b"0123456789ABCDEF",
        };
        digits[usize::try_from(digit & 15).unwrap_or(0)]
    }

    fn prefix(self) -> [u8; 2] {
        match self {
            Self::Lower => *b"0x",
            Self::Upper => *b"0X",
        }
    }
}

/// An integer: its magnitude and its sign.
#[derive(Debug, Clone, Copy)]
pub(super) struct Integer {
    pub(super) magnitude: u64,
    pub(super) negative: bool,
}

/// An integer without any flags.
fn decimal(out: &mut Vec<u8>, value: Integer) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    let mut rest = value.magnitude;
    loop {
        start -= 1;
        digits[start] = Case::Lower.digit(rest % 10);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value.negative {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[start..]);
}

impl Flags {
    /// Whether nothing changes how an integer is written.
    fn is_plain(self) -> bool {
        self.width.is_none() && self.precision.is_none() && !self.plus && !self.space
    }

    fn padding(self, out: &mut Vec<u8>, count: usize) {
        // Zeros pad on the left only.
        let fill = if self.zero && !self.minus { b'0' } else { b' ' };
        out.extend(std::iter::repeat_n(fill, count));
    }

    /// Text, padded to the width.
    pub(super) fn pad(self, out: &mut Vec<u8>, text: &[u8]) {
        let Some(width) = self.width.filter(|width| *width > 0) else {
            out.extend_from_slice(text);
            return;
        };
        let count = width.saturating_sub(rune_count(text));
        if self.minus {
            out.extend_from_slice(text);
            self.padding(out, count);
        } else {
            self.padding(out, count);
            out.extend_from_slice(text);
        }
    }

    fn pad_with_spaces(mut self, out: &mut Vec<u8>, text: &[u8]) {
        self.zero = false;
        self.pad(out, text);
    }

    /// `%s`
    pub(super) fn text(self, out: &mut Vec<u8>, text: &[u8]) {
        self.pad(out, self.truncated(text));
    }

    fn truncated(self, text: &[u8]) -> &[u8] {
        match self.precision {
            Some(precision) if precision < text.len() => first_runes(text, precision),
            _ => text,
        }
    }

    /// `%q`
    pub(super) fn quoted(self, out: &mut Vec<u8>, text: &[u8]) {
        let text = self.truncated(text);
        if self.sharp && can_backquote(text) {
            let text = [b"`", text, b"`"].concat();
            return self.pad(out, &text);
        }
        self.pad(out, quote_with(text, self.shown()).as_bytes());
    }

    fn shown(self) -> Shown {
        if self.plus {
            Shown::Ascii
        } else {
            Shown::Printable
        }
    }

    /// `%x` of bytes
    pub(super) fn hexadecimal(self, out: &mut Vec<u8>, text: &[u8], case: Case) {
        let len = self
            .precision
            .map_or(text.len(), |precision| precision.min(text.len()));
        if len == 0 {
            return self.padding(out, self.width.unwrap_or(0));
        }
        let width = match (self.space, self.sharp) {
            (true, true) => 4 * len + len - 1,
            (true, false) => 2 * len + len - 1,
            (false, true) => 2 * len + 2,
            (false, false) => 2 * len,
        };
        let count = self.width.unwrap_or(0).saturating_sub(width);
        if !self.minus {
            self.padding(out, count);
        }
        for (at, byte) in text[..len].iter().enumerate() {
            if self.space && at > 0 {
                out.push(b' ');
            }
            if self.sharp && (self.space || at == 0) {
                out.extend_from_slice(&case.prefix());
            }
            out.push(case.digit(u64::from(*byte >> 4)));
            out.push(case.digit(u64::from(*byte)));
        }
        if self.minus {
            self.padding(out, count);
        }
    }

    /// `%d`, `%b`, `%o`, `%O`, `%x`, `%X` of integers.
    pub(super) fn integer(self, out: &mut Vec<u8>, value: Integer, radix: u64, verb: char) {
        if self.is_plain() && radix == 10 {
            return decimal(out, value);
        }
        let case = if verb == 'X' {
            Case::Upper
        } else {
            Case::Lower
        };
        let least = match self.precision {
            // No digits are shown for a zero with a precision of zero.
            Some(0) if value.magnitude == 0 => {
                let mut flags = self;
                flags.zero = false;
                return flags.padding(out, self.width.unwrap_or(0));
            }
            Some(precision) => precision,
            None if self.zero && !self.minus => {
                let width = self.width.unwrap_or(0);
                let sign = value.negative || self.plus || self.space;
                width.saturating_sub(usize::from(sign))
            }
            None => 0,
        };
        // From the last digit to the sign.
        let mut text = Vec::with_capacity(24);
        let mut rest = value.magnitude;
        loop {
            text.push(case.digit(rest % radix));
            rest /= radix;
            if rest == 0 {
                break;
            }
        }
        while text.len() < least {
            text.push(b'0');
        }
        match radix {
            2 if self.sharp => text.extend_from_slice(b"b0"),
            8 if self.sharp && text.last() != Some(&b'0') => text.push(b'0'),
            16 if self.sharp => text.extend(case.prefix().iter().rev()),
            _ => {}
        }
        if verb == 'O' {
            text.extend_from_slice(b"o0");
        }
        match value.negative {
            true => text.push(b'-'),
            false if self.plus => text.push(b'+'),
            false if self.space => text.push(b' '),
            false => {}
        }
        text.reverse();
        self.pad_with_spaces(out, &text);
    }

    /// `%c`
    pub(super) fn character(self, out: &mut Vec<u8>, code: u64) {
        self.pad(out, rune(code).encode_utf8(&mut [0; 4]).as_bytes());
    }

    /// `%q` of integers
    pub(super) fn quoted_character(self, out: &mut Vec<u8>, code: u64) {
        self.pad(out, quote_rune(rune(code), self.shown()).as_bytes());
    }

    /// `%U`
    pub(super) fn unicode(self, out: &mut Vec<u8>, code: u64) {
        let least = self.precision.unwrap_or(0).max(4);
        let mut text = format!("U+{code:0least$X}");
        let known = u32::try_from(code).ok().and_then(char::from_u32);
        if let Some(c) = known.filter(|c| self.sharp && is_print(*c)) {
            text.extend([' ', '\'', c, '\'']);
        }
        self.pad_with_spaces(out, text.as_bytes());
    }

    /// `%e`, `%f`, `%g` and their kin; `precision` is what the verb has when none is given.
    pub(super) fn float(self, out: &mut Vec<u8>, value: f64, verb: char, precision: Option<usize>) {
        let precision = self.precision.or(precision);
        let mut text = float(value, verb, precision);
        if !text.starts_with(['+', '-']) {
            text.insert(0, '+');
        }
        if self.space && text.starts_with('+') && !self.plus {
            text.replace_range(..1, " ");
        }
        if text[1..].starts_with(['I', 'N']) {
            if text[1..].starts_with('N') && !self.space && !self.plus {
                text.remove(0);
            }
            return self.pad_with_spaces(out, text.as_bytes());
        }
        if self.sharp && verb != 'b' {
            text = with_point(&text, verb, precision);
        }
        if !self.plus && text.starts_with('+') {
            return self.pad(out, &text.as_bytes()[1..]);
        }
        // The sign goes before the zeros.
        let count = self.width.unwrap_or(0).saturating_sub(text.len());
        if self.zero && !self.minus && count > 0 {
            out.extend_from_slice(&text.as_bytes()[..1]);
            self.padding(out, count);
            out.extend_from_slice(&text.as_bytes()[1..]);
            return;
        }
        self.pad(out, text.as_bytes());
    }
}

/// The sharp flag of floats: always a point, and the zeros at the end stay. `text` begins with a sign.
fn with_point(text: &str, verb: char, precision: Option<usize>) -> String {
    let mut missing = match verb {
        'v' | 'g' | 'G' | 'x' => i64::try_from(precision.unwrap_or(6)).unwrap_or(i64::MAX),
        _ => 0,
    };
    let exponent_letters: &[char] = match verb {
        'x' | 'X' => &['p', 'P'],
        _ => &['p', 'P', 'e', 'E'],
    };
    let (number, tail) = text.split_at(text.find(exponent_letters).unwrap_or(text.len()));
    let digits = &number[1..];
    let significant = digits.trim_start_matches(['0', '.']);
    let shown = significant.chars().filter(|c| *c != '.').count();
    missing -= i64::try_from(shown).unwrap_or(i64::MAX);
    let mut out = number.to_owned();
    if !number.contains('.') {
        // A single zero before the point counts.
        missing -= i64::from(digits == "0");
        out.push('.');
    }
    out.extend(std::iter::repeat_n(
        '0',
        usize::try_from(missing).unwrap_or(0),
    ));
    out.push_str(tail);
    out
}

/// A code point as a character; U+FFFD when it is none.
fn rune(code: u64) -> char {
    let known = u32::try_from(code).ok().and_then(char::from_u32);
    known.unwrap_or(char::REPLACEMENT_CHARACTER)
}
