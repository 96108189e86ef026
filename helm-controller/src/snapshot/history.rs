//! The snapshots that count: the latest, back to the one that a rollback would go to (H5.1, H5.5).

use crds::helm::ReleaseSnapshot;

use super::tests;
use crate::policy::TestFailures;

/// How many snapshots are kept when none of them was good.
const LONGEST: usize = 5;

/// The snapshot of the highest revision.
pub fn latest(history: &[ReleaseSnapshot]) -> Option<&ReleaseSnapshot> {
    // Of equal revisions the first: it is the newer one.
    history.iter().rev().max_by_key(|snapshot| snapshot.version)
}

/// The snapshot to go back to: the newest before the latest that was deployed, and whose tests did not
/// fail where that counts.
pub fn previous(history: &[ReleaseSnapshot], failures: TestFailures) -> Option<&ReleaseSnapshot> {
    let mut sorted: Vec<&ReleaseSnapshot> = history.iter().collect();
    sorted.sort_by_key(|snapshot| std::cmp::Reverse(snapshot.version));
    sorted
        .into_iter()
        .skip(1)
        .find(|snapshot| was_good(snapshot, failures))
}

/// Keeps the latest back to [`previous`], or the newest five where there is none to go back to.
pub fn truncate(history: &mut Vec<ReleaseSnapshot>, failures: TestFailures) {
    sort(history);
    let good = history
        .iter()
        .skip(1)
        .position(|snapshot| was_good(snapshot, failures));
    history.truncate(good.map_or(LONGEST, |before| before + 2));
}

/// Keeps the newest five, as `RetryOnFailure` does, which never goes back.
pub fn keep_newest(history: &mut Vec<ReleaseSnapshot>) {
    sort(history);
    history.truncate(LONGEST);
}

/// Newest first.
pub fn sort(history: &mut [ReleaseSnapshot]) {
    history.sort_by_key(|snapshot| std::cmp::Reverse(snapshot.version));
}

fn was_good(snapshot: &ReleaseSnapshot, failures: TestFailures) -> bool {
    matches!(snapshot.status.as_str(), "deployed" | "superseded")
        && (failures == TestFailures::Ignored || !tests::any_failed(snapshot))
}

#[cfg(test)]
mod checks {
    use std::collections::BTreeMap;

    use crds::helm::TestHookStatus;

    use super::*;

    fn snapshot(version: i64, status: &str) -> ReleaseSnapshot {
        ReleaseSnapshot {
            version,
            status: status.to_owned(),
            ..ReleaseSnapshot::default()
        }
    }

    fn with_failed_test(mut snapshot: ReleaseSnapshot) -> ReleaseSnapshot {
        let failed = TestHookStatus {
            phase: Some("Failed".to_owned()),
            ..TestHookStatus::default()
        };
        snapshot.test_hooks = Some(BTreeMap::from([("t".to_owned(), failed)]));
        snapshot
    }

    fn versions(history: &[ReleaseSnapshot]) -> Vec<i64> {
        history.iter().map(|snapshot| snapshot.version).collect()
    }

    #[test]
    fn h5_1_the_latest_is_the_highest_revision() {
        assert_eq!(latest(&[]), None);
        let history = [
            snapshot(2, "failed"),
            snapshot(10, "deployed"),
            snapshot(3, "failed"),
        ];
        assert_eq!(latest(&history).unwrap().version, 10);
    }

    #[test]
    fn h5_5_the_way_back_leads_to_what_was_deployed_and_tested() {
        let history = [
            snapshot(5, "failed"),
            snapshot(4, "failed"),
            with_failed_test(snapshot(3, "superseded")),
            snapshot(2, "superseded"),
            snapshot(1, "superseded"),
        ];
        assert_eq!(
            previous(&history, TestFailures::Counted).unwrap().version,
            2
        );
        assert_eq!(
            previous(&history, TestFailures::Ignored).unwrap().version,
            3
        );
        assert_eq!(previous(&history[..1], TestFailures::Ignored), None);
        assert_eq!(previous(&history[..2], TestFailures::Ignored), None);
    }

    #[test]
    fn h5_5_the_history_reaches_back_to_there() {
        let history = vec![
            snapshot(2, "superseded"),
            snapshot(5, "deployed"),
            with_failed_test(snapshot(4, "superseded")),
            snapshot(1, "superseded"),
        ];
        let mut counted = history.clone();
        truncate(&mut counted, TestFailures::Counted);
        assert_eq!(versions(&counted), [5, 4, 2]);
        let mut ignored = history;
        truncate(&mut ignored, TestFailures::Ignored);
        assert_eq!(versions(&ignored), [5, 4]);
    }

    #[test]
    fn h5_5_without_a_way_back_five_are_kept() {
        let failed: Vec<_> = (1..=7).map(|version| snapshot(version, "failed")).collect();
        let mut truncated = failed.clone();
        truncate(&mut truncated, TestFailures::Counted);
        assert_eq!(versions(&truncated), [7, 6, 5, 4, 3]);
        let mut newest: Vec<_> = (1..=7)
            .map(|version| snapshot(version, "superseded"))
            .collect();
        keep_newest(&mut newest);
        assert_eq!(versions(&newest), [7, 6, 5, 4, 3]);
    }
}
