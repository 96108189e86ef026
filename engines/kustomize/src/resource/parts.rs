//! The parts of an object that builds share, as values and as text.
//!
//! Builds over one base have in memory what they did not change. What such a part prints as is
//! found out once for all of them, however deep it is: a changed object is put together from its
//! new fields and from what the others are known to be.

use std::sync::OnceLock;

use yaml::node::Layout;
use yaml::{Str, Value};

use super::sheet::{Sheet, header};
use crate::node::{
    Kind, Map, Node, NotJson, Scalar, name_as_resolved, name_as_written, to_object, to_value_in,
};

/// The fields of a mapping or the items of a sequence.
#[derive(Debug)]
pub(super) struct Parts {
    list: Vec<Part>,
    kind: Kind,
    names: Names,
    /// How what is in it is written.
    layout: Layout,
    /// How far the fields or the dashes of the items are indented.
    depth: usize,
    /// The order in which the fields are printed.
    order: OnceLock<Vec<usize>>,
}

/// What keys are as names of fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    /// Those of a document.
    AsWritten,
    Resolved,
}

/// One field or item.
#[derive(Debug)]
struct Part {
    key: Option<Scalar>,
    name: Str,
    node: Node,
    layout: Layout,
    depth: usize,
    /// And its size.
    value: OnceLock<(Value, usize)>,
    text: OnceLock<String>,
    inner: OnceLock<Option<Inner>>,
}

/// What is in a part, and the line above it.
#[derive(Debug)]
struct Inner {
    header: String,
    parts: Parts,
}

impl Parts {
    /// The fields of an object. None when it cannot be taken apart.
    pub(super) fn of_object(object: &Node) -> Option<Self> {
        Self::of(object, Layout::Block, Names::AsWritten, 0)
    }

    fn of(node: &Node, outer: Layout, names: Names, depth: usize) -> Option<Self> {
        let (layout, keys) = match node {
            Node::Scalar(_) => return None,
            Node::Seq(items) => (outer, vec![None; items.len()]),
            Node::Map(map) => {
                let mut keys: Vec<Option<&Scalar>> = Vec::with_capacity(map.len());
                keys.extend(map.entries().iter().map(|entry| Some(&entry.key)));
                (map.layout_in(outer), keys)
            }
        };
        let mut list: Vec<Part> = Vec::with_capacity(keys.len());
        for (at, key) in keys.into_iter().enumerate() {
            let name = match key {
                Some(key) => names.of(key)?,
                None => Str::default(),
            };
            // Large mappings are few, and mostly change as a whole.
            if key.is_some() && list.len() < LARGE && list.iter().any(|part| part.name == name) {
                return None;
            }
            list.push(Part {
                key: key.cloned(),
                name,
                node: child(node, at)?.clone(),
                layout,
                depth,
                value: OnceLock::new(),
                text: OnceLock::new(),
                inner: OnceLock::new(),
            });
        }
        let parts = Self {
            list,
            kind: node.kind(),
            names,
            layout,
            depth,
            order: OnceLock::new(),
        };
        (parts.list.len() <= LARGE || parts.kind == Kind::Seq).then_some(parts)
    }

    /// The part with this key, best in this place.
    fn field(&self, at: usize, key: &Scalar) -> Option<(usize, &Part)> {
        let is_same = |part: &&Part| part.key.as_ref().is_some_and(|known| known.is_same(key));
        if let Some(part) = self.list.get(at).filter(is_same) {
            return Some((at, part));
        }
        let is_equal = |(_, part): &(_, &Part)| part.key.as_ref() == Some(key);
        self.list.iter().enumerate().find(is_equal)
    }

    /// The value of a node that was made from this one, and how many bytes of text are in it.
    ///
    /// # Errors
    ///
    /// When it cannot be printed.
    pub(super) fn value(&self, node: &Node, outer: Layout) -> Result<(Value, usize), NotJson> {
        if self.is_like(node, outer) {
            let known = match node {
                Node::Map(map) => self.map_value(map)?,
                _ => Some(self.seq_value(node)?),
            };
            if let Some(known) = known {
                return Ok(known);
            }
        }
        let value = match self.names {
            Names::AsWritten => to_object(node)?,
            Names::Resolved => to_value_in(node, outer)?,
        };
        Ok((value, node.text_size()))
    }

    /// Whether a node is of the kind, and written in the way, that this one is.
    fn is_like(&self, node: &Node, outer: Layout) -> bool {
        match node {
            Node::Map(map) => self.kind == Kind::Map && map.layout_in(outer) == self.layout,
            Node::Seq(_) => self.kind == Kind::Seq && outer == self.layout,
            Node::Scalar(_) => false,
        }
    }

    /// None where only the long way tells what becomes of the fields.
    fn map_value(&self, map: &Map) -> Result<Option<(Value, usize)>, NotJson> {
        let mut size = 0;
        let mut fields: Vec<(Str, Value)> = Vec::with_capacity(map.len());
        let mut all_in_place = true;
        for (at, entry) in map.entries().iter().enumerate() {
            let part = self.field(at, &entry.key);
            let name = match part {
                Some((_, part)) => Some(part.name.clone()),
                None => self.names.of(&entry.key),
            };
            let Some(name) = name else {
                return Ok(None);
            };
            all_in_place &= part.is_some_and(|(place, _)| place == at);
            if !all_in_place && fields.iter().any(|(other, _)| *other == name) {
                return Ok(None);
            }
            let (value, text) = match part {
                Some((_, part)) => part.value_of(&entry.value)?,
                None => new(&entry.value, self.layout)?,
            };
            size += entry.key.text.len() + text;
            fields.push((name, value));
        }
        Ok(Some((yaml::Map::from_distinct(fields).into(), size)))
    }

    fn seq_value(&self, node: &Node) -> Result<(Value, usize), NotJson> {
        let items = node.as_seq().unwrap_or_default();
        let mut values = Vec::with_capacity(items.len());
        let mut size = 0;
        for (at, item) in items.iter().enumerate() {
            let (value, text) = match self.list.get(at) {
                Some(part) => part.value_of(item)?,
                None => new(item, self.layout)?,
            };
            size += text;
            values.push(value);
        }
        Ok((values.into(), size))
    }

    /// Whether [`Parts::write`] can print a node and its value.
    pub(super) fn can_write(&self, node: &Node, outer: Layout, value: &Value) -> bool {
        let same_len = match (node, value) {
            (Node::Map(map), Value::Map(fields)) => map.len() == fields.len() && !map.is_empty(),
            (Node::Seq(nodes), Value::Seq(items)) => {
                nodes.len() == items.len() && !nodes.is_empty()
            }
            _ => false,
        };
        same_len && self.is_like(node, outer)
    }

    /// Prints a node of which [`Parts::can_write`] says so.
    pub(super) fn write(&self, node: &Node, value: &Value, out: &mut Sheet) {
        match (node, value) {
            (Node::Map(map), Value::Map(fields)) => self.write_fields(map, fields, out),
            (Node::Seq(nodes), Value::Seq(items)) => {
                for (at, (node, value)) in nodes.iter().zip(&**items).enumerate() {
                    match self.list.get(at) {
                        Some(part) => part.write_item(node, value, out),
                        None => out.item(self.depth, value),
                    }
                }
            }
            _ => {}
        }
    }

    fn write_fields(&self, map: &Map, fields: &yaml::Map, out: &mut Sheet) {
        let mut write = |at: usize, name: &Str, value: &Value| {
            let entry = &map.entries()[at];
            let part = self.field(at, &entry.key).map(|(_, part)| part);
            match part.filter(|part| part.name == *name) {
                Some(part) => part.write_field(&entry.value, value, out),
                None => out.entry(self.depth, name, value),
            }
        };
        let keys = map.entries().iter().map(|entry| Some(&entry.key));
        if map.len() == self.list.len() && keys.eq(self.list.iter().map(|part| part.key.as_ref())) {
            let order = self.order.get_or_init(|| {
                let names = self.list.iter().map(|part| part.name.as_str());
                let ordered = yaml::in_order(names.enumerate().collect(), |(_, name)| name);
                ordered.into_iter().map(|(at, _)| at).collect()
            });
            for at in order {
                if let Some((name, value)) = fields.get_index(*at) {
                    write(*at, name, value);
                }
            }
            return;
        }
        let all = fields.iter().enumerate().collect();
        for (at, (name, value)) in yaml::in_order(all, |(_, (name, _))| name.as_str()) {
            write(at, name, value);
        }
    }
}

fn new(node: &Node, layout: Layout) -> Result<(Value, usize), NotJson> {
    Ok((to_value_in(node, layout)?, node.text_size()))
}

/// Mappings with more fields are not taken apart.
const LARGE: usize = 64;

fn child(node: &Node, at: usize) -> Option<&Node> {
    match node {
        Node::Map(map) => map.entries().get(at).map(|entry| &entry.value),
        Node::Seq(items) => items.get(at),
        Node::Scalar(_) => None,
    }
}

impl Names {
    /// None for keys that are no plain names.
    fn of(self, key: &Scalar) -> Option<Str> {
        match self {
            Self::AsWritten => name_as_written(key),
            Self::Resolved => name_as_resolved(key),
        }
    }
}

impl Part {
    fn is_same(&self, node: &Node) -> bool {
        match node {
            Node::Scalar(_) => self.node.is_same(node),
            _ => self.node.is_shared_with(node),
        }
    }

    /// What is in it, when that is of the same kind as in `node`.
    fn inner_like(&self, node: &Node) -> Option<&Inner> {
        if matches!(node, Node::Scalar(_)) || node.kind() != self.node.kind() {
            return None;
        }
        let inner = self.inner.get_or_init(|| {
            let is_item = self.key.is_none();
            let depth = match self.node.kind() {
                Kind::Seq if is_item => return None,
                Kind::Seq => self.depth,
                _ => self.depth + 1,
            };
            let header = if is_item {
                String::new()
            } else {
                header(self.depth, &self.name)?
            };
            let parts = Parts::of(&self.node, self.layout, Names::Resolved, depth)?;
            Some(Inner { header, parts })
        });
        inner.as_ref()
    }

    fn value_of(&self, node: &Node) -> Result<(Value, usize), NotJson> {
        if self.is_same(node) {
            if let Some(known) = self.value.get() {
                return Ok(known.clone());
            }
            let value = new(node, self.layout)?;
            return Ok(self.value.get_or_init(|| value).clone());
        }
        match self.inner_like(node) {
            Some(inner) => inner.parts.value(node, self.layout),
            None => new(node, self.layout),
        }
    }

    fn changed(&self, node: &Node, value: &Value) -> Option<&Inner> {
        let inner = self.inner_like(node);
        inner.filter(|inner| inner.parts.can_write(node, self.layout, value))
    }

    fn write_field(&self, node: &Node, value: &Value, out: &mut Sheet) {
        if self.is_same(node) {
            let text = || Sheet::of(|sheet| sheet.entry(self.depth, &self.name, value));
            out.text.push_str(self.text.get_or_init(text));
        } else if let Some(inner) = self.changed(node, value) {
            out.text.push_str(&inner.header);
            inner.parts.write(node, value, out);
        } else {
            out.entry(self.depth, &self.name, value);
        }
    }

    fn write_item(&self, node: &Node, value: &Value, out: &mut Sheet) {
        if self.is_same(node) {
            let text = || Sheet::of(|sheet| sheet.item(self.depth, value));
            out.text.push_str(self.text.get_or_init(text));
        } else if let Some(inner) = self.changed(node, value) {
            out.with_dash(self.depth, |out| inner.parts.write(node, value, out));
        } else {
            out.item(self.depth, value);
        }
    }
}
