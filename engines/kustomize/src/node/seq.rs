//! Sequences: items, and how they are written.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use yaml::node::Layout;

use super::Node;

/// A sequence. Sequences are equal however they are written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seq {
    items: Vec<Node>,
    layout: Layout,
}

impl PartialEq for Seq {
    fn eq(&self, other: &Self) -> bool {
        self.items == other.items
    }
}

impl Eq for Seq {}

impl Deref for Seq {
    type Target = Vec<Node>;

    fn deref(&self) -> &Vec<Node> {
        &self.items
    }
}

impl DerefMut for Seq {
    fn deref_mut(&mut self) -> &mut Vec<Node> {
        &mut self.items
    }
}

impl Seq {
    /// A sequence that is written so.
    pub(super) fn written(items: Vec<Node>, layout: Layout) -> Self {
        Self { items, layout }
    }

    /// How what is in it is written, when it stands in something that is written as `outer`.
    pub(crate) fn layout_in(&self, outer: Layout) -> Layout {
        if outer == Layout::Flow {
            outer
        } else {
            self.layout
        }
    }
}

impl From<Seq> for Node {
    fn from(seq: Seq) -> Self {
        Self::Seq(Arc::new(seq))
    }
}

impl From<Vec<Node>> for Node {
    fn from(items: Vec<Node>) -> Self {
        Seq::written(items, Layout::default()).into()
    }
}
