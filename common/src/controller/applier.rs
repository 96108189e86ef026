//! What wakes the objects of appliers besides their own changes: their sources, what they depend on, and the ConfigMaps and
//! Secrets they name (K20.2, K20.3, H23.2, H23.3).

use std::sync::Arc;

use crds::meta::DependencyReference;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::Resource as _;
use kube::core::PartialObjectMeta;

use super::{Index, Store, Trigger, Waiting};
use crate::dependency;
use crate::object::{Object as _, ObjectKey};
use crate::queue::Urgency;
use crate::reconcile::Reconciler;

const BY_SOURCE: &str = "source";
const BY_CONFIG_MAP: &str = "configMap";
const BY_SECRET: &str = "secret";
const BY_DEPENDENCY: &str = "dependency";

/// What an object refers to, and in which order the users of something wake.
pub trait Applier: Reconciler {
    /// The sources, as `Kind/namespace/name`.
    fn sources(object: &Self::Object) -> Vec<String>;

    /// The names of the ConfigMaps in its own namespace.
    fn config_maps(object: &Self::Object) -> Vec<&str>;

    /// The names of the Secrets in its own namespace.
    fn secrets(object: &Self::Object) -> Vec<&str>;

    /// What has to be ready before it.
    fn depends_on(object: &Self::Object) -> &[DependencyReference];

    /// The keys of those that use the same thing, in the order in which they wake.
    fn in_order(users: &[Arc<Self::Object>]) -> Vec<ObjectKey> {
        users.iter().map(|user| user.key()).collect()
    }
}

/// The indexes that the triggers of this module ask.
pub fn indexes<R: Applier>() -> Vec<Index<R::Object>> {
    vec![
        Index {
            name: BY_SOURCE,
            values: R::sources,
        },
        Index {
            name: BY_CONFIG_MAP,
            values: |object| in_own_namespace::<R>(object, R::config_maps(object)),
        },
        Index {
            name: BY_SECRET,
            values: |object| in_own_namespace::<R>(object, R::secrets(object)),
        },
        Index {
            name: BY_DEPENDENCY,
            values: |object| {
                let own = object.key().namespace;
                let references = R::depends_on(object).iter();
                references
                    .map(|reference| dependency::key(reference, &own).to_string())
                    .collect()
            },
        },
    ]
}

/// The objects that use a source, which is `Kind/namespace/name`.
pub fn users_of_source<K>(store: &Store<K>, source: &str) -> Vec<Arc<K>>
where
    K: crate::object::Object,
{
    store.find(BY_SOURCE, source)
}

/// Whoever changes wakes those who wait for it; without an expression of their own, only when it has become ready.
pub fn dependencies<R: Applier>(waiting: Arc<Waiting>) -> Trigger<R::Object> {
    Trigger::on_own(
        Urgency::Enqueue,
        |object: &R::Object| object.meta().resource_version.clone().unwrap_or_default(),
        move |object: &R::Object, store: &Store<R::Object>| {
            let key = object.key();
            let ready = dependency::is_ready(object);
            let asks = |dependent: &R::Object| {
                let namespace = dependent.key().namespace;
                R::depends_on(dependent).iter().any(|reference| {
                    dependency::key(reference, &namespace) == key
                        && (ready || reference.ready_expr.is_some())
                })
            };
            let dependents = store.find(BY_DEPENDENCY, &key.to_string());
            let asking = dependents.iter().filter(|dependent| asks(dependent));
            let keys = asking.map(|dependent| dependent.key());
            keys.filter(|key| waiting.contains(key)).collect()
        },
    )
}

/// A ConfigMap or Secret that matches the label selector wakes those that name it.
pub fn configs<R: Applier>(label_selector: &str) -> [Trigger<R::Object>; 2] {
    let users = |index: &str, store: &Store<R::Object>, key: &ObjectKey| {
        R::in_order(&store.find(index, &key.to_string()))
    };
    [
        Trigger::on_metadata(
            Urgency::Interrupt,
            label_selector,
            move |map: &PartialObjectMeta<ConfigMap>, store: &Store<R::Object>| {
                users(BY_CONFIG_MAP, store, &ObjectKey::of(&map.metadata))
            },
        ),
        Trigger::on_metadata(
            Urgency::Interrupt,
            label_selector,
            move |secret: &PartialObjectMeta<Secret>, store: &Store<R::Object>| {
                users(BY_SECRET, store, &ObjectKey::of(&secret.metadata))
            },
        ),
    ]
}

fn in_own_namespace<R: Applier>(object: &R::Object, names: Vec<&str>) -> Vec<String> {
    let own = object.key().namespace;
    let keys = names.into_iter().map(|name| ObjectKey::new(&own, name));
    keys.map(|key| key.to_string()).collect()
}
