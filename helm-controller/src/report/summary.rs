//! Ready from the conditions `Remediated`, `TestSuccess` and `Released` (H6.1).

use artifact::Algorithm;
use common::conditions::{READY, STALLED, Status};
use crds::helm::HelmRelease;
use crds::helm::well_known::condition::{RELEASED, REMEDIATED, TEST_SUCCESS};
use crds::meta::Condition;
use jiff::Timestamp;

use super::Marker;
use crate::policy;
use crate::snapshot::digest;

/// Derives Ready, and notes the digests of the changes to the rendering.
///
/// `Remediated` comes first, then `TestSuccess` where failed tests count, then `Released`; one that was observed
/// for an older generation gives way. Whatever `Remediated` says, it is bad news. Ready takes over reason and
/// message; True ends Stalled. Without any of them the condition that stands first is taken over.
pub fn summarize(object: &mut HelmRelease, algorithm: Algorithm, now: Timestamp) {
    let test = policy::test(&object.spec);
    let order: &[&str] = match test {
        Some(test) if !test.ignore_failures => &[REMEDIATED, TEST_SUCCESS, RELEASED],
        _ => &[REMEDIATED, RELEASED],
    };
    let untested = test.is_none();
    let mut marker = Marker::new(object, now);
    if untested {
        marker.remove(TEST_SUCCESS);
    }
    let Some(top) = most_telling(&marker.object.status.conditions, order).cloned() else {
        return;
    };
    let status = if top.r#type == REMEDIATED {
        Status::False
    } else {
        top.status
    };
    if status == Status::True {
        marker.remove(STALLED);
    }
    marker.set(READY, status, &top.reason, &top.message);
    let HelmRelease { spec, status, .. } = object;
    status.observed_post_renderers_digest = digest::of_post_renderers(spec, algorithm);
    status.observed_common_metadata_digest = digest::of_common_metadata(spec, algorithm);
}

/// The first condition after a stable insertion by `precedes`, which is no total order: which of two conditions
/// stands first depends on where they stood before.
fn most_telling<'a>(conditions: &'a [Condition], order: &[&str]) -> Option<&'a Condition> {
    let mut sorted: Vec<&Condition> = Vec::with_capacity(conditions.len());
    for condition in conditions {
        let behind = sorted
            .iter()
            .rev()
            .take_while(|before| precedes(condition, before, order));
        let at = sorted.len() - behind.count();
        sorted.insert(at, condition);
    }
    sorted.first().copied()
}

fn precedes(a: &Condition, b: &Condition, order: &[&str]) -> bool {
    let place = |condition: &Condition| order.iter().position(|kind| *kind == condition.r#type);
    match (place(a), place(b)) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(place_a), Some(place_b)) => {
            a.observed_generation >= b.observed_generation && place_a < place_b
        }
    }
}

#[cfg(test)]
mod tests {
    use common::conditions;
    use crds::helm::Test;

    use super::*;

    /// Ready after the summary of conditions of type, status and observed generation, of which reason and message
    /// are the type.
    #[track_caller]
    fn check(test: Option<Test>, conditions: &[(&str, Status, i64)], ready: (Status, &str)) {
        let mut object = HelmRelease::default();
        object.spec.test = test;
        object.metadata.generation = Some(2);
        for (kind, status, generation) in conditions {
            let list = &mut object.status.conditions;
            conditions::set(
                list,
                kind,
                *status,
                kind,
                kind,
                *generation,
                Timestamp::UNIX_EPOCH,
            );
        }
        summarize(&mut object, Algorithm::Sha256, Timestamp::UNIX_EPOCH);
        let found = conditions::find(&object.status.conditions, READY).unwrap();
        assert_eq!(
            (found.status, found.reason.as_str()),
            ready,
            "{conditions:?}"
        );
        assert_eq!(
            (found.message.as_str(), found.observed_generation),
            (ready.1, 2)
        );
    }

    fn enabled() -> Test {
        Test {
            enable: true,
            ..Test::default()
        }
    }

    #[test]
    fn h6_1_ready_is_what_the_most_telling_condition_says() {
        use Status::{False, True, Unknown};
        check(
            None,
            &[(RELEASED, True, 2), (TEST_SUCCESS, False, 2)],
            (True, RELEASED),
        );
        check(
            Some(enabled()),
            &[(RELEASED, True, 2), (TEST_SUCCESS, True, 2)],
            (True, TEST_SUCCESS),
        );
        check(
            Some(enabled()),
            &[(RELEASED, True, 2), (TEST_SUCCESS, False, 2)],
            (False, TEST_SUCCESS),
        );
        check(
            Some(enabled()),
            &[(RELEASED, True, 2), (TEST_SUCCESS, Unknown, 2)],
            (Unknown, TEST_SUCCESS),
        );
        let ignored = Some(Test {
            enable: true,
            ignore_failures: true,
            ..Test::default()
        });
        check(
            ignored,
            &[(RELEASED, True, 2), (TEST_SUCCESS, False, 2)],
            (True, RELEASED),
        );
        let all = [
            (RELEASED, True, 2),
            (TEST_SUCCESS, False, 2),
            (REMEDIATED, False, 2),
        ];
        check(Some(enabled()), &all, (False, REMEDIATED));
        check(
            None,
            &[(READY, False, 1), (RELEASED, True, 2)],
            (True, RELEASED),
        );
    }

    #[test]
    fn h6_1_a_remediation_is_never_good_news() {
        check(
            None,
            &[(RELEASED, Status::False, 2), (REMEDIATED, Status::True, 2)],
            (Status::False, REMEDIATED),
        );
    }

    #[test]
    fn h6_1_a_condition_of_an_older_generation_gives_way() {
        use Status::{False, True};
        check(
            None,
            &[(RELEASED, True, 2), (REMEDIATED, True, 1)],
            (True, RELEASED),
        );
        check(
            None,
            &[(RELEASED, False, 1), (REMEDIATED, True, 2)],
            (False, REMEDIATED),
        );
    }

    #[test]
    fn h6_1_ready_ends_stalled_and_tests_that_are_off_leave_no_condition() {
        let mut object = HelmRelease::default();
        let mut marker = Marker::new(&mut object, Timestamp::UNIX_EPOCH);
        marker.mark_true(RELEASED, "R", "m");
        marker.mark_true(TEST_SUCCESS, "T", "m");
        marker.mark_stalled("S", "m");
        summarize(&mut object, Algorithm::Sha256, Timestamp::UNIX_EPOCH);
        let kinds: Vec<_> = object
            .status
            .conditions
            .iter()
            .map(|c| c.r#type.as_str())
            .collect();
        assert_eq!(kinds, [READY, RELEASED]);
    }

    #[test]
    fn h4_1_the_digests_of_the_rendering_are_noted_with_the_summary() {
        let mut object = HelmRelease::default();
        object.spec = serde_json::from_value(serde_json::json!({
            "postRenderers": [{"kustomize": {}}], "commonMetadata": {"labels": {"a": "b"}},
        }))
        .unwrap();
        summarize(&mut object, Algorithm::Sha256, Timestamp::UNIX_EPOCH);
        assert_eq!(
            object.status.observed_post_renderers_digest, None,
            "nothing to summarize"
        );
        Marker::new(&mut object, Timestamp::UNIX_EPOCH).mark_true(RELEASED, "R", "m");
        summarize(&mut object, Algorithm::Sha256, Timestamp::UNIX_EPOCH);
        assert!(object.status.observed_post_renderers_digest.is_some());
        assert!(object.status.observed_common_metadata_digest.is_some());
        object.spec.common_metadata = None;
        summarize(&mut object, Algorithm::Sha256, Timestamp::UNIX_EPOCH);
        assert_eq!(object.status.observed_common_metadata_digest, None);
    }
}
