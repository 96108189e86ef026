//! The objects that references may mean.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::Arc;

use yaml::Str;

use crate::id::Gvk;
use crate::resource::{Identity, ResMap};
use crate::schema::Schemas;

/// All objects by what references go by.
pub(super) struct Candidates {
    pub(super) all: Vec<Arc<Identity>>,
    pub(super) by_old_name: HashMap<Str, Vec<usize>>,
    /// The old names, when they are so few that comparing is faster than hashing.
    few_old_names: Option<Vec<Str>>,
    by_original_namespace: OnceCell<HashMap<Str, Vec<usize>>>,
}

impl Candidates {
    pub(super) fn new(objects: &ResMap, schemas: &Schemas) -> Self {
        let all: Vec<_> = objects
            .iter()
            .map(|object| object.identity(schemas))
            .collect();
        let mut by_old_name: HashMap<Str, Vec<usize>> = HashMap::new();
        for (at, candidate) in all.iter().enumerate() {
            let mut last: Option<&Str> = None;
            for id in &candidate.previous {
                // Most were moved under the name that they had.
                if last.replace(&id.name) == Some(&id.name) {
                    continue;
                }
                let places = by_old_name.entry(id.name.clone()).or_default();
                if places.last() != Some(&at) {
                    places.push(at);
                }
            }
        }
        let few = by_old_name.len() <= 8;
        Self {
            all,
            few_old_names: few.then(|| by_old_name.keys().cloned().collect()),
            by_old_name,
            by_original_namespace: OnceCell::new(),
        }
    }

    /// Whether an object once had this name.
    pub(super) fn is_known(&self, name: &str) -> bool {
        match &self.few_old_names {
            Some(names) => names.iter().any(|old| **old == *name),
            None => self.by_old_name.contains_key(name),
        }
    }

    /// Those that were in a namespace at first. Few references name one.
    pub(super) fn in_original_namespace(&self, namespace: &str) -> &[usize] {
        let index = self.by_original_namespace.get_or_init(|| {
            let mut index: HashMap<Str, Vec<usize>> = HashMap::new();
            for (at, candidate) in self.all.iter().enumerate() {
                let namespace = candidate.original_namespace.clone();
                index.entry(namespace).or_default().push(at);
            }
            index
        });
        index.get(namespace).map_or(&[], Vec::as_slice)
    }
}

/// Whether it was once of this kind.
pub(super) fn was(candidate: &Identity, gvk: &Gvk) -> bool {
    candidate.previous.iter().any(|id| id.gvk.is_selected(gvk))
}

/// Renamed in the same way: by the same prefixes and suffixes, counted from the outermost.
fn same_affixes(a: &[Str], b: &[Str]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.is_empty() {
        return long.is_empty();
    }
    long.ends_with(short)
}

/// Whether an object without prefixes or suffixes agrees with every other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Empty {
    AgreesWithAll,
    AgreesWithEmpty,
}

/// Whether two objects were renamed in the same way.
pub(super) fn agree(a: &Identity, b: &Identity, empty: Empty) -> bool {
    let agree = |a: &[Str], b: &[Str]| {
        (empty == Empty::AgreesWithAll && (a.is_empty() || b.is_empty())) || same_affixes(a, b)
    };
    agree(&a.prefixes, &b.prefixes) && agree(&a.suffixes, &b.suffixes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn affixes_agree_from_the_outermost_inwards() {
        let list = |names: &[&str]| {
            names
                .iter()
                .map(|name| Str::from(*name))
                .collect::<Vec<_>>()
        };
        assert!(same_affixes(&list(&["b"]), &list(&["a", "b"])));
        assert!(!same_affixes(&list(&["a"]), &list(&["a", "b"])));
        assert!(same_affixes(&list(&[]), &list(&[])));
        assert!(!same_affixes(&list(&[]), &list(&["a"])));
    }
}
