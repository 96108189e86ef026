//! Where the chart of a release comes from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::go;
use crate::meta::duration::INTERVAL;
use crate::meta::{CommonMetadata, Duration, LocalObjectReference};
use crate::source::{ChartSourceKind, ReconcileStrategy, SignatureProvider};
use crate::text_enum::text_enum;

/// A HelmChart that is made for the release.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct HelmChartTemplate {
    /// Labels and annotations of the HelmChart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<CommonMetadata>,
    /// Spec of the HelmChart.
    pub spec: HelmChartTemplateSpec,
}

/// Spec of a HelmChart that is made for a release.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct HelmChartTemplateSpec {
    /// Name of the chart in a HelmRepository, or its path in another source.
    #[schemars(length(min = 1, max = 2048))]
    pub chart: String,
    /// The version to follow, or a range of versions; for a HelmRepository only.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(extend("x-default" = "*"))]
    pub version: Option<String>,
    /// The source that holds the chart.
    pub source_ref: ChartObjectReference,
    /// How often to look for a new version; as often as the release when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = INTERVAL))]
    pub interval: Option<Duration>,
    /// What makes a new artifact: a new version of the chart, or any new revision of the source.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(extend("x-default" = "ChartVersion"))]
    pub reconcile_strategy: Option<ReconcileStrategy>,
    /// Files of values to merge into the chart's own, the last one winning.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub values_files: Vec<String>,
    /// Leaves out files of values that do not exist, instead of failing.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub ignore_missing_values_files: bool,
    /// Signatures to insist on; for charts in an OCI registry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verify: Option<ChartTemplateVerification>,
}

/// Signatures that the chart of a release must have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ChartTemplateVerification {
    /// The technology of the signature.
    #[schemars(extend("x-default" = "cosign"))]
    pub provider: SignatureProvider,
    /// Secret with the trusted public keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_ref: Option<LocalObjectReference>,
}

/// The source that holds a chart, in any namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("required" = ["kind", "name"]))]
pub struct ChartObjectReference {
    /// API version of the source.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub api_version: Option<String>,
    /// Kind of the source.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub kind: ChartSourceKind,
    /// Name of the source.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// Namespace of the source; the release's own when unset.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(length(min = 1, max = 63))]
    pub namespace: Option<String>,
}

/// An object whose artifact is the chart, in any namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ChartArtifactReference {
    /// API version of the object.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub api_version: Option<String>,
    /// Kind of the object.
    pub kind: ChartArtifactKind,
    /// Name of the object.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// Namespace of the object; the release's own when unset.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(length(min = 1, max = 63))]
    pub namespace: Option<String>,
}

text_enum! {
    /// Kinds whose artifact is a chart.
    ChartArtifactKind {
        /// An OCI artifact that is a chart.
        OciRepository = "OCIRepository",
        /// A chart.
        HelmChart = "HelmChart",
        /// What another program publishes.
        ExternalArtifact = "ExternalArtifact",
    }
}
