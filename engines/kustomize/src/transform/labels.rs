//! Labels and annotations: entries set in mappings (`api/filters/labels`, `annotations`).

use std::collections::BTreeMap;

use yaml::Str;

use super::Transform;
use super::field::{ByKind, Creation, apply_to_any};
use super::places::Finder;
use crate::config::FieldSpec;
use crate::error::Error;
use crate::node::{self, Kind, Scalar, Tag};
use crate::resource::{Place, ResMap, Resource, Task, Written};
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
        let mut fields = ByKind::new(&self.fields);
        self.entries
            .iter()
            .try_for_each(|entry| Self::apply_with(&mut fields, entry, object))
    }

    fn apply_with(
        fields: &mut ByKind<'_>,
        (key, value): &(Str, Scalar),
        object: &mut Resource,
    ) -> Result<(), Error> {
        let creation = Creation {
            kind: Kind::Map,
            tag: Tag::Unset,
        };
        let mut value = value.clone();
        value.link = object.new_link();
        for field in fields.about(&object.node) {
            apply_to_any(&mut object.node, field, Some(creation), &mut |node| {
                Ok(node::set_text(node, key, value.clone())?)
            })?;
        }
        Ok(())
    }

    /// What happens to each object with a key, but for the value.
    fn task(&self, key: &str) -> Task {
        Task {
            name: format!("entry {key}"),
            fields: self.fields.clone(),
        }
    }

    /// Where an entry comes in an object.
    fn places(&self, object: &Resource, key: &Str) -> Option<Vec<Place>> {
        let mut finder = Finder::new();
        for field in ByKind::new(&self.fields).about(object.node.start()) {
            finder.find(object.node.start(), field, Some(key))?;
        }
        Some(finder.into_places())
    }
}

impl Transform for MapEntries {
    fn transform(&self, objects: &mut ResMap, schemas: &Schemas) -> Result<(), Error> {
        let mut fields = ByKind::new(&self.fields);
        for entry in &self.entries {
            let (key, value) = entry;
            let written = Written::from(value.clone());
            let plan = objects.plan(schemas, || self.task(key));
            for (at, resource) in objects.iter_mut_keeping_ids().enumerate() {
                let find = |object: &Resource| self.places(object, key);
                let Some(places) = plan.places(at, resource, find) else {
                    Self::apply_with(&mut fields, entry, resource)?;
                    continue;
                };
                let state = plan.own(at, resource);
                let link = state.new_link();
                state.write(places, |old| match old {
                    Some(old) => written.linked(old.link).in_style(old.style),
                    None => written.linked(link),
                });
            }
        }
        Ok(())
    }
}
