//! Name prefixes and suffixes.

use std::borrow::Cow;

use yaml::Str;

use super::Transform;
use super::field::{Creation, apply, is_about};
use super::places::Finder;
use crate::config::FieldSpec;
use crate::error::Error;
use crate::id::Gvk;
use crate::node::{self, Kind, Node, Scalar, Style, Tag};
use crate::resource::{Place, ResMap, Resource, Task};
use crate::schema::Schemas;

/// Which end of a name changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Prefix,
    Suffix,
}

/// Adds text to names.
#[derive(Clone, Debug)]
pub(crate) struct Affix {
    pub(crate) side: Side,
    pub(crate) text: Str,
    pub(crate) fields: Vec<FieldSpec>,
}

/// Names of these kinds are fixed by what they describe.
fn is_exempt(gvk: &Gvk) -> bool {
    match &*gvk.kind {
        "CustomResourceDefinition" | "Namespace" => true,
        "APIService" => gvk.group == *"apiregistration.k8s.io",
        _ => false,
    }
}

impl Affix {
    /// Whether every object of a kind gets the text.
    fn goes_to_all(&self, objects: &ResMap) -> bool {
        let everywhere =
            |field: &FieldSpec| field.path == "metadata/name" && field.gvk == Gvk::default();
        let keeps_kind = |object: &Resource| {
            let first = object.track.previous.first();
            first.is_none_or(|first| *first.kind == *object.kind())
        };
        self.fields.iter().all(everywhere) && objects.iter().all(keeps_kind)
    }

    fn set(&self, node: &mut Node) -> Result<(), Error> {
        let renamed = self.renamed(node.text(), &mut String::new());
        Ok(node::set_scalar(node, renamed)?)
    }

    fn renamed(&self, name: &str, text: &mut String) -> Scalar {
        let (first, second) = match self.side {
            Side::Prefix => (&*self.text, name),
            Side::Suffix => (name, &*self.text),
        };
        text.clear();
        text.push_str(first);
        text.push_str(second);
        Scalar::untagged(text.as_str())
    }

    /// What happens to each object, but for the text.
    fn task(&self) -> Task {
        Task {
            name: "affix".into(),
            fields: self.fields.clone(),
        }
    }

    /// Where the text comes in an object: in its name, unless the configuration says more.
    fn places(&self, object: &Resource) -> Option<Vec<Place>> {
        let [field] = &self.fields[..] else {
            return None;
        };
        let mut finder = Finder::new();
        if is_about(field, object.node.start()) {
            finder.find(object.node.start(), field, None)?;
        }
        Some(finder.into_places())
    }

    fn rename(&self, old: Option<&Scalar>, text: &mut String) -> Scalar {
        let (name, style) = old.map_or(("", Style::Plain), |old| (&*old.text, old.style));
        self.renamed(name, text).in_style(style)
    }

    /// The fields of an object that change, by number. Its kind counts as it was at first.
    fn fields_of(&self, object: &Resource, numbers: &mut Vec<usize>) {
        let now = object.gvk_here();
        let first = object.track.previous.first();
        let gvk = match first.filter(|first| first.kind != now.kind) {
            Some(first) => Cow::Owned(Gvk {
                kind: first.kind.clone(),
                ..now.into_owned()
            }),
            None => now,
        };
        numbers.clear();
        if !is_exempt(&gvk) {
            let fields = self.fields.iter().enumerate();
            let fields = fields.filter(|(_, field)| gvk.is_selected(&field.gvk));
            numbers.extend(fields.map(|(number, _)| number));
        }
    }
}

impl Transform for Affix {
    fn transform(&self, objects: &mut ResMap, schemas: &Schemas) -> Result<(), Error> {
        let creation = Creation {
            kind: Kind::Scalar,
            tag: Tag::Str,
        };
        let plan = objects.plan(schemas, || self.task());
        // Names that differ do so with the same text in front or behind.
        let objects = if self.goes_to_all(objects) {
            objects.iter_mut_staying_unique()
        } else {
            objects.iter_mut()
        };
        let (mut numbers, mut text) = (Vec::new(), String::new());
        for (at, resource) in objects.enumerate() {
            self.fields_of(resource, &mut numbers);
            for field in numbers.iter().map(|number| &self.fields[*number]) {
                if field.path == "metadata/name" && !self.text.is_empty() {
                    let state = plan.own(at, resource);
                    let text = self.text.clone();
                    match self.side {
                        Side::Prefix => state.track.prefixes.push(text),
                        Side::Suffix => state.track.suffixes.push(text),
                    }
                    state.store_previous_id(schemas);
                }
                let find = |object: &Resource| self.places(object);
                if let Some(places) = plan.places(at, resource, find) {
                    let rename = |old: Option<&_>| self.rename(old, &mut text).into();
                    plan.own(at, resource).write(places, rename);
                } else {
                    let set = &mut |node: &mut Node| self.set(node);
                    apply(&mut resource.node, field, Some(creation), set)?;
                }
            }
        }
        Ok(())
    }
}
