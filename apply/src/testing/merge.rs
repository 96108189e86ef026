//! Server-side apply and updates on JSON, with field ownership as far as tests need it.
//!
//! Differences from a real server: every list is one value, nothing is defaulted, and no kind has a schema.

use crate::field_set;
use crate::managed_fields::text;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A field path and its value: a scalar, a list or an empty map.
type Leaves = BTreeMap<Vec<String>, Value>;

/// Who changes an object, and how.
#[derive(Clone, Copy)]
pub(super) struct Change<'a> {
    pub manager: &'a str,
    pub operation: &'static str,
    pub subresource: &'a str,
    /// The time of the server, in seconds.
    pub now: u64,
}

/// The object after a forced apply of `desired`, with managed fields. `live` is null for a new object.
pub(super) fn applied(live: &Value, desired: &Value, change: Change<'_>) -> Value {
    let wanted = leaves(desired);
    let mut entries = entries(live);
    let mine = take_entry(&mut entries, change);
    let held = mine.as_ref().map(owned).unwrap_or_default();

    let mut merged = if live.is_null() {
        skeleton(desired)
    } else {
        live.clone()
    };
    let before = leaves(&merged);
    for path in held.iter().filter(|path| !wanted.contains_key(*path)) {
        if !entries.iter().any(|entry| owned(entry).contains(path)) {
            remove(&mut merged, path);
        }
    }
    let mut changed = mine.is_none() || held.len() != wanted.len();
    for (path, value) in &wanted {
        if before.get(path) != Some(value) {
            set(&mut merged, path, value.clone());
            disown_all(&mut entries, path);
            changed = true;
        }
        changed |= !held.contains(path);
    }
    let time = mine
        .as_ref()
        .filter(|_| !changed)
        .map(|entry| entry["time"].clone());
    entries.push(entry(
        change,
        desired,
        &wanted.keys().cloned().collect::<Vec<_>>(),
        time,
    ));
    finish(merged, entries)
}

/// The object after an update to `next` by a manager that holds what it changes.
pub(super) fn updated(live: &Value, next: &Value, change: Change<'_>) -> Value {
    let (before, after) = (leaves(live), leaves(next));
    let mut entries = entries(live);
    // As in Kubernetes: without managed fields, updates are not tracked until somebody applies.
    if entries.is_empty() {
        return next.clone();
    }
    let mut gained = Vec::new();
    for path in before.keys().filter(|path| !after.contains_key(*path)) {
        disown_all(&mut entries, path);
    }
    for (path, value) in &after {
        if before.get(path) != Some(value) {
            disown_all(&mut entries, path);
            gained.push(path.clone());
        }
    }
    if !gained.is_empty() {
        let mine = take_entry(&mut entries, change);
        let held = mine.as_ref().map(owned).unwrap_or_default();
        entries.push(entry(change, next, &[held, gained].concat(), None));
    }
    finish(next.clone(), entries)
}

fn finish(mut object: Value, mut entries: Vec<Value>) -> Value {
    entries.retain(|entry| !owned(entry).is_empty());
    entries.sort_by_key(|entry| {
        (
            text(entry, "operation").to_owned(),
            text(entry, "manager").to_owned(),
        )
    });
    object["metadata"]["managedFields"] = Value::Array(entries);
    object
}

fn skeleton(desired: &Value) -> Value {
    let mut metadata = json!({"name": desired["metadata"]["name"]});
    if let Some(namespace) = desired["metadata"].get("namespace") {
        metadata["namespace"] = namespace.clone();
    }
    json!({"apiVersion": desired["apiVersion"], "kind": desired["kind"], "metadata": metadata})
}

fn entries(object: &Value) -> Vec<Value> {
    object["metadata"]["managedFields"]
        .as_array()
        .cloned()
        .unwrap_or_default()
}

fn take_entry(entries: &mut Vec<Value>, change: Change<'_>) -> Option<Value> {
    let index = entries.iter().position(|entry| {
        text(entry, "manager") == change.manager
            && text(entry, "operation") == change.operation
            && text(entry, "subresource") == change.subresource
    })?;
    Some(entries.remove(index))
}

fn entry(change: Change<'_>, object: &Value, paths: &[Vec<String>], time: Option<Value>) -> Value {
    let mut fields = Map::new();
    for path in paths {
        let leaf = path.iter().rev().fold(
            Value::Object(Map::new()),
            |inner, step| json!({format!("f:{step}"): inner}),
        );
        if let Value::Object(leaf) = leaf {
            fields = field_set::union(&fields, &leaf);
        }
    }
    let time = time.unwrap_or_else(|| json!(format!("T{:08}", change.now)));
    let mut entry = json!({
        "manager": change.manager, "operation": change.operation, "apiVersion": object["apiVersion"],
        "time": time, "fieldsType": "FieldsV1", "fieldsV1": fields,
    });
    if !change.subresource.is_empty() {
        entry["subresource"] = json!(change.subresource);
    }
    entry
}

/// The paths that an entry owns.
fn owned(entry: &Value) -> Vec<Vec<String>> {
    fn walk(node: &Map<String, Value>, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
        for (step, child) in node {
            let Some(name) = step.strip_prefix("f:") else {
                continue;
            };
            let child = child.as_object().cloned().unwrap_or_default();
            path.push(name.to_owned());
            if child.is_empty() || child.contains_key(".") {
                found.push(path.clone());
            }
            walk(&child, path, found);
            path.pop();
        }
    }
    let mut found = Vec::new();
    if let Some(fields) = entry["fieldsV1"].as_object() {
        walk(fields, &mut Vec::new(), &mut found);
    }
    found
}

fn disown_all(entries: &mut [Value], path: &[String]) {
    for entry in entries {
        disown(entry, path);
    }
}

fn disown(entry: &mut Value, path: &[String]) {
    fn walk(node: &mut Map<String, Value>, path: &[String]) {
        let Some((first, rest)) = path.split_first() else {
            return;
        };
        let step = format!("f:{first}");
        let Some(child) = node.get_mut(&step).and_then(Value::as_object_mut) else {
            return;
        };
        if rest.is_empty() {
            child.shift_remove(".");
        } else {
            walk(child, rest);
        }
        if child.is_empty() {
            node.shift_remove(&step);
        }
    }
    if let Some(fields) = entry["fieldsV1"].as_object_mut() {
        walk(fields, path);
    }
}

/// What the server sets itself, and what names the object.
const UNOWNED: [&str; 8] = [
    "name",
    "namespace",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "managedFields",
];

fn leaves(object: &Value) -> Leaves {
    fn walk(value: &Value, path: &mut Vec<String>, leaves: &mut Leaves) {
        match value {
            Value::Null => {}
            Value::Object(map) if !map.is_empty() => {
                for (key, child) in map {
                    let server_owned =
                        path.len() == 1 && path[0] == "metadata" && UNOWNED.contains(&key.as_str());
                    if !server_owned {
                        path.push(key.clone());
                        walk(child, path, leaves);
                        path.pop();
                    }
                }
            }
            leaf => {
                leaves.insert(path.clone(), leaf.clone());
            }
        }
    }
    let mut found = Leaves::new();
    for (key, value) in object.as_object().into_iter().flatten() {
        if key != "apiVersion" && key != "kind" {
            walk(value, &mut vec![key.clone()], &mut found);
        }
    }
    found
}

fn set(object: &mut Value, path: &[String], value: Value) {
    let slot = path.iter().fold(object, |slot, step| {
        if !slot.is_object() {
            *slot = json!({});
        }
        &mut slot[step.as_str()]
    });
    *slot = value;
}

/// Removes a field, and the maps that it leaves empty.
fn remove(object: &mut Value, path: &[String]) {
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    let Some(map) = object.as_object_mut() else {
        return;
    };
    if let Some(child) = map.get_mut(first).filter(|_| !rest.is_empty()) {
        remove(child, rest);
        if child.as_object().is_none_or(|child| !child.is_empty()) {
            return;
        }
    }
    map.shift_remove(first);
}
