//! The texts of conditions and events (H6.3, H12, H18.4). Others match on them.

use std::time::Duration;

use crds::helm::{AttemptedAction, HelmRelease, ReleaseSnapshot};
use helm::chart::Metadata;
use helm::release::Status;

use crate::names;
use crate::snapshot::{full_name, tests, versioned_chart};
use crate::state::Action;

/// A release and its chart, as most messages name them.
fn release_with_chart(snapshot: &ReleaseSnapshot) -> String {
    format!(
        "release {} with chart {}",
        full_name(snapshot),
        versioned_chart(snapshot)
    )
}

/// `Helm install succeeded for release ns/name.v1 with chart c@v`, and the same for upgrades.
pub fn released(action: &AttemptedAction, made: &ReleaseSnapshot) -> String {
    format!("Helm {action} succeeded for {}", release_with_chart(made))
}

/// `Helm install failed for release ns/name with chart c@v: why`, and the same for upgrades. The name is the
/// wanted one, uncut.
pub fn release_failed(
    action: &AttemptedAction,
    object: &HelmRelease,
    chart: &Metadata,
    error: &str,
) -> String {
    format!(
        "Helm {action} failed for release {}/{} with chart {}@{}: {}",
        names::release_namespace(object),
        names::wanted_name(object),
        chart.name,
        chart.version,
        error.trim()
    )
}

/// Of a release whose tests are still to run.
pub fn awaiting_tests(made: &ReleaseSnapshot) -> String {
    format!("Helm {} is awaiting tests", release_with_chart(made))
}

/// Of a release whose tests have passed, or that has none.
pub fn tests_passed(tested: &ReleaseSnapshot) -> String {
    let count = tested
        .test_hooks
        .as_ref()
        .map_or(0, std::collections::BTreeMap::len);
    let hooks = match count {
        0 => "no test hooks".to_owned(),
        1 => "1 test hook completed successfully".to_owned(),
        more => format!("{more} test hooks completed successfully"),
    };
    format!(
        "Helm test succeeded for {}: {hooks}",
        release_with_chart(tested)
    )
}

/// Of a release of which a test has failed.
pub fn tests_failed(tested: &ReleaseSnapshot, error: &str) -> String {
    format!(
        "Helm test failed for {}: {}",
        release_with_chart(tested),
        error.trim()
    )
}

/// Of a rollback to the revision of `target`.
pub fn rolled_back(target: &ReleaseSnapshot) -> String {
    format!(
        "Helm rollback to previous {} succeeded",
        release_with_chart(target)
    )
}

/// Of a rollback that failed.
pub fn rollback_failed(target: &ReleaseSnapshot, error: &str) -> String {
    format!(
        "Helm rollback to previous {} failed: {}",
        release_with_chart(target),
        error.trim()
    )
}

/// Of a failed release that was uninstalled.
pub fn remediated_by_uninstall(gone: &ReleaseSnapshot) -> String {
    format!(
        "Helm uninstall remediation for {} succeeded",
        release_with_chart(gone)
    )
}

/// Of a failed release that could not be uninstalled.
pub fn uninstall_remediation_failed(latest: &ReleaseSnapshot, error: &str) -> String {
    format!(
        "Helm uninstall remediation for {} failed: {}",
        release_with_chart(latest),
        error.trim()
    )
}

/// Of a release that was uninstalled.
pub fn uninstalled(gone: &ReleaseSnapshot) -> String {
    format!("Helm uninstall succeeded for {}", release_with_chart(gone))
}

/// Of a release that could not be uninstalled.
pub fn uninstall_failed(latest: &ReleaseSnapshot, error: &str) -> String {
    format!(
        "Helm uninstall failed for {}: {}",
        release_with_chart(latest),
        error.trim()
    )
}

/// Of a release that somebody else has uninstalled (H12.4).
pub fn not_found(latest: &ReleaseSnapshot) -> String {
    format!(
        "Release {} was not found, assuming it is uninstalled",
        full_name(latest)
    )
}

/// Of a release whose history is kept and that was uninstalled before (H12.4).
pub fn already_uninstalled(latest: &ReleaseSnapshot) -> String {
    format!("Release {} was already uninstalled", full_name(latest))
}

/// Of a release that was unlocked.
pub fn unlocked(locked: &ReleaseSnapshot, status: &Status) -> String {
    format!(
        "Unlocked Helm {} in {status} state",
        release_with_chart(locked)
    )
}

/// Of a release that could not be unlocked.
pub fn unlock_failed(locked: &ReleaseSnapshot, status: &Status, error: &str) -> String {
    format!(
        "Unlock of Helm {} in {status} state failed: {}",
        release_with_chart(locked),
        error.trim()
    )
}

/// What the record of an unlocked release says (H12.6).
pub fn unlocked_description(status: &Status) -> String {
    format!("Release unlocked from stale '{status}' state")
}

/// Of an action that begins.
pub fn running(action: Action, timeout: Duration) -> String {
    format!(
        "Running '{}' action with timeout of {}",
        action.name(),
        go(timeout)
    )
}

/// Whether a text is that of [`running`], whatever the timeout.
pub fn is_running(text: &str, action: Action) -> bool {
    let begin = format!("Running '{}' action with ", action.name());
    text.starts_with(&begin)
}

/// Of an action that is run again after an interval.
pub fn retrying_after(interval: Duration) -> String {
    format!("retrying after {}", go(interval))
}

/// Of a release that is given up.
pub fn retries_exceeded(action: Option<&AttemptedAction>, attempts: i64) -> String {
    let action = action.map(AttemptedAction::as_str).unwrap_or_default();
    format!("Failed to {action} after {attempts} attempt(s)")
}

/// Of a release whose state cannot be told.
pub fn no_state(error: &str) -> String {
    format!("Could not determine release state: {error}")
}

/// A duration in Go's notation.
fn go(duration: Duration) -> String {
    let nanos = i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX);
    crds::meta::Duration::from_nanos(nanos).as_str().to_owned()
}

/// Whether a snapshot's tests are still to run.
pub(super) fn is_untested(snapshot: &ReleaseSnapshot) -> bool {
    !tests::has_been_tested(snapshot)
}

#[cfg(test)]
mod checks {
    use std::collections::BTreeMap;

    use crds::helm::{HelmReleaseSpec, TestHookStatus};

    use super::*;

    fn snapshot() -> ReleaseSnapshot {
        ReleaseSnapshot {
            name: "web".to_owned(),
            namespace: "prod".to_owned(),
            version: 2,
            chart_name: "app".to_owned(),
            chart_version: "1.0.0".to_owned(),
            ..ReleaseSnapshot::default()
        }
    }

    #[test]
    fn h6_3_messages_name_release_and_chart() {
        let made = snapshot();
        let release = "release prod/web.v2 with chart app@1.0.0";
        let expected = [
            (
                released(&AttemptedAction::Install, &made),
                format!("Helm install succeeded for {release}"),
            ),
            (
                released(&AttemptedAction::Upgrade, &made),
                format!("Helm upgrade succeeded for {release}"),
            ),
            (
                awaiting_tests(&made),
                format!("Helm {release} is awaiting tests"),
            ),
            (
                tests_failed(&made, " no\n"),
                format!("Helm test failed for {release}: no"),
            ),
            (
                rolled_back(&made),
                format!("Helm rollback to previous {release} succeeded"),
            ),
            (
                rollback_failed(&made, "no"),
                format!("Helm rollback to previous {release} failed: no"),
            ),
            (
                remediated_by_uninstall(&made),
                format!("Helm uninstall remediation for {release} succeeded"),
            ),
            (
                uninstall_remediation_failed(&made, "no"),
                format!("Helm uninstall remediation for {release} failed: no"),
            ),
            (
                uninstalled(&made),
                format!("Helm uninstall succeeded for {release}"),
            ),
            (
                uninstall_failed(&made, "no"),
                format!("Helm uninstall failed for {release}: no"),
            ),
            (
                unlocked(&made, &Status::PendingUpgrade),
                format!("Unlocked Helm {release} in pending-upgrade state"),
            ),
            (
                unlock_failed(&made, &Status::PendingInstall, "no"),
                format!("Unlock of Helm {release} in pending-install state failed: no"),
            ),
        ];
        for (found, expected) in expected {
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn h6_3_a_failed_release_is_named_without_a_revision() {
        let mut object = HelmRelease::new("web", HelmReleaseSpec::default());
        object.metadata.namespace = Some("team".to_owned());
        object.spec.target_namespace = Some("prod".to_owned());
        let chart = Metadata {
            name: "app".to_owned(),
            version: "1.0.0".to_owned(),
            ..Metadata::default()
        };
        assert_eq!(
            release_failed(&AttemptedAction::Upgrade, &object, &chart, "timed out\n"),
            "Helm upgrade failed for release prod/prod-web with chart app@1.0.0: timed out"
        );
    }

    #[test]
    fn h6_3_passed_tests_are_counted() {
        let mut tested = snapshot();
        let release = "Helm test succeeded for release prod/web.v2 with chart app@1.0.0";
        assert_eq!(tests_passed(&tested), format!("{release}: no test hooks"));
        let hook = |name: &str| (name.to_owned(), TestHookStatus::default());
        tested.test_hooks = Some(BTreeMap::from([hook("a")]));
        assert_eq!(
            tests_passed(&tested),
            format!("{release}: 1 test hook completed successfully")
        );
        tested.test_hooks = Some(BTreeMap::from([hook("a"), hook("b")]));
        assert_eq!(
            tests_passed(&tested),
            format!("{release}: 2 test hooks completed successfully")
        );
    }

    #[test]
    fn h12_4_a_release_that_is_gone_counts_as_uninstalled() {
        assert_eq!(
            not_found(&snapshot()),
            "Release prod/web.v2 was not found, assuming it is uninstalled"
        );
        assert_eq!(
            already_uninstalled(&snapshot()),
            "Release prod/web.v2 was already uninstalled"
        );
    }

    #[test]
    fn h6_progress_is_told_with_durations_as_go_prints_them() {
        assert_eq!(
            running(Action::Install, Duration::from_mins(5)),
            "Running 'install' action with timeout of 5m0s"
        );
        assert_eq!(
            retrying_after(Duration::from_millis(1500)),
            "retrying after 1.5s"
        );
        assert_eq!(
            retries_exceeded(Some(&AttemptedAction::Install), 3),
            "Failed to install after 3 attempt(s)"
        );
        assert_eq!(
            unlocked_description(&Status::PendingRollback),
            "Release unlocked from stale 'pending-rollback' state"
        );
    }
}
