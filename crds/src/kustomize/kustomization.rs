//! Kustomization.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::overlay::{CustomHealthCheck, IgnoreRule, Image, Patch};
use super::source_reference::CrossNamespaceSourceReference;
use crate::definition::{Column, InitialStatus, NO_SUBSTITUTION};
use crate::go;
use crate::meta::duration::INTERVAL;
use crate::meta::{
    CommonMetadata, Condition, ConfigKind, DependencyReference, Duration, History,
    KubeConfigReference, LocalObjectReference, NamespacedObjectKindReference, ResourceInventory,
};
use crate::resource::{custom_resource, reconcile_status};
use crate::text_enum::text_enum;

custom_resource! {
    /// Objects that are built from a source with kustomize, applied, and kept as they are there.
    Kustomization { spec: KustomizationSpec, status: KustomizationStatus }
    definition: {
        group: super::GROUP,
        version: super::VERSION,
        kind: "Kustomization",
        plural: "kustomizations",
        short_names: &["ks"],
        categories: &["all", "fluxcd", "fluxcd-appliers"],
        annotations: NO_SUBSTITUTION,
        columns: &[Column::AGE, Column::READY, Column::STATUS],
        initial_status: InitialStatus::Unobserved,
    }
}

reconcile_status!(KustomizationStatus);

/// What to build, and how to apply it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct KustomizationSpec {
    /// Labels and annotations to set on every object, after the build.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub common_metadata: Option<CommonMetadata>,
    /// Kustomizations that must be ready first.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub depends_on: Vec<DependencyReference>,
    /// How to decrypt what is encrypted in the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decryption: Option<Decryption>,
    /// How often to apply, besides for every new revision.
    #[schemars(regex(pattern = INTERVAL))]
    pub interval: Duration,
    /// When to try again after a failure; as often as the interval says when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = INTERVAL))]
    pub retry_interval: Option<Duration>,
    /// Another cluster to apply to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kube_config: Option<KubeConfigReference>,
    /// Directory in the artifact to build; its root when unset. It cannot lead out of the artifact.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub path: Option<String>,
    /// What to do with the objects after the build.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_build: Option<PostBuild>,
    /// Deletes objects that are no longer in the source.
    pub prune: bool,
    /// What happens to the objects when the Kustomization is deleted: as `prune` says
    /// (`MirrorPrune`, the default), they are deleted (`Delete`), they are deleted and waited for
    /// (`WaitForTermination`), or they stay (`Orphan`).
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub deletion_policy: Option<DeletionPolicy>,
    /// Objects that must become healthy, not only those that are applied here; the API version of
    /// one is `apps/v1` when unset.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub health_checks: Vec<NamespacedObjectKindReference>,
    /// Goes before the name of every object.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(length(min = 1, max = 200))]
    pub name_prefix: Option<String>,
    /// Goes after the name of every object.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(length(min = 1, max = 200))]
    pub name_suffix: Option<String>,
    /// Changes to the objects of the build.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub patches: Vec<Patch>,
    /// Container images to replace.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub images: Vec<Image>,
    /// ServiceAccount to apply as, in the namespace of the Kustomization.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub service_account_name: Option<String>,
    /// The source to build from.
    pub source_ref: CrossNamespaceSourceReference,
    /// Stops applying; what is in the cluster stays.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub suspend: bool,
    /// Namespace to put every object in.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(length(min = 1, max = 63))]
    pub target_namespace: Option<String>,
    /// Limit for waiting on the objects; when unset, 30 seconds less than the interval. It is never
    /// less than 30 seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = INTERVAL))]
    pub timeout: Option<Duration>,
    /// Deletes and creates an object anew when a field that cannot be changed differs.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    #[schemars(extend("x-default" = false))]
    pub force: bool,
    /// Waits until every applied object is healthy; `healthChecks` is not looked at then.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub wait: bool,
    /// What kustomize notes on every object about where it comes from.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub build_metadata: Vec<BuildMetadata>,
    /// Components to add, as directories relative to `path`.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub components: Vec<String>,
    /// Leaves out components that do not exist, instead of failing.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub ignore_missing_components: bool,
    /// How to judge the health of kinds that have no Ready condition.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub health_check_exprs: Vec<CustomHealthCheck>,
    /// Fields that may differ in the cluster without being corrected.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub ignore: Vec<IgnoreRule>,
}

impl KustomizationSpec {
    /// When to try again after a failure: [`Self::retry_interval`], else [`Self::interval`].
    pub fn retry_interval(&self) -> std::time::Duration {
        self.retry_interval
            .as_ref()
            .unwrap_or(&self.interval)
            .as_std()
    }

    /// Limit for waiting on the objects: [`Self::timeout`], else 30 seconds less than
    /// [`Self::interval`], and at least 30 seconds (section 2 of the compat sheet).
    pub fn timeout(&self) -> std::time::Duration {
        const GRACE: std::time::Duration = std::time::Duration::from_secs(30);
        let timeout = match &self.timeout {
            Some(timeout) => timeout.as_std(),
            None => self.interval.as_std().saturating_sub(GRACE),
        };
        timeout.max(GRACE)
    }

    /// What happens to the objects on deletion, `MirrorPrune` when unset.
    pub fn deletion_policy(&self) -> DeletionPolicy {
        self.deletion_policy
            .clone()
            .unwrap_or(DeletionPolicy::MirrorPrune)
    }
}

/// How to decrypt what is encrypted in the source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Decryption {
    /// What it is encrypted with.
    pub provider: DecryptionProvider,
    /// ServiceAccount whose cloud identity is used with key services.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub service_account_name: Option<String>,
    /// Secret with private keys and with credentials for key services (K12.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_ref: Option<LocalObjectReference>,
}

/// What to do with the objects after the build (K13).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct PostBuild {
    /// Whether objects are substituted only when there are variables (`WithVariables`, the default)
    /// or in any case (Always).
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub substitute_strategy: Option<SubstituteStrategy>,
    /// Variables and their values; they win over those from elsewhere.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub substitute: BTreeMap<String, String>,
    /// ConfigMaps and Secrets with more variables; a later one wins over an earlier one.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub substitute_from: Vec<SubstituteReference>,
}

/// A ConfigMap or Secret whose keys are variables.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SubstituteReference {
    /// Secret or ConfigMap.
    pub kind: ConfigKind,
    /// Name, in the namespace of the Kustomization.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// Goes on without it when it does not exist.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    #[schemars(extend("x-default" = false))]
    pub optional: bool,
}

text_enum! {
    /// What happens to the objects when the Kustomization is deleted (K17).
    DeletionPolicy {
        /// They are deleted if `prune` is on.
        MirrorPrune = "MirrorPrune",
        /// They are deleted.
        Delete = "Delete",
        /// They are deleted and waited for.
        WaitForTermination = "WaitForTermination",
        /// They stay.
        Orphan = "Orphan",
    }
}

text_enum! {
    /// What a source is encrypted with.
    DecryptionProvider {
        /// SOPS.
        Sops = "sops",
    }
}

text_enum! {
    /// When objects are substituted.
    SubstituteStrategy {
        /// When there are variables.
        WithVariables = "WithVariables",
        /// In any case.
        Always = "Always",
    }
}

text_enum! {
    /// What kustomize notes on every object.
    BuildMetadata {
        /// The file it comes from.
        OriginAnnotations = "originAnnotations",
        /// The transformers that changed it.
        TransformerAnnotations = "transformerAnnotations",
    }
}

/// What was observed of a Kustomization.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct KustomizationStatus {
    /// The last value of the annotation `reconcile.fluxcd.io/requestedAt` that was answered.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub last_handled_reconcile_at: Option<String>,
    /// The generation of the spec that was last reconciled to the end.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub observed_generation: i64,
    /// The state of the object, aspect by aspect.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub conditions: Vec<Condition>,
    /// Revision of the artifact that was last applied and found healthy.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub last_applied_revision: Option<String>,
    /// The commit that this revision was made from, where the artifact tells.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub last_applied_origin_revision: Option<String>,
    /// Revision of the artifact that was last tried.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub last_attempted_revision: Option<String>,
    /// The objects that were applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inventory: Option<ResourceInventory>,
    /// The last outcomes, the newest first.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub history: History,
}
