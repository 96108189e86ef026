//! Taking over what other field managers own, and removing what older tools left (compat K8.5, K14.8, K14.13).

use crate::field_set;
use crate::object::Object;
use crate::options::{Cleanup, FieldManager, Operation};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

const MANAGED_FIELDS: &str = "/metadata/managedFields";

/// The JSON patch that cleans a live object, empty when there is nothing to clean.
///
/// Managers that match are merged into the Apply entry of `field_manager`: what they had set and the desired
/// object does not hold is then removed by the next apply.
pub(crate) fn cleanup_patch(live: &Object, cleanup: &Cleanup, field_manager: &str) -> Vec<Value> {
    let mut patch = Vec::new();
    for (field, keys) in [
        ("annotations", &cleanup.annotations),
        ("labels", &cleanup.labels),
    ] {
        let Some(entries) = live.metadata_map(field) else {
            continue;
        };
        for key in keys.iter().filter(|key| entries.contains_key(*key)) {
            patch.push(
                json!({"op": "remove", "path": format!("/metadata/{field}/{}", escape(key))}),
            );
        }
    }
    if let Some(entries) = take_over(entries(live), &cleanup.managers, field_manager) {
        patch.push(json!({"op": "replace", "path": MANAGED_FIELDS, "value": entries}));
    }
    patch
}

/// The JSON patch that makes the fields of `managers` those that `field_manager` applied, empty when they have none: what they
/// had set and the desired object does not hold is then removed by the next apply.
pub fn take_over_patch(
    live: &Object,
    managers: &[FieldManager],
    field_manager: &str,
) -> Vec<Value> {
    let cleanup = Cleanup {
        managers: managers.to_vec(),
        ..Cleanup::default()
    };
    cleanup_patch(live, &cleanup, field_manager)
}

/// The JSON patch that moves every entry to `api_version`, of whatever manager and subresource; empty when all
/// are there (K14.13).
pub(crate) fn migrate_patch(live: &Object, api_version: &str) -> Vec<Value> {
    let current = entries(live);
    if current
        .iter()
        .all(|entry| text(entry, "apiVersion") == api_version)
    {
        return Vec::new();
    }
    let migrated: Vec<Value> = current
        .iter()
        .map(|entry| {
            let mut entry = entry.clone();
            if let Some(fields) = entry.as_object_mut() {
                fields.insert("apiVersion".to_owned(), Value::from(api_version));
            }
            entry
        })
        .collect();
    vec![json!({"op": "replace", "path": MANAGED_FIELDS, "value": migrated})]
}

/// Whether `field_manager` has applied an object at that moment or later, as far as the server's clock of whole seconds tells.
pub(crate) fn applied_since(live: &Object, field_manager: &str, moment: Timestamp) -> bool {
    let of_manager = |entry: &&Value| {
        text(entry, "manager") == field_manager
            && text(entry, "operation") == Operation::Apply.as_str()
            && text(entry, "subresource").is_empty()
    };
    let mut own = entries(live).iter().filter(of_manager);
    own.any(|entry| {
        let time = text(entry, "time").parse::<Timestamp>();
        time.is_ok_and(|time| time.as_second() >= moment.as_second())
    })
}

/// The entries of `metadata.managedFields`.
pub(crate) fn entries(object: &Object) -> &[Value] {
    object
        .as_value()
        .pointer(MANAGED_FIELDS)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// Whether a manager has an Apply entry of the whole object.
pub(crate) fn is_applied_by(object: &Object, field_manager: &str) -> bool {
    entries(object)
        .iter()
        .any(|entry| is_apply_entry(entry, field_manager))
}

fn is_apply_entry(entry: &Value, field_manager: &str) -> bool {
    text(entry, "manager") == field_manager
        && text(entry, "operation") == "Apply"
        && text(entry, "subresource").is_empty()
}

/// A text field of an entry, empty when absent.
pub(crate) fn text<'a>(entry: &'a Value, field: &str) -> &'a str {
    entry.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// The fields that an entry owns.
pub(crate) fn fields(entry: &Value) -> Option<&Map<String, Value>> {
    entry.get("fieldsV1").and_then(Value::as_object)
}

/// Merges matching entries into ours, which moves to the end; `None` when none matches.
fn take_over(
    current: &[Value],
    managers: &[FieldManager],
    field_manager: &str,
) -> Option<Vec<Value>> {
    let ours = current
        .iter()
        .rposition(|entry| is_apply_entry(entry, field_manager));
    let taken = |entry: &Value| {
        text(entry, "subresource").is_empty()
            && managers.iter().any(|manager| {
                text(entry, "operation") == manager.operation.as_str()
                    && text(entry, "manager").starts_with(&manager.prefix)
            })
    };
    let mut merged = ours.map(|index| current[index].clone());
    let mut kept = Vec::new();
    let mut edited = false;
    for (index, entry) in current.iter().enumerate() {
        if Some(index) == ours {
            continue;
        }
        if !taken(entry) {
            kept.push(entry.clone());
            continue;
        }
        edited = true;
        match &mut merged {
            None => merged = Some(renamed(entry, field_manager)),
            Some(merged) => merge_fields(merged, entry),
        }
    }
    kept.extend(merged);
    edited.then_some(kept)
}

/// An entry as if we had applied it.
fn renamed(entry: &Value, field_manager: &str) -> Value {
    let mut entry = entry.clone();
    if let Some(fields) = entry.as_object_mut() {
        fields.insert("manager".to_owned(), Value::from(field_manager));
        fields.insert("operation".to_owned(), Value::from("Apply"));
    }
    entry
}

fn merge_fields(into: &mut Value, from: &Value) {
    let Some(from) = fields(from) else { return };
    let merged = match fields(into) {
        Some(into) => field_set::union(into, from),
        None => from.clone(),
    };
    if let Some(entry) = into.as_object_mut() {
        entry.insert("fieldsV1".to_owned(), Value::Object(merged));
    }
}

/// A key as a JSON pointer segment (RFC 6901).
fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Operation;

    fn live(annotations: &Value, managed_fields: &Value) -> Object {
        Object::from_response(json!({
            "metadata": {"annotations": annotations, "managedFields": managed_fields}
        }))
    }

    fn entry(manager: &str, operation: &str, fields: &Value) -> Value {
        json!({"manager": manager, "operation": operation, "apiVersion": "v1", "fieldsV1": fields})
    }

    fn kubectl() -> Cleanup {
        Cleanup {
            annotations: vec!["kubectl.kubernetes.io/last-applied-configuration".into()],
            managers: vec![
                FieldManager::new("kubectl", Operation::Apply),
                FieldManager::new("kubectl", Operation::Update),
            ],
            ..Cleanup::default()
        }
    }

    #[test]
    fn k14_8_kubectl_entries_are_merged_into_ours_and_others_stay() {
        let other = entry("hpa", "Update", &json!({"f:spec": {"f:replicas": {}}}));
        let object = live(
            &json!({"kubectl.kubernetes.io/last-applied-configuration": "{}", "keep": "1"}),
            &json!([
                entry(
                    "kubectl-client-side-apply",
                    "Update",
                    &json!({"f:data": {"f:a": {}}})
                ),
                entry("us", "Apply", &json!({"f:data": {"f:b": {}}})),
                other,
                entry("kubectl-edit", "Update", &json!({"f:data": {"f:c": {}}})),
            ]),
        );
        assert_eq!(
            cleanup_patch(&object, &kubectl(), "us"),
            [
                json!({"op": "remove", "path":
                    "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration"}),
                json!({"op": "replace", "path": MANAGED_FIELDS, "value": [
                    other,
                    entry("us", "Apply", &json!({"f:data": {"f:a": {}, "f:b": {}, "f:c": {}}})),
                ]}),
            ]
        );
    }

    #[test]
    fn k14_8_without_an_entry_of_ours_the_first_match_becomes_ours() {
        let object = live(
            &json!(null),
            &json!([
                entry("kubectl", "Apply", &json!({"f:data": {"f:a": {}}})),
                entry("kubectl-patch", "Update", &json!({"f:data": {"f:b": {}}})),
            ]),
        );
        let patch = cleanup_patch(&object, &kubectl(), "us");
        assert_eq!(
            patch[0]["value"],
            json!([entry(
                "us",
                "Apply",
                &json!({"f:data": {"f:a": {}, "f:b": {}}})
            )])
        );
    }

    #[test]
    fn k14_8_status_entries_and_other_managers_make_no_patch() {
        let mut status = entry("kubectl-edit", "Update", &json!({"f:status": {}}));
        status["subresource"] = json!("status");
        let flux = entry("flux-client-side-apply", "Apply", &json!({"f:data": {}}));
        let object = live(&json!({}), &json!([status, flux]));
        assert_eq!(cleanup_patch(&object, &kubectl(), "us"), [] as [Value; 0]);
    }

    #[test]
    fn k14_13_every_entry_moves_to_the_applied_version() {
        let mut status = entry("controller", "Update", &json!({}));
        status["subresource"] = json!("status");
        let object = live(
            &json!(null),
            &json!([entry("us", "Apply", &json!({})), status]),
        );
        assert_eq!(migrate_patch(&object, "v1"), [] as [Value; 0]);
        let patch = migrate_patch(&object, "v2");
        let versions: Vec<&str> = patch[0]["value"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| text(entry, "apiVersion"))
            .collect();
        assert_eq!(versions, ["v2", "v2"]);
    }
}
