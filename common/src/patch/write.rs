//! Sending the patches.

use std::fmt;

use kube::api::{GetParams, Patch, PatchParams};
use kube::core::Request;
use kube::{Client, Resource as _};
use serde_json::Value;

use super::known::{Known, Part, changes};
use super::{PAUSE, TRIES};
use crate::conditions::Condition;
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
        part.put(&mut self.known, now);
        if let Some(version) = &answer.meta().resource_version {
            self.known.version = Some(version.clone());
        }
        self.answer = Some(answer);
    }

    /// Copies the conditions of others into the caller's object.
    fn adopt_conditions(&self, object: &mut K) -> Result<(), PatchError> {
        let status = Part::Status.of(&self.known);
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
