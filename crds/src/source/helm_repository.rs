//! HelmRepository.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::oci_repository::OciProvider;
use crate::definition::{Column, InitialStatus, NO_SUBSTITUTION};
use crate::go;
use crate::meta::duration::{INTERVAL, TIMEOUT};
use crate::meta::{AccessFrom, Artifact, Condition, Duration, LocalObjectReference};
use crate::resource::{custom_resource, reconcile_status};
use crate::text_enum::text_enum;

custom_resource! {
    /// A repository of Helm charts: an index over HTTP, or a part of an OCI registry (H1, H2).
    HelmRepository { spec: HelmRepositorySpec, status: HelmRepositoryStatus }
    definition: {
        group: super::GROUP,
        version: super::VERSION,
        kind: "HelmRepository",
        plural: "helmrepositories",
        short_names: &["helmrepo"],
        categories: super::CATEGORIES,
        annotations: NO_SUBSTITUTION,
        columns: &[
            Column::text("URL", ".spec.url"),
            Column::AGE,
            Column::READY,
            Column::STATUS,
        ],
        initial_status: InitialStatus::Unobserved,
    }
}

reconcile_status!(HelmRepositoryStatus);

/// Where the charts are, and how to reach them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct HelmRepositorySpec {
    /// Address of the repository, over HTTP, HTTPS or OCI.
    #[schemars(regex(pattern = r"^(http|https|oci)://.*$"))]
    pub url: String,
    /// Secret with `username` and `password`, or of type `kubernetes.io/dockerconfigjson` for an
    /// OCI registry (H6).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_ref: Option<LocalObjectReference>,
    /// Secret with `ca.crt`, `tls.crt` and `tls.key` for the server (P1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cert_secret_ref: Option<LocalObjectReference>,
    /// Sends the credentials to other hosts too, when the index names charts there.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub pass_credentials: bool,
    /// How often to fetch the index; one minute when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = INTERVAL))]
    pub interval: Option<Duration>,
    /// Allows plain HTTP to an OCI registry.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub insecure: bool,
    /// Limit for fetching the index; one minute when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = TIMEOUT))]
    pub timeout: Option<Duration>,
    /// Stops fetching; the artifact stays.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub suspend: bool,
    /// Accepted for older manifests; it has no effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_from: Option<AccessFrom>,
    /// Whether charts are found by an index (`default`) or in an OCI registry (`oci`).
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub r#type: Option<HelmRepositoryType>,
    /// How to log in to an OCI registry: with a Secret (`generic`), or with the identity of a
    /// cloud.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(extend("x-default" = "generic"))]
    pub provider: Option<OciProvider>,
}

text_enum! {
    /// How charts are found.
    HelmRepositoryType {
        /// By an index over HTTP.
        Default = "default",
        /// In an OCI registry.
        Oci = "oci",
    }
}

/// What was observed of a Helm repository.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct HelmRepositoryStatus {
    /// The generation of the spec that was last reconciled.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub observed_generation: i64,
    /// The state of the object, aspect by aspect.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub conditions: Vec<Condition>,
    /// Address of the newest index that stays the same from revision to revision.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub url: Option<String>,
    /// The last published index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact: Option<Artifact>,
    /// The last value of the annotation `reconcile.fluxcd.io/requestedAt` that was answered.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub last_handled_reconcile_at: Option<String>,
}
