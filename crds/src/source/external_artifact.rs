//! ExternalArtifact.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::definition::{Column, InitialStatus, NO_SUBSTITUTION};
use crate::go;
use crate::meta::{Artifact, Condition, NamespacedObjectKindReference};
use crate::resource::{custom_resource, status};

custom_resource! {
    /// An artifact that another program publishes; that program also writes the status (X1).
    ExternalArtifact { spec: ExternalArtifactSpec, status: ExternalArtifactStatus }
    definition: {
        group: super::GROUP,
        version: super::VERSION,
        kind: "ExternalArtifact",
        plural: "externalartifacts",
        short_names: &["ea"],
        categories: super::CATEGORIES,
        annotations: NO_SUBSTITUTION,
        columns: &[
            Column::AGE,
            Column::READY,
            Column::STATUS,
            Column::text("Source", ".spec.sourceRef.name"),
        ],
        initial_status: InitialStatus::Empty,
    }
}

status!(ExternalArtifactStatus);

/// Who publishes the artifact.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ExternalArtifactSpec {
    /// The object that stands for the publisher.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_ref: Option<NamespacedObjectKindReference>,
}

/// What was published.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ExternalArtifactStatus {
    /// The last published artifact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact: Option<Artifact>,
    /// The state of the object, aspect by aspect.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub conditions: Vec<Condition>,
}
