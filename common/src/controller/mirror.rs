//! The objects of a kind as last seen, for those who look at them and reconcile none.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};

use kube::runtime::watcher::Event;
use tokio::sync::watch;

use super::watch::{Watched, follow};
use crate::context::Context;
use crate::object::{Lenient, ObjectKey};

/// Objects by key, in order; clones share them. An object that does not decode is left out, with a line in the log.
#[derive(Debug)]
pub struct Mirror<K> {
    objects: Arc<RwLock<BTreeMap<ObjectKey, Arc<K>>>>,
    complete: watch::Receiver<bool>,
}

impl<K> Clone for Mirror<K> {
    fn clone(&self) -> Self {
        Self {
            objects: Arc::clone(&self.objects),
            complete: self.complete.clone(),
        }
    }
}

impl<K: Watched> Mirror<K> {
    /// Follows the kind until the context's shutdown. `changed` is told of every object that is new or has changed.
    pub fn follow(
        context: Arc<Context>,
        mut changed: impl FnMut(&Arc<K>) + Send + 'static,
    ) -> Self {
        let (sender, complete) = watch::channel(false);
        let mirror = Self {
            objects: Arc::default(),
            complete,
        };
        let seeing = mirror.clone();
        tokio::spawn(async move {
            let mut listed = None;
            follow::<K>(&context, "", |event| {
                if event.is_some_and(|event| seeing.see(event, &mut listed, &mut changed)) {
                    sender.send_replace(true);
                }
            })
            .await;
        });
        mirror
    }

    /// A mirror that follows nothing; for tests.
    pub fn holding(objects: impl IntoIterator<Item = K>) -> Self {
        let objects = objects
            .into_iter()
            .map(|object| (ObjectKey::of(object.meta()), Arc::new(object)))
            .collect();
        Self {
            objects: Arc::new(RwLock::new(objects)),
            complete: watch::channel(true).1,
        }
    }

    /// Returns when the objects are known completely for the first time.
    pub async fn complete(&self) {
        // The sender goes when the process goes down: then nobody waits for an answer any more.
        let _ = self.complete.clone().wait_for(|complete| *complete).await;
    }

    /// The object of this key.
    pub fn get(&self, key: &ObjectKey) -> Option<Arc<K>> {
        self.read().get(key).cloned()
    }

    /// Every object, in the order of their keys.
    pub fn all(&self) -> Vec<Arc<K>> {
        self.read().values().cloned().collect()
    }

    /// Takes in an event; says whether the objects are known completely now.
    fn see(
        &self,
        event: Event<Lenient<K>>,
        listed: &mut Option<BTreeSet<ObjectKey>>,
        changed: &mut impl FnMut(&Arc<K>),
    ) -> bool {
        match event {
            Event::Init => *listed = Some(BTreeSet::new()),
            Event::InitApply(object) => {
                if let Some(listed) = listed {
                    listed.insert(object.key());
                }
                self.put(object, changed);
            }
            Event::Apply(object) => self.put(object, changed),
            Event::Delete(object) => {
                self.write().remove(&object.key());
            }
            Event::InitDone => {
                let listed = listed.take().unwrap_or_default();
                self.write().retain(|key, _| listed.contains(key));
                return true;
            }
        }
        false
    }

    fn put(&self, object: Lenient<K>, changed: &mut impl FnMut(&Arc<K>)) {
        let key = object.key();
        let Some(object) = object.decoded().map(Arc::new) else {
            self.write().remove(&key);
            return;
        };
        self.write().insert(key, Arc::clone(&object));
        changed(&object);
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<ObjectKey, Arc<K>>> {
        self.objects.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, BTreeMap<ObjectKey, Arc<K>>> {
        self.objects.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use crds::notification::Alert;
    use serde_json::json;
    use testing::api::{Expected, Script};

    use super::*;
    use crate::fake::Server;

    const PATH: &str = "/apis/notification.toolkit.fluxcd.io/v1beta3/alerts";

    #[tokio::test]
    async fn a_mirror_holds_what_decodes_and_tells_of_every_change() {
        let alert = |name: &str, spec: serde_json::Value| {
            json!({
                "apiVersion": "notification.toolkit.fluxcd.io/v1beta3", "kind": "Alert",
                "metadata": {"name": name, "namespace": "ns", "resourceVersion": "5"}, "spec": spec,
            })
        };
        let end = json!({
            "apiVersion": "notification.toolkit.fluxcd.io/v1beta3", "kind": "Alert",
            "metadata": {"resourceVersion": "9", "annotations": {"k8s.io/initial-events-end": "true"}},
        });
        let script = Script::new([Expected::get(PATH).query("watch", "true").reply_events([
            json!({"type": "ADDED", "object": alert("a", json!({}))}),
            json!({"type": "ADDED", "object": alert("bad", json!({"suspend": 7}))}),
            json!({"type": "ADDED", "object": alert("gone", json!({}))}),
            json!({"type": "BOOKMARK", "object": end}),
            json!({"type": "DELETED", "object": alert("gone", json!({}))}),
        ])]);
        let (mut context, _) = Server::holding(&json!({"metadata": {}})).context();
        Arc::get_mut(&mut context).unwrap().client = script.client();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&seen);
        let mirror = Mirror::<Alert>::follow(context.clone(), move |alert| {
            let name = alert.metadata.name.clone().unwrap_or_default();
            told.lock().unwrap().push(name);
        });
        mirror.complete().await;
        let gone = async {
            while mirror.all().len() > 1 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), gone)
            .await
            .unwrap();
        assert!(mirror.get(&ObjectKey::new("ns", "a")).is_some());
        assert_eq!(*seen.lock().unwrap(), ["a", "gone"]);
        context.shutdown.cancel();
        script.finish();
    }
}
