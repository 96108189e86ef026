//! From a kind to its controller.

use std::sync::Arc;

use common::context::Context;
use common::controller::{Controller, Limits};

use super::{Kind, Options, Sources};
use crate::storage::Storage;

/// What the controllers of all kinds are made with.
#[derive(Clone)]
pub struct Setup {
    /// Where artifacts are published.
    pub storage: Storage,
    /// How the reconcilers work.
    pub options: Options,
    /// The process they run in.
    pub context: Arc<Context>,
    /// How much each may do at a time.
    pub limits: Limits,
}

impl Setup {
    /// The controller of a kind, with its watches.
    pub fn controller<K: Kind>(&self, kind: K) -> Controller<Sources<K>> {
        let sources = Sources::new(kind, self.storage.clone(), self.options.clone());
        let controller = Controller::new(sources, self.context.clone(), self.limits, K::indexes());
        K::triggers()
            .into_iter()
            .fold(controller, Controller::trigger)
    }
}
