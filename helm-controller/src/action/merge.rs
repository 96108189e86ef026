//! Patches for objects that are written from the client: RFC 7396, from what a release had, what it is to have and what
//! there is.
//!
//! Lists are taken as wholes: where the wanted list is not held by the live one, item by item, it takes its place. Helm
//! merges lists of built-in kinds by the keys of their items; items that others have added to such a list are kept there
//! and lost here.

use serde_json::{Map, Value};

/// The patch, or nothing when there is nothing to change.
pub(super) fn patch(original: &Value, target: &Value, current: &Value) -> Option<Value> {
    let patch = between(
        original.as_object()?,
        target.as_object()?,
        current.as_object(),
    );
    (!patch.is_empty()).then_some(Value::Object(patch))
}

fn between(
    original: &Map<String, Value>,
    target: &Map<String, Value>,
    current: Option<&Map<String, Value>>,
) -> Map<String, Value> {
    let mut patch = Map::new();
    for (key, wanted) in target {
        let live = current.and_then(|current| current.get(key));
        match (wanted, live) {
            (Value::Object(wanted), Some(Value::Object(live))) => {
                let empty = Map::new();
                let before = original.get(key).and_then(Value::as_object);
                let below = between(before.unwrap_or(&empty), wanted, Some(live));
                if !below.is_empty() {
                    patch.insert(key.clone(), Value::Object(below));
                }
            }
            (Value::Null, None) => {}
            (wanted, Some(live)) if holds(live, wanted) => {}
            (wanted, _) => {
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

    #[test]
    fn what_is_wanted_is_set_and_what_was_dropped_goes() {
        let original = json!({"data": {"a": "1", "b": "2"}, "kind": "ConfigMap"});
        let target = json!({"data": {"a": "3"}, "kind": "ConfigMap"});
        let current = json!({"data": {"a": "1", "b": "2", "theirs": "4"}, "kind": "ConfigMap"});
        assert_eq!(
            patch(&original, &target, &current),
            Some(json!({"data": {"a": "3", "b": null}}))
        );
    }

    #[test]
    fn defaults_of_the_server_make_no_patch() {
        let manifest = json!({"spec": {"ports": [{"port": 80}]}});
        let current =
            json!({"spec": {"ports": [{"port": 80, "protocol": "TCP"}], "type": "ClusterIP"}});
        assert_eq!(patch(&manifest, &manifest, &current), None);
        let other = json!({"spec": {"ports": [{"port": 81}]}});
        assert_eq!(
            patch(&manifest, &other, &current),
            Some(json!({"spec": {"ports": [{"port": 81}]}}))
        );
    }

    #[test]
    fn what_others_have_changed_is_brought_back() {
        let manifest = json!({"data": {"a": "1"}});
        let current = json!({"data": {"a": "9"}});
        assert_eq!(
            patch(&manifest, &manifest, &current),
            Some(json!({"data": {"a": "1"}}))
        );
    }
}
