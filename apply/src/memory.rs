//! What is known of objects that have not moved, so that a pass in which nothing changes dry-runs nothing.
//!
//! ```text
//! remembered after a look: digest of the desired object, resource version, fingerprint of the metadata
//! next pass: one list of metadata per kind and namespace
//!     same digest, same resource version ─────────────────────▶ unchanged
//!     same digest, same fingerprint, remembered long enough ──▶ unchanged (only the status has moved)
//!     anything else ──────────────────────────────────────────▶ read and dry-run
//! ```
//!
//! Why the fingerprint is enough: whoever changes a field that we own takes it out of our entry of the managed fields, or
//! is us, and then the time of our entry moves. That time is in whole seconds, so a fingerprint counts only once it has
//! been seen unmoved for [`SETTLED`].
//!
//! What is never remembered: an object whose stored form does not hold all that is desired. A definition that learns a
//! field, or a webhook that goes away, would change the outcome of a dry-run without moving the object.

mod contained;
mod fingerprint;

use crate::change_set::Change;
use crate::cluster::{Cluster, ListQuery};
use crate::id::{Gvk, ObjectId};
use crate::managed_fields;
use crate::object::Object;
use crate::options::{ApplyOptions, Owner};
use fingerprint::{Digest, Fingerprint};
use futures::stream::{self, StreamExt as _};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::Instant;

/// How long a fingerprint must have stood still before it tells that only the status has moved: far more than the one
/// second in which managed fields tell time, and than the difference between the clocks of two API servers.
pub const SETTLED: Duration = Duration::from_secs(10);

/// What one unit remembers between passes. It belongs to one cluster and one identity: drop it when either changes.
#[derive(Debug)]
pub struct Memory {
    label_selector: String,
    max_age: Duration,
    field_manager: String,
    options: Option<Digest>,
    known: BTreeMap<ObjectId, Known>,
    /// Collections that the identity may not list.
    refused: BTreeSet<(Gvk, String)>,
}

#[derive(Debug)]
struct Known {
    desired: Digest,
    uid: String,
    resource_version: String,
    fingerprint: Fingerprint,
    /// Whether the fingerprint tells of every change: only once we have applied does the server keep track of fields.
    is_tracked: bool,
    /// When the object was compared in full.
    compared: Instant,
    /// Since when the fingerprint is known, and until when it was seen.
    first_seen: Instant,
    last_seen: Instant,
    change: Change,
    is_current: bool,
}

/// An object that needs no look.
pub(crate) struct Recalled {
    /// As it was; its action is `unchanged`.
    pub change: Change,
    /// Whether it is known to be healthy.
    pub is_current: bool,
}

impl Memory {
    /// The memory of the unit `name` in `namespace`, whose objects carry its owner labels. After `max_age` an object is
    /// compared in full again, whatever is known: admission can change without moving it.
    pub fn new(owner: &Owner, name: &str, namespace: &str, max_age: Duration) -> Self {
        let label_selector = owner
            .labels(name, namespace)
            .map(|(key, value)| format!("{key}={value}"))
            .join(",");
        Self {
            label_selector,
            max_age,
            field_manager: owner.field_manager.clone(),
            options: None,
            known: BTreeMap::new(),
            refused: BTreeSet::new(),
        }
    }

    /// How many objects are remembered.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Forgets all when the options differ from those of the last pass.
    pub(crate) fn start(&mut self, options: &ApplyOptions) {
        let digest = fingerprint::options(options);
        if self.options.as_ref() != Some(&digest) {
            self.known.clear();
            self.options = Some(digest);
        }
    }

    /// Doubts what is known: until fingerprints have settled anew, only an unmoved resource version counts.
    pub fn doubt(&mut self) {
        let now = Instant::now();
        for known in self.known.values_mut() {
            (known.first_seen, known.last_seen) = (now, now);
        }
    }

    /// The objects that have not moved, by their place in the list. Reads the metadata of those that may not have.
    pub(crate) async fn recall(
        &mut self,
        cluster: &dyn Cluster,
        objects: &[Object],
        concurrency: usize,
    ) -> BTreeMap<usize, Recalled> {
        let now = Instant::now();
        let mut collections: BTreeMap<(Gvk, String), Vec<usize>> = BTreeMap::new();
        for (index, object) in objects.iter().enumerate() {
            let id = object.id();
            let fresh = self.known.get(&id).is_some_and(|known| {
                now.duration_since(known.compared) < self.max_age
                    && known.desired == fingerprint::desired(object)
            });
            let collection = (object.gvk(), object.namespace().to_owned());
            if fresh && !self.refused.contains(&collection) {
                collections.entry(collection).or_default().push(index);
            } else {
                self.known.remove(&id);
            }
        }
        let selector = &self.label_selector;
        let lists: Vec<_> = stream::iter(collections)
            .map(|(collection, members)| async move {
                let query = ListQuery {
                    gvk: collection.0.clone(),
                    namespace: (!collection.1.is_empty()).then(|| collection.1.clone()),
                    label_selector: selector.clone(),
                };
                (cluster.list_metadata(&query).await, collection, members)
            })
            .buffer_unordered(concurrency.max(1))
            .collect()
            .await;
        let mut recalled = BTreeMap::new();
        for (answer, collection, members) in lists {
            let listed = match answer {
                Ok(listing) => listing.items,
                Err(error) => {
                    if error.is_forbidden() {
                        self.refused.insert(collection);
                    }
                    Vec::new()
                }
            };
            let listed: BTreeMap<&str, &Object> = listed
                .iter()
                .map(|object| (object.name(), object))
                .collect();
            for index in members {
                let found = listed.get(objects[index].name()).copied();
                if let Some(unmoved) = self.compare(&objects[index], found, now) {
                    recalled.insert(index, unmoved);
                }
            }
        }
        recalled
    }

    /// Compares what is remembered with the metadata of now; forgets the object when it has moved.
    fn compare(
        &mut self,
        desired: &Object,
        metadata: Option<&Object>,
        now: Instant,
    ) -> Option<Recalled> {
        let id = desired.id();
        let known = self.known.get_mut(&id)?;
        let same_version = metadata.is_some_and(|metadata| {
            metadata.uid() == known.uid && metadata.resource_version() == known.resource_version
        });
        let settled =
            known.is_tracked && known.last_seen.duration_since(known.first_seen) >= SETTLED;
        let only_status_moved = || {
            settled
                && metadata.is_some_and(|metadata| Fingerprint::of(metadata) == known.fingerprint)
        };
        if !same_version && !only_status_moved() {
            self.known.remove(&id);
            return None;
        }
        if let Some(metadata) = metadata {
            metadata
                .resource_version()
                .clone_into(&mut known.resource_version);
        }
        known.is_current &= same_version;
        known.last_seen = now;
        Some(Recalled {
            change: known.change.clone(),
            is_current: known.is_current,
        })
    }

    /// Remembers an object that was just compared or applied, if its stored form holds all that is desired.
    pub(crate) fn remember(
        &mut self,
        desired: &Object,
        live: &Object,
        change: Change,
        is_current: bool,
    ) {
        let id = desired.id();
        let identified = !live.resource_version().is_empty() && !live.uid().is_empty();
        if !identified || live.is_terminating() || !contained::holds(live, desired) {
            self.known.remove(&id);
            return;
        }
        let now = Instant::now();
        let known = Known {
            desired: fingerprint::desired(desired),
            uid: live.uid().to_owned(),
            resource_version: live.resource_version().to_owned(),
            fingerprint: Fingerprint::of(live),
            is_tracked: managed_fields::is_applied_by(live, &self.field_manager),
            compared: now,
            first_seen: now,
            last_seen: now,
            change,
            is_current,
        };
        self.known.insert(id, known);
    }

    /// Forgets one object.
    pub(crate) fn forget(&mut self, desired: &Object) {
        self.known.remove(&desired.id());
    }

    /// Forgets all objects but these.
    pub(crate) fn retain(&mut self, ids: &BTreeSet<ObjectId>) {
        self.known.retain(|id, _| ids.contains(id));
    }
}

#[cfg(test)]
mod tests;
