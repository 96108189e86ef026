//! Whether the stored form of an object holds all that is desired.

use crate::normalize::is_builtin;
use crate::object::Object;
use serde_json::Value;

/// Whether a dry-run against `live` could only find what is there.
///
/// For a built-in kind, empty values count as held: the server replaces them by defaults, and its types do not change
/// while it runs. For all other kinds they must be there, since a definition can learn a field at any time.
pub(super) fn holds(live: &Object, desired: &Object) -> bool {
    let lenient = is_builtin(desired);
    let (live, desired) = (live.as_value(), desired.as_value());
    let fields = desired.as_object().into_iter().flatten();
    let content = fields
        .filter(|(name, _)| !matches!(name.as_str(), "metadata" | "status" | "apiVersion" | "kind"))
        .all(|(name, value)| contains(live.get(name), value, lenient));
    let metadata = ["labels", "annotations", "finalizers", "ownerReferences"]
        .iter()
        .all(|name| {
            contains(
                live["metadata"].get(name),
                &desired["metadata"][*name],
                true,
            )
        });
    content && metadata
}

fn contains(live: Option<&Value>, desired: &Value, lenient: bool) -> bool {
    if desired.is_null() || (lenient && is_empty(desired)) {
        return true;
    }
    match (live, desired) {
        (Some(Value::Object(live)), Value::Object(desired)) => desired
            .iter()
            .all(|(name, value)| contains(live.get(name), value, lenient)),
        (Some(Value::Array(live)), Value::Array(desired)) => {
            live.len() == desired.len()
                && live
                    .iter()
                    .zip(desired)
                    .all(|(live, item)| contains(Some(live), item, lenient))
        }
        (Some(live), desired) => live == desired,
        (None, _) => false,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(is_empty),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(api_version: &str, kind: &str, live: Value, desired: Value, want: bool) {
        let object = |spec: Value| {
            Object::from_response(json!({
                "apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}, "spec": spec,
            }))
        };
        assert_eq!(holds(&object(live), &object(desired)), want);
    }

    #[test]
    fn a_custom_resource_with_a_pruned_field_is_not_held() {
        let widget = |live, desired, want| check("example.com/v1", "Widget", live, desired, want);
        widget(json!({"size": 1, "extra": 2}), json!({"size": 1}), true);
        widget(
            json!({"size": 1}),
            json!({"size": 1, "unknown": false}),
            false,
        );
        widget(
            json!({"items": [{"a": 1, "default": 2}]}),
            json!({"items": [{"a": 1}]}),
            true,
        );
        widget(
            json!({"items": [{"a": 1}, {"a": 2}]}),
            json!({"items": [{"a": 1}]}),
            false,
        );
        widget(json!({"size": 2}), json!({"size": 1}), false);
        widget(json!({}), json!({"gone": null}), true);
    }

    #[test]
    fn defaults_of_a_built_in_kind_are_held() {
        let service = |live, desired, want| check("v1", "Service", live, desired, want);
        let ports = |target: Value| json!({"ports": [{"port": 80, "targetPort": target}]});
        service(ports(json!(80)), ports(json!(0)), true);
        service(ports(json!(80)), ports(json!(81)), false);
    }
}
