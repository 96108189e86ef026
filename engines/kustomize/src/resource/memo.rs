//! What was found out about the state of an object.
//!
//! Builds over one base share the objects that they do not change. Whatever follows from the state
//! alone is kept with it, and gone as soon as the state changes.

use std::sync::{Arc, OnceLock};

use yaml::{Str, Value};

use super::{Identity, Resource};
use crate::config::TransformerConfig;

#[derive(Debug, Default)]
pub(super) struct Memo {
    pub(super) identity: OnceLock<Arc<Identity>>,
    settled: OnceLock<Settled>,
    printed: OnceLock<Arc<Printed>>,
}

/// A copy is made to be changed.
impl Clone for Memo {
    fn clone(&self) -> Self {
        Self::default()
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

/// An object as the result has it.
#[derive(Debug)]
pub(crate) struct Printed {
    pub(crate) object: Value,
    text: OnceLock<String>,
}

impl Printed {
    pub(crate) fn new(object: Value) -> Self {
        Self {
            object,
            text: OnceLock::new(),
        }
    }

    /// The object as YAML.
    pub(crate) fn text(&self) -> &str {
        self.text.get_or_init(|| yaml::encode(&self.object))
    }
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
