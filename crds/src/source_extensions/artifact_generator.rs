//! ArtifactGenerator.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::definition::{Column, InitialStatus, NO_SUBSTITUTION};
use crate::go;
use crate::meta::{CommonMetadata, Condition};
use crate::resource::{custom_resource, status};
use crate::text_enum::text_enum;

custom_resource! {
    /// Artifacts composed of the files of other artifacts, or split off them (A1).
    ArtifactGenerator { spec: ArtifactGeneratorSpec, status: ArtifactGeneratorStatus }
    definition: {
        group: super::GROUP,
        version: super::VERSION,
        kind: "ArtifactGenerator",
        plural: "artifactgenerators",
        short_names: &["ag"],
        categories: crate::source::CATEGORIES,
        annotations: NO_SUBSTITUTION,
        columns: &[Column::AGE, Column::READY, Column::STATUS],
        initial_status: InitialStatus::Empty,
    }
}

status!(ArtifactGeneratorStatus);

/// What to read, and what to make of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [{
    "rule": "has(self.pathPattern) && size(self.pathPattern) > 0 || self.artifacts.all(a, \
             a.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?\
             (\\\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'))",
    "message":
        "artifact names must be valid Kubernetes object names when pathPattern is not set",
}]))]
pub struct ArtifactGeneratorSpec {
    /// Labels and annotations of every artifact that is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub common_metadata: Option<CommonMetadata>,
    /// The artifacts to read.
    #[serde(deserialize_with = "go::null")]
    #[schemars(length(min = 1, max = 1000))]
    pub sources: Vec<SourceReference>,
    /// Directories of a source, as `@<alias>/<pattern>`; every one that matches makes a set of
    /// artifacts, with the names in braces captured (A6).
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(
        length(max = 1024),
        regex(pattern = r"^@([a-z0-9]([a-z0-9_-]*[a-z0-9])?)/(.*)$")
    )]
    pub path_pattern: Option<String>,
    /// The artifacts to make.
    #[serde(deserialize_with = "go::null")]
    #[schemars(length(min = 1, max = 1000))]
    pub artifacts: Vec<OutputArtifact>,
}

/// An artifact to read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SourceReference {
    /// Name of the source in this spec.
    #[schemars(length(max = 63), regex(pattern = r"^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$"))]
    pub alias: String,
    /// Name of the object.
    #[schemars(length(max = 253), regex(pattern = r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"))]
    pub name: String,
    /// Namespace of the object; the generator's own when unset.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(
        length(min = 1, max = 63),
        regex(pattern = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
    )]
    pub namespace: Option<String>,
    /// Kind of the object.
    pub kind: ArtifactSourceKind,
}

/// An artifact to make.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct OutputArtifact {
    /// Name of the ExternalArtifact; with a path pattern it may hold captured names.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// Source to take the revision from, as `@<alias>`; made from the content when unset.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(
        length(max = 64),
        regex(pattern = r"^@([a-z0-9]([a-z0-9_-]*[a-z0-9])?)$")
    )]
    pub revision: Option<String>,
    /// Source to take the origin revision from, as `@<alias>` (A7).
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(
        length(max = 64),
        regex(pattern = r"^@([a-z0-9]([a-z0-9_-]*[a-z0-9])?)$")
    )]
    pub origin_revision: Option<String>,
    /// What to copy, in this order.
    #[serde(deserialize_with = "go::null")]
    #[schemars(length(min = 1))]
    pub copy: Vec<CopyOperation>,
}

/// Copies files from a source into an artifact (A5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct CopyOperation {
    /// What to copy, as `@<alias>/<pattern>`.
    #[schemars(
        length(min = 1, max = 1024),
        regex(pattern = r"^@([a-z0-9]([a-z0-9_-]*[a-z0-9])?)/(.*)$")
    )]
    pub from: String,
    /// Where to copy it, as `@artifact/<path>`.
    #[schemars(length(min = 1, max = 1024), regex(pattern = r"^@(artifact)/(.*)$"))]
    pub to: String,
    /// Patterns of files to leave out.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    #[schemars(length(max = 100))]
    pub exclude: Vec<String>,
    /// What to do with a file that is already there, or with an archive: Overwrite (the default),
    /// Merge or Extract.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub strategy: Option<CopyStrategy>,
}

text_enum! {
    /// Kinds of artifacts that can be read.
    ArtifactSourceKind {
        /// The files of a bucket.
        Bucket = "Bucket",
        /// A revision of a git repository.
        GitRepository = "GitRepository",
        /// A layer of an artifact in an OCI registry.
        OciRepository = "OCIRepository",
        /// A Helm chart.
        HelmChart = "HelmChart",
        /// What another program publishes.
        ExternalArtifact = "ExternalArtifact",
    }
}

text_enum! {
    /// How files are copied.
    CopyStrategy {
        /// A file replaces the one that is there.
        Overwrite = "Overwrite",
        /// A YAML file is merged into the one that is there.
        Merge = "Merge",
        /// An archive is unpacked.
        Extract = "Extract",
    }
}

/// What was observed of a generator.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ArtifactGeneratorStatus {
    /// The last value of the annotation `reconcile.fluxcd.io/requestedAt` that was answered.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub last_handled_reconcile_at: Option<String>,
    /// The state of the object, aspect by aspect.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub conditions: Vec<Condition>,
    /// The artifacts that were made.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub inventory: Vec<ExternalArtifactReference>,
    /// Digest of the sources that they were made from.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub observed_sources_digest: Option<String>,
}

/// An artifact that was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ExternalArtifactReference {
    /// Name of the ExternalArtifact.
    pub name: String,
    /// Namespace of the ExternalArtifact.
    pub namespace: String,
    /// Digest of its file.
    pub digest: String,
    /// Name of its file in the storage.
    pub filename: String,
}
