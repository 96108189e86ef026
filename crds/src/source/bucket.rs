//! Bucket.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::definition::{Column, InitialStatus, NO_SUBSTITUTION};
use crate::go;
use crate::meta::duration::{INTERVAL, TIMEOUT};
use crate::meta::{Artifact, Condition, Duration, LocalObjectReference};
use crate::resource::{custom_resource, reconcile_status};
use crate::text_enum::text_enum;

custom_resource! {
    /// The files of an object storage bucket, published as an artifact.
    Bucket { spec: BucketSpec, status: BucketStatus }
    definition: {
        group: super::GROUP,
        version: super::VERSION,
        kind: "Bucket",
        plural: "buckets",
        short_names: &[],
        categories: super::CATEGORIES,
        annotations: NO_SUBSTITUTION,
        columns: &[
            Column::text("Endpoint", ".spec.endpoint"),
            Column::AGE,
            Column::READY,
            Column::STATUS,
        ],
        initial_status: InitialStatus::Unobserved,
    }
}

reconcile_status!(BucketStatus);

/// Which bucket to publish, and how to reach it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [
    {
        "rule": "self.provider == 'aws' || self.provider == 'generic' || !has(self.sts)",
        "message":
            "STS configuration is only supported for the 'aws' and 'generic' Bucket providers",
    },
    {
        "rule": "self.provider != 'aws' || !has(self.sts) || self.sts.provider == 'aws'",
        "message": "'aws' is the only supported STS provider for the 'aws' Bucket provider",
    },
    {
        "rule": "self.provider != 'generic' || !has(self.sts) || self.sts.provider == 'ldap'",
        "message": "'ldap' is the only supported STS provider for the 'generic' Bucket provider",
    },
    {
        "rule": "!has(self.sts) || self.sts.provider != 'aws' || !has(self.sts.secretRef)",
        "message": "spec.sts.secretRef is not required for the 'aws' STS provider",
    },
    {
        "rule": "!has(self.sts) || self.sts.provider != 'aws' || !has(self.sts.certSecretRef)",
        "message": "spec.sts.certSecretRef is not required for the 'aws' STS provider",
    },
    {
        "rule": "self.provider != 'generic' || !has(self.serviceAccountName)",
        "message": "ServiceAccountName is not supported for the 'generic' Bucket provider",
    },
    {
        "rule": "!has(self.secretRef) || !has(self.serviceAccountName)",
        "message": "cannot set both .spec.secretRef and .spec.serviceAccountName",
    },
]))]
pub struct BucketSpec {
    /// The service that holds the bucket: any S3-compatible one (`generic`), or a cloud's.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(extend("x-default" = "generic"))]
    pub provider: Option<BucketProvider>,
    /// Name of the bucket.
    pub bucket_name: String,
    /// Host of the service, with a port if needed; a URL for Azure (B3).
    pub endpoint: String,
    /// Service that exchanges an identity for temporary credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sts: Option<BucketSts>,
    /// Allows plain HTTP.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub insecure: bool,
    /// Region of the bucket.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub region: Option<String>,
    /// Takes only objects whose key starts so.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub prefix: Option<String>,
    /// Secret with the credentials, under keys that depend on the provider (B2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_ref: Option<LocalObjectReference>,
    /// ServiceAccount whose cloud identity logs in; for clouds, and not beside a Secret.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub service_account_name: Option<String>,
    /// Secret with `ca.crt`, `tls.crt` and `tls.key` for the service (P1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cert_secret_ref: Option<LocalObjectReference>,
    /// Secret with the `address` of a proxy, and `username` and `password` for it (P3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy_secret_ref: Option<LocalObjectReference>,
    /// How often to look for changes.
    #[schemars(regex(pattern = INTERVAL))]
    pub interval: Duration,
    /// Limit for the listing, and again for the download.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = TIMEOUT), extend("x-default" = "60s"))]
    pub timeout: Option<Duration>,
    /// Patterns of objects to leave out of the artifact, in the form of a .gitignore file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ignore: Option<String>,
    /// Stops looking for changes; the artifact stays.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub suspend: bool,
}

/// Service that exchanges an identity for temporary credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct BucketSts {
    /// What kind of service it is.
    pub provider: BucketStsProvider,
    /// Address of the service.
    #[schemars(regex(pattern = r"^(http|https)://.*$"))]
    pub endpoint: String,
    /// Secret with `username` and `password`; for ldap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_ref: Option<LocalObjectReference>,
    /// Secret with `ca.crt`, `tls.crt` and `tls.key` for the service; for ldap (P1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cert_secret_ref: Option<LocalObjectReference>,
}

text_enum! {
    /// The service that holds a bucket.
    BucketProvider {
        /// Any S3-compatible service.
        Generic = "generic",
        /// Amazon S3.
        Aws = "aws",
        /// Google Cloud Storage.
        Gcp = "gcp",
        /// Azure Blob Storage.
        Azure = "azure",
    }
}

text_enum! {
    /// Kinds of services that hand out temporary credentials.
    BucketStsProvider {
        /// AWS STS.
        Aws = "aws",
        /// An LDAP directory behind an S3-compatible service.
        Ldap = "ldap",
    }
}

/// What was observed of a bucket.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct BucketStatus {
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
    /// The last value of the annotation `reconcile.fluxcd.io/requestedAt` that was answered.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub last_handled_reconcile_at: Option<String>,
}
