//! References from one object to another.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::go;
use crate::text_enum::text_enum;

/// An object of a known kind in the same namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct LocalObjectReference {
    /// Name of the object.
    pub name: String,
}

/// An object of a known kind in any namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct NamespacedObjectReference {
    /// Name of the object.
    pub name: String,
    /// Namespace of the object; the referrer's own when unset.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub namespace: Option<String>,
}

/// An object of any kind in any namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct NamespacedObjectKindReference {
    /// API version of the object, as `<group>/<version>`.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub api_version: Option<String>,
    /// Kind of the object.
    pub kind: String,
    /// Name of the object.
    pub name: String,
    /// Namespace of the object; the referrer's own when unset.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub namespace: Option<String>,
}

/// An object of the same kind that must be ready first (K18).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct DependencyReference {
    /// Name of the object.
    pub name: String,
    /// Namespace of the object; the referrer's own when unset.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub namespace: Option<String>,
    /// CEL expression over `self` and `dep` that decides whether the dependency is ready, in place
    /// of the built-in check.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub ready_expr: Option<String>,
}

/// A key of a Secret in the same namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SecretKeyReference {
    /// Name of the Secret.
    pub name: String,
    /// Key in the Secret; the reader's default when unset.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub key: Option<String>,
}

const ONE_KUBE_CONFIG: &str =
    "exactly one of spec.kubeConfig.configMapRef or spec.kubeConfig.secretRef must be specified";

/// Where to find the credentials of another cluster (K19.2, K19.3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [
    { "rule": "has(self.configMapRef) || has(self.secretRef)", "message": ONE_KUBE_CONFIG },
    { "rule": "!has(self.configMapRef) || !has(self.secretRef)", "message": ONE_KUBE_CONFIG },
]))]
pub struct KubeConfigReference {
    /// A ConfigMap that names the cluster and the cloud identity to log in with. Its keys are
    /// `provider` (aws, azure, gcp or generic; required), `cluster`, `address`, `ca.crt`,
    /// `audiences` (one per line) and `serviceAccountName`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config_map_ref: Option<LocalObjectReference>,
    /// A Secret that holds a kubeconfig, under `value` or `value.yaml` when no key is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_ref: Option<SecretKeyReference>,
}

/// Labels and annotations for every object that is applied.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct CommonMetadata {
    /// Annotations to set; they win over those in the manifests.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub annotations: BTreeMap<String, String>,
    /// Labels to set; they win over those in the manifests.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub labels: BTreeMap<String, String>,
}

text_enum! {
    /// Kinds that hold configuration values.
    ConfigKind {
        /// `v1` Secret.
        Secret = "Secret",
        /// `v1` ConfigMap.
        ConfigMap = "ConfigMap",
    }
}
