//! What each built-in kind needs to be ready.

use apply::cluster::ListQuery;
use apply::{Cluster, Gvk, Object};
use serde_json::Value;

use super::NotReady;
use crate::action::wait::Jobs;

/// Whether an object is ready by the rule of its kind, or has none.
pub(super) async fn is_ready(
    cluster: &dyn Cluster,
    target: &Object,
    jobs: Jobs,
) -> Result<bool, NotReady> {
    let kind = (target.group(), target.kind());
    let has_rule = match kind {
        ("", "Pod" | "PersistentVolumeClaim" | "Service" | "ReplicationController")
        | ("apps", "Deployment" | "DaemonSet" | "StatefulSet" | "ReplicaSet")
        | ("apiextensions.k8s.io", "CustomResourceDefinition") => true,
        ("batch", "Job") => jobs == Jobs::Awaited,
        _ => false,
    };
    if !has_rule {
        return Ok(true);
    }
    let live = cluster.get(&target.object_ref()).await?;
    let value = live.as_value();
    Ok(match kind.1 {
        "Pod" => pod(value),
        "Job" => return job(&live),
        "Deployment" => return deployment(cluster, &live).await,
        "PersistentVolumeClaim" => value["status"]["phase"] == "Bound",
        "Service" => service(value),
        "DaemonSet" => daemon_set(value),
        "CustomResourceDefinition" => definition(value),
        "StatefulSet" => stateful_set(value),
        _ => is_observed(value) && pods_of(cluster, &live).await?,
    })
}

fn number(value: &Value, pointer: &str) -> i64 {
    let found = value.pointer(pointer).and_then(Value::as_i64);
    found.unwrap_or_default()
}

/// Whether the controller of the object has seen its spec.
fn is_observed(value: &Value) -> bool {
    number(value, "/status/observedGeneration") == number(value, "/metadata/generation")
}

fn conditions(value: &Value) -> impl Iterator<Item = (&str, &str)> {
    let list = value
        .pointer("/status/conditions")
        .and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(|condition| Some((condition["type"].as_str()?, condition["status"].as_str()?)))
}

fn pod(value: &Value) -> bool {
    conditions(value).any(|condition| condition == ("Ready", "True"))
}

/// A conflict of names counts as ready, since waiting does not end it.
fn definition(value: &Value) -> bool {
    conditions(value).any(|condition| {
        matches!(
            condition,
            ("Established", "True") | ("NamesAccepted", "False")
        )
    })
}

fn job(live: &Object) -> Result<bool, NotReady> {
    let value = live.as_value();
    // The server sets the limit to six where the manifest has none.
    let limit = value.pointer("/spec/backoffLimit").and_then(Value::as_i64);
    if number(value, "/status/failed") > limit.unwrap_or(6) {
        return Err(NotReady::Job(format!(
            "{}/{}",
            live.namespace(),
            live.name()
        )));
    }
    let wanted = value.pointer("/spec/completions").and_then(Value::as_i64);
    Ok(wanted.is_none_or(|wanted| number(value, "/status/succeeded") >= wanted))
}

fn service(value: &Value) -> bool {
    let spec = &value["spec"];
    if spec["type"] == "ExternalName" {
        return true;
    }
    if spec["clusterIP"].as_str().unwrap_or_default().is_empty() {
        return false;
    }
    let has_some = |list: Option<&Value>| {
        let list = list.and_then(Value::as_array);
        list.is_some_and(|list| !list.is_empty())
    };
    spec["type"] != "LoadBalancer"
        || has_some(spec.get("externalIPs"))
        || has_some(value.pointer("/status/loadBalancer/ingress"))
}

fn daemon_set(value: &Value) -> bool {
    if !is_observed(value) {
        return false;
    }
    if value["spec"]["updateStrategy"]["type"] != "RollingUpdate" {
        return true;
    }
    let desired = number(value, "/status/desiredNumberScheduled");
    let unavailable = &value["spec"]["updateStrategy"]["rollingUpdate"]["maxUnavailable"];
    let unavailable = scaled(unavailable, desired, Rounding::Up).unwrap_or(desired);
    number(value, "/status/updatedNumberScheduled") == desired
        && number(value, "/status/numberReady") >= desired - unavailable
}

fn stateful_set(value: &Value) -> bool {
    if !is_observed(value) {
        return false;
    }
    if value["spec"]["updateStrategy"]["type"] != "RollingUpdate" {
        return true;
    }
    let replicas = value.pointer("/spec/replicas").and_then(Value::as_i64);
    let replicas = replicas.unwrap_or(1);
    let partition = number(value, "/spec/updateStrategy/rollingUpdate/partition");
    let status = &value["status"];
    number(value, "/status/updatedReplicas") >= replicas - partition
        && number(value, "/status/readyReplicas") == replicas
        && (partition != 0 || status["currentRevision"] == status["updateRevision"])
}

/// By the `ReplicaSet` of what it says now; one that is paused is left alone.
async fn deployment(cluster: &dyn Cluster, live: &Object) -> Result<bool, NotReady> {
    let value = live.as_value();
    if value["spec"]["paused"] == true {
        return Ok(true);
    }
    let sets = select(
        cluster,
        live,
        ("apps", "ReplicaSet"),
        &value["spec"]["selector"]["matchLabels"],
    );
    let mut sets = sets.await?;
    sets.retain(|set| is_of(set.as_value(), value));
    let created = |set: &Object| set.as_value()["metadata"]["creationTimestamp"].to_string();
    sets.sort_by_key(created);
    let Some(newest) = sets.first().map(Object::as_value) else {
        return Ok(false);
    };
    let replicas = number(value, "/spec/replicas");
    let expected = replicas - max_unavailable(value, replicas);
    Ok(is_observed(newest)
        && is_observed(value)
        && number(newest, "/status/readyReplicas") >= expected)
}

/// Whether a `ReplicaSet` is that of a Deployment, with the template that it has now.
fn is_of(set: &Value, deployment: &Value) -> bool {
    let owners = set["metadata"]["ownerReferences"].as_array();
    let uid = &deployment["metadata"]["uid"];
    let is_owned = owners
        .into_iter()
        .flatten()
        .any(|owner| owner["controller"] == true && owner["uid"] == *uid);
    let without_hash = |owner: &Value| {
        let mut template = owner["spec"]["template"].clone();
        let labels = template.pointer_mut("/metadata/labels");
        if let Some(labels) = labels.and_then(Value::as_object_mut) {
            labels.remove("pod-template-hash");
        }
        template
    };
    is_owned && without_hash(set) == without_hash(deployment)
}

fn max_unavailable(deployment: &Value, replicas: i64) -> i64 {
    let strategy = &deployment["spec"]["strategy"];
    if strategy["type"] != "RollingUpdate" || replicas == 0 {
        return 0;
    }
    let rolling = &strategy["rollingUpdate"];
    let surge = scaled(&rolling["maxSurge"], replicas, Rounding::Up);
    let unavailable = scaled(&rolling["maxUnavailable"], replicas, Rounding::Down);
    match (surge, unavailable) {
        (Some(0), Some(0)) => 1,
        (Some(_), Some(unavailable)) => unavailable.min(replicas),
        _ => 0,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rounding {
    Up,
    Down,
}

/// A number, or a share of `whole`; nothing where it is neither. What is not set is zero.
fn scaled(value: &Value, whole: i64, rounding: Rounding) -> Option<i64> {
    match value {
        Value::Null => Some(0),
        Value::String(text) => {
            let percent: i64 = text.strip_suffix('%')?.parse().ok()?;
            let hundredfold = percent.checked_mul(whole)?;
            Some(match rounding {
                Rounding::Up => hundredfold.div_euclid(100) + i64::from(hundredfold % 100 != 0),
                Rounding::Down => hundredfold.div_euclid(100),
            })
        }
        number => number.as_i64(),
    }
}

/// Whether all pods that the object selects are ready.
async fn pods_of(cluster: &dyn Cluster, live: &Object) -> Result<bool, NotReady> {
    let selector = &live.as_value()["spec"]["selector"];
    let labels = selector.get("matchLabels").unwrap_or(selector);
    let pods = select(cluster, live, ("", "Pod"), labels).await?;
    Ok(pods.iter().all(|found| pod(found.as_value())))
}

/// Objects of a kind beside `live` with these labels.
async fn select(
    cluster: &dyn Cluster,
    live: &Object,
    (group, kind): (&str, &str),
    labels: &Value,
) -> Result<Vec<Object>, NotReady> {
    let labels = labels.as_object().into_iter().flatten();
    let labels: Vec<String> = labels
        .filter_map(|(key, value)| Some(format!("{key}={}", value.as_str()?)))
        .collect();
    let query = ListQuery {
        gvk: Gvk {
            group: group.to_owned(),
            version: "v1".to_owned(),
            kind: kind.to_owned(),
        },
        namespace: Some(live.namespace().to_owned()),
        label_selector: labels.join(","),
    };
    Ok(cluster.list(&query).await?.items)
}

#[cfg(test)]
mod tests {
    use apply::ApiError;
    use apply::cluster::StatusError;
    use serde_json::json;

    use super::*;

    fn with(base: &Value, pointer: &str, value: Value) -> Value {
        let mut changed = base.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        changed
    }

    #[test]
    fn h15_3_services_need_an_address_and_balancers_one_outside() {
        let service_of = |spec: Value| service(&json!({"spec": spec}));
        assert!(service_of(json!({"type": "ExternalName"})));
        assert!(!service_of(json!({"type": "ClusterIP", "clusterIP": ""})));
        assert!(service_of(
            json!({"type": "ClusterIP", "clusterIP": "None"})
        ));
        let balancer = json!({"type": "LoadBalancer", "clusterIP": "10.0.0.1"});
        assert!(!service_of(balancer.clone()));
        let mut outside = balancer.clone();
        outside["externalIPs"] = json!(["192.0.2.1"]);
        assert!(service_of(outside));
        let status = json!({"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}});
        assert!(service(&json!({"spec": balancer, "status": status})));
    }

    #[test]
    fn h15_3_workloads_need_their_pods() {
        let daemons = json!({
            "metadata": {"generation": 2},
            "spec": {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "10%"}}},
            "status": {"observedGeneration": 2, "desiredNumberScheduled": 5, "updatedNumberScheduled": 5, "numberReady": 4},
        });
        assert!(daemon_set(&daemons));
        assert!(!daemon_set(&with(
            &daemons,
            "/status/numberReady",
            json!(3)
        )));
        assert!(!daemon_set(&with(
            &daemons,
            "/status/updatedNumberScheduled",
            json!(4)
        )));
        assert!(!daemon_set(&with(
            &daemons,
            "/metadata/generation",
            json!(3)
        )));
        let set = json!({
            "metadata": {"generation": 1},
            "spec": {"replicas": 2, "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}},
            "status": {"observedGeneration": 1, "updatedReplicas": 2, "readyReplicas": 2,
                "currentRevision": "a", "updateRevision": "a"},
        });
        assert!(stateful_set(&set));
        assert!(!stateful_set(&with(
            &set,
            "/status/updateRevision",
            json!("b")
        )));
        assert!(!stateful_set(&with(
            &set,
            "/status/readyReplicas",
            json!(1)
        )));
        let part = with(
            &set,
            "/spec/updateStrategy/rollingUpdate/partition",
            json!(1),
        );
        assert!(stateful_set(&with(
            &part,
            "/status/updateRevision",
            json!("b")
        )));
        let on_delete = with(&set, "/spec/updateStrategy/type", json!("OnDelete"));
        assert!(stateful_set(&with(
            &on_delete,
            "/status/readyReplicas",
            json!(0)
        )));
    }

    #[test]
    fn h15_3_deployments_may_lack_as_many_pods_as_they_say() {
        let of = |unavailable: Value, surge: Value| {
            let rolling = json!({"maxUnavailable": unavailable, "maxSurge": surge});
            let strategy = json!({"type": "RollingUpdate", "rollingUpdate": rolling});
            max_unavailable(&json!({"spec": {"strategy": strategy}}), 3)
        };
        assert_eq!(of(json!("25%"), json!("25%")), 0);
        assert_eq!(of(json!("50%"), json!("25%")), 1);
        assert_eq!(of(json!(0), json!(0)), 1);
        assert_eq!(of(json!(9), json!(1)), 3);
        let deployment = json!({"metadata": {"uid": "u"}, "spec": {"template": {"metadata": {"labels": {"a": "b"}}}}});
        let set = json!({
            "metadata": {"ownerReferences": [{"uid": "u", "controller": true}]},
            "spec": {"template": {"metadata": {"labels": {"a": "b", "pod-template-hash": "1"}}}},
        });
        assert!(is_of(&set, &deployment));
        assert!(!is_of(
            &with(&set, "/metadata/ownerReferences/0/uid", json!("v")),
            &deployment
        ));
        let old = with(&set, "/spec/template/metadata/labels/a", json!("c"));
        assert!(!is_of(&old, &deployment));
    }

    #[test]
    fn h15_3_jobs_pods_and_definitions_say_so_themselves() {
        let job_of = |status: Value| {
            job(&Object::from_response(json!({
                "metadata": {"name": "j", "namespace": "n"},
                "spec": {"completions": 1, "backoffLimit": 0}, "status": status,
            })))
        };
        assert!(job_of(json!({"succeeded": 1})).unwrap());
        assert!(!job_of(json!({"active": 1})).unwrap());
        let error = job_of(json!({"failed": 1})).unwrap_err();
        assert_eq!(error.to_string(), "job is failed: n/j");
        let saying = |kind: &str, status: &str| json!({"status": {"conditions": [{"type": kind, "status": status}]}});
        assert!(pod(&saying("Ready", "True")) && !pod(&saying("Ready", "False")));
        assert!(definition(&saying("Established", "True")));
        assert!(definition(&saying("NamesAccepted", "False")));
        assert!(!definition(&saying("NamesAccepted", "True")));
    }

    #[test]
    fn h15_3_only_what_may_pass_is_asked_again() {
        let status = |code| {
            NotReady::Api(ApiError::Status(StatusError {
                code,
                ..StatusError::default()
            }))
        };
        assert!(status(500).is_passing() && status(429).is_passing() && status(503).is_passing());
        assert!(
            !status(404).is_passing() && !status(403).is_passing() && !status(501).is_passing()
        );
        assert!(NotReady::Job(String::new()).is_passing());
        assert!(!NotReady::Timeout.is_passing());
    }
}
