//! The objects that events come from and webhooks go to.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::go;
use crate::text_enum::text_enum;

/// Objects of one kind: one by its name, or with the name `*` those with all of the labels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct EventSource {
    /// API version of the objects.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub api_version: Option<String>,
    /// Kind of the objects.
    pub kind: EventSourceKind,
    /// Name of the object, or `*` for all.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// Namespace of the objects; the referrer's own when unset.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(length(min = 1, max = 253))]
    pub namespace: Option<String>,
    /// Labels that the objects must have. No labels at all match every object, which is not the same as unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub match_labels: Option<BTreeMap<String, String>>,
}

text_enum! {
    /// Kinds that events come from and webhooks go to.
    EventSourceKind {
        /// `source.toolkit.fluxcd.io`.
        Bucket = "Bucket",
        /// `source.toolkit.fluxcd.io`.
        GitRepository = "GitRepository",
        /// `kustomize.toolkit.fluxcd.io`.
        Kustomization = "Kustomization",
        /// `helm.toolkit.fluxcd.io`.
        HelmRelease = "HelmRelease",
        /// `source.toolkit.fluxcd.io`.
        HelmChart = "HelmChart",
        /// `source.toolkit.fluxcd.io`.
        HelmRepository = "HelmRepository",
        /// `image.toolkit.fluxcd.io`.
        ImageRepository = "ImageRepository",
        /// `image.toolkit.fluxcd.io`.
        ImagePolicy = "ImagePolicy",
        /// `image.toolkit.fluxcd.io`.
        ImageUpdateAutomation = "ImageUpdateAutomation",
        /// `source.toolkit.fluxcd.io`.
        OciRepository = "OCIRepository",
        /// `source.extensions.fluxcd.io`.
        ArtifactGenerator = "ArtifactGenerator",
        /// `source.toolkit.fluxcd.io`.
        ExternalArtifact = "ExternalArtifact",
    }
}
