//! States, the steps that follow from them, and how a pass goes on.

use artifact::Algorithm;
use crds::helm::well_known::{condition, reason};
use crds::helm::{AttemptedAction, HelmRelease, RemediationStrategy, TestHookStatus};
use helm::chart::Metadata;
use helm::release::{Info, RecordedChart, Release, Status};
use jiff::Timestamp;
use serde_json::{Value, json};
use yaml::Map;

use super::*;
use crate::policy::DefaultStrategy;
use crate::report::Marker;
use crate::snapshot::{self, Mismatch, observe};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;
const SHA: Algorithm = Algorithm::Sha256;

fn chart(version: &str) -> Metadata {
    Metadata {
        name: "app".to_owned(),
        version: version.to_owned(),
        ..Metadata::default()
    }
}

fn record(version: i64, status: Status) -> Release {
    Release {
        name: "web".to_owned(),
        namespace: "prod".to_owned(),
        version,
        chart: Some(RecordedChart {
            metadata: Some(chart("1.0.0")),
            ..RecordedChart::default()
        }),
        info: Info {
            status,
            ..Info::default()
        },
        ..Release::default()
    }
}

fn object(spec: Value) -> HelmRelease {
    HelmRelease::new("web", serde_json::from_value(spec).unwrap())
}

/// An object of which this record is the latest snapshot.
fn released(spec: Value, last: &Release) -> HelmRelease {
    let mut object = object(spec);
    let written = observe::Written::from([(last.version, last.clone())]);
    observe::released(&mut object, &written, snapshot::Action::Install, SHA);
    object
}

fn state(object: &HelmRelease, last: Option<&Release>) -> Result<State, NoState> {
    let chart = chart("1.0.0");
    let values = Map::new();
    determine(&Facts {
        object,
        last,
        chart: &chart,
        values: &values,
        algorithm: SHA,
    })
}

fn step(object: &mut HelmRelease, state: &State) -> Result<Step, Refusal> {
    next(object, state, Force::No, DefaultStrategy::Remediate, NOW)
}

const UNINSTALLED: State = State::Absent("found uninstalled release in storage");

#[test]
fn h10_without_a_record_the_release_is_absent() {
    let absent = State::Absent("no release in storage for object");
    assert_eq!(state(&object(json!({})), None), Ok(absent.clone()));
    let known = released(json!({}), &record(1, Status::Deployed));
    assert_eq!(state(&known, None), Ok(absent));
}

#[test]
fn h10_a_pending_record_is_locked_whoever_made_it() {
    for status in [
        Status::PendingInstall,
        Status::PendingUpgrade,
        Status::PendingRollback,
    ] {
        let last = record(1, status.clone());
        assert_eq!(
            state(&object(json!({})), Some(&last)),
            Ok(State::Locked(status.clone()))
        );
        assert_eq!(
            state(&released(json!({}), &last), Some(&last)),
            Ok(State::Locked(status))
        );
    }
}

#[test]
fn h10_a_record_that_the_status_does_not_know_is_unmanaged_unless_uninstalled() {
    let found = State::Unmanaged("found existing release in storage".to_owned());
    for status in [Status::Deployed, Status::Failed, Status::Superseded] {
        assert_eq!(
            state(&object(json!({})), Some(&record(1, status))),
            Ok(found.clone())
        );
    }
    assert_eq!(
        state(&object(json!({})), Some(&record(1, Status::Uninstalled))),
        Ok(UNINSTALLED)
    );
}

#[test]
fn h26_3_what_somebody_else_released_is_unmanaged() {
    let known = released(json!({}), &record(1, Status::Deployed));
    let foreign = State::Unmanaged("release not observed to be made for object".to_owned());
    assert_eq!(
        state(&known, Some(&record(2, Status::Deployed))),
        Ok(foreign)
    );
    let mut broken = known;
    broken.status.history[0].digest = "?".to_owned();
    let unreadable = State::Unmanaged("release digest verification error".to_owned());
    assert_eq!(
        state(&broken, Some(&record(1, Status::Deployed))),
        Ok(unreadable)
    );
}

#[test]
fn h10_the_status_of_a_known_record_counts() {
    let of = |status: Status| {
        let last = record(1, status);
        state(&released(json!({}), &last), Some(&last))
    };
    assert_eq!(of(Status::Failed), Ok(State::Failed("")));
    assert_eq!(of(Status::Uninstalled), Ok(UNINSTALLED));
    assert_eq!(of(Status::Deployed), Ok(State::InSync));
    for status in [Status::Superseded, Status::Uninstalling, Status::Unknown] {
        let text = format!("unable to determine state for release with status '{status}'");
        assert_eq!(of(status).unwrap_err().to_string(), text);
    }
}

#[test]
fn h10_another_chart_or_other_values_are_out_of_sync() {
    let last = record(1, Status::Deployed);
    let known = released(json!({}), &last);
    let (newer, same, mut values) = (chart("1.0.1"), chart("1.0.0"), Map::new());
    let facts = Facts {
        object: &known,
        last: Some(&last),
        chart: &newer,
        values: &values,
        algorithm: SHA,
    };
    assert_eq!(
        determine(&facts),
        Ok(State::OutOfSync("release chart changed"))
    );
    let renamed = Metadata {
        name: "other".to_owned(),
        ..chart("1.0.0")
    };
    let facts = Facts {
        chart: &renamed,
        ..facts
    };
    assert_eq!(
        determine(&facts),
        Ok(State::OutOfSync("release chart changed"))
    );
    values.insert("a", 1_i64);
    let facts = Facts {
        object: &known,
        last: Some(&last),
        chart: &same,
        values: &values,
        algorithm: SHA,
    };
    assert_eq!(
        determine(&facts),
        Ok(State::OutOfSync("release config values changed"))
    );
}

#[test]
fn h26_12_changes_to_the_rendering_count_for_a_generation_that_was_not_observed() {
    let last = record(1, Status::Deployed);
    for (spec, reason) in [
        (
            json!({"postRenderers": [{"kustomize": {}}]}),
            "postrenderers digest has changed",
        ),
        (
            json!({"commonMetadata": {"labels": {"a": "b"}}}),
            "common metadata digest has changed",
        ),
    ] {
        let mut known = released(spec, &last);
        known.metadata.generation = Some(2);
        known.status.observed_generation = 1;
        assert_eq!(state(&known, Some(&last)), Ok(State::OutOfSync(reason)));
        known.status.observed_generation = 2;
        assert_eq!(
            state(&known, Some(&last)),
            Ok(State::InSync),
            "H26.20: {reason}"
        );
    }
}

fn with_test(mut object: HelmRelease, phase: &str) -> HelmRelease {
    let hook = TestHookStatus {
        phase: Some(phase.to_owned()),
        ..TestHookStatus::default()
    };
    object.status.history[0].test_hooks = Some([("t".to_owned(), hook)].into());
    object
}

#[test]
fn h10_tests_are_run_and_their_failure_counts_where_a_remediation_is_active() {
    let last = record(1, Status::Deployed);
    let spec = json!({"test": {"enable": true}});
    let untested = released(spec.clone(), &last);
    assert_eq!(state(&untested, Some(&last)), Ok(State::Untested));
    assert_eq!(
        state(&with_test(untested.clone(), "Succeeded"), Some(&last)),
        Ok(State::InSync)
    );
    let mut failed = with_test(untested, "Failed");
    assert_eq!(
        state(&failed, Some(&last)),
        Ok(State::InSync),
        "no remediation is active"
    );
    failed.status.last_attempted_release_action = Some(AttemptedAction::Install);
    let failure = State::Failed("release has test in failed phase");
    assert_eq!(state(&failed, Some(&last)), Ok(failure));
    failed.spec.test =
        serde_json::from_value(json!({"enable": true, "ignoreFailures": true})).unwrap();
    assert_eq!(state(&failed, Some(&last)), Ok(State::InSync));
    let off = with_test(released(json!({}), &last), "Failed");
    assert_eq!(state(&off, Some(&last)), Ok(State::InSync));
}

#[test]
fn h10_each_state_has_its_action() {
    let mut new = object(json!({}));
    assert_eq!(
        step(&mut new, &State::Absent("")),
        Ok(Step::Run(Action::Install))
    );
    assert_eq!(
        step(&mut new, &State::Locked(Status::PendingUpgrade)),
        Ok(Step::Run(Action::Unlock))
    );
    assert_eq!(
        step(&mut new, &State::OutOfSync("")),
        Ok(Step::Run(Action::Upgrade))
    );
    assert_eq!(
        step(&mut new, &State::Untested),
        Ok(Step::Run(Action::Test))
    );
    let mut foreign = released(json!({}), &record(1, Status::Deployed));
    assert_eq!(
        step(&mut foreign, &State::Unmanaged(String::new())),
        Ok(Step::Run(Action::Upgrade))
    );
    assert!(
        foreign.status.history.is_empty(),
        "the history is not to be relied on"
    );
    for (mode, expected) in [
        ("enabled", Step::Run(Action::CorrectDrift)),
        ("warn", Step::Done),
    ] {
        let mut drifted = object(json!({"driftDetection": {"mode": mode}}));
        assert_eq!(step(&mut drifted, &State::Drifted), Ok(expected));
    }
}

#[test]
fn h10_a_release_that_is_out_of_tries_is_refused_unless_forced() {
    let mut object = object(json!({}));
    object.status.install_failures = 1;
    object.status.upgrade_failures = 1;
    for (state, text, action) in [
        (
            State::Absent(""),
            "exceeded maximum retries: cannot install release",
            Action::Install,
        ),
        (
            State::OutOfSync(""),
            "exceeded maximum retries: cannot upgrade release",
            Action::Upgrade,
        ),
    ] {
        assert_eq!(step(&mut object, &state).unwrap_err().to_string(), text);
        let forced = next(
            &mut object,
            &state,
            Force::Requested,
            DefaultStrategy::Remediate,
            NOW,
        );
        assert_eq!(forced, Ok(Step::Run(action)));
    }
}

#[test]
fn h26_15_a_rollback_to_what_is_wanted_is_an_upgrade_to_it() {
    for state in [State::InSync, State::Untested] {
        let mut object = released(json!({}), &record(3, Status::Deployed));
        Marker::new(&mut object, Timestamp::from_second(7).unwrap()).mark_true(
            condition::REMEDIATED,
            reason::ROLLBACK_SUCCEEDED,
            "rolled back",
        );
        step(&mut object, &state).unwrap();
        let [released] = &object.status.conditions[..] else {
            panic!("{:?}", object.status.conditions)
        };
        assert_eq!(
            (released.r#type.as_str(), released.reason.as_str()),
            ("Released", "UpgradeSucceeded")
        );
        assert_eq!(
            released.message,
            "Helm upgrade succeeded for release prod/web.v3 with chart app@1.0.0"
        );
        assert_eq!(
            released.last_transition_time.0.as_second(),
            7,
            "the time of the rollback stays"
        );
    }
}

#[test]
fn h10_in_sync_ends_a_failure_that_has_passed_and_says_so_of_drift() {
    let mut object = released(
        json!({"driftDetection": {"mode": "warn"}}),
        &record(1, Status::Deployed),
    );
    Marker::new(&mut object, NOW).mark_false(condition::RELEASED, reason::INSTALL_FAILED, "no");
    assert_eq!(step(&mut object, &State::InSync), Ok(Step::Done));
    let marker = Marker::new(&mut object, NOW);
    assert_eq!(
        marker.message(condition::RELEASED),
        "Helm install succeeded for release prod/web.v1 with chart app@1.0.0"
    );
    let drifted = marker.find(condition::DRIFTED).unwrap();
    assert_eq!(
        (drifted.is_false(), drifted.reason.as_str()),
        (true, "NoDriftDetected")
    );
    assert_eq!(
        drifted.message,
        "No drift detected against the cluster state"
    );
    let forced = next(
        &mut object,
        &State::InSync,
        Force::Requested,
        DefaultStrategy::Remediate,
        NOW,
    );
    assert_eq!(forced, Ok(Step::Run(Action::Upgrade)));
}

/// An object whose upgrade to revision 2 has failed as often.
fn upgrade_failed(spec: Value, failures: i64) -> HelmRelease {
    let mut object = released(spec, &record(1, Status::Superseded));
    let written = observe::Written::from([(2, record(2, Status::Failed))]);
    observe::released(&mut object, &written, snapshot::Action::Upgrade, SHA);
    object.status.last_attempted_release_action = Some(AttemptedAction::Upgrade);
    object.status.upgrade_failures = failures;
    object
}

const FAILED: State = State::Failed("");

#[test]
fn h10_1_a_failure_is_remediated_when_nothing_else_comes_first() {
    let retry = json!({"upgrade": {"strategy": {"name": "RetryOnFailure"}}});
    assert_eq!(
        step(&mut upgrade_failed(retry, 9), &FAILED),
        Ok(Step::Run(Action::Upgrade))
    );

    let mut unknown = upgrade_failed(json!({}), 1);
    unknown.status.last_attempted_release_action = None;
    assert_eq!(
        step(&mut unknown, &FAILED),
        Ok(Step::Run(Action::Upgrade)),
        "no remediation is active"
    );

    assert_eq!(
        step(&mut upgrade_failed(json!({}), 0), &FAILED),
        Ok(Step::Run(Action::Upgrade))
    );

    let mut exhausted = upgrade_failed(json!({}), 1);
    let text = "exceeded maximum retries: cannot remediate failed release";
    assert_eq!(step(&mut exhausted, &FAILED).unwrap_err().to_string(), text);
    let forced = next(
        &mut exhausted,
        &FAILED,
        Force::Requested,
        DefaultStrategy::Remediate,
        NOW,
    );
    assert_eq!(forced, Ok(Step::Run(Action::Upgrade)));

    let retries = json!({"upgrade": {"remediation": {"retries": 1}}});
    for failures in [1, 2] {
        let Ok(Step::RollBackTo(target)) =
            step(&mut upgrade_failed(retries.clone(), failures), &FAILED)
        else {
            panic!("no rollback after {failures}")
        };
        assert_eq!(target.version, 1);
    }
}

#[test]
fn h10_1_a_rollback_needs_a_revision_to_go_back_to() {
    let mut object = upgrade_failed(json!({"upgrade": {"remediation": {"retries": 1}}}), 1);
    object.status.history.truncate(1);
    let refusal = step(&mut object, &FAILED).unwrap_err();
    assert_eq!(refusal, Refusal::MissingRollbackTarget);
    assert_eq!(
        refused(&mut object, &refusal, NOW),
        Verdict::Terminal(refusal)
    );
    let stalled = Marker::new(&mut object, NOW)
        .find("Stalled")
        .cloned()
        .unwrap();
    assert_eq!(stalled.reason, "MissingRollbackTarget");
    assert_eq!(
        stalled.message,
        "Failed to perform remediation: missing target release for rollback: cannot remediate failed release"
    );
    assert_eq!(roll_back(Ok(())), Action::RollBack);
    assert_eq!(roll_back(Err(Mismatch::Disappeared)), Action::Upgrade);
    assert_eq!(roll_back(Err(Mismatch::NotObserved)), Action::Upgrade);
}

#[test]
fn h10_1_an_install_is_undone_by_an_uninstall_and_an_upgrade_where_the_spec_says_so() {
    let mut install = released(
        json!({"install": {"remediation": {"retries": 1}}}),
        &record(1, Status::Failed),
    );
    install.status.last_attempted_release_action = Some(AttemptedAction::Install);
    install.status.install_failures = 1;
    assert_eq!(
        step(&mut install, &FAILED),
        Ok(Step::Run(Action::UninstallRemediation))
    );
    let strategy =
        |name: &str| json!({"upgrade": {"remediation": {"retries": 1, "strategy": name}}});
    let mut upgrade = upgrade_failed(strategy("uninstall"), 1);
    assert_eq!(
        step(&mut upgrade, &FAILED),
        Ok(Step::Run(Action::UninstallRemediation))
    );
    let refusal = step(&mut upgrade_failed(strategy("pray"), 1), &FAILED).unwrap_err();
    assert_eq!(
        refusal,
        Refusal::UnknownStrategy(RemediationStrategy::Other("pray".to_owned()))
    );
}

fn conditions(object: &HelmRelease) -> Vec<(&str, &str, &str)> {
    object
        .status
        .conditions
        .iter()
        .map(|found| {
            (
                found.r#type.as_str(),
                found.reason.as_str(),
                found.message.as_str(),
            )
        })
        .collect()
}

#[test]
fn h11_1_a_kind_of_action_runs_once_in_a_pass_and_says_so_before() {
    let mut object = object(json!({"timeout": "1m"}));
    let default = DefaultStrategy::Remediate;
    assert_eq!(
        before(&mut object, Action::Install, &[], default, NOW),
        None
    );
    let text = "Running 'install' action with timeout of 1m0s";
    assert_eq!(
        conditions(&object),
        [
            ("Reconciling", "Progressing", text),
            ("Ready", "Progressing", text)
        ]
    );
    // A test leaves Ready alone.
    assert_eq!(
        before(&mut object, Action::Test, &[Kind::Release], default, NOW),
        None
    );
    assert_eq!(conditions(&object)[1].2, text);
    let again = before(
        &mut object,
        Action::Upgrade,
        &[Kind::Release, Kind::Test],
        default,
        NOW,
    );
    assert_eq!(again, Some(Verdict::Again));
    assert_eq!(
        conditions(&object)[0],
        ("Reconciling", "ProgressingWithRetry", text)
    );
}

#[test]
fn h11_2_a_pass_that_may_not_go_on_waits_retries_or_ends() {
    let minute = std::time::Duration::from_mins(1);
    let retry = json!({"upgrade": {"strategy": {"name": "RetryOnFailure", "retryInterval": "1m"}}});
    let mut object = upgrade_failed(retry, 7);
    let done = [Kind::Release];
    let default = DefaultStrategy::Remediate;
    let verdict = before(&mut object, Action::Upgrade, &done, default, NOW);
    assert_eq!(verdict, Some(Verdict::After(minute)));
    assert_eq!(
        conditions(&object),
        [("Reconciling", "ProgressingWithRetry", "retrying after 1m0s")]
    );
    let mut exhausted = upgrade_failed(json!({}), 1);
    Marker::new(&mut exhausted, NOW).mark_reconciling("Progressing", "m");
    let verdict = before(&mut exhausted, Action::Upgrade, &done, default, NOW);
    assert_eq!(verdict, Some(Verdict::Done));
    assert_eq!(conditions(&exhausted), []);
}

#[test]
fn h11_2_a_remediation_ends_the_pass() {
    let default = DefaultStrategy::Remediate;
    let retries = json!({"upgrade": {"remediation": {"retries": 1}}});
    let mut object = upgrade_failed(retries.clone(), 1);
    assert_eq!(after(&mut object, Action::Upgrade, default, NOW), None);
    assert_eq!(
        after(&mut object, Action::RollBack, default, NOW),
        Some(Verdict::Again)
    );
    let mut exhausted = upgrade_failed(retries, 2);
    let verdict = after(&mut exhausted, Action::RollBack, default, NOW);
    assert!(matches!(
        verdict,
        Some(Verdict::Terminal(Refusal::RetriesExceeded(_)))
    ));
    assert_eq!(
        conditions(&exhausted),
        [(
            "Stalled",
            "RetriesExceeded",
            "Failed to upgrade after 2 attempt(s)"
        )]
    );
    // H26.7: behind an uninstall there is always an install.
    let uninstall = json!({"upgrade": {"remediation": {"retries": 1, "strategy": "uninstall"}}});
    let mut uninstalled = upgrade_failed(uninstall, 2);
    let verdict = after(&mut uninstalled, Action::UninstallRemediation, default, NOW);
    assert_eq!(verdict, Some(Verdict::Again));
}

#[test]
fn h11_7_an_action_that_could_not_be_run_is_no_failure_of_the_release() {
    let mut object = upgrade_failed(json!({}), 0);
    Marker::new(&mut object, NOW).mark_true("Ready", "UpgradeSucceeded", "m");
    let default = DefaultStrategy::Remediate;
    assert_eq!(
        failed(&mut object, "no route", default, NOW),
        Verdict::Failed
    );
    assert_eq!(
        conditions(&object),
        [("Ready", "ReconcileError", "no route")]
    );
    let retry = failed(&mut object, "no route", DefaultStrategy::Retry, NOW);
    assert_eq!(retry, Verdict::After(std::time::Duration::from_mins(5)));
}
