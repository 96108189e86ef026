//! Pieces of a kustomize overlay that stand in a spec, and rules for objects after the build.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::go;

/// Replaces name, tag or digest of a container image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Image {
    /// The image to replace, without tag or digest.
    pub name: String,
    /// The name to put in its place.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub new_name: Option<String>,
    /// The tag to put in its place.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub new_tag: Option<String>,
    /// The digest to put in its place; it wins over the tag.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub digest: Option<String>,
}

/// Changes objects of the build.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Patch {
    /// A strategic merge patch, or a list of JSON patch operations, as YAML.
    pub patch: String,
    /// The objects to change; those that a strategic merge patch names when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Selector>,
}

/// Selects objects. Every field that is set must match; the first five are regular expressions for
/// the whole of the name (K2.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Selector {
    /// API group, a regular expression.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub group: Option<String>,
    /// API version without the group, a regular expression.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub version: Option<String>,
    /// Kind, a regular expression.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub kind: Option<String>,
    /// Namespace, a regular expression.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub namespace: Option<String>,
    /// Name, a regular expression.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub name: Option<String>,
    /// Selector over the annotations, in the form of a label selector.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub annotation_selector: Option<String>,
    /// Label selector, such as `app=web,tier!=cache`.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub label_selector: Option<String>,
}

/// Fields that may differ in the cluster without being corrected (K14.12).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct IgnoreRule {
    /// The fields, as JSON pointers.
    #[serde(deserialize_with = "go::null")]
    pub paths: Vec<String>,
    /// The objects; all when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Selector>,
}

/// Judges the health of a kind by CEL expressions over the object (K16.7).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct CustomHealthCheck {
    /// API version of the kind; the version itself is not compared.
    pub api_version: String,
    /// The kind; every kind of the group when unset.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub kind: Option<String>,
    /// Holds when the object is as wanted.
    pub current: String,
    /// Holds while the object is on its way.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub in_progress: Option<String>,
    /// Holds when the object has failed.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub failed: Option<String>,
}
