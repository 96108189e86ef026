//! Manifests as nearly all templates print them, read line by line.
//!
//! Every document that a chart prints has to be read, though only its head matters. What is understood here is a part of YAML in
//! which each line shows by itself what it is: block collections, scalars on one line of printable ASCII, block scalars. Whatever
//! looks different in the slightest is left to the decoder, which also words all errors: a document that is understood here is one
//! that the decoder takes, and has the same head.

mod lines;
mod scalar;

use lines::{Lines, indented, is_printable};
use scalar::{Value, is_word, key, value};

use super::head::Head;

/// How deep collections may lie in each other.
const DEPTH: usize = 64;

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

#[cfg(test)]
mod tests;
