//! The characters of a TOML text: keys, values by their first character, and what stands between them.

use super::tree::Node;
use crate::fmt;
use crate::value::{IntKind, Value};

/// What is wrong, and on which line.
pub(super) struct Fault {
    pub message: String,
    pub line: usize,
}

pub(super) type Read<T> = Result<T, Fault>;

/// A text that is being read.
pub(super) struct Reader<'a> {
    pub text: &'a str,
    pub at: usize,
    pub line: usize,
    /// Where the text in quotes began that is being read.
    pub string: usize,
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

pub(super) fn is_line_end(c: char) -> bool {
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
    pub fn unexpected_behind(&self, before: &str, after: &str) -> Fault {
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

    pub fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
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
}
