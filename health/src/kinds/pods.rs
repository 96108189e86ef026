//! `Pod`, and the workloads whose pods tell more than they do themselves (compat K16.5, K16.6).

use crate::conditions::{Condition, conditions};
use crate::fields::{at, group, kind, string};
use crate::{Health, Status, generic};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// How long a pod may look for a node before that counts as a failure.
const SCHEDULE_WINDOW: SignedDuration = SignedDuration::from_secs(15);

pub(super) fn pod(object: &Value, conditions: &[Condition<'_>], now: Timestamp) -> Health {
    match string(object, "/status/phase", "") {
        "Succeeded" => Health::current("Pod has completed successfully"),
        "Failed" => Health::current("Pod has completed, but not successfully"),
        "Running" => running(object, conditions),
        "Pending" => pending(object, conditions, now),
        "" => Health::in_progress("Pod phase not available"),
        phase => Health::unknown(format!("unknown phase {phase}")),
    }
}

fn running(object: &Value, conditions: &[Condition<'_>]) -> Health {
    if conditions
        .iter()
        .any(|condition| condition.kind == "Ready" && condition.is_true())
    {
        return Health::current("Pod is Ready");
    }
    let crashing: Vec<&str> = at(object, "/status/containerStatuses")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter(|status| string(status, "/state/waiting/reason", "") == "CrashLoopBackOff")
        .filter_map(|status| status.get("name").and_then(Value::as_str))
        .collect();
    if crashing.is_empty() {
        Health::in_progress("Pod is running but is not Ready")
    } else {
        Health::failed(format!(
            "Containers in CrashLoop state: {}",
            crashing.join(",")
        ))
    }
}

fn pending(object: &Value, conditions: &[Condition<'_>], now: Timestamp) -> Health {
    if !unschedulable(conditions) {
        return Health::in_progress("Pod is in the Pending phase");
    }
    let created = string(object, "/metadata/creationTimestamp", "").parse::<Timestamp>();
    match created {
        Ok(created) if now.duration_since(created) < SCHEDULE_WINDOW => {
            Health::in_progress("Pod has not been scheduled")
        }
        _ => Health::failed("Pod could not be scheduled"),
    }
}

fn unschedulable(conditions: &[Condition<'_>]) -> bool {
    conditions.iter().any(|condition| {
        condition.kind == "PodScheduled"
            && condition.is_false()
            && condition.reason == "Unschedulable"
    })
}

/// Whether a workload's pods are to be looked at while it is in progress: see [`failed_pods`].
pub fn has_pods(object: &Value) -> bool {
    matches!(
        (group(object), kind(object)),
        ("apps", "StatefulSet" | "ReplicaSet")
    )
}

/// The verdict that the pods of a workload in progress force on it, if any (compat K16.6): failed when at
/// least one of them has failed for good. A pod that is being deleted, or that no node has room for yet, has
/// not: a rollout ends the first, an autoscaler the second.
///
/// `pods` are the live pods that the workload's selector matches.
pub fn failed_pods<'a>(
    pods: impl IntoIterator<Item = &'a Value>,
    now: Timestamp,
) -> Option<Health> {
    let failed = pods
        .into_iter()
        .filter(|pod| generic::status(pod, now).status == Status::Failed)
        .filter(|pod| !conditions(pod).is_ok_and(|conditions| unschedulable(&conditions)))
        .count();
    (failed > 0).then(|| Health::failed(format!("{failed} pods have failed")))
}
