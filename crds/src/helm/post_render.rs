//! Changes to what a chart renders.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::go;
use crate::kustomize::{Image, Patch};
use crate::text_enum::text_enum;

/// One change to what the chart renders.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct PostRenderer {
    /// A change by kustomize.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kustomize: Option<KustomizeRenderer>,
}

/// A change by kustomize.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct KustomizeRenderer {
    /// Changes to the objects.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub patches: Vec<Patch>,
    /// Container images to replace.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub images: Vec<Image>,
}

text_enum! {
    /// What the changes are made to.
    PostRenderStrategy {
        /// The templates without the hooks.
        NoHooks = "nohooks",
        /// The templates and the hooks together.
        Combined = "combined",
        /// The templates and the hooks, each on their own.
        Separate = "separate",
    }
}
