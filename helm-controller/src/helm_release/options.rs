//! What the spec says about each action.

use std::time::Duration;

use apply::cluster::Propagation;
use common::cluster::Validation;
use crds::helm::{
    DeletionPropagation, HelmReleaseSpec, PostRenderStrategy, ServerSideApplyMode, WaitStrategyName,
};
use helm::render::SchemaCheck;

use super::HelmReleases;
use crate::action::{
    Existing, Hooks, Install, Jobs, Method, Namespace, News, OnFailure, Records, Reuse, RollBack,
    Rules, RunTests, Strategy, TakeOver, Uninstall, Upgrade, Values,
};
use crate::args::gates::{CANCEL_HEALTH_CHECK_ON_NEW_REVISION, USE_HELM3_DEFAULTS};
use crate::policy;
use crate::state::Action;

impl HelmReleases {
    /// Section 3, `install`.
    pub(super) fn install_options(&self, spec: &HelmReleaseSpec) -> Install {
        let install = spec.install.clone().unwrap_or_default();
        let helm3 = self.settings.gates.enabled(USE_HELM3_DEFAULTS);
        let creates_namespace = install.create_namespace && spec.target_namespace.is_some();
        Install {
            timeout: Action::Install.timeout(spec),
            method: if install.server_side_apply.unwrap_or(!helm3) {
                Method::ServerSide
            } else {
                Method::ClientSide {
                    existing: Existing::Patched,
                }
            },
            hooks: hooks(install.disable_hooks),
            strategy: self.strategy(spec, install.disable_wait, install.disable_wait_for_jobs),
            take_over: take_over(install.disable_take_ownership),
            validation: validation(install.disable_openapi_validation),
            schema: schema(install.disable_schema_validation),
            crds: install.crds,
            reuse: if install.replace {
                Reuse::Allowed
            } else {
                Reuse::Refused
            },
            namespace: if creates_namespace {
                Namespace::Created
            } else {
                Namespace::Expected
            },
        }
    }

    /// Section 3, `upgrade`.
    pub(super) fn upgrade_options(&self, spec: &HelmReleaseSpec) -> Upgrade {
        let upgrade = spec.upgrade.clone().unwrap_or_default();
        Upgrade {
            timeout: Action::Upgrade.timeout(spec),
            server_side: upgrade
                .server_side_apply
                .unwrap_or(ServerSideApplyMode::Auto),
            existing: existing(upgrade.force),
            hooks: hooks(upgrade.disable_hooks),
            strategy: self.strategy(spec, upgrade.disable_wait, upgrade.disable_wait_for_jobs),
            take_over: take_over(upgrade.disable_take_ownership),
            validation: validation(upgrade.disable_openapi_validation),
            schema: schema(upgrade.disable_schema_validation),
            crds: upgrade.crds,
            values: if upgrade.preserve_values {
                Values::Kept
            } else {
                Values::Reset
            },
            on_failure: on_failure(upgrade.cleanup_on_fail),
            max_history: policy::max_history(spec),
        }
    }

    /// Section 3, `rollback`; to the revision `to`.
    pub(super) fn rollback_options(&self, spec: &HelmReleaseSpec, to: i64) -> RollBack {
        let rollback = spec.rollback.clone().unwrap_or_default();
        if rollback.recreate {
            tracing::warn!("the field .spec.rollback.recreate has no effect");
        }
        RollBack {
            to,
            timeout: Action::RollBack.timeout(spec),
            server_side: rollback
                .server_side_apply
                .unwrap_or(ServerSideApplyMode::Auto),
            existing: existing(rollback.force),
            hooks: hooks(rollback.disable_hooks),
            strategy: self.strategy(spec, rollback.disable_wait, rollback.disable_wait_for_jobs),
            on_failure: on_failure(rollback.cleanup_on_fail),
            max_history: policy::max_history(spec),
        }
    }

    /// Section 3, `uninstall`.
    pub(super) fn uninstall_options(&self, spec: &HelmReleaseSpec) -> Uninstall {
        let uninstall = spec.uninstall.clone().unwrap_or_default();
        Uninstall {
            timeout: Action::UninstallRemediation.timeout(spec),
            hooks: hooks(uninstall.disable_hooks),
            strategy: self.strategy(spec, uninstall.disable_wait, false),
            propagation: match uninstall.deletion_propagation {
                Some(DeletionPropagation::Foreground) => Propagation::Foreground,
                Some(DeletionPropagation::Orphan) => Propagation::Orphan,
                _ => Propagation::Background,
            },
            records: if uninstall.keep_history {
                Records::Kept
            } else {
                Records::Purged
            },
        }
    }

    /// Section 3, `test`.
    pub(super) fn test_options(spec: &HelmReleaseSpec) -> RunTests {
        let test = spec.test.clone().unwrap_or_default();
        RunTests {
            timeout: Action::Test.timeout(spec),
            filters: test.filters.unwrap_or_default(),
        }
    }

    /// What changes to the rendering are made to where the spec does not say (H14.2, H24.4).
    pub(super) fn post_render_default(&self) -> PostRenderStrategy {
        if self.settings.gates.enabled(USE_HELM3_DEFAULTS) {
            PostRenderStrategy::NoHooks
        } else {
            PostRenderStrategy::Combined
        }
    }

    /// H15.1, H15.3, H15.5, H15.6, H24.4.
    fn strategy(
        &self,
        spec: &HelmReleaseSpec,
        disable_wait: bool,
        disable_wait_for_jobs: bool,
    ) -> Strategy {
        if disable_wait {
            return Strategy::HooksOnly;
        }
        let rules = match spec.wait_strategy.as_ref().map(|it| &it.name) {
            Some(WaitStrategyName::Legacy) => Rules::Helm3,
            None if self.settings.gates.enabled(USE_HELM3_DEFAULTS) => Rules::Helm3,
            _ => Rules::Status,
        };
        let heeds = self
            .settings
            .gates
            .enabled(CANCEL_HEALTH_CHECK_ON_NEW_REVISION);
        Strategy::Objects {
            jobs: if disable_wait_for_jobs {
                Jobs::Ignored
            } else {
                Jobs::Awaited
            },
            // A wait by the rules of Helm 3 knows nothing of requests.
            news: if heeds && rules == Rules::Status {
                News::Heeded
            } else {
                News::Ignored
            },
            rules,
        }
    }
}

/// How long the correction of drift may take (H18.5).
pub(super) fn correction_timeout(spec: &HelmReleaseSpec) -> Duration {
    Action::CorrectDrift.timeout(spec)
}

const fn hooks(disabled: bool) -> Hooks {
    if disabled { Hooks::Skipped } else { Hooks::Run }
}

const fn existing(force: bool) -> Existing {
    if force {
        Existing::Replaced
    } else {
        Existing::Patched
    }
}

const fn take_over(disabled: bool) -> TakeOver {
    if disabled {
        TakeOver::No
    } else {
        TakeOver::Yes
    }
}

const fn validation(disabled: bool) -> Validation {
    if disabled {
        Validation::Ignore
    } else {
        Validation::Strict
    }
}

const fn schema(disabled: bool) -> SchemaCheck {
    if disabled {
        SchemaCheck::Skipped
    } else {
        SchemaCheck::Enforced
    }
}

const fn on_failure(clean_up: bool) -> OnFailure {
    if clean_up {
        OnFailure::CleanUp
    } else {
        OnFailure::Keep
    }
}
