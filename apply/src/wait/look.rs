//! One look at one object: its state, and the pods of a workload in progress (compat K16.6).

use super::WaitOptions;
use super::board::Entry;
use crate::cluster::{ApiError, Cluster, ListQuery};
use crate::id::{Gvk, ObjectRef};
use crate::object::Object;
use health::{Health, Status};
use jiff::Timestamp;
use serde_json::Value;

/// What a look found: the health, and the object where it is to be looked at again without an event.
pub(super) type Seen = (Health, Option<Object>);

/// Reads the object and its health. Nothing is lost on an error: it becomes the health.
pub(super) async fn look(
    cluster: &dyn Cluster,
    gvk: &Gvk,
    entry: &Entry,
    options: &WaitOptions,
) -> Seen {
    let target = ObjectRef {
        gvk: gvk.clone(),
        namespace: entry.id.namespace.clone(),
        name: entry.id.name.clone(),
    };
    match cluster.get(&target).await {
        Ok(object) => judge(cluster, object, options).await,
        Err(error) => (unreadable(&error), None),
    }
}

/// The health of a state that is at hand, as far as it can be told without its pods.
pub(super) fn glance(object: Object, options: &WaitOptions, now: Timestamp) -> Seen {
    let health = options.readers.status(object.as_value(), now);
    if health.status != Status::InProgress || options.readers.replaces_rules_of(object.as_value()) {
        return (health, None);
    }
    let is_pod = object.kind() == "Pod" && object.group().is_empty();
    let changes_without_event = is_pod || health::has_pods(object.as_value());
    (health, changes_without_event.then_some(object))
}

/// The health of a state that is at hand.
async fn judge(cluster: &dyn Cluster, object: Object, options: &WaitOptions) -> Seen {
    let now = Timestamp::now();
    let (health, last) = glance(object, options, now);
    let object = match last {
        Some(object) if health::has_pods(object.as_value()) => object,
        last => return (health, last),
    };
    match pods(cluster, &object).await {
        Ok(pods) => {
            let pods = pods.iter().map(Object::as_value);
            let health = health::failed_pods(pods, now).unwrap_or(health);
            (health, Some(object))
        }
        Err(error) => (unreadable(&error), Some(object)),
    }
}

pub(super) fn unreadable(error: &ApiError) -> Health {
    if error.is_not_found() {
        Health::not_found()
    } else {
        Health::unknown(error.to_string())
    }
}

async fn pods(cluster: &dyn Cluster, workload: &Object) -> Result<Vec<Object>, ApiError> {
    let Some(label_selector) = workload
        .as_value()
        .pointer("/spec/selector")
        .and_then(selector)
    else {
        return Ok(Vec::new());
    };
    let query = ListQuery {
        gvk: Gvk::new("v1", "Pod"),
        namespace: Some(workload.namespace().to_owned()),
        label_selector,
    };
    Ok(cluster.list(&query).await?.items)
}

/// A `metav1.LabelSelector` as text; `None` for one that is empty or malformed, which selects nothing here.
fn selector(selector: &Value) -> Option<String> {
    let mut parts = Vec::new();
    for (key, value) in selector
        .get("matchLabels")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        parts.push(format!("{key}={}", value.as_str()?));
    }
    let expressions = selector.get("matchExpressions").and_then(Value::as_array);
    for expression in expressions.into_iter().flatten() {
        let key = expression.get("key")?.as_str()?;
        let values = expression.get("values").and_then(Value::as_array);
        let values: Vec<&str> = values
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        parts.push(match expression.get("operator")?.as_str()? {
            "In" => format!("{key} in ({})", values.join(",")),
            "NotIn" => format!("{key} notin ({})", values.join(",")),
            "Exists" => key.to_owned(),
            "DoesNotExist" => format!("!{key}"),
            _ => return None,
        });
    }
    (!parts.is_empty()).then(|| parts.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn k16_6_the_selector_of_a_workload_becomes_a_query() {
        let full = json!({
            "matchLabels": {"app": "a"},
            "matchExpressions": [
                {"key": "tier", "operator": "In", "values": ["x", "y"]},
                {"key": "old", "operator": "DoesNotExist"},
                {"key": "new", "operator": "Exists"},
                {"key": "z", "operator": "NotIn", "values": ["q"]},
            ],
        });
        assert_eq!(
            selector(&full).as_deref(),
            Some("app=a,tier in (x,y),!old,new,z notin (q)")
        );
        assert_eq!(selector(&json!({})), None);
        assert_eq!(
            selector(&json!({"matchExpressions": [{"key": "a", "operator": "?"}]})),
            None
        );
    }
}
