//! Labels and annotations: entries set in mappings (`api/filters/labels`, `annotations`).

use std::collections::BTreeMap;

use yaml::Str;

use super::Transform;
use super::field::{ByKind, Creation, apply_to_any};
use crate::config::FieldSpec;
use crate::error::Error;
use crate::node::{self, Kind, Scalar, Tag};
use crate::resource::{ResMap, Resource};
use crate::schema::Schemas;

/// Sets entries in the mappings at some fields.
#[derive(Clone, Debug)]
pub(crate) struct MapEntries {
    /// In order.
    entries: Vec<(Str, Scalar)>,
    fields: Vec<FieldSpec>,
}

impl MapEntries {
    pub(crate) fn new(entries: &BTreeMap<String, String>, fields: Vec<FieldSpec>) -> Self {
        let text = |(key, value): (&String, &String)| {
            let mut value = Scalar::string(value);
            value.quote_if_ambiguous();
            (key.into(), value)
        };
        Self {
            entries: entries.iter().map(text).collect(),
            fields,
        }
    }

    pub(crate) fn apply_to(&self, object: &mut Resource) -> Result<(), Error> {
        self.apply_with(&mut ByKind::new(&self.fields), object)
    }

    fn apply_with(&self, fields: &mut ByKind<'_>, object: &mut Resource) -> Result<(), Error> {
        let creation = Creation {
            kind: Kind::Map,
            tag: Tag::Unset,
        };
        for (key, value) in &self.entries {
            let mut value = value.clone();
            value.link = object.new_link();
            for field in fields.about(&object.node) {
                apply_to_any(&mut object.node, field, Some(creation), &mut |node| {
                    Ok(node::set_text(node, key, value.clone())?)
                })?;
            }
        }
        Ok(())
    }
}

impl Transform for MapEntries {
    fn transform(&self, objects: &mut ResMap, _: &Schemas) -> Result<(), Error> {
        if self.entries.is_empty() {
            return Ok(());
        }
        let mut fields = ByKind::new(&self.fields);
        objects
            .iter_mut_keeping_ids()
            .try_for_each(|resource| self.apply_with(&mut fields, resource))
    }
}
