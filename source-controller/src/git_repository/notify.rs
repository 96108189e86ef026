//! What the success event says (E5).

use common::reconcile::Pass;
use crds::meta::Artifact;

use super::GitRepositories;

/// Characters of a commit's subject that events show.
const SUBJECT_LENGTH: usize = 50;

/// The subject of the fetched commit, or the revision when nothing was fetched.
pub fn message(pass: &Pass<GitRepositories>, artifact: &Artifact) -> String {
    let commit = match &pass.state.checkout {
        Some(checkout) => shorten(&checkout.commit().subject),
        None => artifact.revision.clone(),
    };
    format!("stored artifact for commit '{commit}'")
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
