//! What an object is called, and was called before.

use std::sync::Arc;

use yaml::Str;

use super::Resource;
use crate::id::ResId;
use crate::schema::Schemas;

/// The names of an object, now and before, with how they came to be.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) current: ResId,
    /// Oldest first.
    pub(crate) previous: Vec<ResId>,
    pub(crate) prefixes: Vec<Str>,
    pub(crate) suffixes: Vec<Str>,
    pub(crate) original_namespace: Str,
}

impl Identity {
    fn new(object: &Resource, schemas: &Schemas) -> Self {
        let current = object.id(schemas);
        let previous: Vec<ResId> = object.previous_ids().collect();
        let original = previous.first().unwrap_or(&current);
        Self {
            original_namespace: original.effective_namespace_text(),
            prefixes: object.track.prefixes.clone(),
            suffixes: object.track.suffixes.clone(),
            current,
            previous,
        }
    }
}

impl Resource {
    /// The names of the object; found out once for a state that builds share.
    pub(crate) fn identity(&self, schemas: &Schemas) -> Arc<Identity> {
        // Scopes are another matter with another schema.
        if schemas.is_custom() {
            return Arc::new(Identity::new(self, schemas));
        }
        let known = &self.memo.identity;
        Arc::clone(known.get_or_init(|| Arc::new(Identity::new(self, schemas))))
    }
}
