//! Where a node is in a file.

use std::fmt;

use crate::Str;
use crate::node::{Content, Layout, Node, Tree};

/// The way from a document's root to a node. Prints like `spec.containers[0].image`, with the
/// number of the document in front when it is not the first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodePath {
    document: usize,
    steps: Vec<Step>,
}

/// One step into a collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The value of the first key written like this.
    Key(Str),
    /// The item with this number, from 0.
    Item(usize),
}

impl NodePath {
    /// The root of the first document.
    pub fn new() -> Self {
        Self::default()
    }

    /// The root of the document with this number, from 0.
    pub fn of_document(document: usize) -> Self {
        Self {
            document,
            steps: Vec::new(),
        }
    }

    /// The value of `key` in the mapping at this path.
    #[must_use]
    pub fn key(mut self, key: impl Into<Str>) -> Self {
        self.steps.push(Step::Key(key.into()));
        self
    }

    /// The item with number `at` of the list at this path.
    #[must_use]
    pub fn item(mut self, at: usize) -> Self {
        self.steps.push(Step::Item(at));
        self
    }

    /// The number of the document, from 0.
    pub fn document(&self) -> usize {
        self.document
    }

    /// The steps from the root.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    pub(super) fn find<'t>(&self, trees: &'t [Tree]) -> Option<&'t Node> {
        let root = &trees.get(self.document)?.root;
        self.steps.iter().try_fold(root, |node, step| match step {
            Step::Key(key) => node.get(key),
            Step::Item(at) => node.item(*at),
        })
    }

    pub(super) fn find_mut<'t>(&self, trees: &'t mut [Tree]) -> Option<&'t mut Node> {
        let root = &mut trees.get_mut(self.document)?.root;
        self.steps
            .iter()
            .try_fold(root, |node, step| match (step, &mut node.content) {
                (Step::Key(key), Content::Mapping(entries, _)) => entries
                    .iter_mut()
                    .find(|(name, _)| name.as_str() == Some(key))
                    .map(|(_, value)| value),
                (Step::Item(at), Content::Sequence(items, _)) => items.get_mut(*at),
                _ => None,
            })
    }

    /// Whether the node lies in brackets.
    pub(super) fn is_in_flow(&self, trees: &[Tree]) -> bool {
        (0..self.steps.len()).any(|length| {
            let outer = Self {
                document: self.document,
                steps: self.steps[..length].to_vec(),
            };
            outer.find(trees).is_some_and(|node| {
                matches!(
                    node.content,
                    Content::Sequence(_, Layout::Flow) | Content::Mapping(_, Layout::Flow)
                )
            })
        })
    }
}

impl fmt::Display for NodePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.document > 0 {
            write!(f, "document {}: ", self.document + 1)?;
        }
        if self.steps.is_empty() {
            return f.write_str("the root");
        }
        for (at, step) in self.steps.iter().enumerate() {
            match step {
                Step::Key(key) if at == 0 => write!(f, "{key}")?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Item(at) => write!(f, "[{at}]")?,
            }
        }
        Ok(())
    }
}
