//! Who applies the field at a JSON pointer, read from managed fields (`fieldsV1`).

use super::pointer::Pointer;
use crate::object::Object;
use crate::{field_set, managed_fields};
use serde_json::{Map, Value};

/// Whether a manager other than ours applies the field. A path that has no counterpart in `fieldsV1` is ours.
pub(super) fn applied_by_other(live: &Object, pointer: &Pointer, field_manager: &str) -> bool {
    let applied: Vec<&Value> = managed_fields::entries(live)
        .iter()
        .filter(|entry| {
            managed_fields::text(entry, "operation") == "Apply"
                && managed_fields::text(entry, "subresource").is_empty()
        })
        .collect();
    let sets: Vec<&Map<String, Value>> = applied
        .iter()
        .filter_map(|entry| managed_fields::fields(entry))
        .collect();
    let Some(path) = steps(live, pointer, &sets) else {
        return false;
    };
    applied
        .iter()
        .filter(|entry| managed_fields::text(entry, "manager") != field_manager)
        .filter_map(|entry| managed_fields::fields(entry))
        .any(|set| field_set::contains(set, &path))
}

/// The pointer as steps of a field set: `f:name` for a field, and for a list item the `k:{…}` step that some
/// manager holds and whose keys the live item has.
fn steps(live: &Object, pointer: &Pointer, sets: &[&Map<String, Value>]) -> Option<Vec<String>> {
    let mut steps = Vec::new();
    let mut value = Some(live.as_value());
    for segment in pointer.segments() {
        if let Ok(index) = segment.parse::<usize>() {
            let item = value?.as_array()?.get(index)?;
            let key = sets
                .iter()
                .filter_map(|set| field_set::node(set, &steps))
                .flat_map(Map::keys)
                .find(|key| identifies(key, item))?;
            steps.push(key.clone());
            value = Some(item);
        } else {
            steps.push(format!("f:{segment}"));
            value = value.and_then(|value| value.get(segment));
        }
    }
    Some(steps)
}

/// Whether a `k:{…}` step names this list item.
fn identifies(step: &str, item: &Value) -> bool {
    let keys = step
        .strip_prefix("k:")
        .and_then(|keys| serde_json::from_str::<Value>(keys).ok());
    let Some(Value::Object(keys)) = keys else {
        return false;
    };
    keys.iter().all(|(key, value)| item.get(key) == Some(value))
}
