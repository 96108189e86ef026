//! Objects that builds share and that need nothing.
//!
//! Most overlays change few of many objects. What goes through all of them need not look at those
//! that are as they were: it is known that there is nothing to be done about them.

use super::{ResMap, Resource};

/// Objects with this annotation are for tools, not for clusters.
const LOCAL_CONFIG: &str = "config.kubernetes.io/local-config";

impl Resource {
    /// Whether it stays out of the output.
    pub(crate) fn is_local(&self) -> bool {
        let value = self.annotation(LOCAL_CONFIG);
        value.is_some_and(|value| value.text() != "false")
    }

    /// Whether it is fit for the output as it is, called what it always was, and without links.
    pub(super) fn needs_nothing(&self) -> bool {
        !self.is_empty()
            && !self.has_links()
            && !self.track.needs_hash
            && self.has_kept_its_name()
            && !self.is_local()
            && self.check().is_ok()
    }
}

impl ResMap {
    /// The objects with their numbers, but for those that need nothing and are as builds share them.
    pub(crate) fn lively(&self) -> impl Iterator<Item = (usize, &Resource)> {
        let shared = self.shared.as_deref();
        let all = self.iter().enumerate();
        all.filter(move |(at, object)| !shared.is_some_and(|shared| shared.is_quiet(*at, object)))
    }

    /// Carries what changed in members of groups to the other members.
    pub(crate) fn carry_links(&mut self) {
        let shared = self.shared.as_deref();
        for (at, object) in self.list.iter_mut().enumerate() {
            if !shared.is_some_and(|shared| shared.is_quiet(at, object)) {
                object.carry_links();
            }
        }
    }
}
