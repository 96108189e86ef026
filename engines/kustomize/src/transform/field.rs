//! Finds the fields that a field spec means (`api/filters/fieldspec`).

use yaml::Str;

use crate::config::{FieldSpec, Segment};
use crate::error::Error;
use crate::id::split_api_version;
use crate::node::{self, Kind, Node, NodeError, Tag};

/// What a missing field becomes when the spec says to create it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Creation {
    pub(super) kind: Kind,
    /// The tag that a null is given.
    pub(super) tag: Tag,
}

/// Whether the spec is about objects of this kind.
pub(super) fn is_about(spec: &FieldSpec, object: &Node) -> bool {
    let text = |field: &str| object.get(field).map_or("", Node::text);
    if !spec.gvk.kind.is_empty() && spec.gvk.kind != *text("kind") {
        return false;
    }
    if spec.gvk.group.is_empty() && spec.gvk.version.is_empty() {
        return true;
    }
    let (group, version) = split_api_version(text("apiVersion"));
    (spec.gvk.group.is_empty() || spec.gvk.group == *group)
        && (spec.gvk.version.is_empty() || spec.gvk.version == *version)
}

/// Specs by the kinds that they are about, so that not all have to be looked at for each object.
pub(super) struct ByKind<'a> {
    specs: &'a [FieldSpec],
    /// Kind and `apiVersion`, with the places of the specs for them.
    known: Vec<(Str, Str, Vec<usize>)>,
}

impl<'a> ByKind<'a> {
    pub(super) fn new(specs: &'a [FieldSpec]) -> Self {
        Self {
            specs,
            known: Vec::new(),
        }
    }

    /// The specs that are about an object, in order.
    pub(super) fn about<'s>(
        &'s mut self,
        object: &Node,
    ) -> impl Iterator<Item = &'a FieldSpec> + use<'a, 's> {
        let text = |field: &str| -> Str {
            let scalar = object.get(field).and_then(Node::as_scalar);
            scalar.map(|scalar| scalar.text.clone()).unwrap_or_default()
        };
        let (kind, api_version) = (text("kind"), text("apiVersion"));
        let is_it = |known: &(Str, Str, _)| known.0 == kind && known.1 == api_version;
        let at = self.known.iter().position(is_it).unwrap_or_else(|| {
            let places = (0..self.specs.len()).filter(|at| is_about(&self.specs[*at], object));
            self.known.push((kind, api_version, places.collect()));
            self.known.len() - 1
        });
        let specs = self.specs;
        self.known[at].2.iter().map(move |at| &specs[*at])
    }
}

/// Calls `set` on every field of `object` that `spec` means.
pub(super) fn apply(
    object: &mut Node,
    spec: &FieldSpec,
    creation: Option<Creation>,
    set: &mut dyn FnMut(&mut Node) -> Result<(), Error>,
) -> Result<(), Error> {
    if !is_about(spec, object) {
        return Ok(());
    }
    apply_to_any(object, spec, creation, set)
}

/// Whether [`apply`] without creation may change anything, found without copying what is shared.
pub(super) fn concerns(spec: &FieldSpec, object: &Node) -> bool {
    is_about(spec, object) && may_reach(object, &spec.segments)
}

/// Like [`apply`], whatever kind the object is of.
pub(super) fn apply_to_any(
    object: &mut Node,
    spec: &FieldSpec,
    creation: Option<Creation>,
    set: &mut dyn FnMut(&mut Node) -> Result<(), Error>,
) -> Result<(), Error> {
    let creation = creation.filter(|_| spec.create);
    if creation.is_none() && !may_reach(object, &spec.segments) {
        return Ok(());
    }
    visit(object, &spec.segments, creation, set).map_err(|error| {
        let text = |node: Option<&Node>| node.map_or("", Node::text).to_owned();
        let name = text(object.get("metadata").and_then(|meta| meta.get("name")));
        error.context(format!(
            "considering field '{}' of object {} {name}",
            spec.path,
            text(object.get("kind"))
        ))
    })
}

/// Whether following the path ends at a field or an error, found without copying what is shared.
fn may_reach(node: &Node, path: &[Segment]) -> bool {
    let Some((first, rest)) = path.split_first() else {
        return true;
    };
    match node {
        Node::Scalar(_) => !node.is_null(),
        Node::Seq(items) => items.iter().any(|item| may_reach(item, path)),
        Node::Map(map) => match map.get(&first.name) {
            // A null list is made an empty one on the way.
            Some(next) => (first.is_list && next.is_null()) || may_reach(next, rest),
            None => !first.is_plain && is_special(&first.name),
        },
    }
}

/// Whether nothing is to be done at a path: `is_done` says so of every node there, and nothing on
/// the way is other than a plain field. Copies nothing.
pub(super) fn is_done(
    node: &Node,
    path: &[Segment],
    is_done_at: &mut dyn FnMut(&Node) -> bool,
) -> bool {
    let Some((first, rest)) = path.split_first() else {
        return is_done_at(node);
    };
    match node {
        Node::Scalar(_) => node.is_null(),
        Node::Seq(items) => items.iter().all(|item| is_done(item, path, is_done_at)),
        Node::Map(_) if !first.is_plain && is_special(&first.name) => false,
        Node::Map(map) => match map.get(&first.name) {
            Some(next) if first.is_list && next.is_null() => false,
            Some(next) => is_done(next, rest, is_done_at),
            None => true,
        },
    }
}

/// A part that is no plain field name.
fn is_special(name: &str) -> bool {
    name.trim() != name
        || name.is_empty()
        || name == "-"
        || name == "*"
        || node::is_list_index(name)
        || name.bytes().all(|byte| byte.is_ascii_digit())
}

fn visit(
    node: &mut Node,
    path: &[Segment],
    creation: Option<Creation>,
    set: &mut dyn FnMut(&mut Node) -> Result<(), Error>,
) -> Result<(), Error> {
    let Some((first, rest)) = path.split_first() else {
        return set(node);
    };
    if node.is_null() {
        return Ok(());
    }
    match node {
        Node::Scalar(_) => Err(NodeError::NotACollection.into()),
        Node::Seq(_) => {
            for item in node.as_seq_mut().into_iter().flatten() {
                visit(item, path, creation, set)?;
            }
            Ok(())
        }
        Node::Map(_) => visit_field(node, first, rest, creation, set),
    }
}

fn visit_field(
    node: &mut Node,
    segment: &Segment,
    rest: &[Segment],
    creation: Option<Creation>,
    set: &mut dyn FnMut(&mut Node) -> Result<(), Error>,
) -> Result<(), Error> {
    if segment.name.is_empty() {
        return Err(Error::Transform(
            "cannot set or create an empty field name".into(),
        ));
    }
    let name = [&segment.name];
    let (field, null_becomes) = match creation {
        Some(creation) if !segment.is_list => {
            let (kind, tag) = if rest.is_empty() {
                (creation.kind, creation.tag)
            } else {
                (Kind::Map, Tag::Unset)
            };
            let field = if segment.is_plain {
                node.get_or_push(&segment.name, || Node::empty(kind))
            } else {
                node::lookup_create(node, kind, &name)?
            };
            (field, Some((kind, tag)))
        }
        _ => {
            let kind = segment.is_list.then_some((Kind::Seq, Tag::Unset));
            let field = if segment.is_plain {
                node.get_mut(&segment.name)
            } else {
                node::lookup_mut(node, &name)?
            };
            (field, kind)
        }
    };
    let Some(field) = field else {
        return Ok(());
    };
    if let (true, Some((kind, tag))) = (field.is_null(), null_becomes) {
        match field {
            Node::Scalar(scalar) if kind == Kind::Scalar => scalar.tag = tag,
            _ => *field = Node::empty(kind),
        }
    }
    visit(field, rest, creation, set)
}
