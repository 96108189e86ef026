//! The success event (E3, E4).

use common::conditions::{self, ConditionType};
use common::object::Object as _;
use common::reconcile::{Class, Notice, Pass, Verdict};
use crds::meta::Artifact;
use crds::source::GROUP;
use crds::source::well_known::reason;

use super::{Published as _, Publisher};

/// The reason of a success that is no new artifact.
const SUCCEEDED: &str = "Succeeded";

/// Tells of a new artifact, or that one of the `failures` is over; of nothing else (E4).
pub fn success<R: Publisher>(
    pass: &Pass<R>,
    verdict: &Verdict,
    failures: &[ConditionType],
    message: impl FnOnce(&Pass<R>, &Artifact) -> String,
) {
    if let Some((artifact, reason)) = worth_telling(pass, verdict, failures) {
        let message = message(pass, &artifact);
        tell(pass, &artifact, reason, &message);
    }
}

/// The artifact and the reason, if there is something to tell.
pub fn worth_telling<R: Publisher>(
    pass: &Pass<R>,
    verdict: &Verdict,
    failures: &[ConditionType],
) -> Option<(Artifact, &'static str)> {
    let ended_well = match verdict {
        Verdict::Success => true,
        Verdict::Stopped(stop) => stop.class() == Class::NoOp,
        Verdict::Suspended | Verdict::Finalized => false,
    };
    let artifact = pass.object.artifact().filter(|_| ended_well)?;
    let before = pass.original().artifact();
    let reason = if before.is_none_or(|before| before.digest != artifact.digest) {
        reason::NEW_ARTIFACT
    } else if recovered(pass, failures) {
        SUCCEEDED
    } else {
        return None;
    };
    Some((artifact.clone(), reason))
}

/// Sends the event with revision and digest (E3).
pub fn tell<R: Publisher>(pass: &Pass<R>, artifact: &Artifact, reason: &str, message: &str) {
    let [revision_key, digest_key] = ["revision", "digest"].map(|key| format!("{GROUP}/{key}"));
    let metadata = [
        (&*revision_key, &*artifact.revision),
        (&*digest_key, &*artifact.digest),
    ];
    pass.event(Notice::Info, reason, message, &metadata);
    tracing::info!("{message}");
}

/// Whether a failure was there before and none is now.
fn recovered<R: Publisher>(pass: &Pass<R>, failures: &[ConditionType]) -> bool {
    let fails = |object: &R::Object| {
        let list = object.conditions();
        failures
            .iter()
            .any(|kind| conditions::is_true(list, kind.name()))
    };
    fails(pass.original()) && !fails(&pass.object)
}
