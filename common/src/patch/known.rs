//! What is known of an object, and the parts of it that are written.

use std::collections::BTreeMap;
use std::mem;

use serde::de::DeserializeOwned;
use serde::{Deserialize as _, Serialize};
use serde_json::{Map, Value, json};

use super::diff;
use crate::conditions::{self, Condition};
use crate::object::{Object, text};

/// What is written of an object, as JSON text, and its version. Nearly all members stay as they are from write to write, and
/// texts are compared faster than trees are made.
pub(super) struct Known {
    status: String,
    /// Labels, annotations and finalizers, as far as there are any.
    metadata: String,
    pub(super) version: Option<String>,
}

#[derive(Serialize)]
struct WrittenMetadata<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<&'a BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotations: Option<&'a BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finalizers: Option<&'a Vec<String>>,
}

impl Known {
    pub(super) fn of<K: Object>(object: &K) -> Result<Self, serde_json::Error> {
        let status = object.status();
        // One without anything has no members; removing it as a whole would bring the default back (K2).
        let status = if *status == K::Status::default() {
            "{}".to_owned()
        } else {
            serde_json::to_string(status)?
        };
        let meta = object.meta();
        let metadata = serde_json::to_string(&WrittenMetadata {
            labels: meta.labels.as_ref(),
            annotations: meta.annotations.as_ref(),
            finalizers: meta.finalizers.as_ref(),
        })?;
        Ok(Self {
            status,
            metadata,
            version: meta.resource_version.clone(),
        })
    }
}

/// The merge patch that turns one object into another, both as text; nothing when they say the same.
pub(super) fn changes(before: &str, after: &str) -> Result<Option<Value>, serde_json::Error> {
    if before == after {
        return Ok(None);
    }
    let (mut old, mut new) = (Map::new(), Map::new());
    for (name, place) in text::members(before) {
        let now = text::member(after, name);
        if now.is_none_or(|now| after[now] != before[place.clone()]) {
            old.insert(name.to_owned(), serde_json::from_str(&before[place])?);
        }
    }
    for (name, place) in text::members(after) {
        let was = text::member(before, name);
        if was.is_none_or(|was| before[was] != after[place.clone()]) {
            new.insert(name.to_owned(), serde_json::from_str(&after[place])?);
        }
    }
    Ok(diff(&Value::Object(old), &Value::Object(new)))
}

/// What is written in one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Status,
    Metadata,
}

impl Part {
    pub(super) const fn of(self, object: &Known) -> &str {
        match self {
            Self::Status => object.status.as_str(),
            Self::Metadata => object.metadata.as_str(),
        }
    }

    pub(super) fn take(self, object: &mut Known) -> String {
        match self {
            Self::Status => mem::take(&mut object.status),
            Self::Metadata => mem::take(&mut object.metadata),
        }
    }

    pub(super) fn put(self, object: &mut Known, now: String) {
        match self {
            Self::Status => object.status = now,
            Self::Metadata => object.metadata = now,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Metadata => "metadata",
        }
    }

    /// The list in it that others write too, and that a merge patch replaces.
    pub(super) const fn shared_list(self) -> &'static str {
        match self {
            Self::Status => "conditions",
            Self::Metadata => "finalizers",
        }
    }

    /// The patch that makes this change, to nothing but this version where there is one.
    pub(super) fn body(self, change: &Value, version: Option<&str>) -> Value {
        let mut body = json!({ self.name(): change });
        if let Some(version) = version {
            body["metadata"]["resourceVersion"] = json!(version);
        }
        body
    }

    /// Makes a change that was computed against an old object fit the latest one.
    pub(super) fn rebase(
        self,
        change: &mut Value,
        before: &str,
        after: &str,
        latest: &Value,
        owned: &[&str],
    ) {
        let list = self.shared_list();
        let Some(slot) = change.get_mut(list) else {
            return;
        };
        let latest = &latest[self.name()][list];
        *slot = match self {
            Self::Status => {
                let (before, after) = (entries(before, list), entries(after, list));
                let merged: Vec<Condition> =
                    conditions::merge(&before, &after, &list_of(latest), owned);
                json!(merged)
            }
            Self::Metadata => {
                let (before, after): (Vec<String>, Vec<String>) =
                    (entries(before, list), entries(after, list));
                let mut merged: Vec<String> = list_of(latest);
                merged.retain(|name| after.contains(name) || !before.contains(name));
                merged.extend(after.iter().filter(|name| !before.contains(name)).cloned());
                json!(merged)
            }
        };
    }

    /// What was to be written, with the list of the change, which holds what others had written meanwhile.
    pub(super) fn folded(self, after: &str, change: &Value) -> Result<String, serde_json::Error> {
        let list = self.shared_list();
        let Some(shared) = change.get(list) else {
            return Ok(after.to_owned());
        };
        let mut now: Value = serde_json::from_str(after)?;
        now[list] = shared.clone();
        serde_json::to_string(&now)
    }
}

/// The entries of a list of an object; what does not decode counts as empty, since it is about to be replaced.
fn entries<T: DeserializeOwned>(object: &str, list: &str) -> Vec<T> {
    let place = text::member(object, list);
    place
        .and_then(|place| serde_json::from_str(&object[place]).ok())
        .unwrap_or_default()
}

/// The same, of a list by itself.
fn list_of<T: DeserializeOwned>(list: &Value) -> Vec<T> {
    Vec::deserialize(list).unwrap_or_default()
}
