//! What the end of an action leaves in the status, and the event of it (H6, H11.4, H12, H22).
//!
//! The history is up to date when one of these is called; Ready is not touched, see [`super::summary`].

use artifact::Algorithm;
use common::reconcile::Notice;
use crds::helm::well_known::{condition, reason};
use crds::helm::{AttemptedAction, HelmRelease, ReleaseSnapshot};
use helm::chart::Metadata;
use helm::release::Status;
use jiff::Timestamp;
use yaml::Map;

use super::logs::LogTail;
use super::metadata::{self, Facts};
use super::{Marker, message, reason as texts};
use crate::policy::{self, DefaultStrategy, Remediation, TestFailures};
use crate::snapshot::{digest, history, tests};

/// Something to tell of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Who is told, and how loud.
    pub notice: Notice,
    /// Why.
    pub reason: &'static str,
    /// What.
    pub message: String,
    /// Facts beside the text.
    pub metadata: Facts,
}

impl Event {
    fn good(reason: &'static str, message: String, metadata: Facts) -> Self {
        Self {
            notice: Notice::Info,
            reason,
            message,
            metadata,
        }
    }

    fn bad(reason: &'static str, message: String, metadata: Facts) -> Self {
        Self {
            notice: Notice::Error,
            reason,
            message,
            metadata,
        }
    }
}

/// Whether an action has written into the storage. One that has not is run again as if it had not been tried
/// (H11.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// It has a new or changed revision.
    Changed,
    /// It is as it was.
    Untouched,
}

/// What was to be released.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// Install or upgrade.
    pub action: &'a AttemptedAction,
    /// The chart.
    pub chart: &'a Metadata,
    /// The values.
    pub values: &'a Map,
    /// The digest algorithm of this process.
    pub algorithm: Algorithm,
}

/// An install or upgrade begins: older results mean nothing any more, and an install forgets the history
/// (H12.1).
pub fn begin_release(object: &mut HelmRelease, action: &AttemptedAction, now: Timestamp) {
    object.status.last_attempted_release_action = Some(action.clone());
    if *action == AttemptedAction::Install {
        object.status.history.clear();
    }
    let mut marker = Marker::new(object, now);
    marker.remove(condition::TEST_SUCCESS);
    marker.remove(condition::REMEDIATED);
}

/// An install or upgrade has succeeded. Under `RetryOnFailure` that ends the count of failures.
pub fn released(
    object: &mut HelmRelease,
    action: &AttemptedAction,
    default: DefaultStrategy,
    now: Timestamp,
) -> Option<Event> {
    let latest = history::latest(&object.status.history)?.clone();
    let reason = match action {
        AttemptedAction::Install => reason::INSTALL_SUCCEEDED,
        _ => reason::UPGRADE_SUCCEEDED,
    };
    let text = message::released(action, &latest);
    let awaits_tests = policy::test(&object.spec).is_some() && message::is_untested(&latest);
    let mut marker = Marker::new(object, now);
    marker.mark_true(condition::RELEASED, reason, &text);
    if awaits_tests {
        let text = message::awaiting_tests(&latest);
        marker.mark_unknown(condition::TEST_SUCCESS, texts::AWAITING_TESTS, &text);
    }
    let retry = match action {
        AttemptedAction::Install => policy::install_retry(&object.spec, default),
        _ => policy::upgrade_retry(&object.spec, default),
    };
    if retry.is_some() {
        clear_failures(object);
    }
    Some(Event::good(reason, text, metadata::of_snapshot(&latest)))
}

/// An install or upgrade has failed. It counts against the retries only when it has changed the storage
/// (H11.3, H11.4).
pub fn release_failed(
    object: &mut HelmRelease,
    attempt: &Attempt<'_>,
    storage: Storage,
    error: &str,
    log: &LogTail,
    now: Timestamp,
) -> Event {
    let (reason, remediation) = match attempt.action {
        AttemptedAction::Install => (
            reason::INSTALL_FAILED,
            Remediation::of_install(&object.spec),
        ),
        _ => (
            reason::UPGRADE_FAILED,
            Remediation::of_upgrade(&object.spec),
        ),
    };
    let text = message::release_failed(attempt.action, object, attempt.chart, error);
    fail(object, condition::RELEASED, reason, &text, now);
    if storage == Storage::Changed {
        remediation.count_failure(&mut object.status);
    }
    let config_digest = digest::of_values(attempt.values, attempt.algorithm);
    let oci_digest = object.status.last_attempted_revision_digest.as_deref();
    let facts = metadata::of_attempt(attempt.chart, &config_digest, oci_digest);
    Event::bad(reason, log.append_to(&text), facts)
}

/// The tests have passed.
pub fn tests_passed(object: &mut HelmRelease, now: Timestamp) -> Option<Event> {
    let latest = history::latest(&object.status.history)?.clone();
    let text = message::tests_passed(&latest);
    Marker::new(object, now).mark_true(condition::TEST_SUCCESS, reason::TEST_SUCCEEDED, &text);
    Some(Event::good(
        reason::TEST_SUCCEEDED,
        text,
        metadata::of_snapshot(&latest),
    ))
}

/// A test has failed, or could not be run. It counts against the retries when it was run and failed tests
/// count (H12.5). These events carry no log.
pub fn tests_failed(object: &mut HelmRelease, error: &str, now: Timestamp) -> Option<Event> {
    let latest = history::latest(&object.status.history)?.clone();
    let text = message::tests_failed(&latest, error);
    fail(
        object,
        condition::TEST_SUCCESS,
        reason::TEST_FAILED,
        &text,
        now,
    );
    if tests::has_been_tested(&latest)
        && let Some(remediation) = Remediation::active(object)
        && remediation.test_failures(&object.spec) == TestFailures::Counted
    {
        remediation.count_failure(&mut object.status);
    }
    Some(Event::bad(
        reason::TEST_FAILED,
        text,
        metadata::of_snapshot(&latest),
    ))
}

/// The release was rolled back to the revision of `target`.
pub fn rolled_back(
    object: &mut HelmRelease,
    target: &ReleaseSnapshot,
    config_digest: &str,
    now: Timestamp,
) -> Event {
    let text = message::rolled_back(target);
    Marker::new(object, now).mark_true(condition::REMEDIATED, reason::ROLLBACK_SUCCEEDED, &text);
    let facts = metadata::of_rollback(target, config_digest);
    Event::good(reason::ROLLBACK_SUCCEEDED, text, facts)
}

/// The release could not be rolled back to the revision of `target`.
pub fn rollback_failed(
    object: &mut HelmRelease,
    target: &ReleaseSnapshot,
    config_digest: &str,
    error: &str,
    log: &LogTail,
    now: Timestamp,
) -> Event {
    let text = message::rollback_failed(target, error);
    fail(
        object,
        condition::REMEDIATED,
        reason::ROLLBACK_FAILED,
        &text,
        now,
    );
    let facts = metadata::of_rollback(target, config_digest);
    Event::bad(reason::ROLLBACK_FAILED, log.append_to(&text), facts)
}

/// A failed release was uninstalled.
pub fn remediated_by_uninstall(object: &mut HelmRelease, now: Timestamp) -> Option<Event> {
    let latest = history::latest(&object.status.history)?.clone();
    let text = message::remediated_by_uninstall(&latest);
    Marker::new(object, now).mark_true(condition::REMEDIATED, reason::UNINSTALL_SUCCEEDED, &text);
    Some(Event::good(
        reason::UNINSTALL_SUCCEEDED,
        text,
        metadata::of_snapshot(&latest),
    ))
}

/// A failed release could not be uninstalled.
pub fn uninstall_remediation_failed(
    object: &mut HelmRelease,
    error: &str,
    log: &LogTail,
    now: Timestamp,
) -> Option<Event> {
    let latest = history::latest(&object.status.history)?.clone();
    let text = message::uninstall_remediation_failed(&latest, error);
    fail(
        object,
        condition::REMEDIATED,
        reason::UNINSTALL_FAILED,
        &text,
        now,
    );
    let facts = metadata::of_snapshot(&latest);
    Some(Event::bad(
        reason::UNINSTALL_FAILED,
        log.append_to(&text),
        facts,
    ))
}

/// The release was uninstalled, and has no objects any more.
pub fn uninstalled(object: &mut HelmRelease, now: Timestamp) -> Option<Event> {
    let latest = history::latest(&object.status.history)?.clone();
    let text = message::uninstalled(&latest);
    object.status.inventory = None;
    Marker::new(object, now).mark_false(condition::RELEASED, reason::UNINSTALL_SUCCEEDED, &text);
    Some(Event::good(
        reason::UNINSTALL_SUCCEEDED,
        text,
        metadata::of_snapshot(&latest),
    ))
}

/// The release turned out to be uninstalled already; `text` is [`message::not_found`] or
/// [`message::already_uninstalled`]. Nobody is told (H12.4).
pub fn was_uninstalled(object: &mut HelmRelease, text: &str, now: Timestamp) {
    Marker::new(object, now).mark_false(condition::RELEASED, reason::UNINSTALL_SUCCEEDED, text);
}

/// The release could not be uninstalled.
pub fn uninstall_failed(
    object: &mut HelmRelease,
    error: &str,
    log: &LogTail,
    now: Timestamp,
) -> Option<Event> {
    let latest = history::latest(&object.status.history)?.clone();
    let text = message::uninstall_failed(&latest, error);
    fail(
        object,
        condition::RELEASED,
        reason::UNINSTALL_FAILED,
        &text,
        now,
    );
    let facts = metadata::of_snapshot(&latest);
    Some(Event::bad(
        reason::UNINSTALL_FAILED,
        log.append_to(&text),
        facts,
    ))
}

/// A release that was in `status` was unlocked; `locked` is the snapshot of its record from before (H12.6).
pub fn unlocked(
    object: &mut HelmRelease,
    locked: &ReleaseSnapshot,
    status: &Status,
    now: Timestamp,
) -> Event {
    let text = message::unlocked(locked, status);
    Marker::new(object, now).mark_false(condition::RELEASED, texts::PENDING_RELEASE, &text);
    Event::good(texts::PENDING_RELEASE, text, metadata::of_snapshot(locked))
}

/// A release that was in `status` could not be unlocked.
pub fn unlock_failed(
    object: &mut HelmRelease,
    locked: &ReleaseSnapshot,
    status: &Status,
    error: &str,
    now: Timestamp,
) -> Event {
    let text = message::unlock_failed(locked, status, error);
    fail(
        object,
        condition::RELEASED,
        texts::PENDING_RELEASE,
        &text,
        now,
    );
    Event::bad(texts::PENDING_RELEASE, text, metadata::of_snapshot(locked))
}

/// Forgets all failures (H8.8).
pub fn clear_failures(object: &mut HelmRelease) {
    let status = &mut object.status;
    (
        status.failures,
        status.install_failures,
        status.upgrade_failures,
    ) = (0, 0, 0);
}

/// Counts a failure and writes its condition.
fn fail(object: &mut HelmRelease, kind: &str, reason: &str, text: &str, now: Timestamp) {
    object.status.failures = object.status.failures.saturating_add(1);
    Marker::new(object, now).mark_false(kind, reason, text);
}
