//! Objects as the result has them, and the parts of those that builds share.
//!
//! Overlays change the metadata of many objects and little else. The other fields of an object are
//! still the ones that all builds over one base have in memory, so what they print as is found out
//! once for all of them.

use std::sync::{Arc, OnceLock};

use yaml::{Map, Str, Value};

use super::Resource;
use crate::node::{Node, NotJson, to_object_with, to_value};

/// An object as the result has it.
#[derive(Debug)]
pub(crate) struct Printed {
    pub(crate) object: Value,
    /// How many bytes of text were in it.
    pub(crate) size: usize,
    /// Those of its fields that builds share.
    parts: Vec<Arc<Part>>,
    text: OnceLock<String>,
}

impl Printed {
    /// The object as YAML.
    pub(crate) fn text(&self) -> &str {
        self.text.get_or_init(|| match &self.object {
            Value::Map(fields) if !self.parts.is_empty() => self.assemble(fields),
            object => yaml::encode(object),
        })
    }

    /// Fields stand below each other, whatever is in them.
    fn assemble(&self, fields: &Map) -> String {
        let mut out = String::new();
        for (name, value) in yaml::in_order(fields.iter().collect(), |(name, _)| name) {
            match self.parts.iter().find(|part| part.name == *name) {
                Some(part) => out.push_str(part.text(value)),
                None => out.push_str(&encode_field(name, value)),
            }
        }
        out
    }
}

fn encode_field(name: &Str, value: &Value) -> String {
    let mut map = Map::with_capacity(1);
    map.insert(name.clone(), value.clone());
    yaml::encode(&map.into())
}

/// The fields of an object that builds share.
#[derive(Debug)]
pub(super) struct Parts(Vec<Arc<Part>>);

/// One field of an object.
#[derive(Debug)]
struct Part {
    name: Str,
    node: Node,
    size: usize,
    value: OnceLock<Value>,
    text: OnceLock<String>,
}

impl Part {
    fn value(&self) -> Result<Value, NotJson> {
        if let Some(value) = self.value.get() {
            return Ok(value.clone());
        }
        let value = to_value(&self.node)?;
        Ok(self.value.get_or_init(|| value).clone())
    }

    fn text(&self, value: &Value) -> &str {
        self.text.get_or_init(|| encode_field(&self.name, value))
    }
}

impl Parts {
    fn new(object: &Node) -> Self {
        let fields = object.as_map().map_or(&[][..], crate::node::Map::entries);
        let part = |field: &crate::node::Entry| {
            Arc::new(Part {
                name: field.key.text.clone(),
                size: field.value.text_size(),
                node: field.value.clone(),
                value: OnceLock::new(),
                text: OnceLock::new(),
            })
        };
        Self(fields.iter().map(part).collect())
    }

    /// The part that is this very field, unchanged.
    fn find(&self, name: &str, value: &Node) -> Option<&Arc<Part>> {
        let same = |node: &Node| match value {
            Node::Scalar(_) => node.is_same(value),
            _ => node.is_shared_with(value),
        };
        let mut parts = self.0.iter();
        parts.find(|part| *part.name == *name && same(&part.node))
    }
}

impl Resource {
    /// Prepares the object to be shared: what its fields print as will be found out once.
    pub(super) fn share_parts(&self) {
        let parts = &self.memo.parts;
        parts.get_or_init(|| Arc::new(Parts::new(&self.node)));
    }

    /// Whether builds share parts of it.
    pub(crate) fn has_shared_parts(&self) -> bool {
        self.memo.parts.get().is_some()
    }

    fn part(&self, name: &str, value: &Node) -> Option<&Arc<Part>> {
        self.memo.parts.get()?.find(name, value)
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
        let mut parts = Vec::new();
        let object = to_object_with(
            &self.node,
            &mut |name, value| match self.part(name, value) {
                Some(part) => {
                    parts.push(Arc::clone(part));
                    part.value()
                }
                None => to_value(value),
            },
        )?;
        Ok(Printed {
            object,
            size,
            parts,
            text: OnceLock::new(),
        })
    }
}
