//! Whether a pass goes on before and after an action (H11).

use std::time::Duration;

use common::conditions::{READY, RECONCILING, reasons};
use crds::helm::HelmRelease;
use jiff::Timestamp;

use super::{Action, Kind, Refusal};
use crate::policy::{self, DefaultStrategy, Remediation};
use crate::report::{Marker, message, reason};

/// How a pass over a release ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Well, or with nothing to do until something changes: again after the interval.
    Done,
    /// Again at once, with backoff.
    Again,
    /// Again after this time, whatever comes.
    After(Duration),
    /// For good, until something changes.
    Terminal(Refusal),
    /// With an error that is no failure of the release: again, with backoff.
    Failed,
}

/// Before an action: none when it may run, which Reconciling and, of an install or upgrade, Ready then tell.
/// A kind of action that has run in this pass does not run again (H11.1, H11.2).
pub fn before(
    object: &mut HelmRelease,
    action: Action,
    performed: &[Kind],
    default: DefaultStrategy,
    now: Timestamp,
) -> Option<Verdict> {
    if performed.contains(&action.kind()) {
        if let Some(verdict) = retry(object, default, now) {
            return Some(verdict);
        }
        let remediation = Remediation::active(object);
        if remediation.is_none_or(|remediation| !remediation.is_exhausted(&object.status)) {
            return Some(again(object, now));
        }
        Marker::new(object, now).remove(RECONCILING);
        return Some(Verdict::Done);
    }
    let text = message::running(action, action.timeout(&object.spec));
    let mut marker = Marker::new(object, now);
    marker.mark_reconciling(reasons::PROGRESSING, &text);
    if action.kind() == Kind::Release {
        marker.mark_unknown(READY, reasons::PROGRESSING, &text);
    }
    None
}

/// After an action that ran: none when the pass goes on. A remediation ends it (H11.1, H11.2).
pub fn after(
    object: &mut HelmRelease,
    action: Action,
    default: DefaultStrategy,
    now: Timestamp,
) -> Option<Verdict> {
    if action.kind() != Kind::Remediate {
        return None;
    }
    if let Some(verdict) = retry(object, default, now) {
        return Some(verdict);
    }
    let remediation = Remediation::active(object);
    let goes_on = remediation.is_none_or(|remediation| {
        !remediation.is_exhausted(&object.status) || remediation.uninstalls_after_upgrade()
    });
    if goes_on {
        return Some(again(object, now));
    }
    let refusal = Refusal::RetriesExceeded("remediate failed release");
    refused(object, &refusal, now);
    Some(Verdict::Terminal(refusal))
}

/// After an action that could not be run, with its error: the storage is as it was (H11.3, H11.7).
pub fn failed(
    object: &mut HelmRelease,
    error: &str,
    default: DefaultStrategy,
    now: Timestamp,
) -> Verdict {
    if let Some(verdict) = retry(object, default, now) {
        return verdict;
    }
    let mut marker = Marker::new(object, now);
    if marker.is_true(READY) {
        marker.mark_false(READY, reason::RECONCILE_ERROR, error);
    }
    Verdict::Failed
}

/// The end of a pass without a step: a refusal marks the object as stalled.
pub fn refused(object: &mut HelmRelease, refusal: &Refusal, now: Timestamp) -> Verdict {
    match refusal {
        Refusal::RetriesExceeded(_) => {
            let attempts = Remediation::active(object)
                .map_or(0, |remediation| remediation.failures(&object.status));
            let action = object.status.last_attempted_release_action.clone();
            let text = message::retries_exceeded(action.as_ref(), attempts);
            Marker::new(object, now).mark_stalled(reason::RETRIES_EXCEEDED, &text);
            Verdict::Terminal(refusal.clone())
        }
        Refusal::MissingRollbackTarget => {
            let text = format!("Failed to perform remediation: {refusal}");
            Marker::new(object, now).mark_stalled(reason::MISSING_ROLLBACK_TARGET, &text);
            Verdict::Terminal(refusal.clone())
        }
        Refusal::UnknownStrategy(_) => Verdict::Failed,
    }
}

fn retry(object: &mut HelmRelease, default: DefaultStrategy, now: Timestamp) -> Option<Verdict> {
    let interval = policy::active_retry(object, default)?;
    let text = message::retrying_after(interval);
    Marker::new(object, now).mark_reconciling(reasons::PROGRESSING_WITH_RETRY, &text);
    Some(Verdict::After(interval))
}

fn again(object: &mut HelmRelease, now: Timestamp) -> Verdict {
    let mut marker = Marker::new(object, now);
    let text = marker.message(READY);
    marker.mark_reconciling(reasons::PROGRESSING_WITH_RETRY, &text);
    Verdict::Again
}
