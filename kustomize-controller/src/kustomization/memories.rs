//! What is known of applied objects from pass to pass, so that those that have not moved cost no dry-run.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use apply::Memory;
use common::access::Target;
use common::object::ObjectKey;

use crate::build::metadata;

/// After this long an object is compared in full, whatever is known of it.
const MAX_AGE: Duration = Duration::from_mins(30);

/// A memory per Kustomization. It lives in the process alone: after a restart everything is looked at once.
#[derive(Debug, Default)]
pub(super) struct Memories {
    known: Mutex<HashMap<ObjectKey, (Target, Memory)>>,
}

/// Whether what is known may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// It may.
    Known,
    /// Somebody asked, or the spec is new: look at everything that has moved, whatever moved it.
    Unmoved,
}

impl Memories {
    /// Takes the memory of an object out; a new one where there is none for this target.
    pub fn take(&self, key: &ObjectKey, target: &Target, trust: Trust) -> Memory {
        match self.known().remove(key) {
            Some((of, mut memory)) if of == *target => {
                if trust == Trust::Unmoved {
                    memory.doubt();
                }
                memory
            }
            _ => Memory::new(&metadata::owner(), &key.name, &key.namespace, MAX_AGE),
        }
    }

    /// Keeps a memory for the next pass.
    pub fn keep(&self, key: ObjectKey, target: Target, memory: Memory) {
        self.known().insert(key, (target, memory));
    }

    /// Forgets an object that is gone.
    pub fn forget(&self, key: &ObjectKey) {
        self.known().remove(key);
    }

    /// Nothing panics while the lock is held.
    fn known(&self) -> MutexGuard<'_, HashMap<ObjectKey, (Target, Memory)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
