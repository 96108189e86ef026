//! Name prefixes and suffixes.

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
        Ok(node::set_scalar(node, self.renamed(node.text()))?)
    }

    fn renamed(&self, name: &str) -> Scalar {
        Scalar::untagged(match self.side {
            Side::Prefix => [&self.text, name].concat(),
            Side::Suffix => [name, &self.text].concat(),
        })
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

    fn rename(&self, old: Option<&Scalar>) -> Scalar {
        let (name, style) = old.map_or(("", Style::Plain), |old| (&*old.text, old.style));
        self.renamed(name).in_style(style)
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
        for (at, resource) in objects.enumerate() {
            let mut gvk = resource.gvk();
            if let Some(first) = resource.track.previous.first() {
                gvk.kind = first.kind.clone();
            }
            if is_exempt(&gvk) {
                continue;
            }
            for field in &self.fields {
                if !gvk.is_selected(&field.gvk) {
                    continue;
                }
                if field.path == "metadata/name" && !self.text.is_empty() {
                    let text = self.text.clone();
                    match self.side {
                        Side::Prefix => resource.track.prefixes.push(text),
                        Side::Suffix => resource.track.suffixes.push(text),
                    }
                    resource.store_previous_id(schemas);
                }
                let find = |object: &Resource| self.places(object);
                if !plan.write(at, resource, find, |old| self.rename(old)) {
                    let set = &mut |node: &mut Node| self.set(node);
                    apply(&mut resource.node, field, Some(creation), set)?;
                }
            }
        }
        Ok(())
    }
}
