//! Sending the patches.

use std::collections::BTreeMap;
use std::{fmt, mem};

use kube::api::{GetParams, Patch, PatchParams};
use kube::core::Request;
use kube::{Client, Resource as _};
use serde::de::DeserializeOwned;
use serde::{Deserialize as _, Serialize};
use serde_json::{Map, Value, json};

use super::{PAUSE, TRIES, diff};
use crate::conditions::{self, Condition};
use crate::jitter;
use crate::object::{Lenient, Object, Trimmed, text};

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
pub struct Patcher<K> {
    client: Client,
    path: String,
    name: String,
    described: String,
    params: PatchParams,
    owned: Vec<&'static str>,
    /// The object as the server has it, as far as we know.
    known: Known,
    /// What the server answered last.
    answer: Option<Lenient<K>>,
}

/// How a part of an object was sent.
enum Sent {
    /// It had not changed.
    Nothing,
    /// As it is.
    AsIs,
    /// With what others had written meanwhile.
    Folded,
    /// The object is not there any more.
    Gone,
}

impl<K: Object> Patcher<K> {
    /// Starts from the object as it was read. `manager` is the field manager; conditions of a type in `owned` are ours
    /// whoever else writes them.
    ///
    /// # Errors
    /// [`PatchError::Json`] when the object has no JSON form.
    pub fn new(
        client: Client,
        manager: &str,
        owned: Vec<&'static str>,
        object: &K,
    ) -> Result<Self, PatchError> {
        let reference = object.reference();
        let described = reference.to_string();
        let known = Known::of(object).map_err(|source| PatchError::Json {
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
            known,
            answer: None,
        })
    }

    /// Sends what changed in `object` since it was read or last patched, and takes over the new resourceVersion and,
    /// after a conflict, the conditions of others.
    ///
    /// # Errors
    /// See [`PatchError`]. A part that was written before the error stays written and is not sent again.
    pub async fn patch(&mut self, object: &mut K) -> Result<Written, PatchError> {
        let mut written = Written::Unchanged;
        // What the first part takes over is none of the second.
        let mut after = Known::of(object).map_err(|source| self.json(source))?;
        for part in [Part::Status, Part::Metadata] {
            match self.send(part, part.take(&mut after)).await? {
                Sent::Nothing => continue,
                Sent::Gone => return Ok(Written::Gone),
                Sent::AsIs => {}
                Sent::Folded => self.adopt_conditions(object)?,
            }
            written = Written::Patched;
            object
                .meta_mut()
                .resource_version
                .clone_from(&self.known.version);
        }
        Ok(written)
    }

    /// The object as the server answered the last write, changes of others included.
    pub(crate) fn into_latest(self) -> Option<Lenient<K>> {
        self.answer
    }

    /// Sends one part, trying again on conflicts; nothing when it did not change.
    async fn send(&mut self, part: Part, after: String) -> Result<Sent, PatchError> {
        let before = part.of(&self.known);
        let change = changes(before, &after).map_err(|source| self.json(source))?;
        let Some(mut change) = change else {
            return Ok(Sent::Nothing);
        };
        let mut moved: Option<Value> = None;
        for attempt in 1..=TRIES {
            let version = match &moved {
                Some(latest) => latest["metadata"]["resourceVersion"].as_str(),
                None => self.known.version.as_deref(),
            };
            match self.write(part, &change, version).await {
                Ok(answer) => {
                    let Some(_) = moved else {
                        self.take_over(part, after, answer);
                        return Ok(Sent::AsIs);
                    };
                    let folded = part.folded(&after, &change);
                    self.take_over(part, folded.map_err(|source| self.json(source))?, answer);
                    return Ok(Sent::Folded);
                }
                Err(kube::Error::Api(status)) if status.code == 404 => return Ok(Sent::Gone),
                Err(kube::Error::Api(status)) if status.code == 409 && attempt < TRIES => {
                    tokio::time::sleep(jitter::up_to_double(PAUSE)).await;
                    let latest = match self.get().await {
                        Ok(latest) => latest,
                        Err(kube::Error::Api(status)) if status.code == 404 => {
                            return Ok(Sent::Gone);
                        }
                        Err(source) => return Err(self.refused(source)),
                    };
                    let before = part.of(&self.known);
                    part.rebase(&mut change, before, &after, &latest, &self.owned);
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

    /// Sends the change of a part; that of a list which others write too is locked to a version of the object.
    async fn write(
        &self,
        part: Part,
        change: &Value,
        version: Option<&str>,
    ) -> Result<Lenient<K>, kube::Error> {
        let is_locked = change.get(part.shared_list()).is_some();
        let version = version.filter(|_| is_locked);
        let patch = Patch::Merge(part.body(change, version));
        let request = Request::new(&self.path);
        let request = match part {
            Part::Status => request.patch_subresource("status", &self.name, &self.params, &patch),
            Part::Metadata => request.patch(&self.name, &self.params, &patch),
        };
        let request = request.map_err(kube::Error::BuildRequest)?;
        self.client.request(request).await
    }

    async fn get(&self) -> Result<Value, kube::Error> {
        let request = Request::new(&self.path).get(&self.name, &GetParams::default());
        let request = request.map_err(kube::Error::BuildRequest)?;
        let Trimmed(latest) = self.client.request(request).await?;
        Ok(latest)
    }

    /// Brings what we know of the server's object up to date, after it accepted a change.
    fn take_over(&mut self, part: Part, now: String, answer: Lenient<K>) {
        match part {
            Part::Status => self.known.status = now,
            Part::Metadata => self.known.metadata = now,
        }
        if let Some(version) = &answer.meta().resource_version {
            self.known.version = Some(version.clone());
        }
        self.answer = Some(answer);
    }

    /// Copies the conditions of others into the caller's object.
    fn adopt_conditions(&self, object: &mut K) -> Result<(), PatchError> {
        let status = &self.known.status;
        if let Some(place) = text::member(status, "conditions") {
            // Null when the last one was removed.
            let conditions: Option<Vec<Condition>> =
                serde_json::from_str(&status[place]).map_err(|source| self.json(source))?;
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

impl<K> fmt::Debug for Patcher<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Patcher")
            .field("object", &self.described)
            .finish_non_exhaustive()
    }
}

/// What is written of an object, as JSON text, and its version. Nearly all members stay as they are from write to write, and
/// texts are compared faster than trees are made.
struct Known {
    status: String,
    /// Labels, annotations and finalizers, as far as there are any.
    metadata: String,
    version: Option<String>,
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
    fn of<K: Object>(object: &K) -> Result<Self, serde_json::Error> {
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
fn changes(before: &str, after: &str) -> Result<Option<Value>, serde_json::Error> {
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
enum Part {
    Status,
    Metadata,
}

impl Part {
    const fn of(self, object: &Known) -> &str {
        match self {
            Self::Status => object.status.as_str(),
            Self::Metadata => object.metadata.as_str(),
        }
    }

    fn take(self, object: &mut Known) -> String {
        match self {
            Self::Status => mem::take(&mut object.status),
            Self::Metadata => mem::take(&mut object.metadata),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Metadata => "metadata",
        }
    }

    /// The list in it that others write too, and that a merge patch replaces.
    const fn shared_list(self) -> &'static str {
        match self {
            Self::Status => "conditions",
            Self::Metadata => "finalizers",
        }
    }

    /// The patch that makes this change, to nothing but this version where there is one.
    fn body(self, change: &Value, version: Option<&str>) -> Value {
        let mut body = json!({ self.name(): change });
        if let Some(version) = version {
            body["metadata"]["resourceVersion"] = json!(version);
        }
        body
    }

    /// Makes a change that was computed against an old object fit the latest one.
    fn rebase(self, change: &mut Value, before: &str, after: &str, latest: &Value, owned: &[&str]) {
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
    fn folded(self, after: &str, change: &Value) -> Result<String, serde_json::Error> {
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
