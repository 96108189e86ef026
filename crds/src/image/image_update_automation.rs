//! ImageUpdateAutomation.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::image_policy::ImageRef;
use super::update_commit::GitSpec;
use crate::definition::{Column, InitialStatus, NO_SUBSTITUTION};
use crate::go;
use crate::meta::duration::INTERVAL;
use crate::meta::{Condition, Duration, LabelSelector, Time};
use crate::resource::{custom_resource, reconcile_status};
use crate::text_enum::text_enum;

custom_resource! {
    /// Updates of image names in the files of a git repository.
    ImageUpdateAutomation { spec: ImageUpdateAutomationSpec, status: ImageUpdateAutomationStatus }
    definition: {
        group: super::GROUP,
        version: super::VERSION,
        kind: "ImageUpdateAutomation",
        plural: "imageupdateautomations",
        short_names: &["iua", "imgupd", "imgauto"],
        categories: super::CATEGORIES,
        annotations: NO_SUBSTITUTION,
        columns: &[
            Column::READY,
            Column::STATUS,
            Column::wide("Last run", ".status.lastAutomationRunTime"),
            Column::AGE,
        ],
        initial_status: InitialStatus::Unobserved,
    }
}

reconcile_status!(ImageUpdateAutomationStatus);

/// Which repository to update, by which policies, and how.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ImageUpdateAutomationSpec {
    /// The repository to update.
    pub source_ref: UpdateSourceReference,
    /// How to check out, commit and push.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub git: Option<GitSpec>,
    /// How often to look for updates.
    #[schemars(regex(pattern = INTERVAL))]
    pub interval: Duration,
    /// The ImagePolicies of the namespace to follow; all when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_selector: Option<LabelSelector>,
    /// What to change in the files.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-default" = { "strategy": "Setters" }))]
    pub update: Option<UpdateStrategy>,
    /// Stops updating.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub suspend: bool,
}

/// The repository to update, in any namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct UpdateSourceReference {
    /// API version of the source.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub api_version: Option<String>,
    /// Kind of the source.
    #[schemars(extend("x-default" = "GitRepository"))]
    pub kind: AutomationSourceKind,
    /// Name of the source.
    pub name: String,
    /// Namespace of the source; the referrer's own when unset.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub namespace: Option<String>,
}

text_enum! {
    /// Kinds of sources that can be updated.
    AutomationSourceKind {
        /// A git repository.
        GitRepository = "GitRepository",
    }
}

/// What to change in the files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct UpdateStrategy {
    /// By marks in the files (Setters).
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(extend("x-default" = "Setters"))]
    pub strategy: Option<UpdateStrategyName>,
    /// Directory of the files; the root of the repository when unset.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub path: Option<String>,
}

text_enum! {
    /// Ways to find what to change.
    UpdateStrategyName {
        /// By marks in the files.
        Setters = "Setters",
    }
}

/// What was observed of an automation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ImageUpdateAutomationStatus {
    /// When updates were last looked for to the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_automation_run_time: Option<Time>,
    /// Hash of the last commit that was pushed.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub last_push_commit: Option<String>,
    /// When it was pushed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_push_time: Option<Time>,
    /// The generation of the spec that was last reconciled.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub observed_generation: i64,
    /// The state of the object, aspect by aspect.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub conditions: Vec<Condition>,
    /// The images of the policies that were followed, by the policies' names.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub observed_policies: BTreeMap<String, ImageRef>,
    /// Revision of the source that was last looked at.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub observed_source_revision: Option<String>,
    /// The last value of the annotation `reconcile.fluxcd.io/requestedAt` that was answered.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub last_handled_reconcile_at: Option<String>,
}
