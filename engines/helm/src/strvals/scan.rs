//! Reading the text, character by character.

/// Whether a backslash takes the next character out of the syntax.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Escapes {
    Backslash,
    None,
}

/// Text up to one of the characters that were waited for.
pub(super) struct Run {
    pub text: String,
    /// The character that ended it; `None` at the end of the text.
    pub stop: Option<char>,
}

pub(super) struct Scanner<'a> {
    rest: &'a str,
    escapes: Escapes,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str, escapes: Escapes) -> Self {
        Self {
            rest: text,
            escapes,
        }
    }

    /// What has not been read.
    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    /// Drops `count` bytes, which must end between characters.
    pub(super) fn advance(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or_default();
    }

    /// Reads up to and with the first of `stops` that no backslash hides.
    pub(super) fn until(&mut self, stops: &[char]) -> Run {
        let mut text = String::new();
        let mut chars = self.rest.chars();
        let stop = loop {
            match chars.next() {
                Some(c) if stops.contains(&c) => break Some(c),
                Some('\\') if self.escapes == Escapes::Backslash => match chars.next() {
                    Some(escaped) => text.push(escaped),
                    None => break None,
                },
                Some(c) => text.push(c),
                None => break None,
            }
        };
        self.rest = chars.as_str();
        Run { text, stop }
    }

    /// Skips white space and the comma behind it. Tells whether there was a comma, or nothing else.
    pub(super) fn at_end_of_value(&mut self) -> bool {
        self.rest = self.rest.trim_start();
        if let Some(rest) = self.rest.strip_prefix(',') {
            self.rest = rest;
            return true;
        }
        self.rest.is_empty()
    }

    /// Skips `c` when it is next.
    pub(super) fn skip(&mut self, c: char) -> bool {
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
}
