//! What to do when an action on a release fails.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::definition::integer;
use crate::go;
use crate::meta::Duration;
use crate::meta::duration::INTERVAL;
use crate::text_enum::text_enum;

text_enum! {
    /// What to do when an install or upgrade fails.
    ActionStrategyName {
        /// Undo it, and try again as often as the remediation says.
        RemediateOnFailure = "RemediateOnFailure",
        /// Leave it, and try again after an interval.
        RetryOnFailure = "RetryOnFailure",
    }
}

/// What to do when the install fails.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [{
    "rule": "!has(self.retryInterval) || self.name != 'RemediateOnFailure'",
    "message": ".retryInterval cannot be set when .name is 'RemediateOnFailure'",
}]))]
pub struct InstallStrategy {
    /// `RemediateOnFailure` undoes it, `RetryOnFailure` leaves it and tries again.
    pub name: ActionStrategyName,
    /// When to try again; after five minutes when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = INTERVAL))]
    pub retry_interval: Option<Duration>,
}

/// What to do when an upgrade fails.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [{
    "rule": "!has(self.retryInterval) || self.name == 'RetryOnFailure'",
    "message": ".retryInterval can only be set when .name is 'RetryOnFailure'",
}]))]
pub struct UpgradeStrategy {
    /// `RemediateOnFailure` undoes it, `RetryOnFailure` leaves it and tries again.
    pub name: ActionStrategyName,
    /// When to try again; after five minutes when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = INTERVAL))]
    pub retry_interval: Option<Duration>,
}

/// How a failed install is undone and tried again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct InstallRemediation {
    /// How often to try again; a negative number is without end.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    #[schemars(schema_with = "integer")]
    pub retries: i64,
    /// Takes a release whose tests fail for good; as `test.ignoreFailures` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ignore_test_failures: Option<bool>,
    /// Undoes the last failure too, when no tries are left; off when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remediate_last_failure: Option<bool>,
}

/// How a failed upgrade is undone and tried again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct UpgradeRemediation {
    /// How often to try again; a negative number is without end.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    #[schemars(schema_with = "integer")]
    pub retries: i64,
    /// Takes a release whose tests fail for good; as `test.ignoreFailures` when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ignore_test_failures: Option<bool>,
    /// Undoes the last failure too, when no tries are left; on when unset and there were any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remediate_last_failure: Option<bool>,
    /// Whether to go back to the release before (`rollback`, the default) or to start from nothing
    /// (`uninstall`).
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub strategy: Option<RemediationStrategy>,
}

text_enum! {
    /// How a failed upgrade is undone.
    RemediationStrategy {
        /// Back to the release before.
        Rollback = "rollback",
        /// Start from nothing.
        Uninstall = "uninstall",
    }
}
