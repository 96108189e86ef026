//! HelmChart.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::verification::HelmChartVerification;
use crate::definition::{Column, InitialStatus, NO_SUBSTITUTION};
use crate::go;
use crate::meta::duration::INTERVAL;
use crate::meta::{Artifact, Condition, Duration};
use crate::resource::{custom_resource, reconcile_status};
use crate::text_enum::text_enum;

custom_resource! {
    /// A Helm chart, pulled from a repository or packaged from a source, published as an artifact.
    HelmChart { spec: HelmChartSpec, status: HelmChartStatus }
    definition: {
        group: super::GROUP,
        version: super::VERSION,
        kind: "HelmChart",
        plural: "helmcharts",
        short_names: &["hc"],
        categories: super::CATEGORIES,
        annotations: NO_SUBSTITUTION,
        columns: &[
            Column::text("Chart", ".spec.chart"),
            Column::text("Version", ".spec.version"),
            Column::text("Source Kind", ".spec.sourceRef.kind"),
            Column::text("Source Name", ".spec.sourceRef.name"),
            Column::AGE,
            Column::READY,
            Column::STATUS,
        ],
        initial_status: InitialStatus::Unobserved,
    }
}

reconcile_status!(HelmChartStatus);

/// Which chart to publish, and where it comes from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [{
    "rule": "!has(self.verify) || self.sourceRef.kind == 'HelmRepository'",
    "message": "spec.verify is only supported when spec.sourceRef.kind is 'HelmRepository'",
}]))]
pub struct HelmChartSpec {
    /// Name of the chart in a HelmRepository, or its path in another source.
    pub chart: String,
    /// The version to follow, or a range of versions; for a HelmRepository only.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(extend("x-default" = "*"))]
    pub version: Option<String>,
    /// The source that holds the chart.
    pub source_ref: LocalHelmChartSourceReference,
    /// How often to look for a new version.
    #[schemars(regex(pattern = INTERVAL))]
    pub interval: Duration,
    /// What makes a new artifact: a new version of the chart, or any new revision of the source.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(extend("x-default" = "ChartVersion"))]
    pub reconcile_strategy: Option<ReconcileStrategy>,
    /// Files of values to merge into the chart's own, the last one winning (C7).
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub values_files: Vec<String>,
    /// Leaves out files of values that do not exist, instead of failing.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub ignore_missing_values_files: bool,
    /// Stops looking for new versions; the artifact stays.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub suspend: bool,
    /// Signatures to insist on; for charts in an OCI registry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verify: Option<HelmChartVerification>,
}

/// The source that holds a chart, in the same namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct LocalHelmChartSourceReference {
    /// API version of the source.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub api_version: Option<String>,
    /// Kind of the source.
    pub kind: ChartSourceKind,
    /// Name of the source.
    pub name: String,
}

text_enum! {
    /// Kinds of sources that hold charts.
    ChartSourceKind {
        /// A repository of charts.
        HelmRepository = "HelmRepository",
        /// A git repository with the chart in a directory.
        GitRepository = "GitRepository",
        /// A bucket with the chart in a directory.
        Bucket = "Bucket",
    }
}

text_enum! {
    /// What makes a new artifact of a chart.
    ReconcileStrategy {
        /// A new version of the chart.
        ChartVersion = "ChartVersion",
        /// Any new revision of the source.
        Revision = "Revision",
    }
}

/// What was observed of a chart.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct HelmChartStatus {
    /// The generation of the spec that was last reconciled.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub observed_generation: i64,
    /// Revision of the source that the artifact was made from.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub observed_source_artifact_revision: Option<String>,
    /// Name of the chart in its own metadata.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub observed_chart_name: Option<String>,
    /// Files of values that were found, when missing ones are left out.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub observed_values_files: Vec<String>,
    /// The state of the object, aspect by aspect.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub conditions: Vec<Condition>,
    /// Address of the newest artifact that stays the same from revision to revision.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub url: Option<String>,
    /// The last published artifact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact: Option<Artifact>,
    /// The last value of the annotation `reconcile.fluxcd.io/requestedAt` that was answered.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub last_handled_reconcile_at: Option<String>,
}
