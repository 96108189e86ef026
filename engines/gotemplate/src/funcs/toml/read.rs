//! The characters of a TOML text: values, keys and what stands between them.

use super::tree::Node;
use crate::fmt;
use crate::funcs::Time;
use crate::funcs::time::Zone;
use crate::value::{IntKind, Value};

/// What is wrong, and on which line.
pub(super) struct Fault {
    pub message: String,
    pub line: usize,
}

pub(super) type Read<T> = Result<T, Fault>;

/// A text that is being read.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    pub line: usize,
    /// Where the text in quotes began that is being read.
    string: usize,
}

/// A character in single quotes; the end of the text is a zero.
fn shown(c: Option<char>) -> String {
    let code = i64::from(u32::from(c.unwrap_or('\0')));
    let quoted = fmt::sprintf(b"%q", &[Value::Int(IntKind::Int32, code)]);
    String::from_utf8_lossy(&quoted).into_owned()
}

pub(super) fn is_space(c: char) -> bool {
    c == ' ' || c == '\t'
}

fn is_line_end(c: char) -> bool {
    c == '\n' || c == '\r'
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str) -> Self {
        Self {
            text: text.strip_prefix('\u{FEFF}').unwrap_or(text),
            at: 0,
            line: 1,
            string: 0,
        }
    }

    pub fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// A fault here. At the end the last line end does not count.
    pub fn fault(&self, message: impl Into<String>) -> Fault {
        let is_behind_line_end = self.rest().is_empty() && self.text.ends_with('\n');
        Fault {
            message: message.into(),
            line: self.line - usize::from(is_behind_line_end),
        }
    }

    /// A fault that was seen before it was reached: here the last line end does count.
    fn fault_ahead(&self, message: impl Into<String>) -> Fault {
        Fault {
            message: message.into(),
            line: self.line,
        }
    }

    /// A fault at a character that was expected to be another one; a line end belongs to its line.
    fn unexpected(&self, before: &str, after: &str) -> Fault {
        self.fault(format!("{before}{}{after}", shown(self.peek())))
    }

    /// As [`Self::unexpected`], but a line end belongs to the next line: so it is upstream in some places.
    fn unexpected_behind(&self, before: &str, after: &str) -> Fault {
        let mut fault = self.unexpected(before, after);
        fault.line += usize::from(self.peek() == Some('\n'));
        fault
    }

    /// The next character; control characters are refused.
    pub fn next(&mut self) -> Read<Option<char>> {
        let Some(c) = self.peek() else {
            return Ok(None);
        };
        let is_bare_return = c == '\r' && !self.rest().starts_with("\r\n");
        if is_bare_return || (c.is_ascii_control() && !matches!(c, '\t' | '\r' | '\n')) {
            return Err(self.fault(format!(
                "TOML files cannot contain control characters: '0x{:02x}'",
                u32::from(c)
            )));
        }
        if c == '\n' {
            self.line += 1;
        }
        self.at += c.len_utf8();
        Ok(Some(c))
    }

    pub fn skip_spaces(&mut self) -> Read<()> {
        while self.peek().is_some_and(is_space) {
            self.next()?;
        }
        Ok(())
    }

    /// Spaces, line ends and comments.
    pub fn skip_lines(&mut self) -> Read<()> {
        loop {
            match self.peek() {
                Some(c) if is_space(c) || is_line_end(c) => {
                    self.next()?;
                }
                Some('#') => self.skip_comment()?,
                _ => return Ok(()),
            }
        }
    }

    pub fn skip_comment(&mut self) -> Read<()> {
        while self.peek().is_some_and(|c| !is_line_end(c)) {
            self.next()?;
        }
        Ok(())
    }

    /// What must follow an item of the top level.
    pub fn end_of_item(&mut self) -> Read<()> {
        self.skip_spaces()?;
        match self.peek() {
            None | Some('#' | '\n' | '\r') => Ok(()),
            Some(_) => Err(self.unexpected(
                "expected a top-level item to end with a newline, comment, or EOF, but got ",
                " instead",
            )),
        }
    }

    /// The name of a table, up to and including its `]`.
    pub fn table_name(&mut self) -> Read<Vec<String>> {
        let mut name = Vec::new();
        loop {
            self.skip_spaces()?;
            match self.peek() {
                Some(']') | None => {
                    let message = "unexpected end of table name (table names cannot be empty)";
                    return Err(self.fault_ahead(message));
                }
                Some('.') => {
                    let message = "unexpected table separator (table names cannot be empty)";
                    return Err(self.fault_ahead(message));
                }
                Some(_) => name.push(self.key_part()?),
            }
            self.skip_spaces()?;
            match self.peek() {
                Some('.') => {
                    self.next()?;
                }
                Some(']') => {
                    self.next()?;
                    return Ok(name);
                }
                _ => {
                    return Err(self.unexpected_behind(
                        "expected '.' or ']' to end table name, but got ",
                        " instead",
                    ));
                }
            }
        }
    }

    /// The second `]` of an array of tables.
    pub fn table_array_end(&mut self) -> Read<()> {
        if self.peek() == Some(']') {
            self.next()?;
            return Ok(());
        }
        Err(self.unexpected_behind(
            "expected end of table array name delimiter ']', but got ",
            " instead",
        ))
    }

    /// A key, up to and including its `=`.
    pub fn key(&mut self) -> Read<Vec<String>> {
        self.skip_spaces()?;
        match self.peek() {
            Some('=') | None => {
                return Err(self.fault_ahead("unexpected '=': key name appears blank"));
            }
            Some('.') => {
                return Err(self.fault_ahead("unexpected '.': keys cannot start with a '.'"));
            }
            Some(_) => {}
        }
        let mut key = Vec::new();
        loop {
            self.skip_spaces()?;
            match self.peek() {
                Some('=') | None => return Err(self.fault_ahead("unexpected '='")),
                Some('.') => return Err(self.fault_ahead("unexpected '.'")),
                Some(_) => key.push(self.key_part()?),
            }
            self.skip_spaces()?;
            match self.peek() {
                Some('.') => {
                    self.next()?;
                }
                Some('=') => {
                    self.next()?;
                    return Ok(key);
                }
                None => {
                    return Err(self.fault("unexpected EOF; expected key separator '='"));
                }
                Some(_) => {
                    return Err(self.unexpected("expected '.' or '=', but got ", " instead"));
                }
            }
        }
    }

    /// A quoted name, or a bare one, which may be empty: what follows it is wrong then.
    fn key_part(&mut self) -> Read<String> {
        match self.peek() {
            Some('"') => {
                self.next()?;
                self.string()
            }
            Some('\'') => {
                self.next()?;
                self.raw_string()
            }
            _ => {
                let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
                Ok(self.take_while(is_bare).to_owned())
            }
        }
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// Any value but an array or an inline table; those are told by their bracket.
    pub fn value(&mut self) -> Read<Node> {
        self.skip_spaces()?;
        let value = match self.peek() {
            None => return Err(self.fault("unexpected EOF; expected value")),
            Some('"') => {
                self.next()?;
                Value::from(if self.rest().starts_with("\"\"") {
                    self.at += 2;
                    self.multiline_string()?
                } else {
                    self.string()?
                })
            }
            Some('\'') => {
                self.next()?;
                Value::from(if self.rest().starts_with("''") {
                    self.at += 2;
                    self.multiline_raw_string()?
                } else {
                    self.raw_string()?
                })
            }
            Some('.') => return Err(self.fault("floats must start with a digit, not '.'")),
            Some(c) if c.is_ascii_digit() => self.number_or_date()?,
            Some('+' | '-') => self.signed_number()?,
            Some(c) if c.is_alphabetic() => self.word()?,
            Some(_) => return Err(self.unexpected("expected value but found ", " instead")),
        };
        Ok(Node::Value(value))
    }

    fn word(&mut self) -> Read<Value> {
        let start = self.rest();
        if start.starts_with("inf") || start.starts_with("nan") {
            self.at += 3;
            return Ok(Value::Float(start[..3].parse().unwrap_or_default()));
        }
        match self.take_while(char::is_alphabetic) {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            word => {
                let quoted = fmt::quote(word);
                Err(self.fault(format!("expected value but found {quoted} instead")))
            }
        }
    }

    /// After the opening quote.
    fn string(&mut self) -> Read<String> {
        self.string = self.at;
        let mut out = String::new();
        loop {
            match self.peek() {
                None => return Err(self.fault("unexpected EOF; expected '\"'")),
                Some('\n' | '\r') => return Err(self.fault("strings cannot contain newlines")),
                Some('"') => {
                    self.next()?;
                    return Ok(out);
                }
                Some('\\') => {
                    self.next()?;
                    out.push(self.escape()?);
                }
                Some(_) => out.extend(self.next()?),
            }
        }
    }

    /// After a backslash.
    fn escape(&mut self) -> Read<char> {
        let escaped = self.next()?;
        Ok(match escaped {
            Some('b') => '\u{8}',
            Some('t') => '\t',
            Some('n') => '\n',
            Some('f') => '\u{c}',
            Some('r') => '\r',
            Some('e') => '\u{1b}',
            Some('"') => '"',
            Some('\\') => '\\',
            Some(c @ (' ' | '\t')) => return Err(self.fault(format!("invalid escape: '\\{c}'"))),
            Some('x') => return self.code_point(2, "two", 'x'),
            Some('u') => return self.code_point(4, "four", 'u'),
            Some('U') => return self.code_point(8, "eight", 'U'),
            other => {
                return Err(Fault {
                    message: format!(
                        "invalid escape in string '\\{}'",
                        other.map_or_else(|| "\0".to_owned(), String::from)
                    ),
                    line: self.line - usize::from(other.is_none()),
                });
            }
        })
    }

    fn code_point(&mut self, count: usize, word: &str, letter: char) -> Read<char> {
        let digits = self.rest();
        let mut value = 0_u32;
        for _ in 0..count {
            let digit = self.next()?.and_then(|c| c.to_digit(16));
            let Some(digit) = digit else {
                let quoted = fmt::quote(&self.text[self.string..self.at]);
                return Err(self.fault(format!(
                    "expected {word} hexadecimal digits after '\\{letter}', but got {quoted} instead"
                )));
            };
            value = value << 4 | digit;
        }
        char::from_u32(value).ok_or_else(|| {
            let spelled = &digits[..count];
            self.fault(format!(
                "Escaped character '\\u{spelled}' is not valid UTF-8."
            ))
        })
    }

    fn raw_string(&mut self) -> Read<String> {
        let start = self.at;
        loop {
            match self.peek() {
                None => return Err(self.fault("unexpected EOF; expected \"'\"")),
                Some('\n' | '\r') => return Err(self.fault("strings cannot contain newlines")),
                Some('\'') => {
                    let text = &self.text[start..self.at];
                    self.next()?;
                    return Ok(text.to_owned());
                }
                Some(_) => {
                    self.next()?;
                }
            }
        }
    }

    /// A line end right behind the opening quotes does not count.
    fn skip_first_line_end(&mut self) -> Read<()> {
        if self.rest().starts_with("\r\n") {
            self.next()?;
        }
        if self.peek() == Some('\n') {
            self.next()?;
        }
        Ok(())
    }

    /// The closing quotes, with up to two quotes before them that belong to the text.
    fn closing(&mut self, quote: char) -> Read<Option<String>> {
        let count = self.rest().chars().take_while(|c| *c == quote).count();
        if count < 3 {
            return Ok(None);
        }
        if count > 5 {
            let quotes = quote.to_string().repeat(6);
            let outer = if quote == '"' { '\'' } else { '"' };
            return Err(self.fault(format!("unexpected {outer}{quotes}{outer}")));
        }
        self.at += count;
        Ok(Some(quote.to_string().repeat(count - 3)))
    }

    fn multiline_raw_string(&mut self) -> Read<String> {
        self.skip_first_line_end()?;
        let mut out = String::new();
        loop {
            match self.peek() {
                None => return Err(self.fault("unexpected EOF; expected \"'''\"")),
                Some('\'') => match self.closing('\'')? {
                    Some(tail) => return Ok(out + &tail),
                    None => out.extend(self.next()?),
                },
                Some(_) => out.extend(self.next()?),
            }
        }
    }

    fn multiline_string(&mut self) -> Read<String> {
        self.string = self.at;
        self.skip_first_line_end()?;
        let mut out = String::new();
        loop {
            match self.peek() {
                None => return Err(self.fault("unexpected EOF; expected '\"\"\"'")),
                Some('"') => match self.closing('"')? {
                    Some(tail) => return Ok(out + &tail),
                    None => out.extend(self.next()?),
                },
                Some('\\') => {
                    self.next()?;
                    let space = self.rest();
                    let end = space
                        .find(|c: char| !(is_space(c) || is_line_end(c)))
                        .unwrap_or(space.len());
                    // A backslash at the end of a line joins it with the next text.
                    if space[..end].contains('\n') {
                        for _ in 0..space[..end].chars().count() {
                            self.next()?;
                        }
                    } else {
                        out.push(self.escape()?);
                    }
                }
                Some(_) => out.extend(self.next()?),
            }
        }
    }

    fn signed_number(&mut self) -> Read<Value> {
        let start = self.rest();
        self.next()?;
        match self.peek() {
            Some(c @ ('i' | 'n')) => {
                let word = if c == 'i' { "inf" } else { "nan" };
                if !self.rest().starts_with(word) {
                    let shown = &start[..2];
                    return Err(self.fault(format!("invalid float: '{shown}'")));
                }
                self.at += 3;
                Ok(Value::Float(start[..4].parse().unwrap_or(f64::NAN)))
            }
            Some('.') => Err(self.fault("floats must start with a digit, not '.'")),
            Some(c) if c.is_ascii_digit() => {
                if let Some(base) = self.rest()[1..].chars().next()
                    && c == '0'
                    && matches!(base, 'b' | 'o' | 'x')
                {
                    let shown = &start[..3];
                    return Err(self.fault(format!(
                        "cannot use sign with non-decimal numbers: '{shown}'"
                    )));
                }
                self.take_while(|c| c.is_ascii_digit() || c == '_');
                self.rest_of_number(start)
            }
            _ => Err(self.unexpected_behind("expected a digit but got ", "")),
        }
    }

    fn number_or_date(&mut self) -> Read<Value> {
        let start = self.rest();
        for (prefix, what, radix) in [
            ("0b", "a binary", 2),
            ("0o", "an octal", 8),
            ("0x", "a hexadecimal", 16),
        ] {
            let Some(digits) = start.strip_prefix(prefix) else {
                continue;
            };
            self.at += 2;
            let first = digits.chars().next();
            if !first.is_some_and(|c| c.is_digit(radix)) {
                let shown = first.map_or_else(|| "\0".to_owned(), String::from);
                return Err(self.fault(format!("not {what} number: '{prefix}{shown}'")));
            }
            let spelled = self.take_while(|c| c.is_digit(radix) || c == '_');
            return self.integer(&start[..2 + spelled.len()], spelled, radix);
        }
        self.take_while(|c| c.is_ascii_digit());
        if matches!(self.peek(), Some('-' | ':')) {
            self.take_while(|c| c.is_ascii_digit() || "-:Tt .Zz+".contains(c));
            let spelled = &start[..start.len() - self.rest().len()];
            return self.date(spelled.trim());
        }
        self.take_while(|c| c.is_ascii_digit() || c == '_');
        self.rest_of_number(start)
    }

    /// What follows the digits of a decimal number that began at `start`.
    fn rest_of_number(&mut self, start: &'a str) -> Read<Value> {
        let is_float = matches!(self.peek(), Some('.' | 'e' | 'E'));
        if is_float {
            self.take_while(|c| c.is_ascii_digit() || "_.-+eE".contains(c));
        }
        let spelled = &start[..start.len() - self.rest().len()];
        if is_float {
            self.float(spelled)
        } else {
            let digits = spelled.strip_prefix('+').unwrap_or(spelled);
            self.integer(spelled, digits, 10)
        }
    }

    fn integer(&self, spelled: &str, digits: &str, radix: u32) -> Read<Value> {
        let quoted = fmt::quote(spelled);
        if !has_sound_underscores(spelled) {
            return Err(self.fault(format!(
                "Invalid integer {quoted}: underscores must be surrounded by digits"
            )));
        }
        if has_leading_zero(spelled) {
            return Err(self.fault(format!(
                "Invalid integer {quoted}: cannot have leading zeroes"
            )));
        }
        i64::from_str_radix(&digits.replace('_', ""), radix)
            .map(Value::int64)
            .map_err(|_| self.fault(format!("{spelled} is out of range for int64")))
    }

    fn float(&self, spelled: &str) -> Read<Value> {
        let quoted = fmt::quote(spelled);
        let invalid = |why: &str| Err(self.fault(format!("Invalid float {quoted}: {why}")));
        let mut parts = spelled
            .split(['.', 'e', 'E'])
            .filter(|part| !part.is_empty());
        if !parts.clone().all(has_sound_underscores) {
            return invalid("underscores must be surrounded by digits");
        }
        if parts.next().is_some_and(has_leading_zero) {
            return invalid("cannot have leading zeroes");
        }
        let has_sound_points = spelled
            .match_indices('.')
            .all(|(at, _)| spelled[at + 1..].starts_with(|c: char| c.is_ascii_digit()));
        if !has_sound_points {
            return invalid("'.' must be followed by one or more digits");
        }
        match spelled.replace('_', "").parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Value::Float(number)),
            Ok(_) => Err(self.fault(format!("{spelled} is out of range for float64"))),
            Err(_) => Err(self.fault(format!("Invalid float value: {quoted}"))),
        }
    }

    fn date(&self, spelled: &str) -> Read<Value> {
        const LAYOUTS: [(&str, &str); 7] = [
            ("2006-01-02T15:04:05.999999999Z07:00", ""),
            ("2006-01-02T15:04:05.999999999", "datetime-local"),
            ("2006-01-02", "date-local"),
            ("15:04:05.999999999", "time-local"),
            ("2006-01-02T15:04Z07:00", ""),
            ("2006-01-02T15:04", "datetime-local"),
            ("15:04", "time-local"),
        ];
        let text = spelled.replace(['t', ' '], "T").replace('z', "Z");
        let invalid = || self.fault(format!("invalid datetime: {}", fmt::quote(&text)));
        for (layout, zone) in LAYOUTS {
            let Ok(time) = Time::parse(layout, &text) else {
                continue;
            };
            let is_padded = layout
                .bytes()
                .take_while(|byte| !matches!(byte, b'.' | b'Z'))
                .zip(text.bytes())
                .all(|(wanted, found)| wanted.is_ascii_digit() || wanted == found);
            if !is_padded {
                return Err(invalid());
            }
            let time = match zone {
                "" => time,
                zone => time.with_zone(Zone::Fixed {
                    name: zone.to_owned(),
                    offset: 0,
                }),
            };
            return Ok(Value::host(time));
        }
        Err(invalid())
    }
}

fn has_leading_zero(text: &str) -> bool {
    let bytes = text.as_bytes();
    match bytes {
        [b'0', second, ..] => !matches!(second, b'b' | b'o' | b'x'),
        [b'+' | b'-', b'0', _, ..] => true,
        _ => false,
    }
}

/// Every underscore stands between hexadecimal digits, and a digit stands at the end.
fn has_sound_underscores(text: &str) -> bool {
    let mut accepts = false;
    for c in text.chars() {
        if c == '_' && !accepts {
            return false;
        }
        accepts = c.is_ascii_hexdigit();
    }
    accepts
}
