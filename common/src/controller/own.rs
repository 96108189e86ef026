//! The watch of the controller's own kind.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use kube::runtime::watcher::Event;

use super::gate::{Bar, Gate};
use super::store::Store;
use super::trigger::Memory;
use super::{invalid, watch};
use crate::context::Context;
use crate::metrics::ControllerMetrics;
use crate::object::{Lenient, Object, ObjectKey};
use crate::queue::{Cause, Origin, Queue, Urgency};
use crate::reconcile::Reconciler;

/// Feeds the store and the queue.
pub(super) struct OwnWatch<R: Reconciler> {
    pub reconciler: Arc<R>,
    pub context: Arc<Context>,
    pub store: Store<R::Object>,
    pub queue: Queue,
    pub metrics: ControllerMetrics,
    pub followers: Vec<Memory<R::Object, R::Object>>,
    pub gate: Gate,
}

/// What of an object asks for a pass when it changes (K20.1, R1).
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asks {
    uid: Option<String>,
    generation: i64,
    requested_at: Option<String>,
    deleting: bool,
}

impl Asks {
    /// How urgent it is that the object asks for this, having asked for `old` before. A mere request can wait for work that is
    /// under way.
    fn urgency(&self, old: Option<&Self>) -> Urgency {
        let same = |old: &Self| {
            (&old.uid, old.generation, old.deleting) == (&self.uid, self.generation, self.deleting)
        };
        if old.is_some_and(same) {
            Urgency::Interrupt
        } else {
            Urgency::Overrule
        }
    }

    fn of<K: Object>(object: &K) -> Self {
        Self {
            uid: object.meta().uid.clone(),
            generation: object.generation(),
            requested_at: object.requested_at().map(str::to_owned),
            deleting: object.deleting(),
        }
    }
}

/// What the watch has told so far. The store may be ahead of it, since passes put what they wrote there, so the
/// predicate compares with this and not with the store: otherwise a change that a pass's own write already brought
/// along would never start a pass.
#[derive(Default)]
struct Told {
    asks: HashMap<ObjectKey, Asks>,
    listed: Option<HashSet<ObjectKey>>,
}

impl<R: Reconciler> OwnWatch<R> {
    /// Follows the kind for good.
    pub(super) async fn follow(mut self, mut bar: Bar) {
        let mut told = Told::default();
        let context = self.context.clone();
        watch::follow::<R::Object>(&context, &context.scope.label_selector, |event| {
            // Without its own objects a controller has nothing to do, so an error does not open the gate.
            if event.is_some_and(|event| self.see(event, &mut told)) {
                bar.lift();
            }
        })
        .await;
    }

    /// Takes in an event; says whether the objects are known completely now.
    fn see(&mut self, event: Event<Lenient<R::Object>>, told: &mut Told) -> bool {
        match event {
            Event::Init => told.listed = Some(HashSet::new()),
            Event::InitApply(object) => {
                if let Some(listed) = &mut told.listed {
                    listed.insert(object.key());
                }
                self.changed(object, told);
            }
            Event::Apply(object) => self.changed(object, told),
            Event::Delete(object) => {
                let key = object.key();
                told.asks.remove(&key);
                self.gone(&key, object.into_object().ok());
            }
            Event::InitDone => {
                let listed = told.listed.take().unwrap_or_default();
                told.asks.retain(|key, _| listed.contains(key));
                for object in self.store.all() {
                    if !listed.contains(&object.key()) {
                        self.gone(&object.key(), Some(R::Object::clone(&object)));
                    }
                }
                return true;
            }
        }
        false
    }

    fn changed(&mut self, object: Lenient<R::Object>, told: &mut Told) {
        let key = object.key();
        let object = match self.store.decode(object) {
            Ok(object) => object,
            Err(error) => {
                self.store.remove(&key);
                invalid::report::<R>(&self.context, &key, error);
                return;
            }
        };
        let asks = Asks::of(object.as_ref());
        for follower in &mut self.followers {
            follower.changed(&object, &self.store, &self.queue, &self.gate);
        }
        self.store.put(object);
        let old = told.asks.insert(key.clone(), asks.clone());
        if old.as_ref() != Some(&asks) {
            let cause = Cause {
                origin: Origin {
                    kind: <R::Object as kube::Resource>::kind(&()).into_owned(),
                    key: key.clone(),
                },
                urgency: asks.urgency(old.as_ref()),
            };
            self.queue.add(&key, &cause);
        }
    }

    fn gone(&mut self, key: &ObjectKey, last: Option<R::Object>) {
        self.store.remove(key);
        self.queue.discard(key);
        self.metrics.forget(key);
        self.reconciler.forget(key);
        if let Some(last) = last {
            for follower in &mut self.followers {
                follower.deleted(&last, &self.store, &self.queue);
            }
        }
    }
}
