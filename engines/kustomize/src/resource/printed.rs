//! Objects as they are printed.

use std::sync::{Arc, OnceLock};

use yaml::Value;
use yaml::node::Layout;

use super::Resource;
use super::known::Known;
use super::sheet::Sheet;
use crate::node::{Node, NotJson, to_object};

/// An object as the result has it.
#[derive(Debug)]
pub(crate) struct Printed {
    pub(crate) object: Value,
    /// How many bytes of text were in it.
    pub(crate) size: usize,
    /// What it was made from, when builds share that.
    source: Option<Source>,
    text: OnceLock<String>,
}

/// An object that was made from one that builds share.
#[derive(Debug)]
struct Source {
    node: Node,
    known: Arc<Known>,
}

impl Printed {
    /// Appends the object as YAML.
    pub(crate) fn write(&self, out: &mut Sheet) {
        if let Some(text) = self.text.get() {
            return out.push_str(text);
        }
        let Some(source) = &self.source else {
            return out.push_str(&yaml::encode(&self.object));
        };
        let parts = source.known.parts.as_ref();
        let parts =
            parts.filter(|parts| parts.can_write(&source.node, Layout::Block, &self.object));
        match parts {
            Some(parts) if !source.known.is_of(&source.node) => {
                parts.write(&source.node, &self.object, out);
            }
            _ => {
                // Other builds print the very same.
                let text = || yaml::encode(&self.object);
                out.push_str(self.text.get_or_init(text));
            }
        }
    }
}

impl Resource {
    /// The object as the result has it.
    ///
    /// # Errors
    ///
    /// When it cannot be printed.
    pub(crate) fn print(&self) -> Result<Printed, NotJson> {
        let known = self.known();
        let parts = known.and_then(|known| known.parts.as_ref());
        let (object, size) = match parts {
            Some(parts) => parts.value(&self.node, Layout::Block)?,
            None => (to_object(&self.node)?, self.node.text_size()),
        };
        let source = known.map(|known| Source {
            node: self.node.clone(),
            known: Arc::clone(known),
        });
        Ok(Printed {
            object,
            size,
            source,
            text: OnceLock::new(),
        })
    }
}
