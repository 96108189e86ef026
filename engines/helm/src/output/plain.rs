//! Manifests as nearly all templates print them, read line by line.
//!
//! Every document that a chart prints has to be read, though only its head matters. What is understood here is a part of YAML in
//! which each line shows by itself what it is: block collections, scalars on one line of printable ASCII, block scalars. Whatever
//! looks different in the slightest is left to the decoder, which also words all errors: a document that is understood here is one
//! that the decoder takes, and has the same head.

use memchr::memchr;

use super::head::Head;

/// How deep collections may lie in each other.
const DEPTH: usize = 64;

/// How long a key may be.
const KEY: usize = 128;

/// How long a number may be; a longer one may be infinite.
const NUMBER: usize = 32;

/// The head of a document; nothing when the document is left to the decoder.
pub(super) fn read(text: &str) -> Option<Head> {
    if !is_printable(text.as_bytes()) {
        return None;
    }
    let mut reader = Reader::default();
    let mut lines = Lines { rest: text };
    while let Some(line) = lines.next() {
        let (indent, content) = indented(line);
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        if let Value::Block = reader.line(indent, content)? {
            lines.skip_block(reader.indent())?;
        }
    }
    reader.finish()
}

/// Whether all is printable ASCII and line feeds: what compilers make of a loop over bytes depends on how the program is built, so
/// eight are looked at together.
fn is_printable(bytes: &[u8]) -> bool {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = ONES * 0x80;
    const LOW: u64 = ONES * 0x7F;
    let (words, rest) = bytes.as_chunks();
    let suspects = words.iter().fold(0, |suspects, word| {
        let word = u64::from_ne_bytes(*word);
        // Each sum stays within its byte: the high bits are off.
        let above_controls = (word & LOW) + ONES * 0x60;
        let no_line_feed = ((word ^ (ONES * 0x0A)) & LOW) + LOW;
        let delete = (word & LOW) + ONES;
        suspects | word | delete | (!above_controls & no_line_feed)
    });
    suspects & HIGH == 0 && rest.iter().all(|byte| matches!(byte, b'\n' | b' '..=b'~'))
}

/// How many blanks a line begins with, and what follows them.
fn indented(line: &str) -> (usize, &str) {
    let blanks = line.bytes().take_while(|byte| *byte == b' ').count();
    (blanks, &line[blanks..])
}

/// The lines of a document that are not read yet.
struct Lines<'t> {
    rest: &'t str,
}

impl<'t> Lines<'t> {
    fn next(&mut self) -> Option<&'t str> {
        if self.rest.is_empty() {
            return None;
        }
        let end = memchr(b'\n', self.rest.as_bytes()).unwrap_or(self.rest.len());
        let (line, rest) = self.rest.split_at(end);
        self.rest = rest.strip_prefix('\n').unwrap_or(rest);
        Some(line)
    }

    /// Passes over a block scalar in a collection at `parent`: its first line that is not blank tells how far it is indented.
    fn skip_block(&mut self, parent: usize) -> Option<()> {
        let mut indent = None;
        while !self.rest.is_empty() {
            let before = self.rest;
            let line = self.next()?;
            let (at, content) = indented(line);
            match indent {
                None if content.is_empty() && at > 0 => return None,
                _ if content.is_empty() => {}
                None if at > parent => indent = Some(at),
                Some(indent) if at >= indent => {}
                _ => {
                    self.rest = before;
                    break;
                }
            }
        }
        Some(())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sequence,
    Mapping,
}

/// An open block collection.
struct Frame {
    indent: usize,
    kind: Kind,
    /// What it is to the head.
    role: Role,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Top,
    Metadata,
    Annotations,
    Other,
}

/// What follows a key or a dash on its line.
enum Value<'t> {
    /// Nothing: the value stands on the next lines, or is null.
    Open,
    /// A scalar that is text.
    Text(&'t str),
    /// Anything else that is complete.
    Other,
    /// A block scalar begins.
    Block,
}

#[derive(Default)]
struct Reader {
    frames: Vec<Frame>,
    /// The role of the collection that the next line may open.
    open: Option<Role>,
    api_version: Option<String>,
    kind: Option<String>,
    has_metadata: bool,
    name: Option<String>,
    annotations: Option<Vec<(String, String)>>,
}

impl Reader {
    /// The column of the innermost collection.
    fn indent(&self) -> usize {
        self.frames.last().map_or(0, |frame| frame.indent)
    }

    fn finish(self) -> Option<Head> {
        // What is empty or misses something is rare, and the decoder's.
        self.frames.first()?;
        Some(Head {
            api_version: self.api_version?,
            kind: self.kind?,
            name: self.name.unwrap_or_default(),
            annotations: self.annotations.unwrap_or_default(),
        })
    }

    /// Takes a line whose content begins at a column.
    fn line<'t>(&mut self, mut indent: usize, mut content: &'t str) -> Option<Value<'t>> {
        if let "{}" | "[]" = content {
            // An empty collection under its key, as `toYaml` leaves it.
            let may_be = |role: &Role| content == "{}" || *role == Role::Other;
            self.open.take().filter(may_be)?;
            return (indent > self.indent()).then_some(Value::Other);
        }
        let mut entered = false;
        loop {
            let item = content
                .strip_prefix('-')
                .filter(|rest| rest.is_empty() || rest.starts_with(' '));
            let kind = if item.is_some() {
                Kind::Sequence
            } else {
                Kind::Mapping
            };
            if entered {
                self.enter(indent, kind)?;
            } else {
                self.place(indent, kind)?;
            }
            let Some(rest) = item else {
                return self.entry(content);
            };
            let (_, inner) = indented(rest);
            if inner.is_empty() {
                self.open = Some(Role::Other);
                return Some(Value::Open);
            }
            let is_collection = inner.starts_with("- ") || inner == "-" || key(inner).is_some();
            if !is_collection {
                return match value(inner)? {
                    Value::Open => None,
                    other => Some(other),
                };
            }
            indent += content.len() - inner.len();
            content = inner;
            entered = true;
            self.open = Some(Role::Other);
        }
    }

    /// Finds or opens the collection that a line belongs to.
    fn place(&mut self, indent: usize, kind: Kind) -> Option<()> {
        let open = self.open;
        let Some(last) = self.frames.last() else {
            if indent > 0 || kind == Kind::Sequence {
                return None;
            }
            self.open = Some(Role::Top);
            return self.enter(indent, kind);
        };
        if indent > last.indent {
            open?;
            return self.enter(indent, kind);
        }
        if open.is_some()
            && indent == last.indent
            && kind == Kind::Sequence
            && last.kind == Kind::Mapping
        {
            // The items of a key may stand in its column.
            return self.enter(indent, kind);
        }
        self.open = None;
        while self.frames.last().is_some_and(|last| last.indent > indent) {
            self.frames.pop();
        }
        let ends = |last: &Frame| last.indent == indent && last.kind == Kind::Sequence;
        if kind == Kind::Mapping && self.frames.last().is_some_and(ends) {
            self.frames.pop();
        }
        let last = self.frames.last()?;
        (last.indent == indent && last.kind == kind).then_some(())
    }

    fn enter(&mut self, indent: usize, kind: Kind) -> Option<()> {
        let role = self.open.take()?;
        let fits = kind == Kind::Mapping || role == Role::Other;
        if !fits || self.frames.len() >= DEPTH {
            return None;
        }
        self.frames.push(Frame { indent, kind, role });
        Some(())
    }

    /// An entry of the innermost mapping.
    fn entry<'t>(&mut self, content: &'t str) -> Option<Value<'t>> {
        let (name, rest) = key(content)?;
        let value = value(rest)?;
        let opened = self.note(self.frames.last()?.role, name, &value)?;
        self.open = matches!(value, Value::Open).then_some(opened);
        Some(value)
    }

    /// Keeps what the head wants to know of an entry; the role of the collection that may be its value.
    fn note(&mut self, role: Role, name: &str, value: &Value<'_>) -> Option<Role> {
        let text = || match value {
            Value::Text(text) => Some((*text).to_owned()),
            _ => None,
        };
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        let target = match role {
            Role::Top if is("apiVersion") => &mut self.api_version,
            Role::Top if is("kind") => &mut self.kind,
            Role::Metadata if is("name") => &mut self.name,
            Role::Top if is("metadata") => {
                let first = !std::mem::replace(&mut self.has_metadata, true);
                let opens = matches!(value, Value::Open);
                return (first && opens && name == "metadata").then_some(Role::Metadata);
            }
            Role::Metadata if is("annotations") => {
                let first = self.annotations.replace(Vec::new()).is_none();
                let opens = matches!(value, Value::Open);
                return (first && opens && name == "annotations").then_some(Role::Annotations);
            }
            Role::Annotations => {
                let annotations = self.annotations.get_or_insert_default();
                if is_word(name) || annotations.iter().any(|(known, _)| known == name) {
                    return None;
                }
                annotations.push((name.to_owned(), text()?));
                return Some(Role::Other);
            }
            _ => return Some(Role::Other),
        };
        if !["apiVersion", "kind", "name"].contains(&name) || target.is_some() {
            return None;
        }
        *target = Some(text()?);
        Some(Role::Other)
    }
}

/// A key and what follows its colon.
fn key(content: &str) -> Option<(&str, &str)> {
    let bytes = content.as_bytes();
    let (name, rest) = if bytes.first() == Some(&b'"') {
        let (name, rest) = content[1..].split_once('"')?;
        if name.is_empty() || name.contains('\\') {
            return None;
        }
        (name, rest.strip_prefix(':')?)
    } else {
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_./-".contains(byte);
        let len = bytes.iter().take_while(|byte| is_part(byte)).count();
        let (name, rest) = content.split_at(len);
        if !bytes.first()?.is_ascii_alphabetic() {
            return None;
        }
        (name, rest.strip_prefix(':')?)
    };
    if name.len() > KEY || !(rest.is_empty() || rest.starts_with(' ')) {
        return None;
    }
    Some((name, indented(rest).1))
}

/// The value that stands on one line.
fn value(text: &str) -> Option<Value<'_>> {
    let Some(first) = text.bytes().next() else {
        return Some(Value::Open);
    };
    match first {
        b'"' | b'\'' => quoted(text, first),
        b'|' | b'>' => ["", "-", "+"].contains(&&text[1..]).then_some(Value::Block),
        b'{' => (text == "{}").then_some(Value::Other),
        b'[' => flow(text).map(|()| Value::Other),
        b'-' => {
            let is_word = |byte: &u8| *byte == b'-' || byte.is_ascii_alphabetic();
            text.as_bytes().get(1).filter(|byte| is_word(byte))?;
            plain(text, first)
        }
        b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'/' | b'(' | b'$' => plain(text, first),
        _ => None,
    }
}

fn quoted(text: &str, quote: u8) -> Option<Value<'_>> {
    let inner = text[1..].strip_suffix(char::from(quote))?;
    let is_special = |byte: u8| byte == quote || byte == b'\\' && quote == b'"';
    if !inner.bytes().any(is_special) {
        return Some(Value::Text(inner));
    }
    // Two single quotes stand for one.
    let is_paired = quote == b'\'' && !inner.replace("''", "").contains('\'');
    is_paired.then_some(Value::Other)
}

/// A list on one line of words and of quoted text without escapes.
fn flow(text: &str) -> Option<()> {
    let mut rest = text.strip_prefix('[')?.strip_suffix(']')?;
    loop {
        rest = rest.trim_start_matches(' ');
        let first = rest.bytes().next();
        let len = match first {
            None => return text.ends_with("[]").then_some(()),
            Some(quote @ (b'"' | b'\'')) => {
                let inner = &rest[1..];
                let len = inner.bytes().position(|byte| byte == quote)?;
                if inner[..len].contains('\\') {
                    return None;
                }
                len + 2
            }
            Some(first) if first.is_ascii_alphabetic() => {
                let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_./-".contains(byte);
                rest.bytes().take_while(is_part).count()
            }
            _ => return None,
        };
        rest = rest[len..].trim_start_matches(' ');
        if rest.is_empty() {
            return Some(());
        }
        rest = rest.strip_prefix(',')?;
    }
}

fn plain(text: &str, first: u8) -> Option<Value<'_>> {
    // A colon before a blank makes a key, a number sign after one a comment.
    let mut before = 0;
    for byte in text.bytes() {
        if byte == b' ' && before == b':' || byte == b'#' && before == b' ' {
            return None;
        }
        before = byte;
    }
    if before == b':' {
        return None;
    }
    let text = text.trim_end_matches(' ');
    if text.ends_with(':') {
        return None;
    }
    if first.is_ascii_digit() {
        return is_harmless(text).then_some(Value::Other);
    }
    Some(if first.is_ascii_alphabetic() && !is_word(text) {
        Value::Text(text)
    } else {
        Value::Other
    })
}

/// Whether what begins with a digit is text, or a number that is not too large.
fn is_harmless(text: &str) -> bool {
    let bytes = text.as_bytes();
    let has_base = bytes.get(1).is_some_and(|byte| b"xXoObB".contains(byte));
    let is_other = |byte: &u8| !(byte.is_ascii_digit() || b"_.:+-eE".contains(byte));
    let is_text = !has_base && bytes.iter().any(is_other);
    is_text || text.len() <= NUMBER && !text.contains(['e', 'E'])
}

/// Whether a text is a boolean or null, in any spelling.
fn is_word(text: &str) -> bool {
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    text.len() <= 5 && WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests;
