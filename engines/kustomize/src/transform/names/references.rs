//! The fields that are references, and where an object has them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::config::{FieldSpec, Segment, TransformerConfig};
use crate::id::Gvk;
use crate::node::Node;
use crate::resource::{Names, Place, Reach, Resource, Site};
use crate::transform::field::is_done;
use crate::transform::places::Finder;

/// A field that names an object of a kind.
pub(super) struct Reference<'a> {
    pub(super) target: &'a Gvk,
    pub(super) field: &'a FieldSpec,
}

impl Reference<'_> {
    /// The role that a binding names, when this is where it does so.
    pub(super) fn role(&self, object: &Resource) -> Option<Gvk> {
        let names_role = self.field.path.ends_with("roleRef/name");
        let tree = || object.node.without_writes_below(|name| name == "roleRef");
        names_role.then(|| role_of(tree())).flatten()
    }

    /// Where an object has the names, when they stand alone.
    pub(super) fn places(&self, object: &Resource) -> Option<Vec<Place>> {
        let mut finder = Finder::new();
        finder.find_there(object.node.start(), self.field)?;
        Some(finder.into_places())
    }

    /// The metadata of objects changes all the time.
    fn is_in_metadata(&self) -> bool {
        let in_metadata = |first: &Segment| {
            let name: &str = &first.name;
            name == "metadata" || (!first.is_plain && name.trim() == "metadata")
        };
        self.field.segments.first().is_none_or(in_metadata)
    }

    /// What an object has there.
    fn site(&self, at: usize, object: &Node) -> Option<Site> {
        let names = if self.is_in_metadata() {
            Names::Unknown
        } else {
            find(object, &self.field.segments)
        };
        let is_there = names.list().is_none_or(|names| !names.is_empty());
        is_there.then(|| Site::new(at, names))
    }
}

/// The names at a path.
fn find(object: &Node, path: &[Segment]) -> Names {
    let mut names = Vec::new();
    let mut alone = true;
    let mut note = |node: &Node| {
        let name = match node {
            Node::Scalar(scalar) => Some(scalar),
            Node::Map(map) => {
                alone = false;
                map.get("name").and_then(Node::as_scalar)
            }
            Node::Seq(_) => None,
        };
        names.extend(name.map(|name| name.text.clone()));
        name.is_some()
    };
    let plain = is_done(object, path, &mut |node| match node {
        Node::Seq(items) => items.iter().all(&mut note),
        _ => note(node),
    });
    match (plain, alone) {
        (true, true) => Names::Alone(names),
        (true, false) => Names::InMappings(names),
        (false, _) => Names::Unknown,
    }
}

/// All fields of a configuration.
pub(super) struct References<'a> {
    pub(super) config: &'a Arc<TransformerConfig>,
    pub(super) list: Vec<Reference<'a>>,
    /// Of some hundred fields, objects of a kind have few.
    of_kind: RefCell<HashMap<Gvk, Rc<[usize]>>>,
    /// Where objects of a kind have those whose names are known.
    reach: RefCell<HashMap<Gvk, Arc<Reach>>>,
}

impl<'a> References<'a> {
    pub(super) fn new(config: &'a Arc<TransformerConfig>) -> Self {
        let references = config.name_reference.iter().flat_map(|reference| {
            let target = &reference.target;
            let fields = reference.referrers.iter();
            fields.map(move |field| Reference { target, field })
        });
        Self {
            config,
            list: references.collect(),
            of_kind: RefCell::default(),
            reach: RefCell::default(),
        }
    }

    /// Whether a name of an object itself is among them.
    pub(super) fn rename_objects(&self) -> bool {
        let is_beside = |segment: &Segment| *segment.name == *"annotations";
        self.list.iter().any(|reference| {
            let second = reference.field.segments.get(1);
            reference.is_in_metadata() && !second.is_some_and(is_beside)
        })
    }

    /// Those that objects of a kind may have, in order.
    fn of(&self, gvk: &Gvk) -> Rc<[usize]> {
        let mut known = self.of_kind.borrow_mut();
        if let Some(fields) = known.get(gvk) {
            return Rc::clone(fields);
        }
        let is_of = |at: &usize| gvk.is_selected(&self.list[*at].field.gvk);
        let fields: Rc<[usize]> = (0..self.list.len()).filter(is_of).collect();
        known.insert(gvk.clone(), Rc::clone(&fields));
        fields
    }

    /// Those that objects of a kind may have, to be looked for.
    pub(super) fn all(&self, gvk: &Gvk) -> Vec<Site> {
        let site = |field| Site::new(field, Names::Unknown);
        self.of(gvk).iter().copied().map(site).collect()
    }

    /// Those that an object has, and how long it has them: as long as nothing within reach changes.
    pub(super) fn sites(&self, gvk: &Gvk, object: &Node) -> (Arc<Reach>, Vec<Site>) {
        let fields = self.of(gvk);
        let known = self.reach.borrow().get(gvk).cloned();
        let reach = known.unwrap_or_else(|| {
            let mut reach = Reach::default();
            let fields = fields.iter().map(|at| &self.list[*at]);
            for field in fields.filter(|field| !field.is_in_metadata()) {
                reach.add(field.field.segments.iter().map(|segment| &segment.name));
            }
            let reach = Arc::new(reach);
            let mut all = self.reach.borrow_mut();
            all.insert(gvk.clone(), Arc::clone(&reach));
            reach
        });
        let site = |at: usize| self.list[at].site(at, object);
        (reach, fields.iter().copied().filter_map(site).collect())
    }
}

/// Group and kind of the role that a binding names, when it says both.
fn role_of(object: &Node) -> Option<Gvk> {
    let role = object.get("roleRef")?;
    let group = role.get("apiGroup")?.text();
    let kind = role.get("kind")?.text();
    Some(Gvk::new(group, "", kind))
}
