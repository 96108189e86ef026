//! ImageRepository.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::definition::{Column, InitialStatus, integer};
use crate::go;
use crate::meta::duration::{INTERVAL, TIMEOUT};
use crate::meta::{AccessFrom, Condition, Duration, LocalObjectReference, Time};
use crate::resource::{custom_resource, reconcile_status};
use crate::source::OciProvider;

custom_resource! {
    /// The tags of a container image in a registry.
    ImageRepository { spec: ImageRepositorySpec, status: ImageRepositoryStatus }
    definition: {
        group: super::GROUP,
        version: super::VERSION,
        kind: "ImageRepository",
        plural: "imagerepositories",
        short_names: &["imgrepo", "imagerepo"],
        categories: super::CATEGORIES,
        annotations: &[],
        columns: &[
            Column::text("Image", ".spec.image"),
            Column::text("Tags", ".status.lastScanResult.tagCount"),
            Column::READY,
            Column::STATUS,
            Column::wide("Last scan", ".status.lastScanResult.scanTime"),
            Column::AGE,
        ],
        initial_status: InitialStatus::Unobserved,
    }
}

reconcile_status!(ImageRepositoryStatus);

/// Which image to scan, and how to reach it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("required" = ["image", "interval"]))]
pub struct ImageRepositorySpec {
    /// Name of the image with its registry, without tag or digest.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub image: String,
    /// How often to scan.
    #[schemars(regex(pattern = INTERVAL))]
    pub interval: Duration,
    /// Limit for a scan; the interval when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = TIMEOUT))]
    pub timeout: Option<Duration>,
    /// Secret of type `kubernetes.io/dockerconfigjson` with the credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_ref: Option<LocalObjectReference>,
    /// Secret with the `address` of a proxy, and `username` and `password` for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy_secret_ref: Option<LocalObjectReference>,
    /// ServiceAccount whose pull secrets and cloud identity log in.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(length(max = 253))]
    pub service_account_name: Option<String>,
    /// Secret with `ca.crt`, `tls.crt` and `tls.key` for the registry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cert_secret_ref: Option<LocalObjectReference>,
    /// Stops scanning; the tags stay known.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub suspend: bool,
    /// Namespaces whose policies may refer to this object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_from: Option<AccessFrom>,
    /// Regular expressions for tags to leave out.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    #[schemars(length(max = 25), extend("x-default" = [r"^.*\.sig$"]))]
    pub exclusion_list: Vec<String>,
    /// How to log in: with a Secret (`generic`), or with the identity of a cloud.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(extend("x-default" = "generic"))]
    pub provider: Option<OciProvider>,
    /// Allows plain HTTP.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub insecure: bool,
}

/// What was observed of an image.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ImageRepositoryStatus {
    /// The state of the object, aspect by aspect.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub conditions: Vec<Condition>,
    /// The generation of the spec that was last reconciled.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub observed_generation: i64,
    /// Full name of the image, with what `spec.image` leaves implied.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub canonical_image_name: Option<String>,
    /// The last successful scan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_scan_result: Option<ScanResult>,
    /// The exclusions of the last scan.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub observed_exclusion_list: Vec<String>,
    /// The last value of the annotation `reconcile.fluxcd.io/requestedAt` that was answered.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub last_handled_reconcile_at: Option<String>,
}

/// One scan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("required" = ["tagCount"]))]
pub struct ScanResult {
    /// Digest of the tags that were found.
    pub revision: String,
    /// How many tags were found.
    #[schemars(schema_with = "integer")]
    pub tag_count: i64,
    /// When the scan was made.
    pub scan_time: Time,
    /// A few of the tags, the newest first.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub latest_tags: Vec<String>,
}
