//! Replica counts.

use super::Transform;
use super::field::{Creation, apply};
use crate::config::{FieldSpec, Replica};
use crate::error::Error;
use crate::node::{self, Kind, Scalar, Tag};
use crate::resource::ResMap;
use crate::schema::Schemas;

/// Sets the replica count of the objects of one name.
#[derive(Clone, Debug)]
pub(crate) struct Replicas {
    pub(crate) replica: Replica,
    pub(crate) fields: Vec<FieldSpec>,
}

impl Transform for Replicas {
    fn transform(&self, objects: &mut ResMap, _: &Schemas) -> Result<(), Error> {
        let mut found = false;
        let creation = Creation {
            kind: Kind::Scalar,
            tag: Tag::Int,
        };
        for field in &self.fields {
            for resource in objects.iter_mut_keeping_ids() {
                let matches = !resource.is_empty()
                    && resource
                        .all_ids()
                        .iter()
                        .any(|id| id.name == *self.replica.name && id.gvk.is_selected(&field.gvk));
                if !matches {
                    continue;
                }
                found = true;
                let count = Scalar::new(self.replica.count.to_string(), Tag::Int);
                apply(&mut resource.node, field, Some(creation), &mut |node| {
                    Ok(node::set_scalar(node, count.clone())?)
                })?;
            }
        }
        if found {
            return Ok(());
        }
        let kinds: Vec<_> = self
            .fields
            .iter()
            .map(|field| field.gvk.to_string())
            .collect();
        Err(Error::Transform(format!(
            "resource with name {} does not match a config with the following GVK [{}]",
            self.replica.name,
            kinds.join(" ")
        )))
    }
}
