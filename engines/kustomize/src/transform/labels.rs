//! Labels and annotations: entries set in mappings (`api/filters/labels`, `annotations`).

use std::collections::BTreeMap;

use super::Transform;
use super::field::{Creation, apply};
use crate::config::FieldSpec;
use crate::error::Error;
use crate::node::{self, Kind, Node, Scalar, Tag};
use crate::resource::{ResMap, Resource};
use crate::schema::Schemas;

/// Sets entries in the mappings at some fields.
#[derive(Clone, Debug)]
pub(crate) struct MapEntries {
    pub(crate) entries: BTreeMap<String, String>,
    pub(crate) fields: Vec<FieldSpec>,
}

impl MapEntries {
    pub(crate) fn apply_to(&self, object: &mut Resource) -> Result<(), Error> {
        let creation = Creation {
            kind: Kind::Map,
            tag: Tag::Unset,
        };
        for (key, value) in &self.entries {
            let mut value = Scalar::string(value.as_str());
            value.link = object.new_link();
            for field in &self.fields {
                apply(&mut object.node, field, Some(creation), &mut |node| {
                    Ok(node::set_field(node, key, Node::Scalar(value.clone()))?)
                })?;
            }
        }
        Ok(())
    }
}

impl Transform for MapEntries {
    fn transform(&self, objects: &mut ResMap, _: &Schemas) -> Result<(), Error> {
        objects
            .iter_mut_keeping_ids()
            .try_for_each(|resource| self.apply_to(resource))
    }
}
