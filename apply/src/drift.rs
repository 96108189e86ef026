//! Whether what the server would store differs from what it has stored (compat K14.6).

use crate::object::Object;
use serde_json::{Map, Value};

/// Compares the live object with the answer of a dry-run: labels, annotations, and everything but `metadata`
/// and `status`. A dry-run without a resource version is one of an object that is not there.
pub(crate) fn has_drifted(live: &Object, dry_run: &Object) -> bool {
    dry_run.resource_version().is_empty()
        || metadata_differs(live, dry_run, "labels")
        || metadata_differs(live, dry_run, "annotations")
        || content(live) != content(dry_run)
}

/// No labels at all and an empty map of labels are the same.
fn metadata_differs(a: &Object, b: &Object, field: &str) -> bool {
    let entries = |object| Object::metadata_map(object, field).filter(|map| !map.is_empty());
    entries(a) != entries(b)
}

fn content(object: &Object) -> Map<String, Value> {
    let Some(fields) = object.as_value().as_object() else {
        return Map::new();
    };
    let mut content: Map<String, Value> = fields
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "metadata" | "status"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if is_autoscaler(object) {
        drop_spurious_metrics(&mut content);
    }
    content
}

/// Takes out of the answer of a dry-run what only the dry-run has.
pub fn normalize_dry_run(object: &mut Object) {
    if is_autoscaler(object)
        && let Some(fields) = object.value_mut().as_object_mut()
    {
        drop_spurious_metrics(fields);
    }
}

fn is_autoscaler(object: &Object) -> bool {
    object.api_version() == "autoscaling/v2" && object.kind() == "HorizontalPodAutoscaler"
}

/// A dry-run of an autoscaler can repeat a metric and add an empty one at the end (kubernetes#118293).
fn drop_spurious_metrics(content: &mut Map<String, Value>) {
    let Some(metrics) = content
        .get_mut("spec")
        .and_then(|spec| spec.get_mut("metrics"))
        .and_then(Value::as_array_mut)
    else {
        return;
    };
    let mut kept: Vec<Value> = Vec::new();
    for metric in metrics.drain(..) {
        let typed = metric
            .get("type")
            .and_then(Value::as_str)
            .is_some_and(|kind| !kind.is_empty());
        if typed && !kept.contains(&metric) {
            kept.push(metric);
        }
    }
    *metrics = kept;
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn config(metadata: &Value, data: &Value) -> Object {
        let mut metadata = metadata.clone();
        metadata["resourceVersion"] = json!("1");
        Object::from_response(json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data
        }))
    }

    #[test]
    fn k14_6_only_labels_annotations_and_content_count() {
        let live = config(
            &json!({"generation": 1, "labels": {"a": "b"}}),
            &json!({"k": "v"}),
        );
        let same = config(
            &json!({"generation": 2, "labels": {"a": "b"}, "annotations": {}}),
            &json!({"k": "v"}),
        );
        assert!(!has_drifted(&live, &same));
        for differs in [
            config(&json!({"labels": {"a": "c"}}), &json!({"k": "v"})),
            config(
                &json!({"labels": {"a": "b"}, "annotations": {"x": ""}}),
                &json!({"k": "v"}),
            ),
            config(&json!({"labels": {"a": "b"}}), &json!({"k": "w"})),
            config(&json!({"labels": {"a": "b"}}), &json!({})),
        ] {
            assert!(has_drifted(&live, &differs), "{differs:?}");
        }
    }

    #[test]
    fn k14_6_the_status_is_not_compared() {
        let mut live = config(&json!({}), &json!({}));
        let dry_run = live.clone();
        live.value_mut()["status"] = json!({"phase": "x"});
        assert!(!has_drifted(&live, &dry_run));
    }

    #[test]
    fn k14_6_a_new_object_has_drifted() {
        let new = Object::from_response(json!({"apiVersion": "v1", "kind": "ConfigMap"}));
        assert!(has_drifted(&Object::from_response(Value::Null), &new));
    }

    #[test]
    fn k14_6_repeated_and_empty_metrics_of_an_autoscaler_are_no_drift() {
        let scaler = |metrics: Value| {
            Object::from_response(json!({
                "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
                "metadata": {"resourceVersion": "1"}, "spec": {"metrics": metrics}
            }))
        };
        let cpu = json!({"type": "Resource", "resource": {"name": "cpu"}});
        let memory = json!({"type": "Resource", "resource": {"name": "memory"}});
        let live = scaler(json!([cpu, memory]));
        assert!(!has_drifted(
            &live,
            &scaler(json!([cpu, cpu, memory, {"type": ""}]))
        ));
        assert!(has_drifted(&live, &scaler(json!([memory]))));
    }
}
