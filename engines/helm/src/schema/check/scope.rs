//! The schemas that led to the present one.

use crate::schema::draft::escape_token;
use crate::schema::node::{Arena, NodeId};

/// One schema on the way, linked to the one that applied it.
#[derive(Clone, Copy)]
pub(super) struct Scope<'p> {
    pub node: NodeId,
    /// The keyword of a jump; other schemas lie inside of their parent.
    keyword: Option<&'static str>,
    /// How many values were entered on the way.
    value: usize,
    pub depth: usize,
    pub parent: Option<&'p Scope<'p>>,
}

impl<'p> Scope<'p> {
    pub(super) fn root(node: NodeId, depth: usize) -> Self {
        Self {
            node,
            keyword: None,
            value: 0,
            depth,
            parent: None,
        }
    }

    /// Another schema for the same value.
    pub(super) fn same(&'p self, node: NodeId, keyword: Option<&'static str>) -> Self {
        Self {
            node,
            keyword,
            value: self.value,
            depth: self.depth + 1,
            parent: Some(self),
        }
    }

    /// A schema for a value inside.
    pub(super) fn inside(&'p self, node: NodeId) -> Self {
        Self {
            node,
            keyword: None,
            value: self.value + 1,
            depth: self.depth + 1,
            parent: Some(self),
        }
    }

    /// The same schema earlier on the way, for the same value.
    pub(super) fn cycle(&self) -> Option<&'p Scope<'p>> {
        let mut scope = self.parent;
        while let Some(earlier) = scope {
            if earlier.value != self.value {
                return None;
            }
            if earlier.node == self.node {
                return Some(earlier);
            }
            scope = earlier.parent;
        }
        None
    }

    /// The keywords that led here, as a pointer.
    pub(super) fn keywords(&self, arena: &Arena) -> String {
        let mut pointer = String::new();
        let mut scope = self;
        while let Some(parent) = scope.parent {
            let step = if let Some(keyword) = scope.keyword {
                format!("/{}", escape_token(keyword))
            } else {
                let location = &arena[scope.node.0].location;
                let outer = &arena[parent.node.0].location;
                location.get(outer.len()..).unwrap_or_default().to_owned()
            };
            pointer.insert_str(0, &step);
            scope = parent;
        }
        pointer
    }
}
