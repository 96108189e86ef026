//! Access of other namespaces to an object.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::go;

/// The namespaces that may refer to the object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct AccessFrom {
    /// A namespace that matches any of these may refer to the object.
    #[serde(deserialize_with = "go::null")]
    pub namespace_selectors: Vec<NamespaceSelector>,
}

/// Namespaces by their labels; an empty selector matches all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct NamespaceSelector {
    /// Labels that a namespace must have, each with this value.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub match_labels: BTreeMap<String, String>,
}
