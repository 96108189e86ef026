//! Other objects whose changes bring objects of the controller's kind into the queue.

use std::collections::{HashMap, HashSet};
use std::fmt::Debug;
use std::sync::Arc;

use futures::future::BoxFuture;
use kube::Resource;
use kube::core::{NamespaceResourceScope, PartialObjectMeta};
use kube::runtime::watcher::Event;
use serde::de::DeserializeOwned;

use super::gate::{Bar, Gate};
use super::store::Store;
use super::watch::{self, Watched};
use crate::context::Context;
use crate::object::{Lenient, Object, ObjectKey};
use crate::queue::{Cause, Origin, Queue, Urgency};

/// A watch of another kind, or of the controller's own, whose changes enqueue objects.
///
/// Of each watched object only a fingerprint is kept. The trigger fires when an object appears, when its fingerprint
/// changes and when it is deleted; the mapper then says which objects to enqueue, in which order.
pub struct Trigger<K: Object> {
    pub(super) source: Source<K>,
}

pub(super) enum Source<K: Object> {
    /// Another kind: the future that watches it.
    Other(Box<dyn FnOnce(Wiring<K>) -> BoxFuture<'static, ()> + Send + Sync>),
    /// The controller's own kind, whose watch there is already.
    Own(Rule<K, K>),
}

/// What a trigger's watch is connected to.
pub(super) struct Wiring<K: Object> {
    pub context: Arc<Context>,
    pub store: Store<K>,
    pub queue: Queue,
    pub gate: Gate,
    pub bar: Bar,
}

type Fingerprint<T> = Box<dyn Fn(&T) -> String + Send + Sync>;
type Mapper<T, K> = Box<dyn Fn(&T, &Store<K>) -> Vec<ObjectKey> + Send + Sync>;

/// When a change counts, and for whom.
pub(super) struct Rule<T, K: Object> {
    urgency: Urgency,
    fingerprint: Fingerprint<T>,
    mapper: Mapper<T, K>,
}

impl<K: Object> Trigger<K> {
    /// Watches another kind. `fingerprint` is what counts of an object, for example its artifact's revision (K20.2);
    /// `mapper` lists the keys to enqueue, in order.
    pub fn on<T>(
        urgency: Urgency,
        fingerprint: impl Fn(&T) -> String + Send + Sync + 'static,
        mapper: impl Fn(&T, &Store<K>) -> Vec<ObjectKey> + Send + Sync + 'static,
    ) -> Self
    where
        T: Watched,
    {
        let rule = Rule {
            urgency,
            fingerprint: Box::new(fingerprint),
            mapper: Box::new(mapper),
        };
        Self {
            source: Source::Other(Box::new(move |wiring| {
                Box::pin(follow(wiring, String::new(), rule))
            })),
        }
    }

    /// Watches the metadata alone of another kind, of objects that match the label selector. Every new
    /// resourceVersion counts (K20.3).
    pub fn on_metadata<T>(
        urgency: Urgency,
        label_selector: impl Into<String>,
        mapper: impl Fn(&PartialObjectMeta<T>, &Store<K>) -> Vec<ObjectKey> + Send + Sync + 'static,
    ) -> Self
    where
        T: Resource<DynamicType = (), Scope = NamespaceResourceScope>
            + Clone
            + Debug
            + Send
            + Sync
            + 'static,
    {
        let fingerprint = |object: &PartialObjectMeta<T>| {
            object.metadata.resource_version.clone().unwrap_or_default()
        };
        let rule = Rule {
            urgency,
            fingerprint: Box::new(fingerprint),
            mapper: Box::new(mapper),
        };
        let selector = label_selector.into();
        Self {
            source: Source::Other(Box::new(move |wiring| {
                Box::pin(follow(wiring, selector, rule))
            })),
        }
    }

    /// Follows the controller's own objects, for instance to wake those that wait for one to become Ready (K18).
    pub fn on_own(
        urgency: Urgency,
        fingerprint: impl Fn(&K) -> String + Send + Sync + 'static,
        mapper: impl Fn(&K, &Store<K>) -> Vec<ObjectKey> + Send + Sync + 'static,
    ) -> Self {
        let rule = Rule {
            urgency,
            fingerprint: Box::new(fingerprint),
            mapper: Box::new(mapper),
        };
        Self {
            source: Source::Own(rule),
        }
    }
}

impl<K: Object> Debug for Trigger<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trigger").finish_non_exhaustive()
    }
}

/// Follows another kind for good.
async fn follow<T, K>(wiring: Wiring<K>, label_selector: String, rule: Rule<T, K>)
where
    T: Watched,
    K: Object,
{
    let Wiring {
        context,
        store,
        queue,
        gate,
        mut bar,
    } = wiring;
    let mut memory = Memory::new(rule);
    watch::follow::<T>(&context, &label_selector, |event| {
        // A kind that is not installed, or may not be read, holds nobody up.
        let answered = event.is_none_or(|event| memory.see(event, &store, &queue, &gate));
        if answered {
            bar.lift();
        }
    })
    .await;
}

/// The fingerprints of the objects that a trigger has seen.
pub(super) struct Memory<T, K: Object> {
    rule: Rule<T, K>,
    seen: HashMap<ObjectKey, String>,
    listed: Option<HashSet<ObjectKey>>,
}

impl<T: Resource<DynamicType = ()> + DeserializeOwned, K: Object> Memory<T, K> {
    pub(super) fn new(rule: Rule<T, K>) -> Self {
        Self {
            rule,
            seen: HashMap::new(),
            listed: None,
        }
    }

    /// Takes in an event; says whether the objects are known completely now.
    fn see(
        &mut self,
        event: Event<Lenient<T>>,
        store: &Store<K>,
        queue: &Queue,
        gate: &Gate,
    ) -> bool {
        match event {
            Event::Init => self.listed = Some(HashSet::new()),
            Event::InitApply(object) => {
                if let Some(listed) = &mut self.listed {
                    listed.insert(object.key());
                }
                if let Some(object) = object.decoded() {
                    self.changed(&object, store, queue, gate);
                }
            }
            Event::Apply(object) => {
                if let Some(object) = object.decoded() {
                    self.changed(&object, store, queue, gate);
                }
            }
            Event::Delete(object) => {
                if let Some(object) = object.decoded() {
                    self.deleted(&object, store, queue);
                }
            }
            Event::InitDone => {
                let listed = self.listed.take().unwrap_or_default();
                self.seen.retain(|key, _| listed.contains(key));
                return true;
            }
        }
        false
    }

    /// Takes in an object as it is now.
    pub(super) fn changed(&mut self, object: &T, store: &Store<K>, queue: &Queue, gate: &Gate) {
        let fingerprint = (self.rule.fingerprint)(object);
        let known = self.seen.get(&ObjectKey::of(object.meta()));
        if known == Some(&fingerprint) {
            return;
        }
        self.seen.insert(ObjectKey::of(object.meta()), fingerprint);
        // Before the gate opens no pass has run, so there is nobody to tell.
        if gate.is_open() {
            self.fire(object, store, queue);
        }
    }

    /// Takes in that an object is gone.
    pub(super) fn deleted(&mut self, object: &T, store: &Store<K>, queue: &Queue) {
        if self.seen.remove(&ObjectKey::of(object.meta())).is_some() {
            self.fire(object, store, queue);
        }
    }

    fn fire(&self, object: &T, store: &Store<K>, queue: &Queue) {
        let keys = (self.rule.mapper)(object, store);
        let origin = Origin {
            kind: T::kind(&()).into_owned(),
            key: ObjectKey::of(object.meta()),
        };
        queue.add_all(
            &keys,
            &Cause {
                origin,
                urgency: self.rule.urgency,
            },
        );
    }
}
