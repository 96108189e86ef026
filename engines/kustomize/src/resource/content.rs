//! The tree of an object, made when somebody looks at it.
//!
//! Most of what overlays do to the objects of their base is to write a few texts into places that
//! are the same in each overlay: a namespace, a name, labels, the names of other objects. Such an
//! object stays the one that builds share, with a list of what was written where.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, OnceLock};

use super::place::{Place, Role};
use super::writes::{Write, Writes, Written};
use crate::config::FieldSpec;
use crate::node::{Node, Scalar};

/// The tree.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    /// Without what was written.
    start: Node,
    writes: Writes,
    roles: Roles,
    written: OnceLock<Node>,
    /// The tree when the list of writes was given up.
    last_draft: Option<Node>,
}

/// The numbers of the first writes with a role.
#[derive(Clone, Copy, Debug, Default)]
struct Roles {
    name: Option<usize>,
    namespace: Option<usize>,
    annotation: Option<usize>,
}

impl Roles {
    #[inline]
    fn number(self, role: Role) -> Option<usize> {
        match role {
            Role::Name => self.name,
            Role::Namespace => self.namespace,
            Role::Annotation => self.annotation,
            Role::Other => None,
        }
    }

    fn note(&mut self, role: Role, number: usize) {
        let first = match role {
            Role::Name => &mut self.name,
            Role::Namespace => &mut self.namespace,
            Role::Annotation => &mut self.annotation,
            Role::Other => return,
        };
        *first = first.or(Some(number));
    }
}

impl From<Node> for Content {
    fn from(start: Node) -> Self {
        Self {
            start,
            writes: Writes::default(),
            roles: Roles::default(),
            written: OnceLock::new(),
            last_draft: None,
        }
    }
}

impl Deref for Content {
    type Target = Node;

    fn deref(&self) -> &Node {
        if self.writes.is_empty() {
            &self.start
        } else {
            self.written.get_or_init(|| self.write_all())
        }
    }
}

impl DerefMut for Content {
    fn deref_mut(&mut self) -> &mut Node {
        if self.is_draft() {
            self.start = self.written.take().unwrap_or_else(|| self.write_all());
            self.writes.clear();
            self.roles = Roles::default();
            self.last_draft = Some(self.start.clone());
        }
        &mut self.start
    }
}

impl Content {
    /// Becomes a clone of another one, in the memory that it has.
    pub(super) fn copy_from(&mut self, other: &Self) {
        let Self {
            start,
            writes,
            roles,
            written,
            last_draft,
        } = other;
        // Mostly it was one of the same object.
        if !self.start.is_shared_with(start) {
            self.start.clone_from(start);
        }
        self.writes.copy_from(writes);
        self.roles = *roles;
        if self.written.get().is_some() || written.get().is_some() {
            self.written.clone_from(written);
        }
        if self.last_draft.is_some() || last_draft.is_some() {
            self.last_draft.clone_from(last_draft);
        }
    }

    /// Gives up what nobody is to have in memory any longer: trees but for the one that builds share.
    pub(super) fn rest(&mut self, shares_start: impl FnOnce(&Node) -> bool) {
        self.written.take();
        self.last_draft = None;
        if !shares_start(&self.start) {
            self.start = Node::null();
        }
    }

    fn write_all(&self) -> Node {
        let mut tree = self.start.clone();
        for write in &*self.writes {
            write.place.set(&mut tree, &write.text.scalar);
        }
        tree
    }

    /// Whether it is a tree that builds share, with texts that were written into it.
    pub(crate) fn is_draft(&self) -> bool {
        !self.writes.is_empty()
    }

    /// The tree without the texts that were written into it: the same but for those, and for the
    /// mappings that hold them.
    #[inline]
    pub(crate) fn start(&self) -> &Node {
        &self.start
    }

    /// The tree, without what was written elsewhere than at a field or on the way.
    pub(crate) fn without_writes_at(&self, field: &FieldSpec) -> &Node {
        let is_there = |write: &Write| write.place.is_along(field);
        if self.writes.iter().any(is_there) {
            self
        } else {
            &self.start
        }
    }

    /// The tree, without what was written elsewhere than below fields with some names.
    pub(crate) fn without_writes_below(&self, is_name: impl Fn(&str) -> bool) -> &Node {
        let is_there = |write: &Write| write.place.is_below(&is_name);
        if self.writes.iter().any(is_there) {
            self
        } else {
            &self.start
        }
    }

    pub(super) fn writes(&self) -> &Writes {
        &self.writes
    }

    /// The tree when it was a draft for the last time, unless it has settled since.
    pub(super) fn last_draft(&self) -> Option<&Node> {
        self.last_draft.as_ref()
    }

    /// The tree, which all links have been carried through.
    pub(super) fn settled(&mut self) -> Node {
        self.last_draft = None;
        Node::clone(self)
    }

    /// What was written as the name, or as another thing.
    #[inline]
    pub(super) fn written_as(&self, role: Role) -> Option<&Scalar> {
        let number = self.roles.number(role)?;
        self.writes.get(number).map(|write| &write.text.scalar)
    }

    /// What stands in a place.
    pub(crate) fn at<'a>(&'a self, place: &'a Arc<Place>) -> Option<&'a Scalar> {
        let written = self.writes.at(place).map(|written| &written.scalar);
        written.or(place.scalar.as_ref())
    }

    /// Whether a text can be written into a place, and changes nothing elsewhere.
    pub(crate) fn has_room(&self, place: &Arc<Place>) -> bool {
        let is_free = |scalar: &Scalar| !scalar.link.is_linked();
        self.at(place).is_none_or(is_free) && !self.writes.have_rival_of(place)
    }

    /// Writes into a place of the tree that builds share.
    pub(super) fn write(
        &mut self,
        place: &Arc<Place>,
        text: impl FnOnce(Option<&Scalar>) -> Written,
    ) {
        if self.written.get().is_some() {
            self.written.take();
        }
        if let Some(old) = self.writes.at_mut(place) {
            *old = text(Some(&old.scalar));
            return;
        }
        self.roles.note(place.role, self.writes.len());
        self.writes.push(place, text(place.scalar.as_ref()));
    }
}
