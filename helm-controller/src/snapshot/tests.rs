//! The results of tests in snapshots, and which tests run (H3.5, H10.4).

use std::collections::BTreeMap;

use crds::helm::{ReleaseSnapshot, TestFilter, TestHookStatus};
use helm::release::{Hook, Release};

use super::make::time;

const FAILED: &str = "Failed";
const SUCCEEDED: &str = "Succeeded";

/// Whether the filters let a test run: never when one excludes it; when some include tests, only those
/// (H3.5). Names are compared as a whole.
pub fn is_selected(name: &str, filters: &[TestFilter]) -> bool {
    let (excluding, including): (Vec<_>, Vec<_>) =
        filters.iter().partition(|filter| filter.exclude);
    let names = |filters: &[&TestFilter]| filters.iter().any(|filter| filter.name == name);
    !names(&excluding) && (including.is_empty() || names(&including))
}

/// The tests of a record that the filters let run, in its order.
pub fn selected<'a>(
    release: &'a Release,
    filters: &'a [TestFilter],
) -> impl Iterator<Item = &'a Hook> {
    let hooks = release.hooks.iter().filter(|hook| hook.is_test());
    hooks.filter(|hook| is_selected(&hook.name, filters))
}

/// The results of the tests that the filters let run, by name.
pub fn results(release: &Release, filters: &[TestFilter]) -> BTreeMap<String, TestHookStatus> {
    selected(release, filters)
        .map(|hook| {
            let run = &hook.last_run;
            let phase = run.phase.as_str();
            let status = TestHookStatus {
                last_started: time(run.started_at.as_ref()),
                last_completed: time(run.completed_at.as_ref()),
                phase: Some(phase.to_owned()).filter(|phase| !phase.is_empty()),
            };
            (hook.name.clone(), status)
        })
        .collect()
}

/// Whether the tests were run to an end: there are none, one has failed, or all have succeeded (H10.4).
pub fn has_been_tested(snapshot: &ReleaseSnapshot) -> bool {
    let Some(hooks) = &snapshot.test_hooks else {
        return false;
    };
    any_failed(snapshot) || hooks.values().all(|hook| is_in(hook, SUCCEEDED))
}

/// Whether a test has failed.
pub fn any_failed(snapshot: &ReleaseSnapshot) -> bool {
    let hooks = snapshot.test_hooks.iter().flat_map(BTreeMap::values);
    hooks.into_iter().any(|hook| is_in(hook, FAILED))
}

fn is_in(hook: &TestHookStatus, phase: &str) -> bool {
    hook.phase.as_deref() == Some(phase)
}

#[cfg(test)]
mod checks {
    use helm::release::{HookPhase, HookRun, Time};

    use super::*;

    fn filter(name: &str, exclude: bool) -> TestFilter {
        TestFilter {
            name: name.to_owned(),
            exclude,
        }
    }

    fn tested(phases: &[(&str, Option<&str>)]) -> ReleaseSnapshot {
        let hooks = phases.iter().map(|(name, phase)| {
            let status = TestHookStatus {
                phase: phase.map(str::to_owned),
                ..TestHookStatus::default()
            };
            ((*name).to_owned(), status)
        });
        ReleaseSnapshot {
            test_hooks: Some(hooks.collect()),
            ..ReleaseSnapshot::default()
        }
    }

    #[test]
    fn h3_5_excluded_tests_never_run_and_included_ones_alone() {
        assert!(is_selected("a", &[]));
        assert!(!is_selected("a", &[filter("a", true)]));
        assert!(is_selected("b", &[filter("a", true)]));
        assert!(is_selected("a", &[filter("a", false)]));
        assert!(!is_selected("ab", &[filter("a", false)]));
        assert!(!is_selected("a", &[filter("a", false), filter("a", true)]));
        assert!(!is_selected("c", &[filter("a", false), filter("b", true)]));
    }

    #[test]
    fn h10_4_tested_means_none_or_one_failed_or_all_succeeded() {
        assert!(!has_been_tested(&ReleaseSnapshot::default()));
        assert!(has_been_tested(&tested(&[])));
        assert!(has_been_tested(&tested(&[
            ("a", Some("Failed")),
            ("b", None)
        ])));
        assert!(has_been_tested(&tested(&[
            ("a", Some("Succeeded")),
            ("b", Some("Succeeded"))
        ])));
        assert!(!has_been_tested(&tested(&[
            ("a", Some("Succeeded")),
            ("b", None)
        ])));
        assert!(!has_been_tested(&tested(&[("a", Some("Running"))])));
        assert!(any_failed(&tested(&[("a", Some("Failed"))])));
        assert!(!any_failed(&tested(&[("a", Some("Unknown"))])));
    }

    #[test]
    fn h5_1_results_have_times_in_whole_seconds_and_no_empty_phase() {
        let hook = |name: &str, last_run| Hook {
            name: name.to_owned(),
            events: vec!["test".to_owned()],
            last_run,
            ..Hook::default()
        };
        let started_at = Time::parse("2026-01-02T03:04:05.678+01:00").unwrap();
        let release = Release {
            hooks: vec![
                hook(
                    "ran",
                    HookRun {
                        started_at,
                        phase: HookPhase::Succeeded,
                        ..HookRun::default()
                    },
                ),
                hook("did-not", HookRun::default()),
                Hook {
                    name: "no-test".to_owned(),
                    events: vec!["pre-install".to_owned()],
                    ..Hook::default()
                },
            ],
            ..Release::default()
        };
        assert_eq!(
            serde_json::to_value(results(&release, &[])).unwrap(),
            serde_json::json!({
                "ran": {"lastStarted": "2026-01-02T02:04:05Z", "phase": "Succeeded"},
                "did-not": {},
            })
        );
        assert_eq!(results(&release, &[filter("ran", true)]).len(), 1);
    }
}
