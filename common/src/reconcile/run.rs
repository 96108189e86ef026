//! The pass around the steps.

use std::panic::AssertUnwindSafe;

use crds::WithStatus;
use futures::FutureExt as _;
use kube::Resource as _;

use super::summarise::summarise;
use super::{Action, Class, Flow, Opening, Pass, Progress, ReadyNote, Reconciler, Stop, Verdict};
use crate::conditions::reasons;
use crate::metrics::ControllerMetrics;
use crate::object::{FINALIZER, Object};

/// Runs one pass to its end and says what to do with the key next.
pub async fn run<R: Reconciler>(
    reconciler: &R,
    pass: &mut Pass<R>,
    metrics: &ControllerMetrics,
) -> Action {
    let outcome = AssertUnwindSafe(work(reconciler, pass))
        .catch_unwind()
        .await;
    let verdict = outcome.unwrap_or_else(|panic| {
        metrics.panicked();
        Verdict::Stopped(panicked(panic.as_ref()))
    });
    let verdict = end(reconciler, pass, verdict).await;
    let action = Action::of(&verdict, &reconciler.schedule(&pass.object));
    pass.gone |= verdict == Verdict::Finalized;
    let key = pass.key();
    metrics.reconciled(&key, action.result(&verdict), pass.elapsed());
    if pass.gone {
        metrics.forget(&key);
        reconciler.forget(&key);
    }
    action
}

/// Everything up to the verdict.
async fn work<R: Reconciler>(reconciler: &R, pass: &mut Pass<R>) -> Verdict {
    if reconciler.is_static(&pass.object) {
        return Verdict::Stopped(retire(reconciler, pass).await);
    }
    if pass.object.deleting() {
        return match reconciler.finalize(pass).await {
            Ok(()) => {
                pass.object
                    .meta_mut()
                    .finalizers
                    .iter_mut()
                    .for_each(|list| list.retain(|name| name != FINALIZER));
                Verdict::Finalized
            }
            Err(stop) => Verdict::Stopped(stop.keeping_ready()),
        };
    }
    match steps(reconciler, pass).await {
        Ok(verdict) => verdict,
        Err(stop) => Verdict::Stopped(stop),
    }
}

/// Takes finalizer and status from an object that only holds data; a suspended one keeps them until then.
async fn retire<R: Reconciler>(reconciler: &R, pass: &mut Pass<R>) -> Stop {
    if pass.object.suspended() && !pass.object.deleting() {
        return Stop::abandon();
    }
    let has_worked = pass.object.has_finalizer()
        || *pass.object.status() != <R::Object as WithStatus>::Status::default();
    if !has_worked {
        return Stop::abandon();
    }
    if let Err(stop) = reconciler.finalize(pass).await {
        return stop.keeping_ready();
    }
    if let Some(finalizers) = &mut pass.object.meta_mut().finalizers {
        finalizers.retain(|name| name != FINALIZER);
    }
    *pass.object.status_mut() = Default::default();
    match pass.patch().await {
        Ok(()) => {
            pass.gone = pass.object.deleting();
            Stop::abandon()
        }
        Err(stop) => stop,
    }
}

async fn steps<R: Reconciler>(reconciler: &R, pass: &mut Pass<R>) -> Result<Verdict, Stop> {
    if !pass.object.has_finalizer() {
        // Written before any effect, so that a deletion from here on cannot be missed.
        pass.object
            .meta_mut()
            .finalizers
            .get_or_insert_default()
            .push(FINALIZER.to_owned());
        pass.patch().await?;
    }
    if pass.object.suspended() {
        tracing::info!("reconciliation is suspended for this object");
        return Ok(Verdict::Suspended);
    }
    if R::PROFILE.opening == Opening::Announced {
        announce(pass).await?;
    }
    for step in reconciler.steps() {
        tracing::debug!(step = step.name(), "step");
        match step.run(reconciler, pass).await? {
            Flow::Next => {}
            Flow::Done => break,
        }
    }
    Ok(Verdict::Success)
}

/// R4.
async fn announce<R: Reconciler>(pass: &mut Pass<R>) -> Result<(), Stop> {
    let (observed, generation) = (pass.object.observed_generation(), pass.object.generation());
    let message = if generation == observed {
        "reconciliation in progress".to_owned()
    } else {
        format!("processing object: new generation {observed} -> {generation}")
    };
    pass.progress(&Progress::new(message).ready(ReadyNote::UnknownIfUnset));
    if pass.is_new() {
        pass.patch().await?;
    }
    Ok(())
}

/// Everything from the verdict on.
async fn end<R: Reconciler>(reconciler: &R, pass: &mut Pass<R>, verdict: Verdict) -> Verdict {
    if matches!(&verdict, Verdict::Stopped(stop) if stop.details.class == Class::Abandon) {
        return verdict;
    }
    let mut verdict = summarise(pass, verdict);
    if verdict != Verdict::Suspended {
        reconciler.conclude(pass, &verdict);
    }
    tell(pass, &verdict);
    if let Err(stop) = pass.patch().await {
        if stop.details.class == Class::Abandon {
            return if verdict == Verdict::Finalized {
                verdict
            } else {
                Verdict::Stopped(stop)
            };
        }
        tracing::error!(error = stop.message(), "Reconciler error");
        if !matches!(verdict, Verdict::Stopped(_)) {
            verdict = Verdict::Stopped(stop);
        }
    }
    verdict
}

/// The event and log line of a stop.
fn tell<R: Reconciler>(pass: &Pass<R>, verdict: &Verdict) {
    let Verdict::Stopped(stop) = verdict else {
        return;
    };
    let text = stop
        .details
        .event
        .as_deref()
        .unwrap_or(&stop.details.message);
    pass.record(
        stop.details.notice,
        &stop.details.reason,
        text,
        stop.details.metadata.clone(),
    );
    match stop.details.class {
        Class::Retry | Class::Backoff | Class::Stall => {
            tracing::error!(
                error = stop.details.message.as_str(),
                reason = stop.details.reason.as_ref(),
                "Reconciler error"
            );
        }
        Class::Wait(_) | Class::NoOp | Class::Requeue | Class::Abandon => {
            tracing::info!(reason = stop.details.reason.as_ref(), "{text}");
        }
    }
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> Stop {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned());
    Stop::new(
        Class::Backoff,
        reasons::PANICKED,
        format!("panic: {text} [recovered]"),
    )
}
