//! Who reads which kind (compat K16.7, K16.9), and the Job rules.
#![allow(clippy::unwrap_used)]

use health::{GroupKind, Health, Precedence, Readers, Status};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::Arc;

fn now() -> Timestamp {
    "2026-01-01T00:01:00Z".parse().unwrap()
}

fn says(text: &'static str) -> Arc<dyn health::Reader> {
    Arc::new(move |_: &Value| Health::current(text))
}

fn job(spec: &Value, status: &Value) -> Value {
    json!({"apiVersion": "batch/v1", "kind": "Job", "spec": spec, "status": status})
}

#[test]
fn k16_5_a_job_is_current_when_it_has_completed_not_when_it_runs() {
    let readers = Readers::default();
    let check = |spec: Value, status: Value, want: Health| {
        assert_eq!(readers.status(&job(&spec, &status), now()), want);
    };
    check(
        json!({"suspend": true}),
        json!({}),
        Health::current("Job is suspended"),
    );
    check(
        json!({"parallelism": 2}),
        json!({}),
        Health::in_progress("Job not started. active: 0/2"),
    );
    check(
        json!({}),
        json!({"startTime": "2026-01-01T00:00:00Z", "active": 1, "failed": 2}),
        Health::in_progress("Job in progress. success:0, active: 1, failed: 2"),
    );
    let ended = |kind: &str| json!({"succeeded": 1, "failed": 1, "conditions": [{"type": kind, "status": "True"}]});
    check(
        json!({"completions": 1}),
        ended("Complete"),
        Health::current("Job Completed. succeeded: 1/1"),
    );
    check(
        json!({"completions": 3}),
        ended("Failed"),
        Health::failed("Job Failed. failed: 1/3"),
    );
}

#[test]
fn k16_7_a_reader_of_the_kind_beats_one_of_its_group() {
    let mut readers = Readers::default();
    assert!(readers.insert(GroupKind::new("example.com", ""), says("group")));
    assert!(readers.insert(GroupKind::new("example.com", "Widget"), says("kind")));
    let object = |kind: &str| json!({"apiVersion": "example.com/v2", "kind": kind});
    assert_eq!(
        readers.status(&object("Widget"), now()),
        Health::current("kind")
    );
    assert_eq!(
        readers.status(&object("Gadget"), now()),
        Health::current("group")
    );
    let other = json!({"apiVersion": "example.org/v1", "kind": "Widget"});
    assert_eq!(
        readers.status(&other, now()),
        Health::current("Resource is current")
    );
}

#[test]
fn k16_7_a_second_reader_of_a_kind_is_refused() {
    let mut readers = Readers::default();
    assert!(readers.insert(GroupKind::new("example.com", "Widget"), says("first")));
    assert!(!readers.insert(GroupKind::new("example.com", "Widget"), says("second")));
    let object = json!({"apiVersion": "example.com/v1", "kind": "Widget"});
    assert_eq!(readers.status(&object, now()), Health::current("first"));
}

#[test]
fn k16_9_the_job_rules_and_expressions_change_places_with_the_identity() {
    let with = |precedence| {
        let mut readers = Readers::new(precedence);
        assert!(readers.insert(GroupKind::new("batch", "Job"), says("expression")));
        readers.status(&job(&json!({}), &json!({})), now()).status
    };
    assert_eq!(with(Precedence::JobFirst), Status::InProgress);
    assert_eq!(with(Precedence::ReadersFirst), Status::Current);
}

#[test]
fn k16_7_a_reader_replaces_the_built_in_rules_of_its_kind() {
    let mut readers = Readers::default();
    assert!(readers.insert(GroupKind::new("apps", "StatefulSet"), says("mine")));
    let object = json!({"apiVersion": "apps/v1", "kind": "StatefulSet"});
    assert_eq!(readers.status(&object, now()), Health::current("mine"));
    assert!(readers.replaces_rules_of(&object));
    assert!(!Readers::default().replaces_rules_of(&object));
}
