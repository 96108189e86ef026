//! The success event (E5).

use common::reconcile::{Pass, Verdict};

use super::GitRepositories;
use super::conditions::FAILURES;
use crate::source::notify;

/// Characters of a commit's subject that events show.
const SUBJECT_LENGTH: usize = 50;

/// Tells of a new artifact, or that a failure is over.
pub fn success(pass: &Pass<GitRepositories>, verdict: &Verdict) {
    notify::success(pass, verdict, FAILURES, |pass, artifact| {
        let commit = match &pass.state.checkout {
            Some(checkout) => shorten(&checkout.commit().subject),
            None => artifact.revision.clone(),
        };
        format!("stored artifact for commit '{commit}'")
    });
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
