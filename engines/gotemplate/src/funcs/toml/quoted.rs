//! Texts in quotes.

use super::read::{Fault, Read, Reader, is_line_end, is_space};
use crate::fmt;

impl Reader<'_> {
    /// After the opening quote.
    pub fn string(&mut self) -> Read<String> {
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

    pub fn raw_string(&mut self) -> Read<String> {
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

    pub fn multiline_raw_string(&mut self) -> Read<String> {
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

    pub fn multiline_string(&mut self) -> Read<String> {
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
}
