//! The smallest merge patch between two values (RFC 7396).

use serde_json::{Map, Value};

/// The merge patch that turns `before` into `after`, or nothing when they are equal.
///
/// A member that vanished becomes null. Lists are replaced whole, as the RFC has it. A member that is null in `after`
/// counts as absent, since a merge patch cannot set null.
pub fn diff(before: &Value, after: &Value) -> Option<Value> {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            let patch = diff_objects(before, after);
            (!patch.is_empty()).then_some(Value::Object(patch))
        }
        _ => (before != after).then(|| after.clone()),
    }
}

fn diff_objects(before: &Map<String, Value>, after: &Map<String, Value>) -> Map<String, Value> {
    let mut patch = Map::new();
    for (name, value) in after.iter().filter(|(_, value)| !value.is_null()) {
        match before.get(name).filter(|value| !value.is_null()) {
            Some(old) => patch.extend(diff(old, value).map(|value| (name.clone(), value))),
            None => {
                patch.insert(name.clone(), value.clone());
            }
        }
    }
    for (name, old) in before {
        if !old.is_null() && after.get(name).is_none_or(Value::is_null) {
            patch.insert(name.clone(), Value::Null);
        }
    }
    patch
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_changed_is_in_the_patch() {
        let before = json!({"a": 1, "b": {"c": [1], "d": "x"}, "gone": true, "nothing": null});
        let after = json!({"a": 1, "b": {"c": [1, 2], "d": "x"}, "new": {"e": 1}});
        assert_eq!(
            diff(&before, &after),
            Some(json!({"b": {"c": [1, 2]}, "new": {"e": 1}, "gone": null}))
        );
    }

    #[test]
    fn equal_values_need_no_patch_and_null_is_absence() {
        assert_eq!(
            diff(&json!({"a": {"b": 1}}), &json!({"a": {"b": 1}, "c": null})),
            None
        );
        assert_eq!(
            diff(&json!({"a": 1}), &json!({"a": null})),
            Some(json!({"a": null}))
        );
        assert_eq!(diff(&Value::Null, &json!({"a": 1})), Some(json!({"a": 1})));
    }
}
