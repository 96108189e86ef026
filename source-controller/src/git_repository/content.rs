//! Whether what an artifact was made with is still what is asked for (G11).

use crds::meta::Artifact;
use crds::source::{GitRepository, GitVerificationMode};

use super::steps::verify;

/// Whether the fields of the spec that shape an artifact's content differ from those that it was made with.
/// `included` are the artifacts of the included repositories as they are now.
pub fn changed(object: &GitRepository, included: &[Artifact]) -> bool {
    let spec = &object.spec;
    let status = &object.status;
    spec.ignore != status.observed_ignore
        || spec.recurse_submodules != status.observed_recurse_submodules
        || spec.sparse_checkout != status.observed_sparse_checkout
        || spec.include != status.observed_include
        || included_differ(included, &status.included_artifacts)
        || verification_is_due(object)
}

/// Whether something is to be verified that was not. A mode that asks for less is satisfied by what was.
fn verification_is_due(object: &GitRepository) -> bool {
    use GitVerificationMode::{Head, Tag, TagAndHead};
    let Some(verify) = &object.spec.verify else {
        return false;
    };
    let asked = verify::mode(verify.mode.as_ref());
    match &object.status.source_verification_mode {
        None => true,
        Some(done) => match asked {
            Head => !matches!(done, Head | TagAndHead),
            Tag => !matches!(done, Tag | TagAndHead),
            _ => *done != TagAndHead,
        },
    }
}

/// Whether included artifacts are others than those that were copied last.
pub fn included_differ(now: &[Artifact], observed: &[Artifact]) -> bool {
    now.len() != observed.len()
        || now.iter().zip(observed).any(|(now, observed)| {
            now.revision != observed.revision || now.digest != observed.digest
        })
}

#[cfg(test)]
mod tests {
    use crds::meta::LocalObjectReference;
    use crds::source::GitRepositoryInclude;

    use super::*;

    fn object(change: impl FnOnce(&mut GitRepository)) -> GitRepository {
        let mut object = GitRepository::default();
        change(&mut object);
        object
    }

    #[test]
    fn g11_each_field_that_shapes_the_content_counts() {
        assert!(!changed(&object(|_| {}), &[]));
        assert!(changed(
            &object(|o| o.spec.ignore = Some(String::new())),
            &[]
        ));
        assert!(changed(&object(|o| o.spec.recurse_submodules = true), &[]));
        assert!(changed(
            &object(|o| o.spec.sparse_checkout = vec!["a".into()]),
            &[]
        ));
        assert!(!changed(
            &object(|o| o.spec.url = "https://other".into()),
            &[]
        ));
        let include = GitRepositoryInclude {
            repository: LocalObjectReference {
                name: "other".into(),
            },
            ..Default::default()
        };
        assert!(changed(&object(|o| o.spec.include = vec![include]), &[]));
    }

    #[test]
    fn g11_revision_and_digest_of_included_artifacts_count() {
        let artifact = |revision: &str, digest: &str| Artifact {
            revision: revision.into(),
            digest: digest.into(),
            ..Artifact::default()
        };
        assert!(!included_differ(
            &[artifact("r", "d")],
            &[artifact("r", "d")]
        ));
        assert!(included_differ(
            &[artifact("s", "d")],
            &[artifact("r", "d")]
        ));
        assert!(included_differ(
            &[artifact("r", "e")],
            &[artifact("r", "d")]
        ));
        assert!(included_differ(&[artifact("r", "d")], &[]));
    }
}
