//! Name prefixes and suffixes.

use yaml::Str;

use super::Transform;
use super::field::{Creation, apply};
use crate::config::FieldSpec;
use crate::error::Error;
use crate::id::Gvk;
use crate::node::{self, Kind, Node, Scalar, Tag};
use crate::resource::{ResMap, Resource};
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
        let old = node.text();
        let text = match self.side {
            Side::Prefix => [&self.text, old].concat(),
            Side::Suffix => [old, &self.text].concat(),
        };
        Ok(node::set_scalar(node, Scalar::untagged(text))?)
    }
}

impl Transform for Affix {
    fn transform(&self, objects: &mut ResMap, schemas: &Schemas) -> Result<(), Error> {
        let creation = Creation {
            kind: Kind::Scalar,
            tag: Tag::Str,
        };
        // Names that differ do so with the same text in front or behind.
        let objects = if self.goes_to_all(objects) {
            objects.iter_mut_staying_unique()
        } else {
            objects.iter_mut()
        };
        for resource in objects {
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
                apply(&mut resource.node, field, Some(creation), &mut |node| {
                    self.set(node)
                })?;
            }
        }
        Ok(())
    }
}
