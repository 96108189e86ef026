//! Mappings: entries in the order of their file.

use std::sync::Arc;

use yaml::node::Layout;

use super::{Node, Scalar};
use crate::schema::Shape;

/// A mapping in the order of its file. Mappings are equal however they are written.
#[derive(Debug, Default)]
pub(crate) struct Map {
    pub(super) entries: Vec<Entry>,
    layout: Layout,
}

/// A copy is made to be changed, often by adding a field.
impl Clone for Map {
    fn clone(&self) -> Self {
        let mut entries = Vec::with_capacity(self.entries.len() + 1);
        entries.extend_from_slice(&self.entries);
        Self {
            entries,
            layout: self.layout,
        }
    }
}

impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

impl Eq for Map {}

/// A key with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Keys are scalars like any other: a plain `true` is no string when it is printed.
    pub(crate) key: Scalar,
    pub(crate) value: Node,
    /// How the value merges, when a comment says so.
    pub(crate) hint: Option<Arc<Shape>>,
}

impl Map {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self {
            entries: Vec::with_capacity(capacity),
            layout: Layout::default(),
        }
    }

    /// An empty mapping that is written so.
    pub(super) fn written(layout: Layout) -> Self {
        Self {
            entries: Vec::new(),
            layout,
        }
    }

    /// Is written as another one from now on.
    pub(crate) fn take_layout(&mut self, other: &Self) {
        self.layout = other.layout;
    }

    /// How what is in it is written, when it stands in something that is written as `outer`.
    pub(crate) fn layout_in(&self, outer: Layout) -> Layout {
        if outer == Layout::Flow {
            outer
        } else {
            self.layout
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The index of the first entry with this key.
    pub(crate) fn position(&self, key: &str) -> Option<usize> {
        self.entries
            .iter()
            .position(|entry| *entry.key.text == *key)
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.position(key).map(|at| &self.entries[at].value)
    }

    /// Appends without looking for the key.
    pub(crate) fn push(&mut self, key: Scalar, value: Node) {
        self.entries.push(Entry {
            key,
            value,
            hint: None,
        });
    }

    /// Takes out the first entry with this key.
    pub(crate) fn remove(&mut self, key: &str) -> Option<Node> {
        self.position(key).map(|at| self.entries.remove(at).value)
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(crate) fn entries_mut(&mut self) -> &mut [Entry] {
        &mut self.entries
    }

    pub(crate) fn retain(&mut self, keep: impl FnMut(&Entry) -> bool) {
        self.entries.retain(keep);
    }
}

impl FromIterator<(Scalar, Node)> for Map {
    fn from_iter<T: IntoIterator<Item = (Scalar, Node)>>(iter: T) -> Self {
        Self {
            entries: iter
                .into_iter()
                .map(|(key, value)| Entry {
                    key,
                    value,
                    hint: None,
                })
                .collect(),
            layout: Layout::default(),
        }
    }
}

impl From<Map> for Node {
    fn from(map: Map) -> Self {
        Self::Map(Arc::new(map))
    }
}
