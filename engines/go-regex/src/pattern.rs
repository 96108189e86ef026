//! A compiled pattern, and what can be done with it.

use std::ops::Range;

use crate::error::{Code, SyntaxError};
use crate::{expand, syntax};

/// Compiled programs take no more memory than this, in bytes.
const SIZE_LIMIT: usize = 64 << 20;

/// A compiled pattern.
#[derive(Debug)]
pub struct Pattern {
    program: regex::bytes::Regex,
    names: Vec<Option<String>>,
}

impl Pattern {
    /// Compiles a pattern in Go's syntax.
    ///
    /// # Errors
    /// What is wrong with it, in Go's words.
    pub fn compile(source: &str) -> Result<Self, SyntaxError> {
        Self::compile_within(source, SIZE_LIMIT)
    }

    /// Compiles a pattern that is given as bytes.
    ///
    /// # Errors
    /// As [`Pattern::compile`], and where the bytes are not UTF-8.
    pub fn compile_bytes(source: &[u8]) -> Result<Self, SyntaxError> {
        if let Ok(source) = std::str::from_utf8(source) {
            Self::compile(source)
        } else {
            let shown = String::from_utf8_lossy(source);
            Err(SyntaxError::new(Code::InvalidUtf8, &shown))
        }
    }

    /// Compiles a pattern whose program may take this many bytes of memory.
    ///
    /// # Errors
    /// As [`Pattern::compile`]; a larger program is refused as Go refuses an expression that is too large.
    pub fn compile_within(source: &str, size: usize) -> Result<Self, SyntaxError> {
        let translated = syntax::translate(source)?;
        let program = regex::bytes::RegexBuilder::new(&translated.pattern)
            .size_limit(size)
            .dfa_size_limit(size)
            .nest_limit(4096)
            .build()
            .map_err(|_| SyntaxError::new(Code::Large, source))?;
        Ok(Self {
            program,
            names: translated.names,
        })
    }

    /// Whether the pattern matches somewhere.
    pub fn is_match(&self, text: &[u8]) -> bool {
        self.program.is_match(text)
    }

    /// The leftmost match.
    pub fn find<'t>(&self, text: &'t [u8]) -> Option<&'t [u8]> {
        self.matches(text, Some(1)).next().map(|at| &text[at])
    }

    /// At most `limit` matches that do not overlap; an empty one right behind another one does not
    /// count.
    pub fn find_all<'t>(&self, text: &'t [u8], limit: Option<usize>) -> Vec<&'t [u8]> {
        self.matches(text, limit).map(|at| &text[at]).collect()
    }

    fn matches<'p, 't: 'p>(
        &'p self,
        text: &'t [u8],
        limit: Option<usize>,
    ) -> impl Iterator<Item = Range<usize>> + 'p {
        self.program
            .find_iter(text)
            .map(|found| found.range())
            .filter(move |at| !splits_character(text, at))
            .take(limit.unwrap_or(usize::MAX))
    }

    /// `template` with its references to groups resolved by the leftmost match; none without a match.
    pub fn expand(&self, text: &[u8], template: &[u8]) -> Option<Vec<u8>> {
        let mut all = self.program.captures_iter(text);
        let groups = all.find(|groups| {
            let whole = groups.get(0).map(|found| found.range());
            whole.is_some_and(|at| !splits_character(text, &at))
        })?;
        let mut out = Vec::new();
        expand::append(&mut out, template, &self.names, |group| {
            groups.get(group).map(|found| found.as_bytes())
        });
        Some(out)
    }

    /// Puts `template` in the place of every match; see [`expand`] for what `$` means in it.
    pub fn replace_all(&self, text: &[u8], template: &[u8]) -> Vec<u8> {
        if !template.contains(&b'$') {
            return self.replace_all_literal(text, template);
        }
        let mut out = Vec::with_capacity(text.len());
        let mut copied = 0;
        for groups in self.program.captures_iter(text) {
            let Some(whole) = groups.get(0) else { continue };
            if splits_character(text, &whole.range()) {
                continue;
            }
            out.extend_from_slice(&text[copied..whole.start()]);
            expand::append(&mut out, template, &self.names, |group| {
                groups.get(group).map(|found| found.as_bytes())
            });
            copied = whole.end();
        }
        out.extend_from_slice(&text[copied..]);
        out
    }

    /// Puts `replacement` in the place of every match, as it stands.
    pub fn replace_all_literal(&self, text: &[u8], replacement: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len());
        let mut copied = 0;
        for at in self.matches(text, None) {
            out.extend_from_slice(&text[copied..at.start]);
            out.extend_from_slice(replacement);
            copied = at.end;
        }
        out.extend_from_slice(&text[copied..]);
        out
    }

    /// The pieces between matches: at most `limit` of them, the last one being the rest.
    pub fn split<'t>(&self, text: &'t [u8], limit: Option<usize>) -> Vec<&'t [u8]> {
        if limit == Some(0) {
            return Vec::new();
        }
        if text.is_empty() && !self.program.as_str().is_empty() {
            return vec![text];
        }
        let mut pieces = Vec::new();
        let (mut begin, mut end) = (0, 0);
        for at in self.matches(text, limit) {
            if limit.is_some_and(|limit| pieces.len() + 1 >= limit) {
                break;
            }
            end = at.start;
            if at.end != 0 {
                pieces.push(&text[begin..end]);
            }
            begin = at.end;
        }
        if end != text.len() {
            pieces.push(&text[begin..]);
        }
        pieces
    }
}

/// An empty match within a character: the ASCII-only `\B` finds those, Go never looks there.
fn splits_character(text: &[u8], at: &Range<usize>) -> bool {
    at.is_empty()
        && at.start > 0
        && text.get(at.start).is_some_and(|byte| byte & 0xC0 == 0x80)
        && (1..=3.min(at.start)).any(|back| {
            let start = at.start - back;
            let lead = text[start];
            let width = match lead {
                0xC2..=0xDF => 2,
                0xE0..=0xEF => 3,
                0xF0..=0xF4 => 4,
                _ => return false,
            };
            width > back
                && text
                    .get(start..start + width)
                    .is_some_and(|bytes| std::str::from_utf8(bytes).is_ok())
        })
}

/// Escapes what has a meaning in a pattern.
pub fn quote_meta(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        if br"\.+*?()|[]{}^$".contains(&byte) {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out
}
