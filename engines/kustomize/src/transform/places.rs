//! Finds where the fields that a field spec means are in an object, to write texts into them.

use yaml::Str;

use crate::config::{FieldSpec, Segment};
use crate::node::Node;
use crate::resource::Place;

/// Finds the places of one object.
pub(super) struct Finder<'a> {
    /// Fields and items from the top, by number, and the names of the fields.
    path: Vec<usize>,
    names: Vec<&'a Str>,
    found: Vec<Place>,
}

impl<'a> Finder<'a> {
    pub(super) fn new() -> Self {
        Self {
            path: Vec::new(),
            names: Vec::new(),
            found: Vec::new(),
        }
    }

    /// What was found.
    pub(super) fn into_places(self) -> Vec<Place> {
        self.found
    }

    /// Finds the scalars that a field spec means, with those that are to be made; with a key, those
    /// under this key in the mappings that it means. None when
    /// [`apply_to_any`](super::field::apply_to_any) would do more than set scalars.
    pub(super) fn find(
        &mut self,
        object: &Node,
        spec: &'a FieldSpec,
        key: Option<&'a Str>,
    ) -> Option<()> {
        let target = Target {
            key,
            creates: spec.create,
        };
        self.visit(object, &spec.segments, &target)
    }

    /// Finds the scalars that a field spec means.
    pub(super) fn find_there(&mut self, object: &Node, spec: &'a FieldSpec) -> Option<()> {
        let target = Target {
            key: None,
            creates: false,
        };
        self.visit(object, &spec.segments, &target)
    }

    fn visit(&mut self, node: &Node, path: &'a [Segment], target: &Target<'a>) -> Option<()> {
        let Some((first, rest)) = path.split_first() else {
            return self.end(node, target);
        };
        match node {
            Node::Scalar(_) => None,
            Node::Seq(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.path.push(at);
                    self.visit(item, path, target)?;
                    self.path.pop();
                }
                Some(())
            }
            Node::Map(_) if !first.is_plain => None,
            Node::Map(map) => {
                let Some(at) = map.position(&first.name) else {
                    return self.missing(path, target);
                };
                let value = &map.entries()[at].value;
                if value.is_null() {
                    return None;
                }
                self.path.push(at);
                self.names.push(&first.name);
                self.visit(value, rest, target)?;
                self.names.pop();
                self.path.pop();
                Some(())
            }
        }
    }

    /// A field on the way is not there.
    fn missing(&mut self, path: &'a [Segment], target: &Target<'a>) -> Option<()> {
        if !target.creates || path.first().is_some_and(|first| first.is_list) {
            return Some(());
        }
        let is_made = |segment: &Segment| segment.is_plain && !segment.is_list;
        if !path.iter().all(is_made) {
            return None;
        }
        let names = path.iter().map(|segment| &segment.name);
        let missing: Vec<&Str> = names.chain(target.key).collect();
        let place = Place::of_missing(&self.path, &self.names, &missing);
        self.found.push(place);
        Some(())
    }

    /// The end of the path.
    fn end(&mut self, node: &Node, target: &Target<'a>) -> Option<()> {
        let place = match (node, target.key) {
            (Node::Scalar(scalar), None) => Place::of_scalar(&self.path, &self.names, scalar),
            (Node::Map(map), Some(key)) => match map.position(key) {
                Some(at) => {
                    let scalar = map.entries()[at].value.as_scalar()?;
                    let path = [&self.path[..], &[at]].concat();
                    let names = [&self.names[..], &[key]].concat();
                    Place::of_scalar(&path, &names, scalar)
                }
                None => Place::of_missing(&self.path, &self.names, &[key]),
            },
            _ => return None,
        };
        self.found.push(place);
        Some(())
    }
}

/// What is looked for at the end of the paths.
struct Target<'a> {
    key: Option<&'a Str>,
    creates: bool,
}
