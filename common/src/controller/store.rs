//! The objects of the controller's own kind, as last seen.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use crate::object::{Lenient, Object, ObjectKey};

/// Objects by key, and by the indexes of the controller; clones share them.
#[derive(Debug)]
pub struct Store<K> {
    shared: Arc<RwLock<State<K>>>,
    indexes: Arc<[Index<K>]>,
}

/// A way to look objects up: the values under which each is found, such as `namespace/name` of its source.
#[derive(Debug, Clone, Copy)]
pub struct Index<K> {
    /// The name that [`Store::find`] is asked with.
    pub name: &'static str,
    /// The values of an object.
    pub values: fn(&K) -> Vec<String>,
}

#[derive(Debug)]
struct State<K> {
    objects: HashMap<ObjectKey, Kept<K>>,
    /// By position of the index, then by value.
    found: Vec<BTreeMap<String, BTreeSet<ObjectKey>>>,
}

#[derive(Debug)]
struct Kept<K> {
    object: Arc<K>,
    /// The values under which it is listed, by position of the index.
    values: Vec<Vec<String>>,
}

impl<K> State<K> {
    fn object(&self, key: &ObjectKey) -> Option<Arc<K>> {
        self.objects.get(key).map(|kept| kept.object.clone())
    }

    fn list(&mut self, key: &ObjectKey, values: &[Vec<String>]) {
        for (found, values) in self.found.iter_mut().zip(values) {
            for value in values {
                found.entry(value.clone()).or_default().insert(key.clone());
            }
        }
    }

    fn unlist(&mut self, key: &ObjectKey, values: &[Vec<String>]) {
        for (found, values) in self.found.iter_mut().zip(values) {
            for value in values {
                if let Some(keys) = found.get_mut(value) {
                    keys.remove(key);
                    if keys.is_empty() {
                        found.remove(value);
                    }
                }
            }
        }
    }
}

impl<K> Clone for Store<K> {
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
            indexes: self.indexes.clone(),
        }
    }
}

impl<K: Object> Store<K> {
    /// An empty store with these indexes.
    pub fn new(indexes: Vec<Index<K>>) -> Self {
        let state = State {
            objects: HashMap::new(),
            found: vec![BTreeMap::new(); indexes.len()],
        };
        Self {
            shared: Arc::new(RwLock::new(state)),
            indexes: indexes.into(),
        }
    }

    /// The object of this key.
    pub fn get(&self, key: &ObjectKey) -> Option<Arc<K>> {
        self.read().object(key)
    }

    /// The objects that an index lists under a value, in the order of their keys. An index that does not exist lists
    /// nothing.
    pub fn find(&self, index: &str, value: &str) -> Vec<Arc<K>> {
        let state = self.read();
        let Some(position) = self.indexes.iter().position(|known| known.name == index) else {
            return Vec::new();
        };
        let keys = state.found[position].get(value).into_iter().flatten();
        keys.filter_map(|key| state.object(key)).collect()
    }

    /// Every object, in the order of their keys.
    pub fn all(&self) -> Vec<Arc<K>> {
        let state = self.read();
        let objects = state.objects.values().map(|kept| kept.object.clone());
        let mut objects: Vec<_> = objects.collect();
        objects.sort_by_key(|object| object.key());
        objects
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.read().objects.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The object that the server has sent: the one that is here when it is of the same version, which need not be decoded.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn decode(&self, object: Lenient<K>) -> Result<Arc<K>, String> {
        match self.get(&object.key()) {
            Some(known) if object.is(&known) => Ok(known),
            _ => object.into_object().map(Arc::new),
        }
    }

    /// Takes over an object, unless this or a newer version of it is there already.
    pub fn put(&self, object: impl Into<Arc<K>>) {
        let object: Arc<K> = object.into();
        let key = object.key();
        let is_known = |kept: &Kept<K>| {
            let old = kept.object.as_ref();
            version(old).is_some()
                && version(old) >= version(object.as_ref())
                && old.meta().uid == object.meta().uid
        };
        if self.read().objects.get(&key).is_some_and(is_known) {
            return;
        }
        let indexes = self.indexes.iter();
        let values: Vec<_> = indexes.map(|index| (index.values)(&object)).collect();
        let mut state = self.write();
        if state.objects.get(&key).is_some_and(is_known) {
            return;
        }
        // Nearly always it is listed as before.
        if let Some(kept) = state.objects.get_mut(&key)
            && kept.values == values
        {
            kept.object = object;
            return;
        }
        if let Some(old) = state.objects.remove(&key) {
            state.unlist(&key, &old.values);
        }
        state.list(&key, &values);
        state.objects.insert(key, Kept { object, values });
    }

    /// Takes over a newer version of an object that is known. One that is not known any more was deleted meanwhile, and
    /// must not come back.
    pub(crate) fn refresh(&self, object: Lenient<K>) {
        let Some(known) = self.get(&object.key()) else {
            return;
        };
        if known.meta().uid.as_deref() == object.uid() && !object.is(&known) {
            // One that does not decode is reported when the watch tells about it.
            if let Ok(object) = object.into_object() {
                self.put(object);
            }
        }
    }

    /// Drops an object.
    pub fn remove(&self, key: &ObjectKey) {
        let mut state = self.write();
        if let Some(old) = state.objects.remove(key) {
            state.unlist(key, &old.values);
        }
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, State<K>> {
        self.shared.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, State<K>> {
        self.shared.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The version as a number, by which versions of one object compare; nothing where the server counts otherwise.
fn version<K: Object>(object: &K) -> Option<u128> {
    object.meta().resource_version.as_deref()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use crds::meta::LocalObjectReference;
    use crds::source::{GitRepository, GitRepositorySpec};

    use super::*;

    const BY_SECRET: Index<GitRepository> = Index {
        name: "secret",
        values: |object| {
            object
                .spec
                .secret_ref
                .iter()
                .map(|reference| reference.name.clone())
                .collect()
        },
    };

    fn object(name: &str, version: &str, secret: &str) -> GitRepository {
        let spec = GitRepositorySpec {
            secret_ref: Some(LocalObjectReference {
                name: secret.into(),
            }),
            ..GitRepositorySpec::default()
        };
        let mut object = GitRepository::new(name, spec);
        object.metadata.namespace = Some("ns".into());
        object.metadata.uid = Some("u".into());
        object.metadata.resource_version = Some(version.into());
        object
    }

    fn names(found: &[Arc<GitRepository>]) -> Vec<String> {
        found
            .iter()
            .map(|object| object.key().to_string())
            .collect()
    }

    #[test]
    fn indexes_follow_the_objects() {
        let store = Store::new(vec![BY_SECRET]);
        for (name, secret) in [("b", "x"), ("a", "x"), ("c", "y")] {
            store.put(object(name, "1", secret));
        }
        assert_eq!(names(&store.find("secret", "x")), ["ns/a", "ns/b"]);
        store.put(object("a", "2", "y"));
        store.remove(&ObjectKey::new("ns", "c"));
        assert_eq!(names(&store.find("secret", "x")), ["ns/b"]);
        assert_eq!(names(&store.find("secret", "y")), ["ns/a"]);
        assert!(store.find("secret", "z").is_empty() && store.find("other", "x").is_empty());
        assert_eq!(names(&store.all()), ["ns/a", "ns/b"]);
    }

    #[test]
    fn an_older_version_does_not_replace_a_newer_one_unless_the_object_is_another() {
        let store = Store::<GitRepository>::new(Vec::new());
        let version = || {
            store
                .get(&ObjectKey::new("ns", "a"))
                .unwrap()
                .metadata
                .resource_version
                .clone()
                .unwrap()
        };
        store.put(object("a", "10", "x"));
        store.put(object("a", "9", "x"));
        assert_eq!(version(), "10");
        let mut recreated = object("a", "9", "x");
        recreated.metadata.uid = Some("another".into());
        store.put(recreated);
        assert_eq!(version(), "9");
    }

    #[test]
    fn what_a_pass_wrote_does_not_bring_back_a_deleted_object() {
        let store = Store::new(Vec::new());
        let key = ObjectKey::new("ns", "a");
        store.put(object("a", "1", "x"));
        store.refresh(sent(&object("a", "2", "x")));
        let version = store.get(&key).unwrap().metadata.resource_version.clone();
        assert_eq!((store.len(), version.as_deref()), (1, Some("2")));
        store.remove(&key);
        store.refresh(sent(&object("a", "3", "x")));
        assert!(store.is_empty());
    }

    #[test]
    fn what_is_here_in_the_same_version_is_not_decoded_again() {
        let store = Store::new(Vec::new());
        store.put(object("a", "1", "x"));
        let known = store.get(&ObjectKey::new("ns", "a")).unwrap();
        let same = store.decode(sent(&object("a", "1", "x"))).unwrap();
        assert!(Arc::ptr_eq(&known, &same));
        let newer = store.decode(sent(&object("a", "2", "y"))).unwrap();
        assert_eq!(newer.spec.secret_ref.as_ref().unwrap().name, "y");
        let other = store.decode(sent(&object("b", "1", "x"))).unwrap();
        assert_eq!(other.metadata.name.as_deref(), Some("b"));
    }

    fn sent(object: &GitRepository) -> Lenient<GitRepository> {
        serde_json::from_str(&serde_json::to_string(object).unwrap()).unwrap()
    }
}
