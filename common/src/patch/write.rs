//! Sending the patches.

use std::fmt;

use kube::Client;
use kube::api::{GetParams, Patch, PatchParams};
use kube::core::Request;
use serde_json::{Map, Value, json};

use super::{PAUSE, TRIES, diff};
use crate::conditions::{self, Condition};
use crate::jitter;
use crate::object::{Object, Trimmed};

/// Why an object could not be written.
#[derive(Debug, thiserror::Error)]
pub enum PatchError {
    /// The server refused or was not reached.
    #[error("failed to patch {object}: {source}")]
    Request {
        /// `Kind/namespace/name`.
        object: String,
        /// What the client says.
        source: kube::Error,
    },
    /// Somebody else kept writing at the same time.
    #[error("failed to patch {object}: still in conflict with another writer after {TRIES} tries")]
    Conflict {
        /// `Kind/namespace/name`.
        object: String,
    },
    /// Ours or the server's form of the object could not be turned into JSON or back.
    #[error("failed to patch {object}: {source}")]
    Json {
        /// `Kind/namespace/name`.
        object: String,
        /// Where it broke.
        source: serde_json::Error,
    },
}

/// What a call to [`Patcher::patch`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// Nothing had changed, no request was sent.
    Unchanged,
    /// At least one patch was accepted.
    Patched,
    /// The object is not there any more.
    Gone,
}

/// Writes the changes of one object, one after the other. See the module documentation for the rules.
pub struct Patcher {
    client: Client,
    path: String,
    name: String,
    described: String,
    params: PatchParams,
    owned: Vec<&'static str>,
    /// The object as the server has it, as far as we know.
    before: Value,
    /// What the server answered last.
    answer: Option<Value>,
}

impl Patcher {
    /// Starts from the object as it was read. `manager` is the field manager; conditions of a type in `owned` are ours
    /// whoever else writes them.
    ///
    /// # Errors
    /// [`PatchError::Json`] when the object has no JSON form.
    pub fn new<K: Object>(
        client: Client,
        manager: &str,
        owned: Vec<&'static str>,
        object: &K,
    ) -> Result<Self, PatchError> {
        let reference = object.reference();
        let described = reference.to_string();
        let before = serde_json::to_value(object).map_err(|source| PatchError::Json {
            object: described.clone(),
            source,
        })?;
        Ok(Self {
            client,
            path: K::url_path(&(), Some(&reference.namespace)),
            name: reference.name,
            described,
            params: PatchParams {
                field_manager: Some(manager.to_owned()),
                ..PatchParams::default()
            },
            owned,
            before,
            answer: None,
        })
    }

    /// Sends what changed in `object` since it was read or last patched, and takes over the new resourceVersion and,
    /// after a conflict, the conditions of others.
    ///
    /// # Errors
    /// See [`PatchError`]. A part that was written before the error stays written and is not sent again.
    pub async fn patch<K: Object>(&mut self, object: &mut K) -> Result<Written, PatchError> {
        let mut written = Written::Unchanged;
        // What the first part takes over is none of the second.
        let after = serde_json::to_value(&*object).map_err(|source| self.json(source))?;
        for part in [Part::Status, Part::Main] {
            match self.send(part, &after).await? {
                None => {}
                Some(Written::Gone) => return Ok(Written::Gone),
                Some(outcome) => {
                    written = outcome;
                    self.adopt(object)?;
                }
            }
        }
        Ok(written)
    }

    /// The object as the server answered the last write, changes of others included.
    pub fn latest<K: Object>(&self) -> Option<K> {
        K::deserialize(self.answer.as_ref()?).ok()
    }

    /// Sends one part, trying again on conflicts; nothing when it did not change.
    async fn send(&mut self, part: Part, after: &Value) -> Result<Option<Written>, PatchError> {
        let Some(mut change) = part.change(&self.before, after) else {
            return Ok(None);
        };
        let mut moved: Option<Value> = None;
        for attempt in 1..=TRIES {
            let mut body = change.clone();
            if part.needs_lock(&change)
                && let Some(version) = resource_version(moved.as_ref().unwrap_or(&self.before))
            {
                body["metadata"]["resourceVersion"] = json!(version);
            }
            match self.request(part, &body).await {
                Ok(answer) => {
                    part.take_over(&mut self.before, after, &answer, &change);
                    self.answer = Some(answer);
                    return Ok(Some(Written::Patched));
                }
                Err(kube::Error::Api(status)) if status.code == 404 => {
                    return Ok(Some(Written::Gone));
                }
                Err(kube::Error::Api(status)) if status.code == 409 && attempt < TRIES => {
                    tokio::time::sleep(jitter::up_to_double(PAUSE)).await;
                    let latest = match self.get().await {
                        Ok(latest) => latest,
                        Err(kube::Error::Api(status)) if status.code == 404 => {
                            return Ok(Some(Written::Gone));
                        }
                        Err(source) => return Err(self.refused(source)),
                    };
                    part.rebase(
                        &mut change,
                        &part.of(&self.before),
                        &part.of(after),
                        &latest,
                        &self.owned,
                    );
                    moved = Some(latest);
                }
                Err(kube::Error::Api(status)) if status.code == 409 => {
                    return Err(PatchError::Conflict {
                        object: self.described.clone(),
                    });
                }
                Err(source) => return Err(self.refused(source)),
            }
        }
        Err(PatchError::Conflict {
            object: self.described.clone(),
        })
    }

    async fn request(&self, part: Part, body: &Value) -> Result<Value, kube::Error> {
        let request = Request::new(&self.path);
        let patch = Patch::Merge(body);
        let request = match part {
            Part::Status => request.patch_subresource("status", &self.name, &self.params, &patch),
            Part::Main => request.patch(&self.name, &self.params, &patch),
        };
        self.answer_to(request).await
    }

    async fn get(&self) -> Result<Value, kube::Error> {
        let request = Request::new(&self.path).get(&self.name, &GetParams::default());
        self.answer_to(request).await
    }

    async fn answer_to(
        &self,
        request: Result<http::Request<Vec<u8>>, kube::core::request::Error>,
    ) -> Result<Value, kube::Error> {
        let request = request.map_err(kube::Error::BuildRequest)?;
        let Trimmed(answer) = self.client.request(request).await?;
        Ok(answer)
    }

    /// Copies what the server decided into the caller's object.
    fn adopt<K: Object>(&self, object: &mut K) -> Result<(), PatchError> {
        object.meta_mut().resource_version = resource_version(&self.before).map(str::to_owned);
        if let Some(conditions) = self.before.pointer("/status/conditions") {
            // Null when the last one was removed.
            let conditions: Option<Vec<Condition>> =
                serde_json::from_value(conditions.clone()).map_err(|source| self.json(source))?;
            *object.conditions_mut() = conditions.unwrap_or_default();
        }
        Ok(())
    }

    fn json(&self, source: serde_json::Error) -> PatchError {
        PatchError::Json {
            object: self.described.clone(),
            source,
        }
    }

    fn refused(&self, source: kube::Error) -> PatchError {
        PatchError::Request {
            object: self.described.clone(),
            source,
        }
    }
}

impl fmt::Debug for Patcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Patcher")
            .field("object", &self.described)
            .finish_non_exhaustive()
    }
}

/// The metadata that are written.
const METADATA: [&str; 3] = ["labels", "annotations", "finalizers"];

/// What is written in one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Status,
    Main,
}

impl Part {
    /// The members that belong to this part.
    fn of(self, object: &Value) -> Value {
        let mut part = Map::new();
        match self {
            Self::Status => {
                // One without anything is left out; removing it as a whole would bring the default back (K2).
                let status = filled(object, "status").cloned();
                let status = status.unwrap_or_else(|| json!({}));
                part.insert("status".to_owned(), status);
            }
            Self::Main => {
                part.extend(
                    object
                        .get("spec")
                        .map(|spec| ("spec".to_owned(), spec.clone())),
                );
                let mut metadata = Map::new();
                for name in METADATA {
                    let value = object.pointer(&format!("/metadata/{name}"));
                    metadata.extend(value.map(|value| (name.to_owned(), value.clone())));
                }
                part.insert("metadata".to_owned(), Value::Object(metadata));
            }
        }
        Value::Object(part)
    }

    /// The patch of this part: as of [`diff`] between what [`Part::of`] gives, without copies of what stays.
    fn change(self, before: &Value, after: &Value) -> Option<Value> {
        let mut change = Map::new();
        match self {
            Self::Status => {
                let none = Value::Object(Map::new());
                let status = diff(
                    filled(before, "status").unwrap_or(&none),
                    filled(after, "status").unwrap_or(&none),
                );
                change.extend(status.map(|status| ("status".to_owned(), status)));
            }
            Self::Main => {
                let spec = member(before, after, "spec");
                change.extend(spec.map(|spec| ("spec".to_owned(), spec)));
                let mut metadata = Map::new();
                for name in METADATA {
                    let value = member(&before["metadata"], &after["metadata"], name);
                    metadata.extend(value.map(|value| (name.to_owned(), value)));
                }
                if !metadata.is_empty() {
                    change.insert("metadata".to_owned(), Value::Object(metadata));
                }
            }
        }
        (!change.is_empty()).then_some(Value::Object(change))
    }

    /// Whether the patch replaces a list that others write too.
    fn needs_lock(self, change: &Value) -> bool {
        change.pointer(self.shared_list()).is_some()
    }

    const fn shared_list(self) -> &'static str {
        match self {
            Self::Status => "/status/conditions",
            Self::Main => "/metadata/finalizers",
        }
    }

    /// Makes a change that was computed against an old object fit the latest one.
    fn rebase(
        self,
        change: &mut Value,
        before: &Value,
        after: &Value,
        latest: &Value,
        owned: &[&str],
    ) {
        let list = self.shared_list();
        let Some(slot) = change.pointer_mut(list) else {
            return;
        };
        *slot = match self {
            Self::Status => {
                let (before, after, latest) = (
                    list_of(before, list),
                    list_of(after, list),
                    list_of(latest, list),
                );
                let merged: Vec<Condition> = conditions::merge(&before, &after, &latest, owned);
                json!(merged)
            }
            Self::Main => {
                let (before, after): (Vec<String>, Vec<String>) =
                    (list_of(before, list), list_of(after, list));
                let mut merged: Vec<String> = list_of(latest, list);
                merged.retain(|name| after.contains(name) || !before.contains(name));
                merged.extend(after.iter().filter(|name| !before.contains(name)).cloned());
                json!(merged)
            }
        };
    }

    /// Brings what we know of the server's object up to date, after it accepted a change.
    fn take_over(self, known: &mut Value, after: &Value, answer: &Value, change: &Value) {
        match self {
            Self::Status => {
                known["status"] = after.get("status").cloned().unwrap_or(Value::Null);
                if let Some(conditions) = change.pointer("/status/conditions") {
                    known["status"]["conditions"] = conditions.clone();
                }
            }
            Self::Main => {
                known["spec"] = after.get("spec").cloned().unwrap_or(Value::Null);
                for name in METADATA {
                    known["metadata"][name] = after["metadata"][name].clone();
                }
            }
        }
        if let Some(version) = resource_version(answer) {
            known["metadata"]["resourceVersion"] = json!(version);
        }
    }
}

/// A member of an object, where it is there and not null.
fn filled<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object.get(name).filter(|value| !value.is_null())
}

/// The patch of one member.
fn member(before: &Value, after: &Value, name: &str) -> Option<Value> {
    match (filled(before, name), filled(after, name)) {
        (Some(before), Some(after)) => diff(before, after),
        (None, after) => after.cloned(),
        (Some(_), None) => Some(Value::Null),
    }
}

fn resource_version(object: &Value) -> Option<&str> {
    object.pointer("/metadata/resourceVersion")?.as_str()
}

/// A list inside an object; what does not decode counts as empty, since it is about to be replaced.
fn list_of<T: serde::de::DeserializeOwned>(object: &Value, pointer: &str) -> Vec<T> {
    object
        .pointer(pointer)
        .and_then(|list| serde_json::from_value(list.clone()).ok())
        .unwrap_or_default()
}
