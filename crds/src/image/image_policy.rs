//! ImagePolicy.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::definition::{Column, InitialStatus};
use crate::go;
use crate::meta::duration::INTERVAL;
use crate::meta::{Condition, Duration, NamespacedObjectReference};
use crate::resource::{custom_resource, reconcile_status};
use crate::text_enum::text_enum;

custom_resource! {
    /// The rule by which the newest of an image's tags is chosen.
    ImagePolicy { spec: ImagePolicySpec, status: ImagePolicyStatus }
    definition: {
        group: super::GROUP,
        version: super::VERSION,
        kind: "ImagePolicy",
        plural: "imagepolicies",
        short_names: &["imgpol", "imagepol"],
        categories: super::CATEGORIES,
        annotations: &[],
        columns: &[
            Column::text("Image", ".status.latestRef.name"),
            Column::text("Tag", ".status.latestRef.tag"),
            Column::READY,
            Column::STATUS,
            Column::AGE,
        ],
        initial_status: InitialStatus::Unobserved,
    }
}

reconcile_status!(ImagePolicyStatus);

/// Which image, and how its newest tag is chosen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [
    {
        "rule": "!has(self.interval) || (has(self.digestReflectionPolicy) \
                 && self.digestReflectionPolicy == 'Always')",
        "message": "spec.interval is only accepted when spec.digestReflectionPolicy is set to \
                    'Always'",
    },
    {
        "rule": "has(self.interval) || !has(self.digestReflectionPolicy) \
                 || self.digestReflectionPolicy != 'Always'",
        "message": "spec.interval must be set when spec.digestReflectionPolicy is set to 'Always'",
    },
]))]
pub struct ImagePolicySpec {
    /// The ImageRepository that knows the tags.
    pub image_repository_ref: NamespacedObjectReference,
    /// How tags are ordered; exactly one order is set.
    pub policy: ImagePolicyChoice,
    /// The tags that are considered; all when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter_tags: Option<TagFilter>,
    /// Whether the digest of the chosen tag is looked up at every change of the tag and at every
    /// interval (`Always`), once (`IfNotPresent`), or not at all (`Never`).
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(extend("x-default" = "Never"))]
    pub digest_reflection_policy: Option<ReflectionPolicy>,
    /// How often the digest is looked up, when that is Always.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = INTERVAL))]
    pub interval: Option<Duration>,
    /// Stops choosing; the last choice stays.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub suspend: bool,
}

/// How tags are ordered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ImagePolicyChoice {
    /// As versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub semver: Option<SemVerPolicy>,
    /// As texts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alphabetical: Option<TagOrderPolicy>,
    /// As numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numerical: Option<TagOrderPolicy>,
}

/// The newest version in a range.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SemVerPolicy {
    /// The range.
    pub range: String,
}

/// The last tag in an order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct TagOrderPolicy {
    /// Ascending or descending.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(extend("x-default" = "asc"))]
    pub order: Option<TagOrder>,
}

/// The tags that are considered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("required" = []))]
pub struct TagFilter {
    /// Regular expression that a tag must match.
    pub pattern: String,
    /// What of the match is ordered, with `$name` for a captured part; all of it when empty.
    pub extract: String,
}

text_enum! {
    /// Direction of an order.
    TagOrder {
        /// The greatest tag is the newest.
        Ascending = "asc",
        /// The least tag is the newest.
        Descending = "desc",
    }
}

text_enum! {
    /// When the digest of the chosen tag is looked up.
    ReflectionPolicy {
        /// At every change of the tag, and at every interval.
        Always = "Always",
        /// Once for a tag.
        IfNotPresent = "IfNotPresent",
        /// Not at all.
        Never = "Never",
    }
}

/// What was observed of a policy.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ImagePolicyStatus {
    /// The image that is chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest_ref: Option<ImageRef>,
    /// The image that was chosen before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_previous_ref: Option<ImageRef>,
    /// The generation of the spec that was last reconciled.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub observed_generation: i64,
    /// The state of the object, aspect by aspect.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub conditions: Vec<Condition>,
    /// The last value of the annotation `reconcile.fluxcd.io/requestedAt` that was answered.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub last_handled_reconcile_at: Option<String>,
}

/// One image in a registry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ImageRef {
    /// Name of the image with its registry.
    pub name: String,
    /// Tag.
    pub tag: String,
    /// Digest, where it was looked up.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub digest: Option<String>,
}
