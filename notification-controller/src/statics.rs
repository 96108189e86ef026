//! The finalizers of the kinds without a status: Providers have one, Alerts lose theirs (P1, P2).

use std::collections::BTreeMap;
use std::sync::Arc;

use common::context::Context;
use common::controller::Mirror;
use common::kube::api::{Api, Patch, PatchParams};
use common::kube::{self, Resource};
use common::object::{FINALIZER, ObjectKey};
use common::queue::{Backoff, Queue};
use common::reconcile::Notice;
use crds::CustomResource;
use crds::notification::{Alert, Provider};
use serde_json::json;

use crate::MANAGER;
use crate::alert::{reason, tell};

/// The text of the event on an alert that lost its finalizer, and of the line in the log.
const MIGRATED: &str = "removed finalizer from Alert to migrate to static Alert";

/// A kind without a status.
pub trait Static: CustomResource {
    /// The finalizers that an object should have, if it should have others.
    fn finalizers(&self) -> Option<Vec<String>>;

    /// What is told when they were changed.
    fn changed(&self, context: &Context) {
        let _ = context;
    }
}

impl Static for Provider {
    fn finalizers(&self) -> Option<Vec<String>> {
        let deleting = self.metadata.deletion_timestamp.is_some();
        match (deleting, has_finalizer(self)) {
            (true, true) => Some(without_ours(self)),
            (false, false) => {
                let mut all = without_ours(self);
                all.push(FINALIZER.to_owned());
                Some(all)
            }
            _ => None,
        }
    }
}

impl Static for Alert {
    fn finalizers(&self) -> Option<Vec<String>> {
        let deleting = self.metadata.deletion_timestamp.is_some();
        let due = has_finalizer(self) && (!self.spec.suspend || deleting);
        due.then(|| without_ours(self))
    }

    fn changed(&self, context: &Context) {
        tracing::info!(alert = %ObjectKey::of(&self.metadata), "{MIGRATED}");
        let level = (Notice::Info, reason::MIGRATION);
        tell(&context.recorder, self, level, MIGRATED, BTreeMap::new());
    }
}

fn has_finalizer<K: Resource>(object: &K) -> bool {
    let all = object.meta().finalizers.iter().flatten();
    all.into_iter().any(|name| name == FINALIZER)
}

fn without_ours<K: Resource>(object: &K) -> Vec<String> {
    let all = object.meta().finalizers.iter().flatten();
    all.filter(|name| *name != FINALIZER).cloned().collect()
}

/// The objects of a kind, and those of them whose finalizers are to be changed.
#[derive(Debug, Clone)]
pub struct Finalizers<K> {
    objects: Mirror<K>,
    queue: Queue,
}

impl<K: Static> Finalizers<K> {
    /// Follows the kind; [`Finalizers::keep`] changes what is due.
    pub fn follow(context: &Arc<Context>, backoff: Backoff) -> Self {
        let metrics = context.metrics.queue(K::DEFINITION.kind);
        let queue = Queue::new(backoff, metrics, context.shutdown.clone());
        let due = queue.clone();
        let objects = Mirror::follow(context.clone(), move |object: &Arc<K>| {
            if object.finalizers().is_some() {
                due.add_now(&ObjectKey::of(object.meta()));
            }
        });
        Self { objects, queue }
    }

    /// The objects.
    pub fn objects(&self) -> Mirror<K> {
        self.objects.clone()
    }

    /// Changes finalizers until the shutdown; for the process that leads.
    pub async fn keep(self, context: Arc<Context>) {
        while self.queue.ready().await {
            let Some(item) = self.queue.take() else {
                continue;
            };
            match self.change(&item.key, &context).await {
                Ok(()) => self.queue.forget(&item.key),
                Err(error) => {
                    tracing::error!(kind = K::DEFINITION.kind, object = %item.key, %error, "Reconciler error");
                    self.queue.add_backed_off(&item.key);
                }
            }
            self.queue.done(&item.key);
        }
    }

    async fn change(&self, key: &ObjectKey, context: &Context) -> Result<(), kube::Error> {
        let Some(object) = self.objects.get(key) else {
            return Ok(());
        };
        let Some(finalizers) = object.finalizers() else {
            return Ok(());
        };
        let objects: Api<K> = Api::namespaced(context.client.clone(), &key.namespace);
        // Others write finalizers too, so the list is only replaced as it was read.
        let change = json!({
            "metadata": {"finalizers": finalizers, "resourceVersion": object.meta().resource_version},
        });
        let params = PatchParams {
            field_manager: Some(MANAGER.to_owned()),
            ..PatchParams::default()
        };
        match objects
            .patch(&key.name, &params, &Patch::Merge(change))
            .await
        {
            Ok(_) => {
                object.changed(context);
                Ok(())
            }
            Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn wanted<K: Static>(object: Value) -> Option<Vec<String>> {
        serde_json::from_value::<K>(object).unwrap().finalizers()
    }

    #[test]
    fn p1_a_provider_gets_a_finalizer_and_loses_it_when_it_is_deleted() {
        let with = |finalizers: &[&str]| json!({"metadata": {"finalizers": finalizers}});
        let deleted = |finalizers: &[&str]| json!({"metadata": {"finalizers": finalizers, "deletionTimestamp": "2026-01-01T00:00:00Z"}});
        assert_eq!(
            wanted::<Provider>(json!({})),
            Some(vec![FINALIZER.to_owned()])
        );
        assert_eq!(
            wanted::<Provider>(with(&["x"])),
            Some(vec!["x".to_owned(), FINALIZER.to_owned()])
        );
        assert_eq!(wanted::<Provider>(with(&[FINALIZER])), None);
        assert_eq!(
            wanted::<Provider>(deleted(&[FINALIZER, "x"])),
            Some(vec!["x".to_owned()])
        );
        assert_eq!(wanted::<Provider>(deleted(&["x"])), None);
    }

    #[test]
    fn p2_an_alert_loses_its_finalizer_unless_it_is_suspended_and_stays() {
        let alert = |suspend: bool, deleted: Value| json!({"metadata": {"finalizers": [FINALIZER], "deletionTimestamp": deleted}, "spec": {"suspend": suspend}});
        let none = Some(Vec::new());
        assert_eq!(wanted::<Alert>(json!({})), None);
        assert_eq!(wanted::<Alert>(alert(false, json!(null))), none);
        assert_eq!(wanted::<Alert>(alert(true, json!(null))), None);
        assert_eq!(
            wanted::<Alert>(alert(true, json!("2026-01-01T00:00:00Z"))),
            none
        );
    }
}
