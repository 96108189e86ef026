//! The objects that references may mean.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashMap;

use yaml::Str;

use crate::id::{DEFAULT_NAMESPACE, Gvk, NO_NAMESPACE, ResId};
use crate::resource::{OldNames, ResMap, Resource};
use crate::schema::Schemas;

/// An object, as references see it.
#[derive(Clone)]
pub(super) struct Candidate<'a> {
    object: &'a Resource,
    gvk: Cow<'a, Gvk>,
    pub(super) name: &'a str,
    pub(super) namespace: &'a str,
    pub(super) cluster_scoped: bool,
}

impl Candidate<'_> {
    /// The name, to keep.
    pub(super) fn name_text(&self) -> Str {
        self.object.name()
    }

    pub(super) fn kind(&self) -> &str {
        &self.gvk.kind
    }

    /// The identity, for messages.
    pub(super) fn id(&self) -> ResId {
        ResId {
            gvk: self.gvk.clone().into_owned(),
            name: self.name.into(),
            namespace: self.namespace.into(),
            cluster_scoped: self.cluster_scoped,
        }
    }

    pub(super) fn effective_namespace(&self) -> &str {
        match self.namespace {
            _ if self.cluster_scoped => NO_NAMESPACE,
            "" => DEFAULT_NAMESPACE,
            namespace => namespace,
        }
    }

    pub(super) fn is_same_namespace(&self, other: &Self) -> bool {
        self.effective_namespace() == other.effective_namespace()
    }

    /// The namespace that it was in at first.
    pub(super) fn original_namespace(&self) -> &str {
        match self.object.track.previous.first() {
            // An identity of the past does not tell its scope.
            Some(first) if first.namespace.is_empty() => DEFAULT_NAMESPACE,
            Some(first) => &first.namespace,
            None => self.effective_namespace(),
        }
    }

    /// Whether two objects were renamed in the same way.
    pub(super) fn agrees(&self, other: &Self, empty: Empty) -> bool {
        let agree = |a: &[Str], b: &[Str]| {
            (empty == Empty::AgreesWithAll && (a.is_empty() || b.is_empty())) || same_affixes(a, b)
        };
        let (a, b) = (&self.object.track, &other.object.track);
        agree(&a.prefixes, &b.prefixes) && agree(&a.suffixes, &b.suffixes)
    }
}

/// All objects by what references go by.
pub(super) struct Candidates<'a> {
    objects: &'a ResMap,
    schemas: &'a Schemas,
    index: &'a Index,
}

/// A name, and where those are that may have had it.
#[derive(Clone, Copy)]
pub(super) struct Name<'a> {
    pub(super) name: &'a str,
    pub(super) places: &'a [usize],
}

/// Where the objects are.
#[derive(Default)]
pub(super) struct Index {
    old_names: OnceCell<OldNames>,
    by_original_namespace: OnceCell<HashMap<Str, Vec<usize>>>,
}

impl<'a> Candidates<'a> {
    pub(super) fn new(objects: &'a ResMap, schemas: &'a Schemas, index: &'a Index) -> Self {
        Self {
            objects,
            schemas,
            index,
        }
    }

    /// An object as a candidate.
    pub(super) fn candidate<'o>(&self, object: &'o Resource) -> Candidate<'o> {
        let (name, namespace) = object.called();
        Candidate {
            object,
            gvk: object.gvk_here(),
            name,
            namespace,
            cluster_scoped: object.is_cluster_scoped(self.schemas),
        }
    }

    fn get(&self, at: usize) -> Candidate<'a> {
        self.candidate(self.objects.get(at))
    }

    fn old_names(&self) -> &'a OldNames {
        let known = &self.index.old_names;
        known.get_or_init(|| self.objects.old_names())
    }

    /// A name, and where those are that may have had it.
    pub(super) fn name<'n>(&self, name: &'n str) -> Name<'n>
    where
        'a: 'n,
    {
        let places = self.old_names().get(name);
        Name { name, places }
    }

    /// Where those are that may have had the names in one place of the object with this number after
    /// the other, when they are known.
    pub(super) fn named_by(
        &self,
        at: usize,
        object: &Resource,
        find: impl FnOnce() -> Option<Vec<Str>>,
    ) -> &'a [Box<[usize]>] {
        let known = self.old_names().of_object(at, object, find);
        known.unwrap_or_default()
    }

    /// Those that once had this name.
    fn once_called(&self, name: Name<'_>) -> impl Iterator<Item = &'a Resource> {
        let all = name.places.iter().map(|at| self.objects.get(*at));
        all.filter(move |object| {
            let mut previous = object.track.previous.iter();
            previous.any(|previous| *previous.name == *name.name)
        })
    }

    /// Those that once had this name, and were once of these kinds.
    pub(super) fn once(
        &self,
        name: Name<'_>,
        target: &Gvk,
        role: Option<&Gvk>,
    ) -> impl Iterator<Item = Candidate<'a>> {
        self.once_called(name)
            .filter(move |object| was(object, target) && role.is_none_or(|role| was(object, role)))
            .map(|object| self.candidate(object))
    }

    /// Whether an object once had this name.
    pub(super) fn is_known(&self, name: &str) -> bool {
        self.once_called(self.name(name)).next().is_some()
    }

    /// Those that were in a namespace at first. Few references name one.
    pub(super) fn in_original_namespace(
        &self,
        namespace: &str,
    ) -> impl Iterator<Item = Candidate<'a>> {
        let index = self.index.by_original_namespace.get_or_init(|| {
            let mut index: HashMap<Str, Vec<usize>> = HashMap::new();
            for at in 0..self.objects.len() {
                let namespace = self.get(at).original_namespace().into();
                index.entry(namespace).or_default().push(at);
            }
            index
        });
        let places = index.get(namespace).into_iter().flatten();
        places.map(|at| self.get(*at))
    }
}

/// Whether an object was once of this kind.
fn was(object: &Resource, gvk: &Gvk) -> bool {
    let matches = |wanted: &Str, ours: &Str| wanted.is_empty() || wanted == ours;
    let mut previous = object.track.previous.iter();
    if !previous.any(|previous| matches(&gvk.kind, &previous.kind)) {
        return false;
    }
    let now = object.gvk_here();
    matches(&gvk.group, &now.group) && matches(&gvk.version, &now.version)
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
