//! The fields that something may look at.

use std::collections::BTreeMap;

use yaml::Str;

use crate::node::Node;

/// Paths as a tree of field names. Lists on the way are gone through.
#[derive(Debug, Default)]
pub(crate) struct Reach {
    below: BTreeMap<Str, Reach>,
    /// A path ends here.
    is_end: bool,
}

impl Reach {
    /// Adds a path.
    pub(crate) fn add<'a>(&mut self, path: impl IntoIterator<Item = &'a Str>) {
        let mut at = self;
        for name in path {
            at = at.below.entry(name.clone()).or_default();
        }
        at.is_end = true;
    }

    /// Whether a path of field names leads to the end of one of these, or one of these leads through
    /// its end.
    pub(super) fn meets(&self, path: &[Str]) -> bool {
        let Some((first, rest)) = path.split_first() else {
            return true;
        };
        self.is_end || self.below.get(first).is_some_and(|reach| reach.meets(rest))
    }

    /// Whether both nodes have the same at the end of each path.
    pub(super) fn is_unchanged(&self, old: &Node, new: &Node) -> bool {
        if old.is_shared_with(new) {
            return true;
        }
        match (old, new) {
            (Node::Scalar(old), Node::Scalar(new)) => old == new,
            _ if self.is_end => false,
            (Node::Map(old), Node::Map(new)) => {
                let mut below = self.below.iter();
                below.all(|(name, reach)| match (old.get(name), new.get(name)) {
                    (Some(old), Some(new)) => reach.is_unchanged(old, new),
                    (old, new) => old.is_none() && new.is_none(),
                })
            }
            (Node::Seq(old), Node::Seq(new)) => {
                let mut pairs = old.iter().zip(new.iter());
                old.len() == new.len() && pairs.all(|(old, new)| self.is_unchanged(old, new))
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::{self, read_first};

    #[test]
    fn a_change_beside_the_paths_is_none() {
        let old = read_first(b"a: {b: [{c: x, d: y}], e: z}\n")
            .unwrap()
            .unwrap();
        let mut reach = Reach::default();
        reach.add(&["a", "b", "c"].map(Str::from));
        let set = |path: &[&str]| {
            let mut new = old.clone();
            *node::lookup_mut(&mut new, path).unwrap().unwrap() = Node::string("new");
            new
        };
        assert!(reach.is_unchanged(&old, &old));
        assert!(reach.is_unchanged(&old, &set(&["a", "e"])));
        assert!(reach.is_unchanged(&old, &set(&["a", "b", "0", "d"])));
        assert!(!reach.is_unchanged(&old, &set(&["a", "b", "0", "c"])));
        assert!(!reach.is_unchanged(&old, &set(&["a", "b"])));
    }
}
