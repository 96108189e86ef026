//! Properties and items that no keyword has looked at.

use std::collections::BTreeSet;

use super::Detail;
use crate::schema::instance::Instance;
use crate::schema::node::Node;

#[derive(Clone, Debug, Default)]
pub(super) struct Unevaluated<'i> {
    pub properties: BTreeSet<&'i str>,
    pub items: BTreeSet<usize>,
}

impl<'i> Unevaluated<'i> {
    /// What may stay unevaluated when `node` is applied to `instance`, as far as `node` or its
    /// caller (`wanted` in full) asks for that.
    pub(super) fn of(instance: &Instance<'i>, node: &Node, wanted: Detail) -> Self {
        let mut unevaluated = Self::default();
        let wanted = wanted == Detail::Full;
        match instance {
            Instance::Object(entries)
                if !node.evaluates_all_properties()
                    && (wanted || node.unevaluated_properties.is_some()) =>
            {
                unevaluated.properties = entries.iter().map(|(name, _)| *name).collect();
            }
            Instance::Array(items)
                if !node.evaluates_all_items() && (wanted || node.unevaluated_items.is_some()) =>
            {
                unevaluated.items = (node.evaluated_items()..items.len()).collect();
            }
            _ => {}
        }
        unevaluated
    }

    pub(super) fn is_empty(&self) -> bool {
        self.properties.is_empty() && self.items.is_empty()
    }

    /// Drops what another schema has evaluated, which left `other`.
    pub(super) fn keep_only(&mut self, other: &Self) {
        self.properties
            .retain(|name| other.properties.contains(name));
        self.items.retain(|at| other.items.contains(at));
    }
}
