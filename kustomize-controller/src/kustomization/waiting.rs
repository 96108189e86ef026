//! Who waits for a dependency, so that whoever becomes ready wakes those and nobody else.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use common::object::ObjectKey;

/// The Kustomizations whose dependencies did not suffice when they last looked.
///
/// A pass enters before it looks and leaves once it is satisfied: a dependency that becomes ready in between finds it here.
#[derive(Debug, Default)]
pub struct Waiting {
    keys: Mutex<BTreeSet<ObjectKey>>,
}

impl Waiting {
    pub(super) fn enter(&self, key: ObjectKey) {
        self.keys().insert(key);
    }

    pub(super) fn leave(&self, key: &ObjectKey) {
        self.keys().remove(key);
    }

    pub(super) fn contains(&self, key: &ObjectKey) -> bool {
        self.keys().contains(key)
    }

    /// Nothing panics while the lock is held.
    fn keys(&self) -> MutexGuard<'_, BTreeSet<ObjectKey>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
