//! What was found out about the state of an object.
//!
//! Builds over one base share the objects that they do not change. Whatever follows from the state
//! alone is kept with it, and gone as soon as the state changes.

use std::sync::{Arc, OnceLock};

use super::Resource;
use super::known::Known;
use super::printed::Whole;
use crate::id::ResId;
use crate::schema::Schemas;

#[derive(Debug, Default)]
pub(super) struct Memo {
    identity: OnceLock<Arc<ResId>>,
    printed: OnceLock<Arc<Whole>>,
    /// Of what it was when builds began to share it.
    pub(super) known: Option<Arc<Known>>,
}

/// A copy is made to be changed.
impl Clone for Memo {
    fn clone(&self) -> Self {
        Self {
            known: self.known.clone(),
            ..Self::default()
        }
    }
}

impl Memo {
    /// Forgets what depends on the whole state, which is about to change.
    #[inline]
    pub(super) fn forget(&mut self) {
        self.identity.take();
        self.printed.take();
    }

    /// Becomes a clone of another one, which is to be changed.
    pub(super) fn copy_from(&mut self, other: &Self) {
        self.forget();
        let is_same = match (&self.known, &other.known) {
            (Some(known), Some(other)) => Arc::ptr_eq(known, other),
            (known, other) => known.is_none() && other.is_none(),
        };
        if !is_same {
            self.known.clone_from(&other.known);
        }
    }
}

impl Resource {
    /// The identity at this moment; found out once for a state that builds share.
    pub(super) fn identity(&self, schemas: &Schemas) -> Arc<ResId> {
        // Scopes are another matter with another schema.
        if schemas.is_custom() {
            return Arc::new(self.id(schemas));
        }
        let known = &self.memo.identity;
        Arc::clone(known.get_or_init(|| Arc::new(self.id(schemas))))
    }

    pub(crate) fn printed(&self) -> Option<&Arc<Whole>> {
        self.memo.printed.get()
    }

    /// Notes what was found; the first finding stays.
    pub(crate) fn note_printed(&self, printed: &Arc<Whole>) {
        let _ = self.memo.printed.set(Arc::clone(printed));
    }
}
