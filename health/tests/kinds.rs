//! The table of compat K16.5, rule by rule.
#![allow(clippy::unwrap_used)]

use health::{Health, Status, failed_pods, has_pods, status};
use jiff::Timestamp;
use serde_json::{Value, json};

fn now() -> Timestamp {
    "2026-01-01T00:01:00Z".parse().unwrap()
}

#[track_caller]
fn check(object: &Value, want: Status, message: &str) {
    assert_eq!(status(object, now()), Health::new(want, message));
}

fn deployment(spec: &Value, status: &Value) -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": spec, "status": status})
}

#[test]
fn k16_5_deletion_comes_before_everything_else() {
    let object = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z", "generation": 2},
        "status": {"observedGeneration": 1},
    });
    check(
        &object,
        Status::Terminating,
        "Resource scheduled for deletion",
    );
}

#[test]
fn k16_5_an_unobserved_generation_is_in_progress() {
    let mut object = json!({
        "apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"generation": 3},
        "status": {"observedGeneration": 2, "conditions": [{"type": "Ready", "status": "True"}]},
    });
    let message = "Widget generation is 3, but latest observed generation is 2";
    check(&object, Status::InProgress, message);
    object["status"]["observedGeneration"] = json!(3);
    check(&object, Status::Current, "Resource is Ready");
}

#[test]
fn k16_5_an_observed_generation_written_as_text_counts_as_its_number() {
    let mut object = json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": {"generation": 3},
        "status": {"observedGeneration": "2"},
    });
    let message = "Rollout generation is 3, but latest observed generation is 2";
    check(&object, Status::InProgress, message);
    object["status"]["observedGeneration"] = json!("3");
    check(&object, Status::Current, "Resource is current");
    object["status"]["observedGeneration"] = json!("a1b2");
    check(&object, Status::Current, "Resource is current");
}

#[test]
fn k16_5_the_first_of_reconciling_and_stalled_decides() {
    let object = |conditions: Value| json!({"apiVersion": "example.com/v1", "kind": "Widget", "status": {"conditions": conditions}});
    let reconciling = json!({"type": "Reconciling", "status": "True", "message": "working"});
    let stalled = json!({"type": "Stalled", "status": "True", "message": "stuck"});
    check(
        &object(json!([reconciling, stalled])),
        Status::InProgress,
        "working",
    );
    check(
        &object(json!([stalled, reconciling])),
        Status::Failed,
        "stuck",
    );
    let over = json!({"type": "Stalled", "status": "False", "message": "stuck"});
    check(
        &object(json!([over])),
        Status::Current,
        "Resource is current",
    );
}

#[test]
fn k16_5_unknown_kinds_follow_their_condition_ready() {
    let object = |ready: &str| {
        json!({"apiVersion": "example.com/v1", "kind": "Widget", "status": {"conditions": [
            {"type": "Ready", "status": ready, "message": "m"},
        ]}})
    };
    check(&object("True"), Status::Current, "Resource is Ready");
    check(&object("False"), Status::InProgress, "m");
    check(&object("Unknown"), Status::InProgress, "m");
    check(&object("Maybe"), Status::Current, "Resource is current");
}

#[test]
fn k16_5_conditions_that_cannot_be_read_are_unknown_not_healthy() {
    for conditions in [json!("x"), json!([1]), json!([{"type": 4}])] {
        let object =
            json!({"apiVersion": "v1", "kind": "Pod", "status": {"conditions": conditions}});
        check(
            &object,
            Status::Unknown,
            "status.conditions is not a list of conditions",
        );
    }
}

#[test]
fn k16_5_a_deployment_names_the_first_count_that_lags() {
    let spec = json!({"replicas": 3, "progressDeadlineSeconds": 600});
    for (counts, message) in [
        (json!({}), "Replicas: 0/3"),
        (json!({"replicas": 3}), "Updated: 0/3"),
        (
            json!({"replicas": 4, "updatedReplicas": 3}),
            "Pending termination: 1",
        ),
        (
            json!({"replicas": 3, "updatedReplicas": 3, "availableReplicas": 2}),
            "Available: 2/3",
        ),
        (
            json!({"replicas": 3, "updatedReplicas": 3, "availableReplicas": 3, "readyReplicas": 1}),
            "Ready: 1/3",
        ),
        (
            json!({"replicas": 3, "updatedReplicas": 3, "availableReplicas": 3, "readyReplicas": 3}),
            "ReplicaSet not Available",
        ),
    ] {
        check(&deployment(&spec, &counts), Status::InProgress, message);
    }
}

#[test]
fn k16_5_a_deployment_is_current_once_progressed_and_available() {
    let counts = |conditions: Value| {
        json!({"replicas": 1, "updatedReplicas": 1, "availableReplicas": 1, "readyReplicas": 1,
            "conditions": conditions})
    };
    let progressed =
        json!({"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"});
    let available = json!({"type": "Available", "status": "True"});
    let deadline = json!({"progressDeadlineSeconds": 600});
    let both = counts(json!([progressed, available]));
    check(
        &deployment(&deadline, &both),
        Status::Current,
        "Deployment is available. Replicas: 1",
    );
    let only_progressed = counts(json!([progressed]));
    check(
        &deployment(&deadline, &only_progressed),
        Status::InProgress,
        "Deployment not Available",
    );
    // Without a deadline the controller keeps no condition Progressing.
    let only_available = counts(json!([available]));
    for spec in [json!({}), json!({"progressDeadlineSeconds": i32::MAX})] {
        check(
            &deployment(&spec, &only_available),
            Status::Current,
            "Deployment is available. Replicas: 1",
        );
    }
    let exceeded = counts(json!([
        {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"},
    ]));
    check(
        &deployment(&deadline, &exceeded),
        Status::Failed,
        "Progress deadline exceeded",
    );
}

#[test]
fn k16_5_a_stateful_set_waits_for_its_revision_or_its_partition() {
    let object = |spec: Value, status: Value| json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "spec": spec, "status": status});
    let on_delete = json!({"updateStrategy": {"type": "OnDelete"}});
    let message = "StatefulSet is using the ondelete update strategy";
    check(&object(on_delete, json!({})), Status::Current, message);

    let two = json!({"replicas": 2});
    check(
        &object(two.clone(), json!({"replicas": 1})),
        Status::InProgress,
        "Replicas: 1/2",
    );
    check(
        &object(two.clone(), json!({"replicas": 2, "readyReplicas": 2})),
        Status::InProgress,
        "current: 0/2",
    );
    let counts = json!({"replicas": 2, "readyReplicas": 2, "currentReplicas": 2,
        "currentRevision": "a", "updateRevision": "b"});
    let message = "Waiting for updated revision to match current";
    check(&object(two.clone(), counts), Status::InProgress, message);
    let done = json!({"replicas": 2, "readyReplicas": 2, "currentReplicas": 2,
        "currentRevision": "a", "updateRevision": "a"});
    let message = "All replicas scheduled as expected. Replicas: 2";
    check(&object(two, done), Status::Current, message);

    let partition = json!({"replicas": 3, "updateStrategy": {"rollingUpdate": {"partition": 1}}});
    let ready =
        |updated: i64| json!({"replicas": 3, "readyReplicas": 3, "updatedReplicas": updated});
    check(
        &object(partition.clone(), ready(1)),
        Status::InProgress,
        "updated: 1/2",
    );
    let message = "Partition rollout complete. updated: 2";
    check(&object(partition, ready(2)), Status::Current, message);
}

#[test]
fn k16_5_a_daemon_set_without_generations_has_not_been_seen() {
    let object = |metadata: Value, status: Value| json!({"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": metadata, "status": status});
    let message = "DaemonSet metadata.generation not found";
    check(&object(json!({}), json!({})), Status::InProgress, message);
    let seen = json!({"generation": 1});
    let message = "DaemonSet status.observedGeneration not found";
    check(
        &object(seen.clone(), json!({})),
        Status::InProgress,
        message,
    );
    let message = "Missing .status.desiredNumberScheduled";
    check(
        &object(seen.clone(), json!({"observedGeneration": 1})),
        Status::InProgress,
        message,
    );
    let mut counts = json!({"observedGeneration": 1, "desiredNumberScheduled": 2});
    for (field, label) in [
        ("currentNumberScheduled", "Current"),
        ("updatedNumberScheduled", "Updated"),
        ("numberAvailable", "Available"),
        ("numberReady", "Ready"),
    ] {
        check(
            &object(seen.clone(), counts.clone()),
            Status::InProgress,
            &format!("{label}: 0/2"),
        );
        counts[field] = json!(2);
    }
    let message = "All replicas scheduled as expected. Replicas: 2";
    check(&object(seen, counts), Status::Current, message);
}

#[test]
fn k16_5_a_replica_set_has_neither_too_few_nor_too_many() {
    let object = |status: Value| json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "spec": {"replicas": 1}, "status": status});
    check(&object(json!({})), Status::InProgress, "Labelled: 0/1");
    let full = json!({"replicas": 2, "fullyLabeledReplicas": 1, "availableReplicas": 1, "readyReplicas": 1});
    check(&object(full), Status::InProgress, "Pending termination: 1");
    let failure = json!({"conditions": [{"type": "ReplicaFailure", "status": "True"}]});
    check(
        &object(failure),
        Status::InProgress,
        "Replica Failure condition. Check Pods",
    );
}

fn pod(created: &str, status: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"creationTimestamp": created}, "status": status})
}

#[test]
fn k16_5_a_pod_is_current_when_ready_or_done() {
    let early = "2026-01-01T00:00:00Z";
    let ready = json!({"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]});
    check(&pod(early, &ready), Status::Current, "Pod is Ready");
    check(
        &pod(early, &json!({"phase": "Succeeded"})),
        Status::Current,
        "Pod has completed successfully",
    );
    let message = "Pod has completed, but not successfully";
    check(
        &pod(early, &json!({"phase": "Failed"})),
        Status::Current,
        message,
    );
    check(
        &pod(early, &json!({})),
        Status::InProgress,
        "Pod phase not available",
    );
    check(
        &pod(early, &json!({"phase": "Lost"})),
        Status::Unknown,
        "unknown phase Lost",
    );
    let crashing = json!({"phase": "Running", "containerStatuses": [
        {"name": "a", "state": {"waiting": {"reason": "CrashLoopBackOff"}}},
        {"name": "b", "state": {"running": {}}},
    ]});
    check(
        &pod(early, &crashing),
        Status::Failed,
        "Containers in CrashLoop state: a",
    );
}

#[test]
fn k16_5_a_pod_gets_fifteen_seconds_to_find_a_node() {
    let status = json!({"phase": "Pending", "conditions": [
        {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"},
    ]});
    let fresh = pod("2026-01-01T00:00:46Z", &status);
    check(&fresh, Status::InProgress, "Pod has not been scheduled");
    let old = pod("2026-01-01T00:00:45Z", &status);
    check(&old, Status::Failed, "Pod could not be scheduled");
}

#[test]
fn k16_5_services_claims_and_definitions() {
    let service = |spec: Value| json!({"apiVersion": "v1", "kind": "Service", "spec": spec});
    let message = "ClusterIP not set. Service type: LoadBalancer";
    check(
        &service(json!({"type": "LoadBalancer"})),
        Status::InProgress,
        message,
    );
    let balanced = json!({"type": "LoadBalancer", "clusterIP": "10.0.0.1"});
    check(&service(balanced), Status::Current, "Service is ready");
    check(&service(json!({})), Status::Current, "Service is ready");

    let claim = json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "status": {"phase": "Pending"}});
    check(
        &claim,
        Status::InProgress,
        "PVC is not Bound. phase: Pending",
    );

    let definition = |conditions: Value| {
        json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "status": {"conditions": conditions}})
    };
    check(
        &definition(json!([])),
        Status::InProgress,
        "Install in progress",
    );
    let refused = json!([{"type": "NamesAccepted", "status": "False", "message": "taken"}]);
    check(&definition(refused), Status::Failed, "taken");
    let installing = json!([{"type": "Established", "status": "False", "reason": "Installing"}]);
    check(
        &definition(installing),
        Status::InProgress,
        "Install in progress",
    );
    let broken =
        json!([{"type": "Established", "status": "False", "reason": "X", "message": "no"}]);
    check(&definition(broken), Status::Failed, "no");
    let established = json!([{"type": "Established", "status": "True"}]);
    check(
        &definition(established),
        Status::Current,
        "CRD is established",
    );
}

#[test]
fn k16_5_kinds_without_a_life_of_their_own_are_always_current() {
    for (version, kind) in [
        ("v1", "Secret"),
        ("v1", "ConfigMap"),
        ("batch/v1", "CronJob"),
        ("policy/v1", "PodDisruptionBudget"),
    ] {
        let object = json!({"apiVersion": version, "kind": kind});
        assert_eq!(status(&object, now()).status, Status::Current, "{kind}");
    }
}

#[test]
fn k16_6_failed_pods_fail_their_workload_unless_a_rollout_or_an_autoscaler_ends_it() {
    let crashing = json!({"phase": "Running", "containerStatuses": [
        {"name": "a", "state": {"waiting": {"reason": "CrashLoopBackOff"}}},
    ]});
    let unschedulable = json!({"phase": "Pending", "conditions": [
        {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"},
    ]});
    let early = "2026-01-01T00:00:00Z";
    let mut deleted = pod(early, &crashing);
    deleted["metadata"]["deletionTimestamp"] = json!(early);
    let harmless = [
        deleted,
        pod(early, &unschedulable),
        pod(early, &json!({"phase": "Pending"})),
    ];
    assert_eq!(failed_pods(&harmless, now()), None);
    let pods = [pod(early, &crashing), pod(early, &crashing)];
    assert_eq!(
        failed_pods(&pods, now()),
        Some(Health::failed("2 pods have failed"))
    );
}

#[test]
fn k16_6_only_stateful_sets_and_replica_sets_look_at_their_pods() {
    let object = |version: &str, kind: &str| json!({"apiVersion": version, "kind": kind});
    assert!(has_pods(&object("apps/v1", "StatefulSet")));
    assert!(has_pods(&object("apps/v1", "ReplicaSet")));
    assert!(!has_pods(&object("apps/v1", "Deployment")));
    assert!(!has_pods(&object("example.com/v1", "StatefulSet")));
}
