//! Directives, anchors and tags.

use std::borrow::Cow;

use super::{Mark, Problem, Scanner, TokenKind};

/// Digits that each half of a version may have.
const VERSION_DIGITS: usize = 2;

impl<'a> Scanner<'a> {
    pub(super) fn fetch_directive(&mut self) -> Result<(), Problem> {
        let start = self.cursor.mark();
        self.unroll_indent(-1, start);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;

        self.cursor.skip(1);
        let kind = match self.scan_directive_name(start)? {
            "YAML" => self.scan_version(start)?,
            "TAG" => self.scan_tag_directive(start)?,
            _ => return Err(self.problem(start, "found unknown directive name")),
        };
        let end = self.cursor.mark();
        self.cursor.skip_blanks();
        if self.cursor.peek(0) == b'#' {
            self.cursor.take_line();
        }
        if !self.cursor.is_break_or_end(0) {
            return Err(self.problem(start, "did not find expected comment or line break"));
        }
        if self.cursor.is_break(0) {
            self.cursor.take_break();
        }
        self.append(kind, start, end);
        Ok(())
    }

    /// Takes letters, digits, `_` and `-`.
    fn take_word(&mut self) -> &'a str {
        let from = self.cursor.at;
        while self.cursor.is_word() {
            self.cursor.skip(1);
        }
        &self.cursor.text[from..self.cursor.at]
    }

    fn scan_directive_name(&mut self, start: Mark) -> Result<&'a str, Problem> {
        let name = self.take_word();
        if name.is_empty() {
            return Err(self.problem(start, "could not find expected directive name"));
        }
        if !self.cursor.is_space_or_end(0) {
            return Err(self.problem(start, "found unexpected non-alphabetical character"));
        }
        Ok(name)
    }

    fn scan_version(&mut self, start: Mark) -> Result<TokenKind<'a>, Problem> {
        self.cursor.skip_blanks();
        let major = self.scan_version_number(start)?;
        if self.cursor.peek(0) != b'.' {
            return Err(self.problem(start, "did not find expected digit or '.' character"));
        }
        self.cursor.skip(1);
        let minor = self.scan_version_number(start)?;
        Ok(TokenKind::VersionDirective(major, minor))
    }

    fn scan_version_number(&mut self, start: Mark) -> Result<u8, Problem> {
        let mut number = 0;
        let mut length = 0;
        while let digit @ b'0'..=b'9' = self.cursor.peek(0) {
            length += 1;
            if length > VERSION_DIGITS {
                return Err(self.problem(start, "found extremely long version number"));
            }
            number = number * 10 + (digit - b'0');
            self.cursor.skip(1);
        }
        if length == 0 {
            return Err(self.problem(start, "did not find expected version number"));
        }
        Ok(number)
    }

    fn scan_tag_directive(&mut self, start: Mark) -> Result<TokenKind<'a>, Problem> {
        self.cursor.skip_blanks();
        let handle = self.scan_tag_handle(start)?;
        if handle != "!" && !handle.ends_with('!') {
            return Err(self.problem(start, "did not find expected '!'"));
        }
        if !self.cursor.is_blank(0) {
            return Err(self.problem(start, "did not find expected whitespace"));
        }
        self.cursor.skip_blanks();
        let prefix = self.scan_tag_uri("", start)?;
        if !self.cursor.is_space_or_end(0) {
            return Err(self.problem(start, "did not find expected whitespace or line break"));
        }
        Ok(TokenKind::TagDirective(Box::new((
            Cow::Borrowed(handle),
            Cow::Owned(prefix),
        ))))
    }

    pub(super) fn scan_anchor(
        &mut self,
        kind: fn(&'a str) -> TokenKind<'a>,
    ) -> Result<(), Problem> {
        let start = self.cursor.mark();
        self.cursor.skip(1);
        let name = self.take_word();
        let end = self.cursor.mark();
        let ended = self.cursor.is_space_or_end(0)
            || matches!(
                self.cursor.peek(0),
                b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`'
            );
        if name.is_empty() || !ended {
            let text = "did not find expected alphabetic or numeric character";
            return Err(self.problem(start, text));
        }
        self.append(kind(name), start, end);
        Ok(())
    }

    pub(super) fn scan_tag(&mut self) -> Result<(), Problem> {
        let start = self.cursor.mark();
        let tag: (Cow<'a, str>, Cow<'a, str>) = if self.cursor.peek(1) == b'<' {
            self.cursor.skip(2);
            let uri = self.scan_tag_uri("", start)?;
            if self.cursor.peek(0) != b'>' {
                return Err(self.problem(start, "did not find the expected '>'"));
            }
            self.cursor.skip(1);
            ("".into(), uri.into())
        } else {
            let handle = self.scan_tag_handle(start)?;
            if handle.len() > 1 && handle.ends_with('!') {
                (handle.into(), self.scan_tag_uri("", start)?.into())
            } else {
                // No handle after all, but the start of a local tag, or `!` alone.
                match self.scan_tag_uri(handle, start)? {
                    suffix if suffix.is_empty() => ("".into(), "!".into()),
                    suffix => ("!".into(), suffix.into()),
                }
            }
        };
        if !self.cursor.is_space_or_end(0) {
            return Err(self.problem(start, "did not find expected whitespace or line break"));
        }
        let end = self.cursor.mark();
        self.append(TokenKind::Tag(Box::new(tag)), start, end);
        Ok(())
    }

    /// Takes `!`, `!!`, or `!word` with the `!` behind it if there is one.
    fn scan_tag_handle(&mut self, start: Mark) -> Result<&'a str, Problem> {
        if self.cursor.peek(0) != b'!' {
            return Err(self.problem(start, "did not find expected '!'"));
        }
        let from = self.cursor.at;
        self.cursor.skip(1);
        self.take_word();
        if self.cursor.peek(0) == b'!' {
            self.cursor.skip(1);
        }
        Ok(&self.cursor.text[from..self.cursor.at])
    }

    /// Takes the characters of a URI, escapes decoded, behind `head` without its `!`.
    fn scan_tag_uri(&mut self, head: &str, start: Mark) -> Result<String, Problem> {
        let mut uri = head.get(1..).unwrap_or_default().to_owned();
        let mut found = !head.is_empty();
        loop {
            match self.cursor.peek(0) {
                b'%' => {
                    let char = self.scan_uri_escape(start)?;
                    uri.push(char);
                }
                byte if self.cursor.is_word() || b";/?:@&=+$,.!~*'()[]".contains(&byte) => {
                    uri.push(char::from(byte));
                    self.cursor.skip(1);
                }
                _ => break,
            }
            found = true;
        }
        if !found {
            return Err(self.problem(start, "did not find expected tag URI"));
        }
        Ok(uri)
    }

    /// Decodes the `%XX` sequences of one character.
    fn scan_uri_escape(&mut self, start: Mark) -> Result<char, Problem> {
        let mut octets = Vec::new();
        let mut width = 1;
        while octets.len() < width {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            let octet = match (digit(self.cursor.peek(1)), digit(self.cursor.peek(2))) {
                (Some(high), Some(low)) if self.cursor.peek(0) == b'%' => high << 4 | low,
                _ => return Err(self.problem(start, "did not find URI escaped octet")),
            };
            // Two hexadecimal digits make a byte.
            let octet = octet.to_le_bytes()[0];
            if octets.is_empty() {
                width = match octet {
                    0x00..=0x7F => 1,
                    0xC0..=0xDF => 2,
                    0xE0..=0xEF => 3,
                    0xF0..=0xF7 => 4,
                    _ => {
                        let text = "found an incorrect leading UTF-8 octet";
                        return Err(self.problem(start, text));
                    }
                };
            } else if octet & 0xC0 != 0x80 {
                return Err(self.problem(start, "found an incorrect trailing UTF-8 octet"));
            }
            octets.push(octet);
            self.cursor.skip(3);
        }
        match std::str::from_utf8(&octets)
            .ok()
            .and_then(|text| text.chars().next())
        {
            Some(char) => Ok(char),
            None => Err(self.problem(start, "found an incorrect trailing UTF-8 octet")),
        }
    }
}
