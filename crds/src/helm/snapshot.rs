//! Releases as they were made.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::definition::integer;
use crate::go;
use crate::meta::Time;

/// One release as it was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ReleaseSnapshot {
    /// Version of the way the digests are computed.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub api_version: Option<String>,
    /// Digest of the release, as `<algorithm>:<hex>`.
    pub digest: String,
    /// Name of the release.
    pub name: String,
    /// Namespace that the release is stored in.
    pub namespace: String,
    /// Number of the release in its history.
    #[schemars(schema_with = "integer")]
    pub version: i64,
    /// Status of the release, such as `deployed` or `failed`.
    pub status: String,
    /// The action that made it.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub action: Option<String>,
    /// Name of the chart.
    pub chart_name: String,
    /// Version of the chart.
    pub chart_version: String,
    /// Version of what the chart installs.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub app_version: Option<String>,
    /// Digest of the values, as `<algorithm>:<hex>`.
    pub config_digest: String,
    /// When the release was first made.
    pub first_deployed: Time,
    /// When it was last made.
    pub last_deployed: Time,
    /// When it was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Time>,
    /// The tests by name; empty when there are none, absent when they were not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_hooks: Option<BTreeMap<String, TestHookStatus>>,
    /// Digest of the OCI artifact that the chart came from.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub oci_digest: Option<String>,
}

/// The last run of a test.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct TestHookStatus {
    /// When it started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_started: Option<Time>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_completed: Option<Time>,
    /// How it ended.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub phase: Option<String>,
}
