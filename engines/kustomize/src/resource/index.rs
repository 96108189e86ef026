//! Where the objects of a map are, by what they are and were called.

use std::collections::HashMap;
use std::sync::Arc;

use super::Resource;
use crate::id::IdKey;
use crate::schema::Schemas;

type Places = HashMap<IdKey, Vec<Place>>;

/// Where an object is.
#[derive(Clone, Copy, Debug)]
struct Place {
    at: usize,
    /// It is called so now.
    current: bool,
}

/// Objects by identity. What was in the index when it was shared is not copied by those who add
/// to it.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    shared: Option<Arc<Places>>,
    own: Places,
}

impl Index {
    /// The index of objects, two of which may have one identity.
    pub(super) fn new(list: &[Resource], schemas: &Schemas) -> Self {
        let mut index = Self {
            shared: None,
            own: HashMap::with_capacity(list.len()),
        };
        for (at, resource) in list.iter().enumerate() {
            index.insert(at, resource.id(schemas).key(), resource);
        }
        index
    }

    /// Adds an object with its present identity.
    pub(super) fn insert(&mut self, at: usize, key: IdKey, resource: &Resource) {
        let mut add = |key, current| {
            let places: &mut Vec<Place> = self.own.entry(key).or_default();
            if places.last().is_none_or(|last| last.at != at) {
                places.push(Place { at, current });
            }
        };
        add(key, true);
        for id in resource.previous_ids() {
            add(id.key(), false);
        }
    }

    /// Makes what is there cheap to clone.
    pub(super) fn share(&mut self) {
        if self.shared.is_none() {
            self.shared = Some(Arc::new(std::mem::take(&mut self.own)));
        }
    }

    fn places(&self, key: &IdKey) -> impl Iterator<Item = Place> {
        let shared = self.shared.as_ref().and_then(|shared| shared.get(key));
        let own = self.own.get(key);
        shared.into_iter().chain(own).flatten().copied()
    }

    /// The objects that have or had this identity, in order.
    pub(super) fn all(&self, key: &IdKey) -> impl Iterator<Item = usize> {
        self.places(key).map(|place| place.at)
    }

    /// Whether an object has this identity now.
    pub(super) fn has_current(&self, key: &IdKey) -> bool {
        self.places(key).any(|place| place.current)
    }

    /// Whether no two objects have one identity now.
    pub(super) fn is_unique(&self) -> bool {
        let unique = |places: &Places| {
            let current = |places: &Vec<Place>| places.iter().filter(|place| place.current).count();
            places.values().all(|places| current(places) < 2)
        };
        self.shared.as_deref().is_none_or(unique) && unique(&self.own)
    }
}
