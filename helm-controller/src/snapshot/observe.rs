//! What an action wrote into the storage, folded into the history (H5.6, H11.8).

use std::collections::BTreeMap;

use artifact::Algorithm;
use crds::helm::{HelmRelease, ReleaseSnapshot, TestFilter};
use helm::release::Release;

use super::{Action, history, of, targets, tests};

/// The last state in which an action wrote each revision.
pub type Written = BTreeMap<i64, Release>;

/// After an install or upgrade: the highest revision is new in front. The next lower one that the history
/// knows is renewed; it loses its action and keeps its tests and the digest of its artifact (H5.6).
pub fn released(object: &mut HelmRelease, written: &Written, action: Action, algorithm: Algorithm) {
    let mut revisions = written.values().rev();
    let Some(newest) = revisions.next() else {
        return;
    };
    let status = &mut object.status;
    let oci_digest = status
        .last_attempted_revision_digest
        .as_deref()
        .unwrap_or_default();
    let mut snapshot = of(newest, oci_digest, algorithm);
    snapshot.action = Some(action.as_str().to_owned());
    status.history.insert(0, snapshot);
    for revision in revisions {
        if let Some(known) = find(&mut status.history, revision) {
            *known = renewed(known, revision, algorithm);
            known.action = None;
            break;
        }
    }
    history::sort(&mut status.history);
}

/// A write of a rollback: known revisions are renewed and said to be rolled back, and so is the new one, since
/// every rollback writes it twice (H5.6).
pub fn rolled_back(object: &mut HelmRelease, written: &Release, algorithm: Algorithm) {
    let history = &mut object.status.history;
    let action = Some(Action::Rollback.as_str().to_owned());
    match find(history, written) {
        Some(known) => {
            *known = ReleaseSnapshot {
                action,
                ..renewed(known, written, algorithm)
            };
        }
        None => history.insert(
            0,
            ReleaseSnapshot {
                action,
                ..of(written, "", algorithm)
            },
        ),
    }
    history::sort(history);
}

/// A write of an uninstall: known revisions are renewed and get the action (H5.6).
pub fn uninstalled(
    object: &mut HelmRelease,
    written: &Release,
    action: Action,
    algorithm: Algorithm,
) {
    if let Some(known) = find(&mut object.status.history, written) {
        *known = renewed(known, written, algorithm);
        known.action = Some(action.as_str().to_owned());
    }
}

/// A write that unlocks a revision: a known one keeps its action, and loses its tests.
pub fn unlocked(object: &mut HelmRelease, written: &Release, algorithm: Algorithm) {
    if let Some(known) = find(&mut object.status.history, written) {
        *known = ReleaseSnapshot {
            test_hooks: None,
            ..renewed(known, written, algorithm)
        };
    }
}

/// A write of a run of tests: the latest snapshot gets the results of those that the filters let run.
/// Tests of any other revision are somebody else's.
pub fn tested(
    object: &mut HelmRelease,
    written: &Release,
    filters: &[TestFilter],
    algorithm: Algorithm,
) {
    let history = &mut object.status.history;
    history::sort(history);
    let latest = history
        .first_mut()
        .filter(|latest| targets(latest, written));
    if let Some(latest) = latest {
        *latest = renewed(latest, written, algorithm);
        latest.test_hooks = Some(tests::results(written, filters));
    }
}

fn find<'a>(
    history: &'a mut [ReleaseSnapshot],
    release: &Release,
) -> Option<&'a mut ReleaseSnapshot> {
    history
        .iter_mut()
        .find(|snapshot| targets(snapshot, release))
}

/// The snapshot of a revision that was known before, with what only the old snapshot knows.
fn renewed(known: &ReleaseSnapshot, release: &Release, algorithm: Algorithm) -> ReleaseSnapshot {
    ReleaseSnapshot {
        action: known.action.clone(),
        test_hooks: known.test_hooks.clone(),
        ..of(
            release,
            known.oci_digest.as_deref().unwrap_or_default(),
            algorithm,
        )
    }
}

#[cfg(test)]
mod checks {
    use crds::helm::TestHookStatus;
    use helm::release::{Hook, HookPhase, HookRun, Info, Status};

    use super::*;

    const SHA: Algorithm = Algorithm::Sha256;

    fn release(version: i64, status: Status) -> Release {
        Release {
            name: "web".to_owned(),
            namespace: "prod".to_owned(),
            version,
            info: Info {
                status,
                ..Info::default()
            },
            ..Release::default()
        }
    }

    fn written(releases: Vec<Release>) -> Written {
        releases
            .into_iter()
            .map(|release| (release.version, release))
            .collect()
    }

    /// An object whose first revision was installed from an artifact and tested.
    fn installed() -> HelmRelease {
        let mut object = HelmRelease::default();
        object.status.last_attempted_revision_digest = Some("sha256:0a".to_owned());
        released(
            &mut object,
            &written(vec![release(1, Status::Deployed)]),
            Action::Install,
            SHA,
        );
        let hooks = BTreeMap::from([("t".to_owned(), TestHookStatus::default())]);
        object.status.history[0].test_hooks = Some(hooks);
        object.status.last_attempted_revision_digest = Some("sha256:0b".to_owned());
        object
    }

    /// Version, status, action, digest of the artifact, whether there are tests.
    type Facts<'a> = (i64, &'a str, Option<&'a str>, Option<&'a str>, bool);

    fn facts(object: &HelmRelease) -> Vec<Facts<'_>> {
        let of = |snapshot: &'_ ReleaseSnapshot| snapshot.test_hooks.is_some();
        object
            .status
            .history
            .iter()
            .map(|snapshot| {
                (
                    snapshot.version,
                    snapshot.status.as_str(),
                    snapshot.action.as_deref(),
                    snapshot.oci_digest.as_deref(),
                    of(snapshot),
                )
            })
            .collect()
    }

    #[test]
    fn h5_6_what_an_upgrade_supersedes_loses_its_action_and_keeps_tests_and_artifact() {
        let mut object = installed();
        let upgrade = written(vec![
            release(2, Status::Deployed),
            release(1, Status::Superseded),
        ]);
        released(&mut object, &upgrade, Action::Upgrade, SHA);
        assert_eq!(
            facts(&object),
            [
                (2, "deployed", Some("upgrade"), Some("sha256:0b"), false),
                (1, "superseded", None, Some("sha256:0a"), true),
            ]
        );
        let digest = super::super::digest::of_release(&upgrade[&1], "sha256:0a", SHA);
        assert_eq!(object.status.history[1].digest, digest);
    }

    #[test]
    fn h5_6_an_action_that_wrote_nothing_leaves_no_snapshot() {
        let mut object = installed();
        let before = object.status.history.clone();
        released(&mut object, &Written::new(), Action::Upgrade, SHA);
        assert_eq!(object.status.history, before);
    }

    #[test]
    fn h5_6_a_rollback_marks_the_snapshot_it_makes_and_the_one_it_leaves() {
        let mut object = installed();
        let upgrade = written(vec![release(2, Status::Failed)]);
        released(&mut object, &upgrade, Action::Upgrade, SHA);
        rolled_back(&mut object, &release(3, Status::PendingRollback), SHA);
        rolled_back(&mut object, &release(2, Status::Superseded), SHA);
        assert_eq!(
            facts(&object),
            [
                (3, "pending-rollback", Some("rollback"), None, false),
                (2, "superseded", Some("rollback"), Some("sha256:0b"), false),
                (1, "deployed", Some("install"), Some("sha256:0a"), true),
            ]
        );
        // The new revision is known by now.
        rolled_back(&mut object, &release(3, Status::Deployed), SHA);
        assert_eq!(
            facts(&object)[0],
            (3, "deployed", Some("rollback"), None, false)
        );
    }

    #[test]
    fn h5_6_an_uninstall_marks_the_revisions_that_are_known() {
        let mut object = installed();
        uninstalled(
            &mut object,
            &release(1, Status::Uninstalled),
            Action::UninstallRemediation,
            SHA,
        );
        uninstalled(
            &mut object,
            &release(7, Status::Uninstalled),
            Action::Uninstall,
            SHA,
        );
        assert_eq!(
            facts(&object),
            [(
                1,
                "uninstalled",
                Some("uninstall-remediation"),
                Some("sha256:0a"),
                true
            )]
        );
    }

    #[test]
    fn h12_6_an_unlocked_revision_keeps_its_action_and_loses_its_tests() {
        let mut object = installed();
        unlocked(&mut object, &release(1, Status::Failed), SHA);
        assert_eq!(
            facts(&object),
            [(1, "failed", Some("install"), Some("sha256:0a"), false)]
        );
    }

    #[test]
    fn h12_5_results_of_tests_go_to_the_latest_snapshot_alone() {
        let mut object = installed();
        let mut run = release(1, Status::Deployed);
        run.hooks = vec![Hook {
            name: "smoke".to_owned(),
            events: vec!["test".to_owned()],
            last_run: HookRun {
                phase: HookPhase::Succeeded,
                ..HookRun::default()
            },
            ..Hook::default()
        }];
        tested(&mut object, &release(9, Status::Deployed), &[], SHA);
        assert!(
            object.status.history[0]
                .test_hooks
                .as_ref()
                .unwrap()
                .contains_key("t")
        );
        tested(&mut object, &run, &[], SHA);
        let hooks = object.status.history[0].test_hooks.as_ref().unwrap();
        assert_eq!(hooks.keys().collect::<Vec<_>>(), ["smoke"]);
        assert_eq!(object.status.history[0].action.as_deref(), Some("install"));
    }
}
