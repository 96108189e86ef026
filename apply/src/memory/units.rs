//! The memories of all units of a process.

use super::Memory;
use crate::options::Owner;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Keeps one [`Memory`] for each unit between its passes.
///
/// A pass takes the memory out and puts it back when it is done. One that ends before that loses it, and the next pass
/// compares in full.
#[derive(Debug)]
pub struct Memories {
    owner: Owner,
    max_age: Duration,
    /// By namespace and name, with the context that it belongs to.
    units: Mutex<BTreeMap<(String, String), (String, Memory)>>,
}

impl Memories {
    /// None yet. For `max_age` see [`Memory::new`].
    pub fn new(owner: Owner, max_age: Duration) -> Self {
        Self {
            owner,
            max_age,
            units: Mutex::default(),
        }
    }

    /// The memory of a unit, a new one if there is none for this context. The context is whatever decides under which
    /// identity and on which cluster the unit applies; when it differs from that of the last pass, nothing of that pass
    /// counts.
    pub fn take(&self, name: &str, namespace: &str, context: &str) -> Memory {
        match self.units().remove(&key(name, namespace)) {
            Some((known, memory)) if known == context => memory,
            _ => Memory::new(&self.owner, name, namespace, self.max_age),
        }
    }

    /// Keeps the memory of a unit for its next pass in this context.
    pub fn put(&self, name: &str, namespace: &str, context: &str, memory: Memory) {
        self.units()
            .insert(key(name, namespace), (context.to_owned(), memory));
    }

    /// Forgets a unit, when it is deleted.
    pub fn forget(&self, name: &str, namespace: &str) {
        self.units().remove(&key(name, namespace));
    }

    fn units(&self) -> MutexGuard<'_, BTreeMap<(String, String), (String, Memory)>> {
        self.units.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(name: &str, namespace: &str) -> (String, String) {
    (namespace.to_owned(), name.to_owned())
}
