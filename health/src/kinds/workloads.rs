//! The workloads that count replicas (table of compat K16.5). Each rule names the first count that lags.

use crate::Health;
use crate::conditions::Condition;
use crate::fields::{at, int, string};
use serde_json::Value;

/// "Not set" as the Deployment controller writes it: then no condition `Progressing` is kept.
const NO_PROGRESS_DEADLINE: i64 = i32::MAX as i64;

pub(super) fn deployment(object: &Value, conditions: &[Condition<'_>]) -> Health {
    let deadline = int(
        object,
        "/spec/progressDeadlineSeconds",
        NO_PROGRESS_DEADLINE,
    );
    let mut progressed = deadline == NO_PROGRESS_DEADLINE;
    let mut available = false;
    for condition in conditions {
        match condition.kind {
            "Progressing" if condition.reason == "ProgressDeadlineExceeded" => {
                return Health::failed("Progress deadline exceeded");
            }
            "Progressing" if condition.is_true() => {
                progressed |= condition.reason == "NewReplicaSetAvailable";
            }
            "Available" => available |= condition.is_true(),
            _ => {}
        }
    }
    let count = |name: &str| int(object, &format!("/status/{name}"), 0);
    let wanted = int(object, "/spec/replicas", 1);
    let replicas = count("replicas");
    let updated = count("updatedReplicas");
    let lagging = at_least("Replicas", replicas, wanted)
        .or_else(|| at_least("Updated", updated, wanted))
        .or_else(|| surplus(replicas, wanted))
        .or_else(|| at_least("Available", count("availableReplicas"), updated))
        .or_else(|| at_least("Ready", count("readyReplicas"), wanted));
    match lagging {
        Some(health) => health,
        None if !progressed => Health::in_progress("ReplicaSet not Available"),
        None if !available => Health::in_progress("Deployment not Available"),
        None => Health::current(format!("Deployment is available. Replicas: {replicas}")),
    }
}

pub(super) fn replica_set(object: &Value, conditions: &[Condition<'_>]) -> Health {
    if conditions
        .iter()
        .any(|condition| condition.kind == "ReplicaFailure" && condition.is_true())
    {
        return Health::in_progress("Replica Failure condition. Check Pods");
    }
    let count = |name: &str| int(object, &format!("/status/{name}"), 0);
    let wanted = int(object, "/spec/replicas", 1);
    let replicas = count("replicas");
    at_least("Labelled", count("fullyLabeledReplicas"), wanted)
        .or_else(|| at_least("Available", count("availableReplicas"), wanted))
        .or_else(|| at_least("Ready", count("readyReplicas"), wanted))
        .or_else(|| surplus(replicas, wanted))
        .unwrap_or_else(|| {
            Health::current(format!("ReplicaSet is available. Replicas: {replicas}"))
        })
}

pub(super) fn stateful_set(object: &Value) -> Health {
    if string(object, "/spec/updateStrategy/type", "") == "OnDelete" {
        return Health::current("StatefulSet is using the ondelete update strategy");
    }
    let count = |name: &str| int(object, &format!("/status/{name}"), 0);
    let wanted = int(object, "/spec/replicas", 1);
    let replicas = count("replicas");
    let lagging = at_least("Replicas", replicas, wanted)
        .or_else(|| at_least("Ready", count("readyReplicas"), wanted))
        .or_else(|| surplus(replicas, wanted));
    if let Some(health) = lagging {
        return health;
    }
    // -1 stands for "not set" here as well.
    let partition = int(object, "/spec/updateStrategy/rollingUpdate/partition", -1);
    if partition != -1 {
        let updated = count("updatedReplicas");
        return at_least("updated", updated, wanted - partition).unwrap_or_else(|| {
            Health::current(format!("Partition rollout complete. updated: {updated}"))
        });
    }
    if let Some(health) = at_least("current", count("currentReplicas"), wanted) {
        return health;
    }
    if string(object, "/status/currentRevision", "") != string(object, "/status/updateRevision", "")
    {
        return Health::in_progress("Waiting for updated revision to match current");
    }
    Health::current(format!(
        "All replicas scheduled as expected. Replicas: {replicas}"
    ))
}

/// The generations must be there: without them the controller has not acted yet.
pub(super) fn daemon_set(object: &Value) -> Health {
    for (pointer, path) in [
        ("/metadata/generation", "metadata.generation"),
        ("/status/observedGeneration", "status.observedGeneration"),
    ] {
        if at(object, pointer).is_none() {
            return Health::in_progress(format!("DaemonSet {path} not found"));
        }
    }
    let wanted = int(object, "/status/desiredNumberScheduled", -1);
    if wanted == -1 {
        return Health::in_progress("Missing .status.desiredNumberScheduled");
    }
    let count = |name: &str| int(object, &format!("/status/{name}"), 0);
    at_least("Current", count("currentNumberScheduled"), wanted)
        .or_else(|| at_least("Updated", count("updatedNumberScheduled"), wanted))
        .or_else(|| at_least("Available", count("numberAvailable"), wanted))
        .or_else(|| at_least("Ready", count("numberReady"), wanted))
        .unwrap_or_else(|| {
            Health::current(format!(
                "All replicas scheduled as expected. Replicas: {wanted}"
            ))
        })
}

fn at_least(what: &str, count: i64, wanted: i64) -> Option<Health> {
    (count < wanted).then(|| Health::in_progress(format!("{what}: {count}/{wanted}")))
}

fn surplus(count: i64, wanted: i64) -> Option<Health> {
    (count > wanted)
        .then(|| Health::in_progress(format!("Pending termination: {}", count - wanted)))
}
