//! Objects as they are printed.
//!
//! The fields of an object that a build does not touch are those that all builds over one base
//! have in memory, so what they print as is found out once for all of them. The metadata, which
//! every build touches, is taken apart once more.

use std::sync::{Arc, OnceLock};

use yaml::node::Layout;
use yaml::{Str, Value};

use super::Resource;
use crate::node::{Map, Node, NotJson, to_object_with, to_value_in, to_value_with};

const METADATA: &str = "metadata";

/// An object as the result has it.
#[derive(Debug)]
pub(crate) struct Printed {
    pub(crate) object: Value,
    /// How many bytes of text were in it.
    pub(crate) size: usize,
    /// Those of its fields that builds share.
    parts: Vec<Arc<Part>>,
    /// Those of its metadata.
    metadata: Vec<Arc<Part>>,
    text: OnceLock<String>,
}

impl Printed {
    /// The object as YAML.
    pub(crate) fn text(&self) -> &str {
        self.text.get_or_init(|| match &self.object {
            Value::Map(fields) if !self.parts.is_empty() => {
                let mut out = String::with_capacity(self.size + self.size / 2);
                self.assemble(fields, 0, &self.parts, &mut out);
                out
            }
            object => yaml::encode(object),
        })
    }

    /// Fields stand below each other, whatever is in them.
    fn assemble(&self, fields: &yaml::Map, depth: usize, parts: &[Arc<Part>], out: &mut String) {
        for (name, value) in yaml::in_order(fields.iter().collect(), |(name, _)| name) {
            if let Some(part) = parts.iter().find(|part| part.name == *name) {
                out.push_str(part.text(value));
                continue;
            }
            match value {
                Value::Map(fields) if depth == 0 && *name == *METADATA && !fields.is_empty() => {
                    out.push_str("metadata:\n");
                    self.assemble(fields, depth + 1, &self.metadata, out);
                }
                _ => yaml::encode_entry(out, depth, name, value),
            }
        }
    }
}

/// The fields of a mapping that builds share.
#[derive(Debug)]
pub(super) struct Parts(Vec<Arc<Part>>);

/// One field of a mapping.
#[derive(Debug)]
struct Part {
    /// How many mappings the field is in, beside the object.
    depth: usize,
    layout: Layout,
    name: Str,
    node: Node,
    size: usize,
    value: OnceLock<Value>,
    text: OnceLock<String>,
    /// The fields of metadata.
    fields: Option<Parts>,
}

impl Part {
    fn value(&self) -> Result<Value, NotJson> {
        if let Some(value) = self.value.get() {
            return Ok(value.clone());
        }
        let value = to_value_in(&self.node, self.layout)?;
        Ok(self.value.get_or_init(|| value).clone())
    }

    fn text(&self, value: &Value) -> &str {
        self.text.get_or_init(|| {
            let mut out = String::new();
            yaml::encode_entry(&mut out, self.depth, &self.name, value);
            out
        })
    }

    fn is_same(&self, node: &Node) -> bool {
        match node {
            Node::Scalar(_) => self.node.is_same(node),
            _ => self.node.is_shared_with(node),
        }
    }
}

impl Parts {
    pub(super) fn new(object: &Node) -> Self {
        Self::below(object, 0, Layout::Block)
    }

    fn below(node: &Node, depth: usize, outer: Layout) -> Self {
        let fields = node.as_map().map_or(&[][..], Map::entries);
        let layout = node.as_map().map_or(outer, |map| map.layout_in(outer));
        let part = |field: &crate::node::Entry| {
            let is_metadata = depth == 0 && *field.key.text == *METADATA;
            Arc::new(Part {
                depth,
                layout,
                name: field.key.text.clone(),
                size: field.value.text_size(),
                node: field.value.clone(),
                value: OnceLock::new(),
                text: OnceLock::new(),
                fields: is_metadata.then(|| Self::below(&field.value, depth + 1, layout)),
            })
        };
        Self(fields.iter().map(part).collect())
    }

    /// The part that is this very field, unchanged.
    fn find(&self, name: &str, value: &Node) -> Option<&Arc<Part>> {
        let mut parts = self.0.iter();
        parts.find(|part| *part.name == *name && part.is_same(value))
    }

    /// [`Parts::find`], written as it was.
    fn find_in(&self, name: &str, value: &Node, layout: Layout) -> Option<&Arc<Part>> {
        self.find(name, value).filter(|part| part.layout == layout)
    }

    /// Whether an object has the same fields in the same order, but for what is in the metadata.
    pub(super) fn differ_in_metadata_only(&self, object: &Node) -> bool {
        let fields = object.as_map().map_or(&[][..], Map::entries);
        fields.len() == self.0.len()
            && fields.iter().zip(&self.0).all(|(field, part)| {
                field.key.text == part.name
                    && (*part.name == *METADATA || part.is_same(&field.value))
            })
    }
}

impl Resource {
    fn parts(&self) -> Option<&Parts> {
        self.known().map(|known| &known.parts)
    }

    fn part(&self, name: &str, value: &Node) -> Option<&Arc<Part>> {
        self.parts()?.find(name, value)
    }

    /// How many bytes of text are in the object.
    pub(crate) fn text_size(&self) -> usize {
        let Some(map) = self.node.as_map().filter(|_| self.has_shared_parts()) else {
            return self.node.text_size();
        };
        let sizes = map.entries().iter().map(|field| {
            let part = self.part(&field.key.text, &field.value);
            let size = part.map_or_else(|| field.value.text_size(), |part| part.size);
            field.key.text.len() + size
        });
        sizes.sum()
    }

    /// The object as the result has it.
    ///
    /// # Errors
    ///
    /// When it cannot be printed.
    pub(crate) fn print(&self, size: usize) -> Result<Printed, NotJson> {
        let (mut parts, mut metadata) = (Vec::new(), Vec::new());
        let object = to_object_with(&self.node, &mut |name, value, layout| {
            let Some(known) = self.parts() else {
                return to_value_in(value, layout);
            };
            if let Some(part) = known.find_in(name, value, layout) {
                parts.push(Arc::clone(part));
                return part.value();
            }
            let part = known.0.iter().find(|part| *part.name == *name);
            let Some(fields) = part.and_then(|part| part.fields.as_ref()) else {
                return to_value_in(value, layout);
            };
            to_value_with(value, layout, &mut |name, value, layout| {
                let Some(part) = fields.find_in(name, value, layout) else {
                    return to_value_in(value, layout);
                };
                metadata.push(Arc::clone(part));
                part.value()
            })
        })?;
        Ok(Printed {
            object,
            size,
            parts,
            metadata,
            text: OnceLock::new(),
        })
    }
}
