//! Values of a release from other objects.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::go;
use crate::meta::ConfigKind;

/// A ConfigMap or Secret that holds values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ValuesReference {
    /// Secret or ConfigMap.
    pub kind: ConfigKind,
    /// Name, in the namespace of the release.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// Key that holds the values; `values.yaml` when unset.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(length(max = 253), regex(pattern = r"^[\-._a-zA-Z0-9]+$"))]
    pub values_key: Option<String>,
    /// Where a single value goes, in the notation of `helm --set`; when unset the key holds a
    /// YAML document that is merged.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(
        length(max = 250),
        regex(pattern = r"^([a-zA-Z0-9_\-.\\\/]|\[[0-9]{1,5}\])+$")
    )]
    pub target_path: Option<String>,
    /// Goes on without it when it does not exist.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub optional: bool,
    /// Takes the value at the target path as it is, without reading commas and types into it.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub literal: bool,
}
