//! Whether a record is still the one that was made (H5.1, H10.3).

use crds::helm::ReleaseSnapshot;
use helm::release::Release;

use super::{API_VERSION, digest};

/// Why a record is not the one of the snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// The digest of the snapshot cannot be read.
    #[error("release digest verification error")]
    Digest,
    /// The record has another digest.
    #[error("release not observed to be made for object")]
    NotObserved,
    /// The record is not there.
    #[error("release disappeared from storage")]
    Disappeared,
}

/// Compares the digests of a snapshot and of the record of its revision. Snapshots whose digests were
/// computed in another way pass.
///
/// # Errors
///
/// When somebody else has made or changed the record.
pub fn verify(snapshot: &ReleaseSnapshot, release: &Release) -> Result<(), Mismatch> {
    if snapshot.api_version.as_deref() != Some(API_VERSION) {
        return Ok(());
    }
    let wanted = digest::parse(&snapshot.digest).ok_or(Mismatch::Digest)?;
    let oci_digest = snapshot.oci_digest.as_deref().unwrap_or_default();
    let found = digest::of_release(release, oci_digest, wanted.algorithm());
    if found == snapshot.digest {
        Ok(())
    } else {
        Err(Mismatch::NotObserved)
    }
}

#[cfg(test)]
mod tests {
    use artifact::Algorithm;
    use helm::release::{Hook, HookPhase, HookRun, Info, Status};

    use super::*;
    use crate::snapshot;

    fn release() -> Release {
        Release {
            name: "web".to_owned(),
            namespace: "prod".to_owned(),
            version: 3,
            manifest: "---\n# Source: <&>\n".to_owned(),
            info: Info {
                status: Status::Deployed,
                ..Info::default()
            },
            hooks: vec![Hook {
                name: "t".to_owned(),
                events: vec!["test".to_owned()],
                ..Hook::default()
            }],
            ..Release::default()
        }
    }

    #[test]
    fn h10_3_a_record_is_known_again_until_somebody_changes_it() {
        let snapshot = snapshot::of(&release(), "", Algorithm::Sha256);
        assert_eq!(verify(&snapshot, &release()), Ok(()));
        let upgraded = Release {
            version: 4,
            ..release()
        };
        assert_eq!(verify(&snapshot, &upgraded), Err(Mismatch::NotObserved));
        let other_namespace = Release {
            namespace: "test".to_owned(),
            ..release()
        };
        assert_eq!(
            verify(&snapshot, &other_namespace),
            Err(Mismatch::NotObserved)
        );
    }

    #[test]
    fn h26_14_tests_that_somebody_runs_change_nothing() {
        let snapshot = snapshot::of(&release(), "", Algorithm::Sha256);
        let mut tested = release();
        tested.hooks[0].last_run = HookRun {
            phase: HookPhase::Failed,
            ..HookRun::default()
        };
        assert_eq!(verify(&snapshot, &tested), Ok(()));
    }

    #[test]
    fn h5_3_the_algorithm_is_the_one_that_was_recorded() {
        for algorithm in Algorithm::ALL {
            let snapshot = snapshot::of(&release(), "sha256:0a", algorithm);
            assert!(snapshot.digest.starts_with(algorithm.name()));
            assert_eq!(verify(&snapshot, &release()), Ok(()), "{algorithm}");
        }
    }

    #[test]
    fn h5_1_snapshots_of_another_version_are_not_verified() {
        let mut snapshot = snapshot::of(&release(), "", Algorithm::Sha256);
        snapshot.digest = "sha256:0".to_owned();
        assert_eq!(verify(&snapshot, &release()), Err(Mismatch::Digest));
        snapshot.digest = "0".repeat(64);
        assert_eq!(
            verify(&snapshot, &release()),
            Err(Mismatch::Digest),
            "no algorithm"
        );
        for version in [None, Some("v1".to_owned())] {
            snapshot.api_version = version;
            assert_eq!(verify(&snapshot, &release()), Ok(()));
        }
    }

    #[test]
    fn h5_2_the_digest_of_the_artifact_counts() {
        let mut snapshot = snapshot::of(&release(), "sha256:0a", Algorithm::Sha256);
        assert_eq!(verify(&snapshot, &release()), Ok(()));
        snapshot.oci_digest = None;
        assert_eq!(verify(&snapshot, &release()), Err(Mismatch::NotObserved));
    }
}
