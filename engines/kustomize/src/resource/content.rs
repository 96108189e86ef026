//! The tree of an object, made when somebody looks at it.
//!
//! Most of what overlays do to the objects of their base is to write a few texts into places that
//! are the same in each overlay: a namespace, a name, labels, the names of other objects. Such an
//! object stays the one that builds share, with a list of what was written where.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, OnceLock};

use super::place::{Place, Role};
use crate::config::FieldSpec;
use crate::node::{Node, Scalar};

/// The tree.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    /// Without what was written.
    start: Node,
    writes: Vec<Write>,
    roles: Roles,
    written: OnceLock<Node>,
    /// The tree when the list of writes was given up.
    last_draft: Option<Node>,
}

/// So many texts are written into most objects.
const USUAL: usize = 10;

/// A text in a place of what builds share.
#[derive(Clone, Debug)]
pub(super) struct Write {
    pub(super) place: Arc<Place>,
    pub(super) scalar: Scalar,
}

/// The numbers of the first writes with a role.
#[derive(Clone, Copy, Debug, Default)]
struct Roles {
    name: Option<u32>,
    namespace: Option<u32>,
    annotation: Option<u32>,
}

impl Roles {
    fn of(&mut self, role: Role) -> Option<&mut Option<u32>> {
        match role {
            Role::Name => Some(&mut self.name),
            Role::Namespace => Some(&mut self.namespace),
            Role::Annotation => Some(&mut self.annotation),
            Role::Other => None,
        }
    }

    fn number(mut self, role: Role) -> Option<usize> {
        let number = (*self.of(role)?)?;
        usize::try_from(number).ok()
    }

    fn note(&mut self, role: Role, number: usize) {
        if let Some(first) = self.of(role) {
            *first = first.or(u32::try_from(number).ok());
        }
    }
}

impl From<Node> for Content {
    fn from(start: Node) -> Self {
        Self {
            start,
            writes: Vec::new(),
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
        self.start.clone_from(start);
        self.writes.clone_from(writes);
        self.roles = *roles;
        self.written.clone_from(written);
        self.last_draft.clone_from(last_draft);
    }

    fn write_all(&self) -> Node {
        let mut tree = self.start.clone();
        for write in &self.writes {
            write.place.set(&mut tree, &write.scalar);
        }
        tree
    }

    /// Whether it is a tree that builds share, with texts that were written into it.
    pub(crate) fn is_draft(&self) -> bool {
        !self.writes.is_empty()
    }

    /// The tree without the texts that were written into it: the same but for those, and for the
    /// mappings that hold them.
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

    pub(super) fn writes(&self) -> &[Write] {
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
    pub(super) fn written_as(&self, role: Role) -> Option<&Scalar> {
        let number = self.roles.number(role)?;
        self.writes.get(number).map(|write| &write.scalar)
    }

    /// What stands in a place.
    pub(crate) fn at<'a>(&'a self, place: &'a Arc<Place>) -> Option<&'a Scalar> {
        let is_it = |write: &&Write| Arc::ptr_eq(&write.place, place);
        let write = self.writes.iter().find(is_it);
        write.map(|write| &write.scalar).or(place.scalar.as_ref())
    }

    /// Whether a text can be written into a place, and changes nothing elsewhere.
    pub(crate) fn has_room(&self, place: &Arc<Place>) -> bool {
        self.at(place).is_none_or(|scalar| !scalar.link.is_linked())
            && !self.writes.iter().any(|write| write.place.overlaps(place))
    }

    /// Writes into a place of the tree that builds share.
    pub(super) fn write(
        &mut self,
        place: &Arc<Place>,
        scalar: impl FnOnce(Option<&Scalar>) -> Scalar,
    ) {
        self.written.take();
        let is_it = |write: &&mut Write| Arc::ptr_eq(&write.place, place);
        if let Some(write) = self.writes.iter_mut().find(is_it) {
            write.scalar = scalar(Some(&write.scalar));
            return;
        }
        if self.writes.is_empty() {
            self.writes.reserve(USUAL);
        }
        self.roles.note(place.role, self.writes.len());
        self.writes.push(Write {
            scalar: scalar(place.scalar.as_ref()),
            place: Arc::clone(place),
        });
    }
}
