//! JSON text to values, with what Go's `encoding/json` says about text that is none.

use super::JsonError;
use crate::value::{List, Map, Str, Value};

/// Collections nest no deeper than this; Go allows ten thousand.
const MAX_DEPTH: usize = 500;

/// A text that is being read, byte by byte.
pub(super) struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    depth: usize,
    /// The first number that fits no float, in its own spelling. Go goes on after it.
    overflow: Option<String>,
}

/// A decoded text and the first thing in it that has no value.
pub(super) struct Scanned {
    pub value: Value,
    pub overflow: Option<String>,
}

pub(super) fn scan(text: &[u8]) -> Result<Scanned, JsonError> {
    let mut scanner = Scanner {
        text,
        at: 0,
        depth: 0,
        overflow: None,
    };
    let value = scanner.value()?;
    scanner.skip_space();
    match scanner.peek() {
        None => Ok(Scanned {
            value,
            overflow: scanner.overflow,
        }),
        Some(byte) => Err(unexpected(byte, "after top-level value")),
    }
}

fn unexpected(byte: u8, context: impl Into<String>) -> JsonError {
    JsonError::Unexpected {
        character: byte,
        context: context.into(),
    }
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Result<u8, JsonError> {
        let byte = self.peek().ok_or(JsonError::UnexpectedEnd)?;
        self.at += 1;
        Ok(byte)
    }

    /// As [`Self::next`], but the end of the text counts as a space: so Go words it where no space may stand.
    fn next_or_space(&mut self) -> u8 {
        self.next().unwrap_or(b' ')
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Result<Value, JsonError> {
        self.skip_space();
        match self.next()? {
            b'{' => self.nested(Self::object),
            b'[' => self.nested(Self::array),
            b'"' => self.string().map(Value::Str),
            b't' => self.literal("true", Value::Bool(true)),
            b'f' => self.literal("false", Value::Bool(false)),
            b'n' => self.literal("null", Value::Nil),
            byte if byte == b'-' || byte.is_ascii_digit() => self.number(byte),
            byte => Err(unexpected(byte, "looking for beginning of value")),
        }
    }

    fn nested(
        &mut self,
        read: fn(&mut Self) -> Result<Value, JsonError>,
    ) -> Result<Value, JsonError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(JsonError::TooDeep);
        }
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn object(&mut self) -> Result<Value, JsonError> {
        let map = Map::new();
        self.skip_space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::Map(map));
        }
        let mut entries = Vec::new();
        loop {
            self.skip_space();
            match self.next()? {
                b'"' => {}
                byte => {
                    let context = "looking for beginning of object key string";
                    return Err(unexpected(byte, context));
                }
            }
            let key = self.string()?;
            self.skip_space();
            match self.next()? {
                b':' => {}
                byte => return Err(unexpected(byte, "after object key")),
            }
            entries.push((key, self.value()?));
            self.skip_space();
            match self.next()? {
                b',' => {}
                b'}' => break,
                byte => return Err(unexpected(byte, "after object key:value pair")),
            }
        }
        Ok(Value::Map(Map::from_entries(map.map_type(), entries)))
    }

    fn array(&mut self) -> Result<Value, JsonError> {
        let mut items = Vec::new();
        self.skip_space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::List(List::appended(items)));
        }
        loop {
            items.push(self.value()?);
            self.skip_space();
            match self.next()? {
                b',' => {}
                b']' => return Ok(Value::List(List::appended(items))),
                byte => return Err(unexpected(byte, "after array element")),
            }
        }
    }

    fn literal(&mut self, word: &str, value: Value) -> Result<Value, JsonError> {
        for expected in word.bytes().skip(1) {
            let byte = self.next_or_space();
            if byte != expected {
                let expected = char::from(expected);
                let context = format!("in literal {word} (expecting '{expected}')");
                return Err(unexpected(byte, context));
            }
        }
        Ok(value)
    }

    fn digits(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
    }

    /// At least one digit.
    fn some_digits(&mut self, context: &str) -> Result<(), JsonError> {
        match self.next_or_space() {
            byte if byte.is_ascii_digit() => {
                self.digits();
                Ok(())
            }
            byte => Err(unexpected(byte, context)),
        }
    }

    fn number(&mut self, first: u8) -> Result<Value, JsonError> {
        let start = self.at - 1;
        let first = if first == b'-' {
            match self.next_or_space() {
                byte if byte.is_ascii_digit() => byte,
                byte => return Err(unexpected(byte, "in numeric literal")),
            }
        } else {
            first
        };
        if first != b'0' {
            self.digits();
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.some_digits("after decimal point in numeric literal")?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.some_digits("in exponent of numeric literal")?;
        }
        let spelled = String::from_utf8_lossy(&self.text[start..self.at]);
        let value: f64 = spelled.parse().unwrap_or_default();
        if value.is_finite() {
            return Ok(Value::Float(value));
        }
        self.overflow.get_or_insert_with(|| spelled.into_owned());
        Ok(Value::Nil)
    }

    /// What follows an opening quote, up to the closing one.
    fn string(&mut self) -> Result<Str, JsonError> {
        let start = self.at;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    let text = String::from_utf8_lossy(&self.text[start..self.at]);
                    self.at += 1;
                    return Ok(Str::from(text));
                }
                b'\\' => break,
                0..0x20 => return Err(unexpected(byte, "in string literal")),
                _ => self.at += 1,
            }
        }
        self.escaped_string(start)
    }

    fn escaped_string(&mut self, start: usize) -> Result<Str, JsonError> {
        let mut out = self.text[start..self.at].to_vec();
        loop {
            match self.next()? {
                b'"' => break,
                b'\\' => {
                    let c = self.escape()?;
                    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                byte @ 0..0x20 => return Err(unexpected(byte, "in string literal")),
                byte => out.push(byte),
            }
        }
        Ok(Str::from(String::from_utf8_lossy(&out)))
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        Ok(match self.next_or_space() {
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            byte @ (b'\\' | b'/' | b'"') => char::from(byte),
            b'u' => {
                let high = self.hexadecimal()?;
                if (0xD800..0xDC00).contains(&high) && self.text[self.at..].starts_with(b"\\u") {
                    let back = self.at;
                    self.at += 2;
                    let low = self.hexadecimal()?;
                    if (0xDC00..0xE000).contains(&low) {
                        let c = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                        return Ok(char::from_u32(c).unwrap_or('\u{FFFD}'));
                    }
                    // Half a pair stands for nothing; what follows is read on its own.
                    self.at = back;
                }
                char::from_u32(high).unwrap_or('\u{FFFD}')
            }
            byte => return Err(unexpected(byte, "in string escape code")),
        })
    }

    fn hexadecimal(&mut self) -> Result<u32, JsonError> {
        let mut value = 0;
        for _ in 0..4 {
            let byte = self.next_or_space();
            let Some(digit) = char::from(byte).to_digit(16) else {
                return Err(unexpected(byte, "in \\u hexadecimal character escape"));
            };
            value = value * 16 + digit;
        }
        Ok(value)
    }
}
