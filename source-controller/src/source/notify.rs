//! The success event (E3, E4).

use common::conditions::{self, Polarity};
use common::object::Object as _;
use common::reconcile::{Class, Notice, Pass, Verdict};
use crds::source::GROUP;
use crds::source::well_known::reason;

use super::announce::SUCCEEDED;
use super::conditions::OUTDATED;
use super::{Kind, Published as _, Sources, Success};

/// Tells of a new artifact, or that a failure is over; of nothing else (E4). Revision and digest go with it (E3).
pub fn conclude<K: Kind>(pass: &Pass<Sources<K>>, verdict: &Verdict) {
    let Some(artifact) = pass.object.artifact().filter(|_| ended_well(verdict)) else {
        return;
    };
    let before = pass.original().artifact();
    let why = if before.is_none_or(|before| before.digest != artifact.digest) {
        reason::NEW_ARTIFACT
    } else if recovered(pass) {
        SUCCEEDED
    } else {
        return;
    };
    let Some(Success { message, reason }) = K::success(pass, artifact) else {
        return;
    };
    let [revision_key, digest_key] = ["revision", "digest"].map(|key| format!("{GROUP}/{key}"));
    let metadata = [
        (&*revision_key, &*artifact.revision),
        (&*digest_key, &*artifact.digest),
    ];
    pass.event(Notice::Info, reason.unwrap_or(why), &message, &metadata);
    tracing::info!("{message}");
}

fn ended_well(verdict: &Verdict) -> bool {
    match verdict {
        Verdict::Success => true,
        Verdict::Stopped(stop) => stop.class() == Class::NoOp,
        Verdict::Suspended | Verdict::Finalized => false,
    }
}

/// Whether a failure was there before and none is now. That there is something newer is no failure.
fn recovered<K: Kind>(pass: &Pass<Sources<K>>) -> bool {
    let fails = |object: &K::Object| {
        K::CONDITIONS
            .iter()
            .filter(|kind| kind.polarity() == Polarity::Negative && kind.name() != OUTDATED.name())
            .any(|kind| conditions::is_true(object.conditions(), kind.name()))
    };
    fails(pass.original()) && !fails(&pass.object)
}
