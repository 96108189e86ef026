//! Options of the actions on a release.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::strategy::{InstallRemediation, InstallStrategy, UpgradeRemediation, UpgradeStrategy};
use crate::go;
use crate::meta::Duration;
use crate::meta::duration::INTERVAL;
use crate::text_enum::text_enum;

/// Options of the install.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Install {
    /// Limit for each operation; that of the release when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = INTERVAL))]
    pub timeout: Option<Duration>,
    /// What to do when it fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<InstallStrategy>,
    /// How a failure is undone and tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remediation: Option<InstallRemediation>,
    /// Fails on objects that exist and belong to no or another release, instead of taking them.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub disable_take_ownership: bool,
    /// Does not wait for the objects.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub disable_wait: bool,
    /// Does not wait for Jobs.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub disable_wait_for_jobs: bool,
    /// Does not run hooks.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub disable_hooks: bool,
    /// Does not check the objects against the server's OpenAPI schemas.
    #[serde(
        rename = "disableOpenAPIValidation",
        skip_serializing_if = "go::zero",
        deserialize_with = "go::null"
    )]
    pub disable_openapi_validation: bool,
    /// Does not check the values against the chart's schema.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub disable_schema_validation: bool,
    /// Takes the name of a deleted release that is still in the history.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub replace: bool,
    /// Does not install the chart's custom resource definitions; `crds` has replaced it.
    #[serde(
        rename = "skipCRDs",
        skip_serializing_if = "go::zero",
        deserialize_with = "go::null"
    )]
    pub skip_crds: bool,
    /// What to do with the chart's custom resource definitions; Create when unset.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub crds: Option<CrdsPolicy>,
    /// Creates the target namespace when it does not exist.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub create_namespace: bool,
    /// Whether to apply on the server; on when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_side_apply: Option<bool>,
}

/// Options of an upgrade.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Upgrade {
    /// Limit for each operation; that of the release when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = INTERVAL))]
    pub timeout: Option<Duration>,
    /// What to do when it fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<UpgradeStrategy>,
    /// How a failure is undone and tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remediation: Option<UpgradeRemediation>,
    /// Fails on objects that exist and belong to no or another release, instead of taking them.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub disable_take_ownership: bool,
    /// Does not wait for the objects.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub disable_wait: bool,
    /// Does not wait for Jobs.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub disable_wait_for_jobs: bool,
    /// Does not run hooks.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub disable_hooks: bool,
    /// Does not check the objects against the server's OpenAPI schemas.
    #[serde(
        rename = "disableOpenAPIValidation",
        skip_serializing_if = "go::zero",
        deserialize_with = "go::null"
    )]
    pub disable_openapi_validation: bool,
    /// Does not check the values against the chart's schema.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub disable_schema_validation: bool,
    /// Replaces objects instead of patching them.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub force: bool,
    /// Keeps the values of the release before, and merges the new ones over them.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub preserve_values: bool,
    /// Deletes objects that a failed upgrade has created.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub cleanup_on_fail: bool,
    /// What to do with the chart's custom resource definitions; Skip when unset.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub crds: Option<CrdsPolicy>,
    /// Whether to apply on the server; as the release before (`auto`) when unset.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub server_side_apply: Option<ServerSideApplyMode>,
    /// What to do when the chart's name changes: `Reinstall` (the default) or `InPlaceUpdate`.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub chart_name_change_strategy: Option<ChartNameChangeStrategy>,
}

/// Options of the tests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Test {
    /// Runs the chart's tests after every install and upgrade.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub enable: bool,
    /// Limit for each operation; that of the release when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = INTERVAL))]
    pub timeout: Option<Duration>,
    /// Takes a release whose tests fail for good.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub ignore_failures: bool,
    /// The tests to run; all when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filters: Option<Vec<TestFilter>>,
}

/// Takes a test in or out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct TestFilter {
    /// Name of the test.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// Takes it out.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub exclude: bool,
}

/// Options of a rollback.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Rollback {
    /// Limit for each operation; that of the release when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = INTERVAL))]
    pub timeout: Option<Duration>,
    /// Does not wait for the objects.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub disable_wait: bool,
    /// Does not wait for Jobs.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub disable_wait_for_jobs: bool,
    /// Does not run hooks.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub disable_hooks: bool,
    /// Restarts pods; accepted for older manifests, it has no effect.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub recreate: bool,
    /// Replaces objects instead of patching them.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub force: bool,
    /// Deletes objects that a failed rollback has created.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub cleanup_on_fail: bool,
    /// Whether to apply on the server; as the release to go back to (`auto`) when unset.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub server_side_apply: Option<ServerSideApplyMode>,
}

/// Options of the uninstall.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Uninstall {
    /// Limit for each operation; that of the release when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = INTERVAL))]
    pub timeout: Option<Duration>,
    /// Does not run hooks.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub disable_hooks: bool,
    /// Keeps the history of the release, marked as deleted.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub keep_history: bool,
    /// Does not wait until the objects are gone.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub disable_wait: bool,
    /// What happens to dependents of the objects.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(extend("x-default" = "background"))]
    pub deletion_propagation: Option<DeletionPropagation>,
}

text_enum! {
    /// What to do with the chart's custom resource definitions.
    CrdsPolicy {
        /// Nothing.
        Skip = "Skip",
        /// Create those that do not exist.
        Create = "Create",
        /// Create those that do not exist, and replace the others.
        CreateReplace = "CreateReplace",
    }
}

text_enum! {
    /// Whether to apply on the server.
    ServerSideApplyMode {
        /// On the server.
        Enabled = "enabled",
        /// In the client.
        Disabled = "disabled",
        /// As the release before.
        Auto = "auto",
    }
}

text_enum! {
    /// What to do when the chart's name changes.
    ChartNameChangeStrategy {
        /// Upgrade the release.
        InPlaceUpdate = "InPlaceUpdate",
        /// Uninstall the release and install it anew.
        Reinstall = "Reinstall",
    }
}

text_enum! {
    /// What happens to dependents of a deleted object.
    DeletionPropagation {
        /// They are deleted after it.
        Background = "background",
        /// They are deleted before it.
        Foreground = "foreground",
        /// They stay.
        Orphan = "orphan",
    }
}
