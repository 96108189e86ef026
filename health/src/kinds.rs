//! The rules for known kinds (table of compat K16.5).

mod definitions;
mod job;
mod pods;
mod workloads;

pub use pods::{failed_pods, has_pods};

pub(crate) use job::status as job;

use crate::Health;
use crate::conditions::Condition;
use crate::fields::{group, kind, string};
use jiff::Timestamp;
use serde_json::Value;

/// The verdict of the kind's own rule; `None` for a kind without one.
pub(crate) fn status(
    object: &Value,
    conditions: &[Condition<'_>],
    now: Timestamp,
) -> Option<Health> {
    Some(match (group(object), kind(object)) {
        ("apps" | "extensions", "Deployment") => workloads::deployment(object, conditions),
        ("apps" | "extensions", "DaemonSet") => workloads::daemon_set(object),
        ("apps" | "extensions", "ReplicaSet") => workloads::replica_set(object, conditions),
        ("apps", "StatefulSet") => workloads::stateful_set(object),
        ("batch", "Job") => job::status(object, conditions),
        ("batch", "CronJob") | ("", "Secret" | "ConfigMap") => {
            Health::current("Resource is always ready")
        }
        ("policy", "PodDisruptionBudget") => {
            Health::current("AllowedDisruptions has been computed.")
        }
        ("", "Pod") => pods::pod(object, conditions, now),
        ("", "PersistentVolumeClaim") => persistent_volume_claim(object),
        ("", "Service") => service(object),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            definitions::custom_resource_definition(conditions)
        }
        _ => return None,
    })
}

fn persistent_volume_claim(object: &Value) -> Health {
    match string(object, "/status/phase", "unknown") {
        "Bound" => Health::current("PVC is Bound"),
        phase => Health::in_progress(format!("PVC is not Bound. phase: {phase}")),
    }
}

/// A load balancer counts once it has a cluster address: the outer address may take a cloud minutes.
fn service(object: &Value) -> Health {
    let balanced = string(object, "/spec/type", "ClusterIP") == "LoadBalancer";
    if balanced && string(object, "/spec/clusterIP", "").is_empty() {
        return Health::in_progress("ClusterIP not set. Service type: LoadBalancer");
    }
    Health::current("Service is ready")
}
