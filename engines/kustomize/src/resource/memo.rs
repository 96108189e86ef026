//! What was found out about the state of an object.
//!
//! Builds over one base share the objects that they do not change. Whatever follows from the state
//! alone is kept with it, and gone as soon as the state changes.

use std::sync::{Arc, OnceLock};

use yaml::Str;

use super::printed::{Parts, Printed};
use super::{Identity, Resource};
use crate::config::TransformerConfig;

#[derive(Debug, Default)]
pub(super) struct Memo {
    pub(super) identity: OnceLock<Arc<Identity>>,
    settled: OnceLock<Settled>,
    printed: OnceLock<Arc<Printed>>,
    /// Of what it was when builds began to share it: the fields that are still the same count.
    pub(super) parts: OnceLock<Arc<Parts>>,
}

/// A copy is made to be changed.
impl Clone for Memo {
    fn clone(&self) -> Self {
        Self {
            parts: self.parts.clone(),
            ..Self::default()
        }
    }
}

impl Memo {
    /// Forgets what depends on the whole state, which is about to change.
    pub(super) fn forget(&mut self) {
        *self = Self {
            parts: std::mem::take(&mut self.parts),
            ..Self::default()
        };
    }
}

/// The references of an object were looked at and led to no renamed object.
#[derive(Debug)]
pub(crate) struct Settled {
    /// Where references are.
    pub(crate) config: Arc<TransformerConfig>,
    /// The names that it refers to.
    pub(crate) names: Vec<Str>,
}

impl Resource {
    pub(crate) fn settled(&self) -> Option<&Settled> {
        self.memo.settled.get()
    }

    /// Notes what was found; the first finding stays.
    pub(crate) fn settle(&self, settled: Settled) {
        let _ = self.memo.settled.set(settled);
    }

    pub(crate) fn printed(&self) -> Option<&Arc<Printed>> {
        self.memo.printed.get()
    }

    /// Notes what was found; the first finding stays.
    pub(crate) fn note_printed(&self, printed: &Arc<Printed>) {
        let _ = self.memo.printed.set(Arc::clone(printed));
    }
}
