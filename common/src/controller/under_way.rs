//! Who works on which revision at the moment.
//!
//! A pass may read a source before the watch of it has told of the new revision, and is then at work on it when it does; status says so
//! only later. Without this record the late word would cut its wait short.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::object::ObjectKey;

/// The revisions of the passes that run.
#[derive(Debug, Default)]
pub struct UnderWay {
    revisions: Mutex<BTreeMap<ObjectKey, String>>,
}

impl UnderWay {
    /// A pass is at work on this revision from now on.
    pub fn begin(&self, key: ObjectKey, revision: String) {
        self.revisions().insert(key, revision);
    }

    /// The pass has ended.
    pub fn end(&self, key: &ObjectKey) {
        self.revisions().remove(key);
    }

    /// Whether a pass is at work on this revision.
    pub fn is_at(&self, key: &ObjectKey, revision: &str) -> bool {
        self.revisions()
            .get(key)
            .is_some_and(|current| current == revision)
    }

    /// Nothing panics while the lock is held.
    fn revisions(&self) -> MutexGuard<'_, BTreeMap<ObjectKey, String>> {
        self.revisions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k20_2_a_pass_is_at_its_revision_until_it_ends() {
        let (under_way, key) = (UnderWay::default(), ObjectKey::new("ns", "app"));
        under_way.begin(key.clone(), "main@sha1:1".to_owned());
        assert!(under_way.is_at(&key, "main@sha1:1"));
        assert!(!under_way.is_at(&key, "main@sha1:2"));
        under_way.end(&key);
        assert!(!under_way.is_at(&key, "main@sha1:1"));
    }
}
