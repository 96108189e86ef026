//! The action that a state asks for (H10, H10.1).

use crds::helm::well_known::{condition, reason};
use crds::helm::{
    AttemptedAction, DriftDetectionMode, HelmRelease, ReleaseSnapshot, RemediationStrategy,
};
use jiff::Timestamp;

use super::{Action, State};
use crate::policy::{self, DefaultStrategy, Remediation};
use crate::report::{Marker, message};
use crate::snapshot::{Mismatch, history};
use common::conditions::READY;

/// Whether somebody asked for a release that nothing calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
    /// Yes.
    Requested,
    /// No.
    No,
}

/// What follows from a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing: the release is as it should be, or only reported on.
    Done,
    /// An action.
    Run(Action),
    /// A rollback, once [`roll_back`] has seen the record of this revision.
    RollBackTo(Box<ReleaseSnapshot>),
}

/// Why nothing more is done about a release until something changes. All but the last are terminal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No try is left.
    #[error("exceeded maximum retries: cannot {0}")]
    RetriesExceeded(&'static str),
    /// There is no revision to go back to.
    #[error("missing target release for rollback: cannot remediate failed release")]
    MissingRollbackTarget,
    /// The schema does not know this strategy.
    #[error("unknown remediation strategy: {0}")]
    UnknownStrategy(RemediationStrategy),
}

/// The step that follows from a state. What the state itself says of the release goes into conditions and
/// history on the way.
///
/// `force` is to be asked for anew each time, since a request counts once
/// ([`force_requested`](super::force_requested)). Of a drifted release the caller reports first.
///
/// # Errors
///
/// When the release is given up.
pub fn next(
    object: &mut HelmRelease,
    state: &State,
    force: Force,
    default: DefaultStrategy,
    now: Timestamp,
) -> Result<Step, Refusal> {
    let forced = force == Force::Requested;
    match state {
        State::InSync => Ok(in_sync(object, force, default, now)),
        State::Locked(_) => Ok(Step::Run(Action::Unlock)),
        State::Absent(_) => {
            if !forced && Remediation::of_install(&object.spec).is_exhausted(&object.status) {
                return Err(Refusal::RetriesExceeded("install release"));
            }
            Ok(Step::Run(Action::Install))
        }
        State::Unmanaged(_) => {
            object.status.history.clear();
            Ok(Step::Run(Action::Upgrade))
        }
        State::OutOfSync(_) => {
            if !forced && Remediation::of_upgrade(&object.spec).is_exhausted(&object.status) {
                return Err(Refusal::RetriesExceeded("upgrade release"));
            }
            Ok(Step::Run(Action::Upgrade))
        }
        State::Drifted => Ok(match policy::drift_mode(&object.spec) {
            DriftDetectionMode::Enabled => Step::Run(Action::CorrectDrift),
            _ => Step::Done,
        }),
        State::Untested => {
            end_remediation(object, now);
            Ok(Step::Run(Action::Test))
        }
        State::Failed(_) => failed(object, force, default),
    }
}

fn in_sync(
    object: &mut HelmRelease,
    force: Force,
    default: DefaultStrategy,
    now: Timestamp,
) -> Step {
    if policy::active_retry(object, default).is_some() {
        history::keep_newest(&mut object.status.history);
    } else {
        let failures = policy::test_failures(object);
        history::truncate(&mut object.status.history, failures);
    }
    if force == Force::Requested {
        return Step::Run(Action::Upgrade);
    }
    end_remediation(object, now);
    restore_released(object, now);
    if policy::detects_drift(&object.spec) {
        let text = "No drift detected against the cluster state";
        Marker::new(object, now).mark_false(condition::DRIFTED, reason::NO_DRIFT_DETECTED, text);
    }
    Step::Done
}

/// A rollback that led to what is wanted is as good as an upgrade to it (H26.15).
fn end_remediation(object: &mut HelmRelease, now: Timestamp) {
    let Some(text) = upgraded(object) else { return };
    let mut marker = Marker::new(object, now);
    if marker.is_true(condition::REMEDIATED) {
        let (old, new) = (condition::REMEDIATED, condition::RELEASED);
        marker.replace_with_true(old, new, reason::UPGRADE_SUCCEEDED, &text);
    }
}

/// A release that failed and is in sync all the same has succeeded. The caller summarizes.
fn restore_released(object: &mut HelmRelease, now: Timestamp) {
    let Some(latest) = history::latest(&object.status.history).cloned() else {
        return;
    };
    let mut marker = Marker::new(object, now);
    if marker.is_true(READY) && marker.is_true(condition::RELEASED) {
        return;
    }
    let released = marker.find(condition::RELEASED);
    let (action, reason) = match released.map(|found| found.reason.as_str()) {
        Some(reason::INSTALL_FAILED) => (AttemptedAction::Install, reason::INSTALL_SUCCEEDED),
        Some(reason::UPGRADE_FAILED) => (AttemptedAction::Upgrade, reason::UPGRADE_SUCCEEDED),
        _ => return,
    };
    let text = message::released(&action, &latest);
    marker.mark_true(condition::RELEASED, reason, &text);
}

fn upgraded(object: &HelmRelease) -> Option<String> {
    let latest = history::latest(&object.status.history)?;
    Some(message::released(&AttemptedAction::Upgrade, latest))
}

fn failed(
    object: &mut HelmRelease,
    force: Force,
    default: DefaultStrategy,
) -> Result<Step, Refusal> {
    if policy::active_retry(object, default).is_some() {
        history::keep_newest(&mut object.status.history);
        return Ok(Step::Run(Action::Upgrade));
    }
    let Some(remediation) = Remediation::active(object) else {
        return Ok(Step::Run(Action::Upgrade));
    };
    // Without a failure what failed is something else than what is wanted now.
    if remediation.failures(&object.status) <= 0 || force == Force::Requested {
        return Ok(Step::Run(Action::Upgrade));
    }
    if remediation.is_exhausted(&object.status) && !remediation.remediates_last_failure() {
        return Err(Refusal::RetriesExceeded("remediate failed release"));
    }
    let failures = remediation.test_failures(&object.spec);
    history::truncate(&mut object.status.history, failures);
    match remediation.strategy() {
        RemediationStrategy::Rollback => {
            let target = history::previous(&object.status.history, failures);
            let target = target.ok_or(Refusal::MissingRollbackTarget)?;
            Ok(Step::RollBackTo(Box::new(target.clone())))
        }
        RemediationStrategy::Uninstall => Ok(Step::Run(Action::UninstallRemediation)),
        unknown @ RemediationStrategy::Other(_) => Err(Refusal::UnknownStrategy(unknown.clone())),
    }
}

/// The action for a rollback whose target was compared with its record: where the record is gone or was
/// changed there is nothing sure to go back to, and the upgrade is tried again.
pub fn roll_back(verified: Result<(), Mismatch>) -> Action {
    match verified {
        Ok(()) => Action::RollBack,
        Err(_) => Action::Upgrade,
    }
}
