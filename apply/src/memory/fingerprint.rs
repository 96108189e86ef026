//! Digests of desired objects, of metadata, and of options.

use crate::managed_fields::{entries, fields, text};
use crate::object::Object;
use crate::options::ApplyOptions;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Digest([u8; 32]);

impl Digest {
    fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

/// Of a desired object, in the order of its fields: a build gives the same order for the same input.
pub(super) fn desired(object: &Object) -> Digest {
    Digest::of(object.as_value().to_string().as_bytes())
}

/// Of all that decides whether and how an object is applied.
pub(super) fn options(options: &ApplyOptions) -> Digest {
    let ApplyOptions {
        field_manager,
        force,
        force_marks,
        skip_marks,
        if_not_present_marks,
        cleanup,
        api_versions,
        ignore,
        // These decide how, not what.
        custom_stage_kinds: _,
        concurrency: _,
        stage_timeout: _,
        poll_interval: _,
        readers: _,
        untold_since: _,
    } = options;
    let text = format!(
        "{field_manager:?} {force:?} {force_marks:?} {skip_marks:?} {if_not_present_marks:?} \
         {cleanup:?} {api_versions:?} {ignore:?}"
    );
    Digest::of(text.as_bytes())
}

/// Of the metadata of a live object, without what a status update moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint(Digest);

impl Fingerprint {
    pub fn of(object: &Object) -> Self {
        let metadata = &object.as_value()["metadata"];
        let managed: Vec<Value> = entries(object).iter().filter_map(without_status).collect();
        let parts = json!([
            metadata["uid"],
            metadata["generation"],
            metadata["deletionTimestamp"],
            sorted(&metadata["labels"]),
            sorted(&metadata["annotations"]),
            managed,
        ]);
        Self(Digest::of(parts.to_string().as_bytes()))
    }
}

/// An entry without the fields under `status`; `None` when nothing else is in it. The time of an entry counts only where
/// it owns something else.
fn without_status(entry: &Value) -> Option<Value> {
    if text(entry, "subresource") != "status" {
        return Some(entry.clone());
    }
    let owned: Map<String, Value> = fields(entry)?
        .iter()
        .filter(|(step, _)| step.as_str() != "f:status")
        .map(|(step, children)| (step.clone(), children.clone()))
        .collect();
    if owned.is_empty() {
        return None;
    }
    let mut entry = entry.clone();
    entry["fieldsV1"] = Value::Object(owned);
    Some(entry)
}

/// Entries of a map of texts in the order of their keys.
fn sorted(map: &Value) -> Vec<(&String, &Value)> {
    let mut entries: Vec<_> = map.as_object().into_iter().flatten().collect();
    entries.sort_by_key(|(key, _)| *key);
    entries
}
