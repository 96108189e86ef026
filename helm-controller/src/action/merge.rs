//! Patches for objects that are written from the client (H12.2), from what a release had, what it is to have and what there
//! is.
//!
//! Lists of built-in kinds whose items have keys are merged item by item, as a strategic merge patch does
//! (`apimachinery/pkg/util/strategicpatch`): what others have added to them stays. Other lists are taken as wholes, where the
//! live one does not hold the wanted one item by item. Of kinds that Kubernetes does not define itself only the manifests are
//! compared, so that what others have changed stays until the manifest says something else there (`pkg/kube/client.go`).
//!
//! The patch is one by RFC 7396 in any case: a list that was merged here is in it as a whole.

use apply::Object;
use kustomize::Schema;
use serde_json::{Map, Value};

/// API groups of Kubernetes itself beside those without a dot.
const BUILT_IN: &[&str] = &[
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
];

/// The patch, or nothing when there is nothing to change. Without an `original` the object is taken over as it is.
pub(super) fn patch(original: Option<&Object>, target: &Object, current: &Object) -> Option<Value> {
    let gvk = target.gvk();
    let schema = Schema::built_in(&gvk.api_version(), &gvk.kind);
    let is_built_in = !gvk.group.contains('.') || BUILT_IN.contains(&gvk.group.as_str());
    let live = match original {
        Some(original) if !is_built_in => original,
        _ => current,
    };
    let original = original.unwrap_or(current);
    three_way(
        original.as_value(),
        target.as_value(),
        live.as_value(),
        schema.as_ref(),
    )
}

fn three_way(
    original: &Value,
    target: &Value,
    current: &Value,
    schema: Option<&Schema<'_>>,
) -> Option<Value> {
    let patch = between(
        original.as_object()?,
        target.as_object()?,
        current.as_object(),
        schema,
    );
    (!patch.is_empty()).then_some(Value::Object(patch))
}

fn between(
    original: &Map<String, Value>,
    target: &Map<String, Value>,
    current: Option<&Map<String, Value>>,
    schema: Option<&Schema<'_>>,
) -> Map<String, Value> {
    let mut patch = Map::new();
    for (key, wanted) in target {
        let live = current.and_then(|current| current.get(key));
        let schema = schema.and_then(|schema| schema.field(key));
        let keyed = schema
            .as_ref()
            .and_then(|schema| Some((schema, schema.merge_keys()?)));
        match (wanted, live, keyed) {
            (Value::Object(wanted), Some(Value::Object(live)), _) => {
                let empty = Map::new();
                let before = original.get(key).and_then(Value::as_object);
                let before = before.unwrap_or(&empty);
                let below = between(before, wanted, Some(live), schema.as_ref());
                if !below.is_empty() {
                    patch.insert(key.clone(), Value::Object(below));
                }
            }
            (Value::Array(wanted), Some(Value::Array(live)), Some((schema, keys))) => {
                let before = original.get(key).and_then(Value::as_array);
                let before = before.map_or(&[][..], Vec::as_slice);
                let merged = merged(before, wanted, live, keys, schema);
                if merged != *live {
                    patch.insert(key.clone(), Value::Array(merged));
                }
            }
            (Value::Null, None, _) => {}
            (wanted, Some(live), _) if holds(live, wanted) => {}
            (wanted, _, _) => {
                patch.insert(key.clone(), wanted.clone());
            }
        }
    }
    let dropped = original.keys().filter(|key| !target.contains_key(*key));
    for key in dropped {
        if current.is_some_and(|current| current.contains_key(key)) {
            patch.insert(key.clone(), Value::Null);
        }
    }
    patch
}

/// A list whose items are known by keys: the wanted ones in their order, and between them, where they are now, those that are
/// there although no manifest ever had them.
fn merged(
    original: &[Value],
    wanted: &[Value],
    live: &[Value],
    keys: &[Box<str>],
    schema: &Schema<'_>,
) -> Vec<Value> {
    let element = schema.element();
    let place = |item: &Value| live.iter().position(|other| is_same(item, other, keys));
    let is_in = |list: &[Value], item: &Value| list.iter().any(|it| is_same(it, item, keys));
    let mut others = live
        .iter()
        .enumerate()
        .filter(|(_, item)| !is_in(wanted, item) && !is_in(original, item))
        .peekable();
    let mut list = Vec::new();
    for item in wanted {
        let at = place(item);
        while let Some((_, other)) = others.next_if(|(other, _)| at.is_some_and(|at| *other < at)) {
            list.push(other.clone());
        }
        let Some(at) = at else {
            list.push(item.clone());
            continue;
        };
        let mut now = live[at].clone();
        let before = original.iter().find(|it| is_same(it, item, keys));
        let change = three_way(before.unwrap_or(item), item, &now, element.as_ref());
        if let Some(change) = change {
            apply(&mut now, &change);
        }
        list.push(now);
    }
    list.extend(others.map(|(_, other)| other.clone()));
    list
}

/// Whether two items are one: the first key says so, and no other one that both have says no. Items that are no objects are
/// what they are.
fn is_same(one: &Value, other: &Value, keys: &[Box<str>]) -> bool {
    let (Value::Object(one), Value::Object(other), Some(first)) = (one, other, keys.first()) else {
        return one == other;
    };
    one.get(&**first) == other.get(&**first)
        && keys.iter().all(|key| {
            let both = one.get(&**key).zip(other.get(&**key));
            both.is_none_or(|(one, other)| one == other)
        })
}

/// RFC 7396.
fn apply(value: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *value = patch.clone();
        return;
    };
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    let Value::Object(map) = value else { return };
    for (key, change) in patch {
        if change.is_null() {
            map.remove(key);
        } else {
            apply(map.entry(key).or_insert(Value::Null), change);
        }
    }
}

/// Whether a live value is what is wanted, with at most defaults beside it.
fn holds(live: &Value, wanted: &Value) -> bool {
    match (live, wanted) {
        (Value::Object(live), Value::Object(wanted)) => {
            wanted.iter().all(|(key, wanted)| match live.get(key) {
                Some(live) => holds(live, wanted),
                None => wanted.is_null(),
            })
        }
        (Value::Array(live), Value::Array(wanted)) => {
            live.len() == wanted.len()
                && live
                    .iter()
                    .zip(wanted)
                    .all(|(live, wanted)| holds(live, wanted))
        }
        (live, wanted) => live == wanted,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The patch for a ConfigMap.
    fn patch_of(original: &Value, target: &Value, current: &Value) -> Option<Value> {
        three_way(original, target, current, None)
    }

    #[test]
    fn what_is_wanted_is_set_and_what_was_dropped_goes() {
        let original = json!({"data": {"a": "1", "b": "2"}, "kind": "ConfigMap"});
        let target = json!({"data": {"a": "3"}, "kind": "ConfigMap"});
        let current = json!({"data": {"a": "1", "b": "2", "theirs": "4"}, "kind": "ConfigMap"});
        assert_eq!(
            patch_of(&original, &target, &current),
            Some(json!({"data": {"a": "3", "b": null}}))
        );
    }

    #[test]
    fn defaults_of_the_server_make_no_patch() {
        let manifest = json!({"spec": {"ports": [{"port": 80}]}});
        let current =
            json!({"spec": {"ports": [{"port": 80, "protocol": "TCP"}], "type": "ClusterIP"}});
        assert_eq!(patch_of(&manifest, &manifest, &current), None);
        let other = json!({"spec": {"ports": [{"port": 81}]}});
        assert_eq!(
            patch_of(&manifest, &other, &current),
            Some(json!({"spec": {"ports": [{"port": 81}]}}))
        );
    }

    #[test]
    fn what_others_have_changed_is_brought_back() {
        let manifest = json!({"data": {"a": "1"}});
        let current = json!({"data": {"a": "9"}});
        assert_eq!(
            patch_of(&manifest, &manifest, &current),
            Some(json!({"data": {"a": "1"}}))
        );
    }

    fn deployment(containers: &Value) -> Object {
        Object::from_response(json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"},
            "spec": {"template": {"spec": {"containers": containers}}},
        }))
    }

    fn containers(patch: Option<&Value>) -> Value {
        patch
            .and_then(|patch| patch.pointer("/spec/template/spec/containers").cloned())
            .unwrap_or_default()
    }

    #[test]
    fn h12_2_items_that_others_have_added_to_a_list_stay() {
        let original = deployment(&json!([
            {"name": "main", "image": "a:1", "env": [{"name": "A", "value": "1"}]},
            {"name": "helper", "image": "b:1"},
        ]));
        let target = deployment(&json!([
            {"name": "main", "image": "a:2", "env": [{"name": "B", "value": "2"}]},
            {"name": "new", "image": "c:1"},
        ]));
        let current = deployment(&json!([
            {"name": "injected", "image": "x:1"},
            {"name": "main", "image": "a:1", "imagePullPolicy": "IfNotPresent",
                "env": [{"name": "A", "value": "1"}, {"name": "C", "value": "3"}]},
            {"name": "helper", "image": "b:1"},
        ]));
        let patch = patch(Some(&original), &target, &current);
        assert_eq!(
            containers(patch.as_ref()),
            json!([
                {"name": "injected", "image": "x:1"},
                {"name": "main", "image": "a:2", "imagePullPolicy": "IfNotPresent",
                    "env": [{"name": "B", "value": "2"}, {"name": "C", "value": "3"}]},
                {"name": "new", "image": "c:1"},
            ])
        );
    }

    #[test]
    fn h12_2_a_list_that_holds_what_is_wanted_makes_no_patch() {
        let ports = json!([{"containerPort": 80}, {"containerPort": 80, "protocol": "UDP"}]);
        let wanted = deployment(&json!([{"name": "main", "ports": ports}]));
        let ports = json!([
            {"containerPort": 80, "protocol": "TCP"},
            {"containerPort": 80, "protocol": "UDP"},
        ]);
        let live = deployment(&json!([{"name": "main", "ports": ports}, {"name": "injected"}]));
        assert_eq!(patch(Some(&wanted), &wanted, &live), None);
    }

    #[test]
    fn h12_2_of_kinds_of_others_the_manifests_alone_are_compared() {
        let thing = |size: i64, color: &str| {
            Object::from_response(json!({
                "apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "a"},
                "spec": {"size": size, "color": color},
            }))
        };
        let live = thing(9, "red");
        let same = patch(Some(&thing(1, "red")), &thing(1, "red"), &live);
        assert_eq!(same, None);
        let other = patch(Some(&thing(1, "red")), &thing(1, "blue"), &live);
        assert_eq!(other, Some(json!({"spec": {"color": "blue"}})));
        // Nothing is known of what it was before.
        let taken = patch(None, &thing(1, "red"), &live);
        assert_eq!(taken, Some(json!({"spec": {"size": 1}})));
    }
}
