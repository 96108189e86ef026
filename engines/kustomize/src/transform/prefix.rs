//! Name prefixes and suffixes.

use super::Transform;
use super::field::{Creation, apply};
use crate::config::FieldSpec;
use crate::error::Error;
use crate::id::Gvk;
use crate::node::{self, Kind, Node, Scalar, Tag};
use crate::resource::ResMap;
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
    pub(crate) text: String,
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
    fn set(&self, node: &mut Node) -> Result<(), Error> {
        let old = node.text();
        let text = match self.side {
            Side::Prefix => format!("{}{old}", self.text),
            Side::Suffix => format!("{old}{}", self.text),
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
        for resource in objects.iter_mut() {
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
                    let text = self.text.as_str().into();
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
