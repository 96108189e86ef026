//! The success event (E3, E4, E5).

use common::conditions;
use common::reconcile::{Class, Notice, Pass, Verdict};
use crds::source::well_known::reason;
use crds::source::{GROUP, GitRepository};

use super::GitRepositories;
use super::conditions::FAILURES;

/// The reason of a success that is no new artifact.
const SUCCEEDED: &str = "Succeeded";

/// Characters of a commit's subject that events show.
const SUBJECT_LENGTH: usize = 50;

/// Tells of a new artifact, or that a failure is over; of nothing else (E4).
pub fn success(pass: &mut Pass<GitRepositories>, verdict: &Verdict) {
    let ended_well = match verdict {
        Verdict::Success => true,
        Verdict::Stopped(stop) => stop.class() == Class::NoOp,
        Verdict::Suspended | Verdict::Finalized => false,
    };
    let Some(artifact) = pass.object.status.artifact.clone() else {
        return;
    };
    if !ended_well {
        return;
    }
    let before = pass.original().status.artifact.as_ref();
    let reason = if before.is_none_or(|before| before.digest != artifact.digest) {
        reason::NEW_ARTIFACT
    } else if recovered(pass.original(), &pass.object) {
        SUCCEEDED
    } else {
        return;
    };
    let commit = match &pass.state.checkout {
        Some(checkout) => shorten(&checkout.commit().subject),
        None => artifact.revision.clone(),
    };
    let message = format!("stored artifact for commit '{commit}'");
    let [revision_key, digest_key] = ["revision", "digest"].map(|key| format!("{GROUP}/{key}"));
    let metadata = [
        (&*revision_key, &*artifact.revision),
        (&*digest_key, &*artifact.digest),
    ];
    pass.event(Notice::Info, reason, &message, &metadata);
    tracing::info!("{message}");
}

/// Whether a failure was there before and none is now.
fn recovered(before: &GitRepository, after: &GitRepository) -> bool {
    let fails = |object: &GitRepository| {
        let list = &object.status.conditions;
        FAILURES
            .iter()
            .any(|kind| conditions::is_true(list, kind.name()))
    };
    fails(before) && !fails(after)
}

/// The subject, cut after fifty characters.
fn shorten(subject: &str) -> String {
    match subject.char_indices().nth(SUBJECT_LENGTH) {
        Some((end, _)) => format!("{}...", &subject[..end]),
        None => subject.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e5_subject_is_cut_after_fifty_characters() {
        assert_eq!(shorten(&"\u{e9}".repeat(50)), "\u{e9}".repeat(50));
        assert_eq!(
            shorten(&"\u{e9}".repeat(51)),
            format!("{}...", "\u{e9}".repeat(50))
        );
        assert_eq!(shorten(""), "");
    }
}
