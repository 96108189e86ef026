//! The text of an object that builds share, and where everything stands in it.
//!
//! Builds over one base have in memory what they did not change. A changed object is printed as the
//! text that is known, with other text where something else stands now; it has the values that are
//! known, however deep they are, beside its new ones.

use std::ops::Range;
use std::sync::OnceLock;

use yaml::node::Layout;
use yaml::{Str, Value};

use crate::node::{
    Kind, Map, Node, NotJson, Scalar, name_as_resolved, name_as_written, to_object, to_value_in,
};

/// Columns of one level of indentation.
const INDENT: usize = 2;
/// Mappings with more fields are not taken apart.
const LARGE: usize = 64;

/// The text.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) text: String,
    pub(super) root: Block,
    /// How many bytes of text are in the object.
    pub(super) size: usize,
}

/// The fields of a mapping or the items of a sequence.
#[derive(Debug)]
pub(super) struct Block {
    /// In the order of the tree.
    pub(super) parts: Vec<Part>,
    kind: Kind,
    pub(super) names: Names,
    /// How what is in it is written.
    pub(super) layout: Layout,
    /// How far the fields or the dashes of the items are indented.
    pub(super) depth: usize,
    /// The first field stands behind the dash of an item.
    behind_dash: bool,
    /// Where its lines are.
    lines: Range<usize>,
}

/// One field or item.
#[derive(Debug)]
pub(super) struct Part {
    key: Option<Scalar>,
    pub(super) name: Str,
    node: Node,
    /// Without its indentation.
    pub(super) place: Range<usize>,
    value: OnceLock<Value>,
    pub(super) inner: Option<Block>,
}

/// What keys are as names of fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    /// Those of a document.
    AsWritten,
    Resolved,
}

impl Names {
    /// None for keys that are no plain names.
    pub(super) fn of(self, key: &Scalar) -> Option<Str> {
        match self {
            Self::AsWritten => name_as_written(key),
            Self::Resolved => name_as_resolved(key),
        }
    }
}

impl Sheet {
    /// The text of an object. None when it cannot be taken apart.
    pub(super) fn of(object: &Node) -> Option<Self> {
        let mut text = String::new();
        let root = Block::write(object, Layout::Block, Names::AsWritten, 0, &mut text)?;
        text.shrink_to_fit();
        Some(Self {
            text,
            root,
            size: object.text_size(),
        })
    }
}

/// Columns in front of what stands so deep.
pub(super) fn indentation(depth: usize) -> usize {
    depth * INDENT
}

/// Appends an item of a sequence.
pub(super) fn write_item(depth: usize, value: &Value, out: &mut String) {
    let mut alone = String::new();
    yaml::encode_entry(&mut alone, depth, "item", &vec![value.clone()].into());
    out.push_str(alone.split_once('\n').map_or("", |(_, item)| item));
}

/// The line above a collection in a field. None when its name does not fit on one.
pub(super) fn header(depth: usize, name: &str) -> Option<String> {
    let mut text = String::new();
    yaml::encode_entry(&mut text, depth, name, &Value::Null);
    let line = text.strip_suffix(" null\n")?;
    (!line.trim_start().starts_with("? ") && !line.contains('\n')).then(|| format!("{line}\n"))
}

impl Block {
    /// Appends what is in a node. None, and anything appended, when it cannot be taken apart.
    fn write(
        node: &Node,
        outer: Layout,
        names: Names,
        depth: usize,
        out: &mut String,
    ) -> Option<Self> {
        let start = out.len();
        let (layout, parts) = match node {
            Node::Map(map) if !map.is_empty() && map.len() <= LARGE => {
                let layout = map.layout_in(outer);
                (layout, Self::write_fields(map, layout, names, depth, out)?)
            }
            Node::Seq(items) if !items.is_empty() => {
                let layout = items.layout_in(outer);
                let items = items.iter();
                let items = items.map(|item| Part::write_item(item, layout, depth, out));
                (layout, items.collect::<Option<Vec<_>>>()?)
            }
            _ => return None,
        };
        Some(Self {
            parts,
            kind: node.kind(),
            names,
            layout,
            depth,
            behind_dash: false,
            lines: start..out.len(),
        })
    }

    fn write_fields(
        map: &Map,
        layout: Layout,
        names: Names,
        depth: usize,
        out: &mut String,
    ) -> Option<Vec<Part>> {
        let mut fields: Vec<(usize, Str)> = Vec::with_capacity(map.len());
        for (at, entry) in map.entries().iter().enumerate() {
            let name = names.of(&entry.key)?;
            if fields.iter().any(|(_, other)| *other == name) {
                return None;
            }
            fields.push((at, name));
        }
        let mut parts: Vec<Option<Part>> = Vec::new();
        parts.resize_with(map.len(), || None);
        for (at, name) in yaml::in_order(fields, |(_, name)| name) {
            let entry = &map.entries()[at];
            let part = Part::write_field(&entry.key, name, &entry.value, layout, depth, out)?;
            parts[at] = Some(part);
        }
        parts.into_iter().collect()
    }

    /// Whether a node is of the kind, and written in the way, that this one is.
    pub(super) fn is_like(&self, node: &Node, outer: Layout) -> bool {
        match node {
            Node::Map(map) => {
                self.kind == Kind::Map
                    && map.layout_in(outer) == self.layout
                    && (1..=LARGE).contains(&map.len())
            }
            Node::Seq(items) => {
                self.kind == Kind::Seq && items.layout_in(outer) == self.layout && !items.is_empty()
            }
            Node::Scalar(_) => false,
        }
    }

    /// Where its lines end.
    pub(super) fn end(&self) -> usize {
        self.lines.end
    }

    /// The lines of a part. None when other text stands on the first one.
    pub(super) fn lines_of(&self, part: &Part) -> Option<Range<usize>> {
        let start = part.place.start - indentation(self.depth);
        let is_alone = !self.behind_dash || start > self.lines.start;
        is_alone.then_some(start..part.place.end)
    }

    /// The line in front of which a new field comes. None when other text stands on it, or the name
    /// is not new.
    pub(super) fn line_of_new(&self, name: &Str) -> Option<usize> {
        if self.kind != Kind::Map || self.parts.iter().any(|part| part.name == *name) {
            return None;
        }
        let parts = self.parts.iter().map(|part| (&part.name, Some(part)));
        let all = parts.chain([(name, None)]).collect();
        // From behind.
        let mut line = Some(self.end());
        let mut found = None;
        for (_, part) in yaml::in_order(all, |(name, _)| name.as_str())
            .into_iter()
            .rev()
        {
            match (part, line) {
                (Some(part), Some(before)) if part.place.end <= before => {
                    line = self.lines_of(part).map(|lines| lines.start);
                }
                (None, Some(_)) => found = line,
                _ => return None,
            }
        }
        found
    }

    /// The part with this key, best in this place.
    pub(super) fn field(&self, at: usize, key: &Scalar) -> Option<(usize, &Part)> {
        let is_same = |part: &&Part| part.key.as_ref().is_some_and(|known| known.is_same(key));
        if let Some(part) = self.parts.get(at).filter(is_same) {
            return Some((at, part));
        }
        let is_equal = |(_, part): &(_, &Part)| part.key.as_ref() == Some(key);
        self.parts.iter().enumerate().find(is_equal)
    }

    /// The value of a node that was made from this one.
    ///
    /// # Errors
    ///
    /// When it cannot be printed.
    pub(super) fn value(&self, node: &Node, outer: Layout) -> Result<Value, NotJson> {
        let known = match node {
            Node::Map(map) if self.is_like(node, outer) => self.map_value(map)?,
            Node::Seq(items) if self.is_like(node, outer) => Some(self.seq_value(items)?),
            _ => None,
        };
        match (known, self.names) {
            (Some(known), _) => Ok(known),
            (None, Names::AsWritten) => to_object(node),
            (None, Names::Resolved) => to_value_in(node, outer),
        }
    }

    /// None where only the long way tells what becomes of the fields.
    fn map_value(&self, map: &Map) -> Result<Option<Value>, NotJson> {
        let mut fields: Vec<(Str, Value)> = Vec::with_capacity(map.len());
        for (at, entry) in map.entries().iter().enumerate() {
            let part = self.field(at, &entry.key).map(|(_, part)| part);
            let name = match part {
                Some(part) => Some(part.name.clone()),
                None => self.names.of(&entry.key),
            };
            let Some(name) = name.filter(|name| fields.iter().all(|(other, _)| other != name))
            else {
                return Ok(None);
            };
            let value = match part {
                Some(part) => part.value_of(&entry.value, self.layout)?,
                None => to_value_in(&entry.value, self.layout)?,
            };
            fields.push((name, value));
        }
        Ok(Some(yaml::Map::from_distinct(fields).into()))
    }

    fn seq_value(&self, items: &[Node]) -> Result<Value, NotJson> {
        let value = |(at, item): (usize, &Node)| match self.parts.get(at) {
            Some(part) => part.value_of(item, self.layout),
            None => to_value_in(item, self.layout),
        };
        items.iter().enumerate().map(value).collect()
    }
}

impl Part {
    fn write_field(
        key: &Scalar,
        name: Str,
        node: &Node,
        layout: Layout,
        depth: usize,
        out: &mut String,
    ) -> Option<Self> {
        let line = out.len();
        let below = match node {
            Node::Scalar(_) => None,
            Node::Seq(_) => Some(depth),
            Node::Map(_) => Some(depth + 1),
        };
        let below = below.and_then(|below| Some((below, header(depth, &name)?)));
        let inner = below.and_then(|(below, header)| {
            out.push_str(&header);
            Block::write(node, layout, Names::Resolved, below, out)
        });
        if inner.is_none() {
            out.truncate(line);
            yaml::encode_entry(out, depth, &name, &to_value_in(node, layout).ok()?);
        }
        Some(Self {
            key: Some(key.clone()),
            name,
            node: node.clone(),
            place: line + indentation(depth)..out.len(),
            value: OnceLock::new(),
            inner,
        })
    }

    fn write_item(node: &Node, layout: Layout, depth: usize, out: &mut String) -> Option<Self> {
        let line = out.len();
        let dash = line + indentation(depth);
        let mut inner = match node {
            Node::Map(_) => Block::write(node, layout, Names::Resolved, depth + 1, out),
            _ => None,
        };
        if let Some(inner) = &mut inner {
            inner.behind_dash = true;
            out.replace_range(dash..=dash, "-");
        } else {
            out.truncate(line);
            write_item(depth, &to_value_in(node, layout).ok()?, out);
        }
        Some(Self {
            key: None,
            name: Str::default(),
            node: node.clone(),
            place: dash..out.len(),
            value: OnceLock::new(),
            inner,
        })
    }

    /// How many bytes of text are in it.
    pub(super) fn text_size(&self) -> usize {
        self.key_size() + self.node.text_size()
    }

    pub(super) fn key_size(&self) -> usize {
        self.key.as_ref().map_or(0, |key| key.text.len())
    }

    /// Whether it is an item, not a field.
    pub(super) fn is_item(&self) -> bool {
        self.key.is_none()
    }

    /// Appends its lines, as if it stood for this value.
    pub(super) fn encode(&self, depth: usize, value: &Value, out: &mut String) {
        if self.key.is_some() {
            yaml::encode_entry(out, depth, &self.name, value);
        } else {
            write_item(depth, value, out);
        }
    }

    pub(super) fn is_same(&self, node: &Node) -> bool {
        match node {
            Node::Scalar(_) => self.node.is_same(node),
            _ => self.node.is_shared_with(node),
        }
    }

    fn value_of(&self, node: &Node, layout: Layout) -> Result<Value, NotJson> {
        match &self.inner {
            _ if self.is_same(node) => {
                if let Some(known) = self.value.get() {
                    return Ok(known.clone());
                }
                let value = to_value_in(node, layout)?;
                Ok(self.value.get_or_init(|| value).clone())
            }
            Some(inner) => inner.value(node, layout),
            None => to_value_in(node, layout),
        }
    }
}
