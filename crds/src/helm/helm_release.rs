//! HelmRelease.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::action::{Install, Rollback, Test, Uninstall, Upgrade};
use super::chart::{ChartArtifactReference, HelmChartTemplate};
use super::post_render::{PostRenderStrategy, PostRenderer};
use super::snapshot::ReleaseSnapshot;
use super::values::ValuesReference;
use crate::definition::{Column, InitialStatus, NO_SUBSTITUTION, integer};
use crate::go;
use crate::kustomize::{CustomHealthCheck, IgnoreRule};
use crate::meta::duration::INTERVAL;
use crate::meta::{
    CommonMetadata, Condition, DependencyReference, Duration, KubeConfigReference,
    ResourceInventory,
};
use crate::resource::{custom_resource, reconcile_status};
use crate::text_enum::text_enum;

custom_resource! {
    /// A Helm release that is kept as its chart and values say.
    HelmRelease { spec: HelmReleaseSpec, status: HelmReleaseStatus }
    definition: {
        group: super::GROUP,
        version: super::VERSION,
        kind: "HelmRelease",
        plural: "helmreleases",
        short_names: &["hr"],
        categories: &["all", "fluxcd", "fluxcd-appliers"],
        annotations: NO_SUBSTITUTION,
        columns: &[Column::AGE, Column::READY, Column::STATUS],
        initial_status: InitialStatus::Unobserved,
    }
}

reconcile_status!(HelmReleaseStatus);

/// Which chart to release, with which values, and how.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [{
    "rule": "(has(self.chart) && !has(self.chartRef)) || (!has(self.chart) && has(self.chartRef))",
    "message": "either chart or chartRef must be set",
}]))]
pub struct HelmReleaseSpec {
    /// A HelmChart to make for the release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chart: Option<HelmChartTemplate>,
    /// An object whose artifact is the chart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chart_ref: Option<ChartArtifactReference>,
    /// How often to check the release, besides for every new chart.
    #[schemars(regex(pattern = INTERVAL))]
    pub interval: Duration,
    /// Another cluster to release to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kube_config: Option<KubeConfigReference>,
    /// Stops all work on the release; it stays as it is.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub suspend: bool,
    /// Name of the release; made of the target namespace and the object's name when unset.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(length(min = 1, max = 53))]
    pub release_name: Option<String>,
    /// Namespace to release to; the object's own when unset.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(length(min = 1, max = 63))]
    pub target_namespace: Option<String>,
    /// Namespace to store the release in; the object's own when unset.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(length(min = 1, max = 63))]
    pub storage_namespace: Option<String>,
    /// HelmReleases that must be ready first.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub depends_on: Vec<DependencyReference>,
    /// Limit for each operation of an action; five minutes when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = INTERVAL))]
    pub timeout: Option<Duration>,
    /// How many releases to keep in the history; 5 when unset, all when 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "integer")]
    pub max_history: Option<i64>,
    /// ServiceAccount to release as, in the namespace of the object.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(length(min = 1, max = 253))]
    pub service_account_name: Option<String>,
    /// Accepted for older manifests; it has no effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub persistent_client: Option<bool>,
    /// What to do about differences between the release and the cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drift_detection: Option<DriftDetection>,
    /// Options of the install.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub install: Option<Install>,
    /// Options of an upgrade.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upgrade: Option<Upgrade>,
    /// Options of the tests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<Test>,
    /// Options of a rollback.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rollback: Option<Rollback>,
    /// Options of the uninstall.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uninstall: Option<Uninstall>,
    /// Objects that hold values; a later one wins over an earlier one.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub values_from: Vec<ValuesReference>,
    /// Values; they win over those from elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-kubernetes-preserve-unknown-fields" = true))]
    pub values: Option<Value>,
    /// Labels and annotations to set on every object, after the rendering.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub common_metadata: Option<CommonMetadata>,
    /// Changes to what the chart renders, in this order.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub post_renderers: Vec<PostRenderer>,
    /// Whether the changes are made to the templates only (`nohooks`), to templates and hooks
    /// together (`combined`), or to each on their own (`separate`).
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub post_render_strategy: Option<PostRenderStrategy>,
    /// How the objects are waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_strategy: Option<WaitStrategy>,
    /// How to judge the health of kinds that have no Ready condition.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub health_check_exprs: Vec<CustomHealthCheck>,
}

/// What to do about differences between the release and the cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct DriftDetection {
    /// Correct them (`enabled`), report them (`warn`), or do not look (`disabled`).
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub mode: Option<DriftDetectionMode>,
    /// Fields that may differ.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub ignore: Vec<IgnoreRule>,
}

/// How the objects are waited for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct WaitStrategy {
    /// By the status of every object (`poller`), or as Helm 3 did (`legacy`).
    pub name: WaitStrategyName,
}

text_enum! {
    /// What to do about differences.
    DriftDetectionMode {
        /// Correct them.
        Enabled = "enabled",
        /// Report them.
        Warn = "warn",
        /// Do not look.
        Disabled = "disabled",
    }
}

text_enum! {
    /// Ways to wait for objects.
    WaitStrategyName {
        /// By the status of every object.
        Poller = "poller",
        /// As Helm 3 did.
        Legacy = "legacy",
    }
}

text_enum! {
    /// Actions that make a release.
    AttemptedAction {
        /// An install.
        Install = "install",
        /// An upgrade.
        Upgrade = "upgrade",
    }
}

/// What was observed of a release.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct HelmReleaseStatus {
    /// The generation of the spec that was last reconciled.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub observed_generation: i64,
    /// Digest of the changes to the rendering that the last release was made with.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub observed_post_renderers_digest: Option<String>,
    /// Digest of the common metadata that the last release was made with.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub observed_common_metadata_digest: Option<String>,
    /// The generation of the spec that was last tried.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub last_attempted_generation: i64,
    /// The state of the object, aspect by aspect.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub conditions: Vec<Condition>,
    /// The HelmChart that was made for the release, as `<namespace>/<name>`.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub helm_chart: Option<String>,
    /// Namespace that the release is stored in.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(length(min = 1, max = 63))]
    pub storage_namespace: Option<String>,
    /// The releases that count: the newest first, back to the last that succeeded.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub history: Vec<ReleaseSnapshot>,
    /// The objects of the release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inventory: Option<ResourceInventory>,
    /// The action that was last tried.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub last_attempted_release_action: Option<AttemptedAction>,
    /// How long it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_attempted_release_action_duration: Option<Duration>,
    /// Failures since the spec, the chart or the values last changed.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub failures: i64,
    /// Failed installs since then.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub install_failures: i64,
    /// Failed upgrades since then.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub upgrade_failures: i64,
    /// Version of the chart that was last tried.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub last_attempted_revision: Option<String>,
    /// Digest of the OCI artifact of the chart that was last tried.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub last_attempted_revision_digest: Option<String>,
    /// Checksum of the values that were last tried; `lastAttemptedConfigDigest` has replaced it.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub last_attempted_values_checksum: Option<String>,
    /// Number of the last release; `history` has replaced it.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    #[schemars(schema_with = "integer")]
    pub last_release_revision: i64,
    /// Digest of the values that were last tried, as `<algorithm>:<hex>`.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub last_attempted_config_digest: Option<String>,
    /// The last value of the annotation `reconcile.fluxcd.io/resetAt` that was answered.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub last_handled_reset_at: Option<String>,
    /// The last value of the annotation `reconcile.fluxcd.io/requestedAt` that was answered.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub last_handled_reconcile_at: Option<String>,
    /// The last value of the annotation `reconcile.fluxcd.io/forceAt` that was answered.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub last_handled_force_at: Option<String>,
}
