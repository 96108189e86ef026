//! OCIRepository.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::verification::OciRepositoryVerification;
use crate::definition::{Column, InitialStatus, NO_SUBSTITUTION};
use crate::go;
use crate::meta::duration::{INTERVAL, TIMEOUT};
use crate::meta::{Artifact, Condition, Duration, LocalObjectReference};
use crate::resource::{custom_resource, reconcile_status};
use crate::text_enum::text_enum;

custom_resource! {
    /// A layer of an artifact in an OCI registry, published as an artifact in the cluster.
    OciRepository { spec: OciRepositorySpec, status: OciRepositoryStatus }
    definition: {
        group: super::GROUP,
        version: super::VERSION,
        kind: "OCIRepository",
        plural: "ocirepositories",
        short_names: &["ocirepo"],
        categories: super::CATEGORIES,
        annotations: NO_SUBSTITUTION,
        columns: &[
            Column::text("URL", ".spec.url"),
            Column::READY,
            Column::STATUS,
            Column::AGE,
        ],
        initial_status: InitialStatus::Unobserved,
    }
}

reconcile_status!(OciRepositoryStatus);

/// Which OCI artifact to publish, and how to reach it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct OciRepositorySpec {
    /// Address of the repository as `oci://<host>[:<port>]/<path>`, without tag or digest.
    #[schemars(regex(pattern = r"^oci://.*$"))]
    pub url: String,
    /// The version to follow; the tag `latest` when unset.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<OciRepositoryRef>,
    /// The layer to take; the first when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer_selector: Option<OciLayerSelector>,
    /// How to log in: with a Secret (`generic`), or with the identity of a cloud (O4).
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(extend("x-default" = "generic"))]
    pub provider: Option<OciProvider>,
    /// Secret of type `kubernetes.io/dockerconfigjson` with the credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_ref: Option<LocalObjectReference>,
    /// Signatures to insist on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verify: Option<OciRepositoryVerification>,
    /// ServiceAccount whose pull secrets and cloud identity log in.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub service_account_name: Option<String>,
    /// Secret with `ca.crt`, `tls.crt` and `tls.key` for the registry (P1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cert_secret_ref: Option<LocalObjectReference>,
    /// Secret with the `address` of a proxy, and `username` and `password` for it (P3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy_secret_ref: Option<LocalObjectReference>,
    /// How often to look for a new version.
    #[schemars(regex(pattern = INTERVAL))]
    pub interval: Duration,
    /// Limit for logging in and for verification.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = TIMEOUT), extend("x-default" = "60s"))]
    pub timeout: Option<Duration>,
    /// Patterns of files to leave out of the artifact, in the form of a .gitignore file. They
    /// replace the built-in exclusions (I3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ignore: Option<String>,
    /// Allows plain HTTP and certificates that cannot be verified (O5).
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub insecure: bool,
    /// Stops looking for new versions; the artifact stays.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub suspend: bool,
}

/// The version to follow. Of several, digest wins over semver and tag, in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct OciRepositoryRef {
    /// Digest of the manifest as `<algorithm>:<hex>`.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub digest: Option<String>,
    /// A range of versions: the newest tag within it is followed (O2).
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub semver: Option<String>,
    /// Regular expression that a tag must match to be considered for the range.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub semver_filter: Option<String>,
    /// A tag.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub tag: Option<String>,
}

/// The layer to take, and what to do with it (O3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct OciLayerSelector {
    /// Takes the first layer of this media type; the first of all when unset.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub media_type: Option<String>,
    /// Whether to unpack the layer and pack it anew (`extract`, the default), or to keep it as it
    /// is (`copy`).
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub operation: Option<OciLayerOperation>,
}

text_enum! {
    /// How to log in to a registry.
    OciProvider {
        /// With what the Secrets hold.
        Generic = "generic",
        /// With the identity of an AWS role.
        Aws = "aws",
        /// With the identity of an Azure account.
        Azure = "azure",
        /// With the identity of a Google Cloud account.
        Gcp = "gcp",
    }
}

text_enum! {
    /// What to do with a layer.
    OciLayerOperation {
        /// Unpack it and pack it anew, without ignored files.
        Extract = "extract",
        /// Keep it as it is.
        Copy = "copy",
    }
}

/// What was observed of an OCI repository.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct OciRepositoryStatus {
    /// The generation of the spec that was last reconciled.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub observed_generation: i64,
    /// The state of the object, aspect by aspect.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub conditions: Vec<Condition>,
    /// Address of the newest artifact that stays the same from revision to revision.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub url: Option<String>,
    /// The last published artifact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact: Option<Artifact>,
    /// The ignore patterns that the artifact was made with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_ignore: Option<String>,
    /// The layer selector that the artifact was made with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_layer_selector: Option<OciLayerSelector>,
    /// The last value of the annotation `reconcile.fluxcd.io/requestedAt` that was answered.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub last_handled_reconcile_at: Option<String>,
}
