//! A cluster in memory: objects with field ownership, resource versions, generations, watches and deletion.

use super::merge::{self, Change};
use crate::cluster::{
    Answer, ApiError, ApplyMode, Cluster, DeleteRequest, ListQuery, Listing, Mapping, Scope,
    WatchEvent, WatchQuery,
};
use crate::id::{Gvk, ObjectId, ObjectRef};
use crate::object::Object;
use futures::future::ready;
use futures::stream::{self, BoxStream, StreamExt as _};
use health::GroupKind;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::broadcast;

/// Serves every kind at every version, the well-known cluster-scoped kinds without a namespace. Objects with
/// finalizers stay in deletion until the last one is gone.
///
/// Its clock stands still until [`InMemory::advance`] is called.
#[derive(Debug)]
pub struct InMemory {
    state: Mutex<State>,
    events: broadcast::Sender<WatchEvent>,
}

#[derive(Clone, Debug, Default)]
struct State {
    objects: BTreeMap<ObjectId, Value>,
    writes: u64,
    now: u64,
    /// What happened, and after how many writes.
    history: Vec<(u64, WatchEvent)>,
}

const CLUSTER_SCOPED: [&str; 6] = [
    "Namespace",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleBinding",
    "PriorityClass",
    "StorageClass",
];

impl Default for InMemory {
    fn default() -> Self {
        Self {
            state: Mutex::default(),
            events: broadcast::Sender::new(256),
        }
    }
}

impl InMemory {
    /// A second cluster with the same content.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self {
            state: Mutex::new(self.state().clone()),
            events: broadcast::Sender::new(256),
        }
    }

    /// Lets time pass on the server.
    pub fn advance(&self, seconds: u64) {
        self.state().now += seconds;
    }

    /// All objects, in the order of their ids.
    pub fn objects(&self) -> Vec<Value> {
        self.state().objects.values().cloned().collect()
    }

    /// One object.
    pub fn object(&self, id: &ObjectId) -> Option<Value> {
        self.state().objects.get(id).cloned()
    }

    /// An update by another manager: `edit` changes the object in place. Nothing happens when there is none.
    pub fn update(&self, id: &ObjectId, manager: &str, edit: impl FnOnce(&mut Value)) {
        self.update_as(id, manager, "", edit);
    }

    /// An update of the status by a controller.
    pub fn update_status(&self, id: &ObjectId, manager: &str, edit: impl FnOnce(&mut Value)) {
        self.update_as(id, manager, "status", edit);
    }

    fn update_as(
        &self,
        id: &ObjectId,
        manager: &str,
        subresource: &str,
        edit: impl FnOnce(&mut Value),
    ) {
        let mut state = self.state();
        let Some(live) = state.objects.get(id).cloned() else {
            return;
        };
        let mut next = live.clone();
        edit(&mut next);
        let change = Change {
            manager,
            operation: "Update",
            subresource,
            now: state.now,
        };
        let next = merge::updated(&live, &next, change);
        self.store(&mut state, id.clone(), &live, next);
    }

    /// Changes an object behind the back of field ownership, as whoever resets managed fields does.
    pub fn tamper(&self, id: &ObjectId, edit: impl FnOnce(&mut Value)) {
        let mut state = self.state();
        let Some(live) = state.objects.get(id).cloned() else {
            return;
        };
        let mut next = live.clone();
        edit(&mut next);
        self.store(&mut state, id.clone(), &live, next);
    }

    /// Deletes an object at once.
    pub fn remove(&self, id: &ObjectId) {
        let mut state = self.state();
        if let Some(removed) = state.objects.remove(id) {
            state.writes += 1;
            self.tell(
                &mut state,
                WatchEvent::Deleted(Object::from_response(removed)),
            );
        }
    }

    fn tell(&self, state: &mut State, event: WatchEvent) {
        state.history.push((state.writes, event.clone()));
        // Nobody may be watching.
        let _ = self.events.send(event);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores what differs from `live`, and gives what is stored.
    fn store(&self, state: &mut State, id: ObjectId, live: &Value, mut next: Value) -> Value {
        if next == *live {
            return next;
        }
        state.writes += 1;
        if live.is_null() {
            next["metadata"]["uid"] = json!(format!("uid-{}", state.writes));
            next["metadata"]["generation"] = json!(1);
        } else if content(&next) != content(live) && has_generation(&next) {
            let generation = live["metadata"]["generation"].as_u64().unwrap_or_default();
            next["metadata"]["generation"] = json!(generation + 1);
        }
        next["metadata"]["resourceVersion"] = json!(state.writes.to_string());
        let object = Object::from_response(next.clone());
        let released = object.is_terminating() && finalizers(&next) == 0;
        let event = if released {
            state.objects.remove(&id);
            WatchEvent::Deleted(object)
        } else {
            state.objects.insert(id, next.clone());
            WatchEvent::Applied(object)
        };
        self.tell(state, event);
        next
    }

    fn apply_now(
        &self,
        object: &Object,
        field_manager: &str,
        mode: ApplyMode,
    ) -> Result<Object, ApiError> {
        let mut desired = object.as_value().clone();
        let gvk = object.gvk();
        if scope(&gvk) == Scope::Cluster {
            if let Some(metadata) = desired["metadata"].as_object_mut() {
                metadata.shift_remove("namespace");
            }
        } else if object.namespace().is_empty() {
            let message = "the server could not find the requested resource";
            return Err(ApiError::status(404, "NotFound", message));
        }
        let id = Object::from_response(desired.clone()).id();
        let mut state = self.state();
        let live = state.objects.get(&id).cloned().unwrap_or(Value::Null);
        let change = Change {
            manager: field_manager,
            operation: "Apply",
            subresource: "",
            now: state.now,
        };
        let merged = merge::applied(&live, &desired, change);
        if mode == ApplyMode::DryRun {
            return Ok(Object::from_response(merged));
        }
        Ok(Object::from_response(
            self.store(&mut state, id, &live, merged),
        ))
    }

    fn delete_now(&self, target: &ObjectRef, request: &DeleteRequest) -> Result<(), ApiError> {
        let id = id_of(target);
        let mut state = self.state();
        let live = state
            .objects
            .get(&id)
            .cloned()
            .ok_or_else(|| not_found(target))?;
        if request
            .uid
            .as_deref()
            .is_some_and(|uid| live["metadata"]["uid"] != uid)
        {
            return Err(ApiError::status(
                409,
                "Conflict",
                "the uid in the precondition differs",
            ));
        }
        let mut next = live.clone();
        next["metadata"]["deletionTimestamp"] = json!(format!("T{:08}", state.now));
        self.store(&mut state, id, &live, next);
        Ok(())
    }

    fn list_now(&self, query: &ListQuery) -> Listing {
        let state = self.state();
        let items = state
            .objects
            .iter()
            .filter(|(id, _)| id.kind == query.gvk.group_kind())
            .filter(|(id, _)| {
                query
                    .namespace
                    .as_ref()
                    .is_none_or(|ns| *ns == id.namespace)
            })
            .map(|(_, value)| Object::from_response(value.clone()))
            .filter(|object| selected(object, &query.label_selector))
            .collect();
        Listing {
            items,
            resource_version: state.writes.to_string(),
        }
    }
}

/// Only `key=value` requirements are known here.
fn selected(object: &Object, selector: &str) -> bool {
    selector
        .split(',')
        .filter_map(|part| part.split_once('='))
        .all(|(key, value)| object.label(key) == Some(value))
}

fn content(object: &Value) -> Vec<(&String, &Value)> {
    let fields = object.as_object().into_iter().flatten();
    fields
        .filter(|(key, _)| *key != "metadata" && *key != "status")
        .collect()
}

/// As in Kubernetes, plain data has no generation.
fn has_generation(object: &Value) -> bool {
    !matches!(
        object["kind"].as_str(),
        Some("ConfigMap" | "Secret" | "Service" | "ServiceAccount")
    )
}

fn finalizers(object: &Value) -> usize {
    object["metadata"]["finalizers"]
        .as_array()
        .map_or(0, Vec::len)
}

fn scope(gvk: &Gvk) -> Scope {
    if CLUSTER_SCOPED.contains(&gvk.kind.as_str()) {
        Scope::Cluster
    } else {
        Scope::Namespaced
    }
}

fn id_of(target: &ObjectRef) -> ObjectId {
    let mut id = target.id();
    if scope(&target.gvk) == Scope::Cluster {
        id.namespace.clear();
    }
    id
}

fn not_found(target: &ObjectRef) -> ApiError {
    let message = format!("{} \"{}\" not found", plural(&target.gvk.kind), target.name);
    ApiError::status(404, "NotFound", message)
}

fn plural(kind: &str) -> String {
    format!("{}s", kind.to_ascii_lowercase())
}

fn served(gvk: Gvk) -> Mapping {
    Mapping {
        plural: plural(&gvk.kind),
        scope: scope(&gvk),
        gvk,
    }
}

impl Cluster for InMemory {
    fn mapping<'a>(&'a self, gvk: &'a Gvk) -> Answer<'a, Mapping> {
        Box::pin(ready(Ok(served(gvk.clone()))))
    }

    fn preferred<'a>(&'a self, kind: &'a GroupKind) -> Answer<'a, Mapping> {
        let gvk = Gvk {
            group: kind.group.clone(),
            version: "v1".to_owned(),
            kind: kind.kind.clone(),
        };
        Box::pin(ready(Ok(served(gvk))))
    }

    fn forget(&self, _group: &str) {}

    fn get<'a>(&'a self, target: &'a ObjectRef) -> Answer<'a, Object> {
        let live = self.state().objects.get(&id_of(target)).cloned();
        Box::pin(ready(
            live.map(Object::from_response)
                .ok_or_else(|| not_found(target)),
        ))
    }

    fn list<'a>(&'a self, query: &'a ListQuery) -> Answer<'a, Listing> {
        Box::pin(ready(Ok(self.list_now(query))))
    }

    fn list_metadata<'a>(&'a self, query: &'a ListQuery) -> Answer<'a, Listing> {
        let mut listing = self.list_now(query);
        for item in &mut listing.items {
            let metadata = item.as_value()["metadata"].clone();
            *item = Object::from_response(json!({
                "apiVersion": item.api_version(), "kind": item.kind(), "metadata": metadata,
            }));
        }
        Box::pin(ready(Ok(listing)))
    }

    fn apply<'a>(
        &'a self,
        object: &'a Object,
        field_manager: &'a str,
        mode: ApplyMode,
    ) -> Answer<'a, Object> {
        Box::pin(ready(self.apply_now(object, field_manager, mode)))
    }

    fn patch<'a>(
        &'a self,
        target: &'a ObjectRef,
        operations: &'a Value,
        _field_manager: &'a str,
    ) -> Answer<'a, Object> {
        let patched = || {
            let patch: json_patch::Patch = serde_json::from_value(operations.clone())
                .map_err(|error| ApiError::status(400, "BadRequest", error.to_string()))?;
            let id = id_of(target);
            let mut state = self.state();
            let live = state
                .objects
                .get(&id)
                .cloned()
                .ok_or_else(|| not_found(target))?;
            let mut next = live.clone();
            json_patch::patch(&mut next, &patch)
                .map_err(|error| ApiError::status(422, "Invalid", error.to_string()))?;
            Ok(Object::from_response(
                self.store(&mut state, id, &live, next),
            ))
        };
        Box::pin(ready(patched()))
    }

    fn delete<'a>(&'a self, target: &'a ObjectRef, request: &'a DeleteRequest) -> Answer<'a, ()> {
        Box::pin(ready(self.delete_now(target, request)))
    }

    fn watch<'a>(
        &'a self,
        query: &'a WatchQuery,
    ) -> Answer<'a, BoxStream<'static, Result<WatchEvent, ApiError>>> {
        let state = self.state();
        let receiver = self.events.subscribe();
        let since: Option<u64> = query.since.as_ref().and_then(|since| since.parse().ok());
        let query = query.clone();
        let concerns = move |event: &WatchEvent| {
            let (WatchEvent::Applied(object) | WatchEvent::Deleted(object)) = event;
            object.gvk().group_kind() == query.gvk.group_kind()
                && query
                    .namespace
                    .as_ref()
                    .is_none_or(|ns| ns == object.namespace())
                && query.name.as_ref().is_none_or(|name| name == object.name())
        };
        let present = |value: &Value| WatchEvent::Applied(Object::from_response(value.clone()));
        let first: Vec<WatchEvent> = match since {
            None => state.objects.values().map(present).collect(),
            Some(since) => {
                let later = state.history.iter().filter(|(writes, _)| *writes > since);
                later.map(|(_, event)| event.clone()).collect()
            }
        };
        let changes = stream::unfold(receiver, |mut receiver| async move {
            receiver.recv().await.ok().map(|event| (event, receiver))
        });
        let events = stream::iter(first).chain(changes);
        let events = events.filter(move |event| ready(concerns(event))).map(Ok);
        Box::pin(ready(Ok(events.boxed())))
    }
}
