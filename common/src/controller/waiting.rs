//! Who waits for a dependency, so that whoever becomes ready wakes those and nobody else.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::object::ObjectKey;

/// The objects whose dependencies did not suffice when they last looked.
///
/// A pass enters before it looks and leaves once it is satisfied: a dependency that becomes ready in between finds it here.
#[derive(Debug, Default)]
pub struct Waiting {
    keys: Mutex<BTreeSet<ObjectKey>>,
}

impl Waiting {
    /// It looks from now on.
    pub fn enter(&self, key: ObjectKey) {
        self.keys().insert(key);
    }

    /// It is satisfied, or gone.
    pub fn leave(&self, key: &ObjectKey) {
        self.keys().remove(key);
    }

    /// Whether it waits.
    pub fn contains(&self, key: &ObjectKey) -> bool {
        self.keys().contains(key)
    }

    /// Nothing panics while the lock is held.
    fn keys(&self) -> MutexGuard<'_, BTreeSet<ObjectKey>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
