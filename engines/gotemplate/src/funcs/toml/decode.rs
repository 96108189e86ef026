//! TOML text to values, with the errors of the library: line, last key, and what is wrong.

use super::encode::push_key;
use super::read::{Fault, Read, Reader};
use super::tree::{Clash, Node, Table};
use crate::fmt;
use crate::value::{List, Map, Str, Value};

/// Arrays and inline tables nest no deeper than this.
const MAX_DEPTH: usize = 200;

/// Reads a document.
pub(super) fn decode(text: &str) -> Result<Map, String> {
    let mut decoder = Decoder {
        reader: Reader::new(text),
        root: Table::default(),
        outer: Vec::new(),
        context: Vec::new(),
        key: String::new(),
        depth: 0,
    };
    match decoder.document() {
        Ok(()) => Ok(decoder.root.into_map()),
        Err(fault) => Err(decoder.describe(&fault)),
    }
}

struct Decoder<'a> {
    reader: Reader<'a>,
    root: Table,
    /// The path to the inline table that is being read, in whose own tree `context` lies.
    outer: Vec<String>,
    /// The path to the table that keys go to.
    context: Vec<String>,
    /// The key whose value is being read.
    key: String,
    depth: usize,
}

/// A path with points between its keys.
fn dotted(path: &[String]) -> String {
    let mut out = Vec::new();
    for (index, key) in path.iter().enumerate() {
        if index > 0 {
            out.push(b'.');
        }
        push_key(&mut out, &Str::from(key.as_str()));
    }
    String::from_utf8_lossy(&out).into_owned()
}

impl Decoder<'_> {
    fn describe(&self, fault: &Fault) -> String {
        let mut last = dotted(&self.full(&self.context));
        if !self.key.is_empty() {
            if !last.is_empty() {
                last.push('.');
            }
            last.push_str(&self.key);
        }
        let Fault { message, line } = fault;
        if last.is_empty() {
            return format!("toml: line {line}: {message}");
        }
        let last = fmt::quote(last);
        format!("toml: line {line} (last key {last}): {message}")
    }

    fn full(&self, path: &[String]) -> Vec<String> {
        [&self.outer, path].concat()
    }

    /// Something has that name already.
    fn defined(&self, path: &[String], line: usize) -> Fault {
        let message = format!(
            "Key '{}' has already been defined.",
            dotted(&self.full(path))
        );
        Fault { message, line }
    }

    fn document(&mut self) -> Read<()> {
        loop {
            self.reader.skip_lines()?;
            match self.reader.peek() {
                None => return Ok(()),
                Some('[') => self.header()?,
                Some(_) => {
                    let outer = self.context.clone();
                    self.key_value()?;
                    self.context = outer;
                    self.key.clear();
                }
            }
            self.reader.end_of_item()?;
        }
    }

    fn header(&mut self) -> Read<()> {
        self.reader.next()?;
        let line = self.reader.line;
        let is_array = self.reader.peek() == Some('[');
        if is_array {
            self.reader.next()?;
        }
        let path = self.reader.table_name()?;
        if is_array {
            self.reader.table_array_end()?;
        }
        let declared = if is_array {
            self.root.declare_in_array(&path)
        } else {
            self.root.declare(&path)
        };
        let parents = path.len().saturating_sub(1);
        if let Err(clash) = declared {
            let message = match clash {
                Clash::NoTable(parts) => {
                    format!(
                        "Key '{}' was already created as a hash.",
                        dotted(&path[..parts])
                    )
                }
                Clash::Defined(parts) => {
                    self.context = path[..parents].to_vec();
                    return Err(self.defined(&path[..parts], line));
                }
                Clash::NoArray => {
                    self.context = path[..parents].to_vec();
                    let shown = dotted(&path);
                    format!("Key '{shown}' was already created and cannot be used as an array.")
                }
            };
            return Err(Fault { message, line });
        }
        self.context = path;
        Ok(())
    }

    /// Reads a key with its value and sets it.
    fn key_value(&mut self) -> Read<()> {
        let line = self.reader.line;
        let mut path = self.reader.key()?;
        self.key = path.pop().unwrap_or_default();
        for part in path {
            let stepped = self.here().map_or(Ok(()), |table| table.step(&part));
            self.context.push(part);
            if stepped.is_err() {
                return Err(self.defined(&self.context, line));
            }
        }
        let node = self.value()?;
        let key = self.key.clone();
        let set = self.here().map_or(Ok(()), |table| table.set(&key, node));
        if set.is_err() {
            let path: Vec<String> = self.context.iter().cloned().chain([key]).collect();
            return Err(self.defined(&path, line));
        }
        Ok(())
    }

    fn here(&mut self) -> Option<&mut Table> {
        self.root.at(&self.context)
    }

    fn value(&mut self) -> Read<Node> {
        self.reader.skip_spaces()?;
        let nested = match self.reader.peek() {
            Some('[') => Self::array,
            Some('{') => Self::inline_table,
            _ => return self.reader.value(),
        };
        self.reader.next()?;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.reader.fault("arrays and tables nest too deep"));
        }
        let node = nested(self)?;
        self.depth -= 1;
        Ok(node)
    }

    fn array(&mut self) -> Read<Node> {
        let mut items = Vec::new();
        loop {
            self.reader.skip_lines()?;
            match self.reader.peek() {
                Some(',') => return Err(self.reader.fault("unexpected comma")),
                Some(']') => break,
                _ => items.push(self.value()?.into_value()),
            }
            self.reader.skip_lines()?;
            match self.reader.peek() {
                Some(',') => {
                    self.reader.next()?;
                }
                Some(']') => break,
                other => {
                    let found = end_or(other);
                    return Err(self.reader.fault(format!(
                        "expected a comma (',') or array terminator (']'), but got {found}"
                    )));
                }
            }
        }
        self.reader.next()?;
        Ok(Node::Value(Value::List(List::appended(items))))
    }

    /// Its keys live in a tree of their own until it is complete.
    fn inline_table(&mut self) -> Read<Node> {
        let root = std::mem::take(&mut self.root);
        let context = std::mem::take(&mut self.context);
        let key = std::mem::take(&mut self.key);
        let depth = self.outer.len();
        self.outer.extend(context.iter().cloned());
        self.outer.push(key.clone());
        self.inline_entries()?;
        self.outer.truncate(depth);
        let table = std::mem::replace(&mut self.root, root);
        self.context = context;
        self.key = key;
        Ok(Node::Table(table))
    }

    fn inline_entries(&mut self) -> Read<()> {
        loop {
            self.reader.skip_lines()?;
            match self.reader.peek() {
                Some(',') => return Err(self.reader.fault("unexpected comma")),
                Some('}') => break,
                _ => {
                    self.key_value()?;
                    self.context.clear();
                }
            }
            self.reader.skip_lines()?;
            match self.reader.peek() {
                Some(',') => {
                    self.reader.next()?;
                }
                Some('}') => break,
                other => {
                    let found = end_or(other);
                    return Err(self.reader.fault(format!(
                        "expected a comma or an inline table terminator '}}', but got {found} instead"
                    )));
                }
            }
        }
        self.reader.next()?;
        Ok(())
    }
}

fn end_or(c: Option<char>) -> String {
    c.map_or_else(|| "end of file".to_owned(), |c| format!("'{c}'"))
}
