//! The record of what an object has applied (K15.1).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::go;

/// The Kubernetes objects that were applied and are watched over for pruning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ResourceInventory {
    /// One entry per object, in the order of application.
    #[serde(deserialize_with = "go::null")]
    pub entries: Vec<ResourceRef>,
}

/// One applied object.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(default)]
pub struct ResourceRef {
    /// Identity of the object as `<namespace>_<name>_<group>_<kind>`.
    pub id: String,
    /// API version of the object without its group.
    #[serde(rename = "v")]
    pub version: String,
}
