//! What the spec of a release says to do, with the defaults where it says nothing (H2, H3).

use std::time::Duration;

use crds::helm::{
    ActionStrategyName, AttemptedAction, ChartNameChangeStrategy, DriftDetectionMode, HelmRelease,
    HelmReleaseSpec, HelmReleaseStatus, RemediationStrategy, Test,
};

/// How many revisions are kept when the spec does not say.
pub const DEFAULT_MAX_HISTORY: i64 = 5;
/// How long an operation may take when the spec does not say (H12.9).
pub const DEFAULT_TIMEOUT: Duration = Duration::from_mins(5);
/// When a failed action is run again under `RetryOnFailure` when the spec does not say (H3.1).
pub const DEFAULT_RETRY_INTERVAL: Duration = Duration::from_mins(5);

/// What happens to a failed action when the spec names no strategy: the feature gate
/// `DefaultToRetryOnFailure`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DefaultStrategy {
    /// It is remediated.
    #[default]
    Remediate,
    /// It is tried again.
    Retry,
}

/// Whether failed tests count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestFailures {
    /// The release has failed.
    Counted,
    /// The release is taken as it is.
    Ignored,
}

impl TestFailures {
    fn of(ignored: bool) -> Self {
        if ignored {
            Self::Ignored
        } else {
            Self::Counted
        }
    }
}

/// How often an action is tried again and how its failure is undone (H3.3, H26.8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remediation {
    action: AttemptedAction,
    retries: i64,
    ignore_test_failures: Option<bool>,
    remediate_last_failure: bool,
    strategy: RemediationStrategy,
}

impl Remediation {
    /// Of installs, which are undone by an uninstall.
    pub fn of_install(spec: &HelmReleaseSpec) -> Self {
        let install = spec
            .install
            .as_ref()
            .and_then(|install| install.remediation.as_ref());
        let found = install.cloned().unwrap_or_default();
        Self {
            action: AttemptedAction::Install,
            retries: found.retries,
            ignore_test_failures: found.ignore_test_failures,
            remediate_last_failure: found.remediate_last_failure.unwrap_or(false),
            strategy: RemediationStrategy::Uninstall,
        }
    }

    /// Of upgrades, whose last failure is undone too once there are retries.
    pub fn of_upgrade(spec: &HelmReleaseSpec) -> Self {
        let upgrade = spec
            .upgrade
            .as_ref()
            .and_then(|upgrade| upgrade.remediation.as_ref());
        let found = upgrade.cloned().unwrap_or_default();
        Self {
            action: AttemptedAction::Upgrade,
            retries: found.retries,
            ignore_test_failures: found.ignore_test_failures,
            remediate_last_failure: found.remediate_last_failure.unwrap_or(found.retries > 0),
            strategy: found.strategy.unwrap_or(RemediationStrategy::Rollback),
        }
    }

    /// That of the action that was last tried; none when none was (H10.2).
    pub fn active(release: &HelmRelease) -> Option<Self> {
        match release.status.last_attempted_release_action {
            Some(AttemptedAction::Install) => Some(Self::of_install(&release.spec)),
            Some(AttemptedAction::Upgrade) => Some(Self::of_upgrade(&release.spec)),
            _ => None,
        }
    }

    /// How a failure is undone.
    pub fn strategy(&self) -> &RemediationStrategy {
        &self.strategy
    }

    /// Whether a failure is undone even when no try is left.
    pub fn remediates_last_failure(&self) -> bool {
        self.remediate_last_failure
    }

    /// Whether an upgrade is undone by an uninstall, behind which there is always an install.
    pub fn uninstalls_after_upgrade(&self) -> bool {
        self.action == AttemptedAction::Upgrade && self.strategy == RemediationStrategy::Uninstall
    }

    /// Whether failed tests count; as `test.ignoreFailures` where the remediation does not say.
    pub fn test_failures(&self, spec: &HelmReleaseSpec) -> TestFailures {
        let default = || spec.test.as_ref().is_some_and(|test| test.ignore_failures);
        TestFailures::of(self.ignore_test_failures.unwrap_or_else(default))
    }

    /// How often the action has failed (H11.4).
    pub fn failures(&self, status: &HelmReleaseStatus) -> i64 {
        match self.action {
            AttemptedAction::Install => status.install_failures,
            _ => status.upgrade_failures,
        }
    }

    /// Counts a failure of the action (H11.4).
    pub fn count_failure(&self, status: &mut HelmReleaseStatus) {
        let counter = match self.action {
            AttemptedAction::Install => &mut status.install_failures,
            _ => &mut status.upgrade_failures,
        };
        *counter = counter.saturating_add(1);
    }

    /// Whether no try is left; a negative number of retries never ends (H3.3).
    pub fn is_exhausted(&self, status: &HelmReleaseStatus) -> bool {
        self.retries >= 0 && self.failures(status) > self.retries
    }
}

/// Whether failed tests count for a release whose last action may not be known.
pub fn test_failures(release: &HelmRelease) -> TestFailures {
    Remediation::active(release).map_or_else(
        || {
            let test = release.spec.test.as_ref();
            TestFailures::of(test.is_some_and(|test| test.ignore_failures))
        },
        |remediation| remediation.test_failures(&release.spec),
    )
}

/// After how long a failed install is run again; none when it is remediated (H3.1).
pub fn install_retry(spec: &HelmReleaseSpec, default: DefaultStrategy) -> Option<Duration> {
    let strategy = spec
        .install
        .as_ref()
        .and_then(|install| install.strategy.as_ref());
    retry(
        strategy.map(|found| (&found.name, found.retry_interval.as_ref())),
        default,
    )
}

/// After how long a failed upgrade is run again; none when it is remediated (H3.1).
pub fn upgrade_retry(spec: &HelmReleaseSpec, default: DefaultStrategy) -> Option<Duration> {
    let strategy = spec
        .upgrade
        .as_ref()
        .and_then(|upgrade| upgrade.strategy.as_ref());
    retry(
        strategy.map(|found| (&found.name, found.retry_interval.as_ref())),
        default,
    )
}

/// That of the action that was last tried; none when none was (H10.2).
pub fn active_retry(release: &HelmRelease, default: DefaultStrategy) -> Option<Duration> {
    match release.status.last_attempted_release_action {
        Some(AttemptedAction::Install) => install_retry(&release.spec, default),
        Some(AttemptedAction::Upgrade) => upgrade_retry(&release.spec, default),
        _ => None,
    }
}

fn retry(
    strategy: Option<(&ActionStrategyName, Option<&crds::meta::Duration>)>,
    default: DefaultStrategy,
) -> Option<Duration> {
    match strategy {
        None => (default == DefaultStrategy::Retry).then_some(DEFAULT_RETRY_INTERVAL),
        Some((ActionStrategyName::RetryOnFailure, interval)) => {
            Some(interval.map_or(DEFAULT_RETRY_INTERVAL, crds::meta::Duration::as_std))
        }
        Some(_) => None,
    }
}

/// The limit of an action: its own, else that of the release, else five minutes (H12.9).
pub fn timeout(spec: &HelmReleaseSpec, own: Option<&crds::meta::Duration>) -> Duration {
    own.or(spec.timeout.as_ref())
        .map_or(DEFAULT_TIMEOUT, crds::meta::Duration::as_std)
}

/// How many revisions are kept; zero keeps all.
pub fn max_history(spec: &HelmReleaseSpec) -> i64 {
    spec.max_history.unwrap_or(DEFAULT_MAX_HISTORY)
}

/// The options of the tests, when these are enabled.
pub fn test(spec: &HelmReleaseSpec) -> Option<&Test> {
    spec.test.as_ref().filter(|test| test.enable)
}

/// Whether differences to the cluster are looked for, and what happens to them (H18).
pub fn drift_mode(spec: &HelmReleaseSpec) -> DriftDetectionMode {
    let mode = spec
        .drift_detection
        .as_ref()
        .and_then(|drift| drift.mode.clone());
    mode.unwrap_or(DriftDetectionMode::Disabled)
}

/// Whether differences to the cluster are looked for.
pub fn detects_drift(spec: &HelmReleaseSpec) -> bool {
    matches!(
        drift_mode(spec),
        DriftDetectionMode::Enabled | DriftDetectionMode::Warn
    )
}

/// Whether a chart of another name is released anew, which is the default, instead of over the old one
/// (H26.11).
pub fn reinstalls_renamed_chart(spec: &HelmReleaseSpec) -> bool {
    let strategy = spec
        .upgrade
        .as_ref()
        .and_then(|upgrade| upgrade.chart_name_change_strategy.as_ref());
    strategy.is_none_or(|strategy| *strategy == ChartNameChangeStrategy::Reinstall)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn spec(value: serde_json::Value) -> HelmReleaseSpec {
        serde_json::from_value(value).unwrap()
    }

    fn status(install: i64, upgrade: i64) -> HelmReleaseStatus {
        HelmReleaseStatus {
            install_failures: install,
            upgrade_failures: upgrade,
            ..HelmReleaseStatus::default()
        }
    }

    #[test]
    fn h3_1_only_retry_on_failure_has_an_interval() {
        let none = spec(json!({}));
        assert_eq!(install_retry(&none, DefaultStrategy::Remediate), None);
        assert_eq!(
            upgrade_retry(&none, DefaultStrategy::Retry),
            Some(DEFAULT_RETRY_INTERVAL)
        );
        let named = spec(json!({
            "install": {"strategy": {"name": "RetryOnFailure", "retryInterval": "1m"}},
            "upgrade": {"strategy": {"name": "RemediateOnFailure"}},
        }));
        assert_eq!(
            install_retry(&named, DefaultStrategy::Remediate),
            Some(Duration::from_mins(1))
        );
        assert_eq!(upgrade_retry(&named, DefaultStrategy::Retry), None);
    }

    #[test]
    fn h3_3_retries_end_when_failures_outnumber_them_and_never_when_negative() {
        let of = |retries: i64| {
            Remediation::of_install(&spec(
                json!({"install": {"remediation": {"retries": retries}}}),
            ))
        };
        assert!(!of(0).is_exhausted(&status(0, 9)));
        assert!(of(0).is_exhausted(&status(1, 0)));
        assert!(!of(2).is_exhausted(&status(2, 0)));
        assert!(of(2).is_exhausted(&status(3, 0)));
        assert!(!of(-1).is_exhausted(&status(i64::MAX, 0)));
    }

    #[test]
    fn h26_8_the_last_failure_of_an_upgrade_is_undone_once_there_are_retries() {
        let with = |value| {
            spec(json!({"install": {"remediation": value}, "upgrade": {"remediation": value}}))
        };
        let retries = with(json!({"retries": 1}));
        assert!(!Remediation::of_install(&retries).remediates_last_failure());
        assert!(Remediation::of_upgrade(&retries).remediates_last_failure());
        let none = with(json!({}));
        assert!(!Remediation::of_upgrade(&none).remediates_last_failure());
        let said = with(json!({"retries": 1, "remediateLastFailure": false}));
        assert!(!Remediation::of_upgrade(&said).remediates_last_failure());
    }

    #[test]
    fn h10_2_the_action_that_was_last_tried_says_which_remediation_counts() {
        let mut release = HelmRelease::new(
            "r",
            spec(json!({"upgrade": {"remediation": {"strategy": "uninstall"}}})),
        );
        assert_eq!(Remediation::active(&release), None);
        assert_eq!(active_retry(&release, DefaultStrategy::Retry), None);
        release.status.last_attempted_release_action = Some(AttemptedAction::Install);
        let install = Remediation::active(&release).unwrap();
        assert_eq!(install.strategy(), &RemediationStrategy::Uninstall);
        assert!(!install.uninstalls_after_upgrade());
        release.status.last_attempted_release_action = Some(AttemptedAction::Upgrade);
        assert!(
            Remediation::active(&release)
                .unwrap()
                .uninstalls_after_upgrade()
        );
        assert!(active_retry(&release, DefaultStrategy::Retry).is_some());
    }

    #[test]
    fn h11_4_failures_are_counted_by_action() {
        let mut counted = status(0, 0);
        Remediation::of_install(&spec(json!({}))).count_failure(&mut counted);
        Remediation::of_upgrade(&spec(json!({}))).count_failure(&mut counted);
        Remediation::of_upgrade(&spec(json!({}))).count_failure(&mut counted);
        assert_eq!((counted.install_failures, counted.upgrade_failures), (1, 2));
    }

    #[test]
    fn h12_9_timeouts_fall_back_to_the_release_and_then_to_five_minutes() {
        let own = crds::meta::Duration::from_secs(7);
        let release = spec(json!({"timeout": "1m"}));
        assert_eq!(timeout(&release, Some(&own)), Duration::from_secs(7));
        assert_eq!(timeout(&release, None), Duration::from_mins(1));
        assert_eq!(timeout(&spec(json!({})), None), Duration::from_mins(5));
    }

    #[test]
    fn h3_5_failed_tests_are_ignored_where_the_remediation_or_the_tests_say_so() {
        let mut release = HelmRelease::new(
            "r",
            spec(json!({
                "test": {"ignoreFailures": true},
                "upgrade": {"remediation": {"ignoreTestFailures": false}},
            })),
        );
        assert_eq!(test_failures(&release), TestFailures::Ignored);
        release.status.last_attempted_release_action = Some(AttemptedAction::Upgrade);
        assert_eq!(test_failures(&release), TestFailures::Counted);
        release.status.last_attempted_release_action = Some(AttemptedAction::Install);
        assert_eq!(test_failures(&release), TestFailures::Ignored);
    }

    #[test]
    fn h26_11_a_renamed_chart_is_released_anew_unless_the_spec_says_otherwise() {
        assert!(reinstalls_renamed_chart(&spec(json!({}))));
        let in_place = json!({"upgrade": {"chartNameChangeStrategy": "InPlaceUpdate"}});
        assert!(!reinstalls_renamed_chart(&spec(in_place)));
    }
}
