//! Scalars of an object that change together.
//!
//! Upstream puts one and the same node wherever a transformer adds a label or an annotation.
//! Whatever is later written into one of these places (a patch, a replacement, another label) shows
//! in all of them, until the object is rebuilt from JSON. Results depend on it, so such scalars
//! carry the number of their group, and what changed in one is carried to the others.

use std::collections::BTreeMap;

use super::{Resource, State};
use crate::node::{Link, Map, Node, Scalar};

/// The groups of an object.
#[derive(Clone, Debug, Default)]
pub(super) struct Links {
    /// How many groups were made.
    made: u32,
    /// The object when all members of each group were last equal.
    settled: Option<Node>,
}

impl State {
    /// A new group.
    pub(crate) fn new_link(&mut self) -> Link {
        self.links.made += 1;
        Link::new(self.links.made)
    }
}

impl Resource {
    /// Whether it has groups.
    pub(super) fn has_links(&self) -> bool {
        self.links.made > 0
    }

    /// Carries what changed in members of groups to the other members.
    pub(crate) fn carry_links(&mut self) {
        // What was only written into has no members that it would change.
        if self.links.made == 0 || self.node.is_draft() {
            return;
        }
        let mut changed = BTreeMap::new();
        if let Some(settled) = self.node.last_draft().or(self.links.settled.as_ref()) {
            if settled.is_shared_with(&self.node) {
                return;
            }
            find_changed(settled, &self.node, &mut changed);
        }
        let state = &mut **self;
        if !changed.is_empty() {
            carry(&mut state.node, &changed);
        }
        state.links.settled = Some(state.node.settled());
    }

    /// Forgets all groups: the object was built anew.
    pub(crate) fn forget_links(&mut self) {
        if self.links.made > 0 {
            self.links = Links::default();
            self.node.settled();
        }
    }

    /// Takes labels or annotations out of their groups: their mapping was built anew.
    pub(crate) fn unlink(&mut self, field: &str) {
        self.set_links(field, |_| Link::default());
    }

    /// The groups of labels or annotations, by key.
    pub(super) fn links_of(&self, field: &str) -> BTreeMap<yaml::Str, Link> {
        let entries = self.node.get("metadata").and_then(|meta| meta.get(field));
        let entries = entries.and_then(Node::as_map).map_or(&[][..], Map::entries);
        entries
            .iter()
            .filter(|_| self.links.made > 0)
            .filter_map(|entry| Some((entry.key.text.clone(), entry.value.as_scalar()?.link)))
            .collect()
    }

    /// Sets the groups of labels or annotations by key.
    pub(super) fn set_links(&mut self, field: &str, link_of: impl Fn(&str) -> Link) {
        if self.links.made == 0 {
            return;
        }
        let entries = self
            .node
            .get_mut("metadata")
            .and_then(|meta| meta.get_mut(field))
            .and_then(Node::as_map_mut)
            .map(Map::entries_mut);
        for entry in entries.into_iter().flatten() {
            if let Node::Scalar(scalar) = &mut entry.value {
                scalar.link = link_of(&entry.key.text);
            }
        }
    }
}

/// Finds members that are not what they were.
fn find_changed(old: &Node, new: &Node, changed: &mut BTreeMap<Link, Scalar>) {
    if old.is_shared_with(new) {
        return;
    }
    match (old, new) {
        (Node::Scalar(old), Node::Scalar(new))
            if new.link.is_linked() && new.link == old.link && old != new =>
        {
            changed.insert(new.link, new.clone());
        }
        (Node::Seq(old), Node::Seq(new)) => {
            for (old, new) in old.iter().zip(new.iter()) {
                find_changed(old, new, changed);
            }
        }
        (Node::Map(old), Node::Map(new)) => {
            for entry in new.entries() {
                if let Some(old) = old.get(&entry.key.text) {
                    find_changed(old, &entry.value, changed);
                }
            }
        }
        _ => {}
    }
}

fn carry(node: &mut Node, changed: &BTreeMap<Link, Scalar>) {
    match node {
        Node::Scalar(scalar) => {
            if let Some(new) = changed.get(&scalar.link) {
                *scalar = new.clone();
            }
        }
        Node::Seq(_) => {
            for item in node.as_seq_mut().into_iter().flatten() {
                carry(item, changed);
            }
        }
        Node::Map(_) => {
            let entries = node.as_map_mut().map(Map::entries_mut);
            for entry in entries.into_iter().flatten() {
                carry(&mut entry.value, changed);
            }
        }
    }
}
