//! Transformers: each changes all objects of a build in one respect.

mod field;
mod hash;
mod images;
mod json6902;
mod labels;
mod names;
mod namespace;
mod patch;
mod places;
mod prefix;
mod replacement;
mod replicas;
mod sort;
mod value_add;
mod vars;

use crate::error::Error;
use crate::resource::ResMap;
use crate::schema::Schemas;

pub(crate) use hash::add_hashes;
pub(crate) use images::Images;
pub(crate) use json6902::{Json6902, JsonPatch};
pub(crate) use labels::MapEntries;
pub(crate) use names::fix_references;
pub(crate) use namespace::{Namespace, NamespaceOptions};
pub(crate) use patch::{PatchTransformer, StrategicMerge};
pub(crate) use prefix::{Affix, Side};
pub(crate) use replacement::Replacements;
pub(crate) use replicas::Replicas;
pub(crate) use sort::sort;
pub(crate) use value_add::{ValueAdd, ValueAddArgs};
pub(crate) use vars::{VarSet, resolve as resolve_vars};

/// A configured transformer.
pub(crate) trait Transform {
    /// Changes the objects.
    ///
    /// # Errors
    ///
    /// When an object is not of the form that the configuration expects.
    fn transform(&self, objects: &mut ResMap, schemas: &Schemas) -> Result<(), Error>;
}
