//! The summariser: the only writer of Ready.

use jiff::Timestamp;

use super::{Class, ObservedGeneration, Pass, Reconciler, Stop, Unfinished};
use crate::conditions::{self, Polarity, READY, RECONCILING, STALLED, Status, reasons};
use crate::object::Object;

/// How a pass ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every step did its work.
    Success,
    /// The object is suspended, nothing was done.
    Suspended,
    /// The object was undone, its finalizer goes.
    Finalized,
    /// A step stopped.
    Stopped(Stop),
}

/// Folds the verdict into the object's status, by the rules of the profile. May turn a success into a retry: a pass
/// that left the object not Ready did not succeed (R8).
pub(super) fn summarise<R: Reconciler>(pass: &mut Pass<R>, mut verdict: Verdict) -> Verdict {
    let profile = R::PROFILE;
    record_request(pass);
    if verdict == Verdict::Finalized {
        return verdict;
    }
    settle(pass, &verdict);
    write_ready(pass, &verdict);
    if verdict == Verdict::Success
        && !profile.summary.order.is_empty()
        && !conditions::is_true(pass.object.conditions(), READY)
    {
        let message =
            conditions::find(pass.object.conditions(), READY).map_or("", |ready| &ready.message);
        verdict =
            Verdict::Stopped(Stop::new(Class::Retry, "", message).with_notice(super::Notice::None));
    }
    observe(pass, &verdict);
    verdict
}

/// Copies the request annotation, whatever the outcome (K6, K3.2).
fn record_request<R: Reconciler>(pass: &mut Pass<R>) {
    if let Some(token) = pass.object.requested_at().map(str::to_owned) {
        pass.object.set_last_handled_reconcile_at(&token);
    }
}

/// Reconciling, Stalled and the condition that the stop names.
fn settle<R: Reconciler>(pass: &mut Pass<R>, verdict: &Verdict) {
    let generation = pass.object.generation();
    let now = Timestamp::now();
    if let Verdict::Stopped(stop) = verdict
        && let Some(kind) = stop.details.condition
    {
        let status = Status::from(kind.polarity() == Polarity::Negative);
        pass.set(
            kind.name(),
            status,
            &stop.details.reason,
            &stop.details.message,
        );
    }
    if pass.object.conditions().is_empty() && !matches!(verdict, Verdict::Stopped(_)) {
        return;
    }
    let list = pass.object.conditions_mut();
    let (finished, stalled) = match verdict {
        Verdict::Success | Verdict::Finalized => (true, false),
        // Suspended objects that derive Ready start over; those that do not keep saying what was last concluded.
        Verdict::Suspended => (false, R::PROFILE.summary.order.is_empty()),
        Verdict::Stopped(stop) => match stop.details.class {
            Class::NoOp => (true, false),
            Class::Stall => {
                conditions::mark_stalled(
                    list,
                    &stop.details.reason,
                    &stop.details.message,
                    generation,
                    now,
                );
                return;
            }
            _ => (false, false),
        },
    };
    if !stalled {
        conditions::remove(list, STALLED);
    }
    if finished {
        conditions::remove(list, RECONCILING);
    } else if R::UNFINISHED == Unfinished::Marked
        && let Some(message) =
            conditions::find(list, RECONCILING).map(|found| found.message.clone())
    {
        let reason = reasons::PROGRESSING_WITH_RETRY;
        conditions::set(
            list,
            RECONCILING,
            Status::True,
            reason,
            &message,
            generation,
            now,
        );
    }
}

/// Ready, from the other conditions where the profile derives it, from the verdict where it does not.
fn write_ready<R: Reconciler>(pass: &mut Pass<R>, verdict: &Verdict) {
    let summary = R::PROFILE.summary;
    if !summary.order.is_empty() {
        if let Some((status, reason, message)) =
            conditions::summarize(pass.object.conditions(), &summary)
        {
            pass.set(READY, status, &reason, &message);
        }
        return;
    }
    match verdict {
        Verdict::Success => {
            let (reason, message) = pass.success.take().unwrap_or_else(|| {
                (
                    "ReconciliationSucceeded".to_owned(),
                    "Reconciliation succeeded".to_owned(),
                )
            });
            pass.set(READY, Status::True, &reason, &message);
        }
        Verdict::Stopped(stop)
            if !stop.details.keeps_ready && stop.details.class != Class::NoOp =>
        {
            pass.set(
                READY,
                Status::False,
                &stop.details.reason,
                &stop.details.message,
            );
        }
        Verdict::Stopped(_) | Verdict::Suspended | Verdict::Finalized => {}
    }
}

/// `status.observedGeneration`.
fn observe<R: Reconciler>(pass: &mut Pass<R>, verdict: &Verdict) {
    let moves = match R::PROFILE.observed_generation {
        ObservedGeneration::Settled => {
            let settled = match verdict {
                Verdict::Success | Verdict::Suspended => true,
                Verdict::Finalized => false,
                Verdict::Stopped(stop) => {
                    stop.details.observes
                        || matches!(stop.details.class, Class::Stall | Class::NoOp)
                }
            };
            settled && !pass.object.conditions().is_empty()
        }
        ObservedGeneration::Ready => {
            let observes = matches!(verdict, Verdict::Stopped(stop) if stop.details.observes);
            observes || conditions::is_true(pass.object.conditions(), READY)
        }
    };
    if moves {
        let generation = pass.object.generation();
        pass.object.set_observed_generation(generation);
    }
}
