//! What builds share of their maps: the order of the output, and who could be mistaken for whom.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use yaml::Str;

use super::plan::{Places, Task};
use super::spare::Spares;
use super::{ResMap, Resource, State};
use crate::id::Gvk;

/// One in so many objects may be new for the known order to be of use.
const USEFUL: usize = 8;

/// So many tasks are remembered.
const TASKS: usize = 32;

/// For one name after the other.
type Named = Box<[Box<[usize]>]>;

/// An object, wherever it is.
type Called = (Gvk, Str);

/// Objects as they were when builds began to share them.
#[derive(Debug)]
pub(crate) struct Shared {
    list: Vec<Resource>,
    /// Their order in the output; the first build finds out.
    order: OnceLock<Vec<usize>>,
    /// Where each one is by kind and name; none when two are called alike in two namespaces.
    called: OnceLock<Option<HashMap<Called, usize>>>,
    places: Mutex<Vec<Arc<Places>>>,
    /// Where each one is by the names that it has and had.
    names: OnceLock<HashMap<Str, Vec<usize>>>,
    /// Where those are that the names in the references of each one may mean.
    named: Vec<OnceLock<Option<Named>>>,
    /// Which of them need nothing.
    quiet: Vec<bool>,
    pub(super) spares: Spares,
}

/// Where objects are by the names that they had, and perhaps by others.
pub(crate) enum OldNames {
    Shared(Arc<Shared>),
    Own(HashMap<Str, Vec<usize>>),
}

impl OldNames {
    /// Where those are that may have had a name.
    pub(crate) fn get(&self, name: &str) -> &[usize] {
        let places = match self {
            Self::Shared(shared) => shared.names().get(name),
            Self::Own(places) => places.get(name),
        };
        places.map_or(&[], Vec::as_slice)
    }

    /// [`OldNames::get`] of names that an object has as builds share it: `find` tells them, the same
    /// ones each time. None for other objects.
    pub(crate) fn of_object(
        &self,
        at: usize,
        object: &Resource,
        find: impl FnOnce() -> Option<Vec<Str>>,
    ) -> Option<&[Box<[usize]>]> {
        let Self::Shared(shared) = self else {
            return None;
        };
        let named = shared.named.get(at)?;
        if !shared.is_from(at, object) {
            return None;
        }
        let named = named.get_or_init(|| {
            let places = |name: &Str| self.get(name).into();
            Some(find()?.iter().map(places).collect())
        });
        named.as_deref()
    }
}

fn by_name<'a>(names: impl Iterator<Item = (usize, &'a Str)>) -> HashMap<Str, Vec<usize>> {
    let mut places: HashMap<Str, Vec<usize>> = HashMap::new();
    for (at, name) in names {
        let places = places.entry(name.clone()).or_default();
        if places.last() != Some(&at) {
            places.push(at);
        }
    }
    places
}

fn old_names(object: &Resource) -> impl Iterator<Item = &Str> {
    object.track.previous.iter().map(|previous| &previous.name)
}

impl ResMap {
    /// Where the objects are by the names that they had.
    pub(crate) fn old_names(&self) -> OldNames {
        let shared = self.shared.as_ref();
        let shared = shared.filter(|shared| shared.have_known_names(self));
        match shared {
            Some(shared) => OldNames::Shared(Arc::clone(shared)),
            None => {
                OldNames::Own(by_name((0..).zip(self.iter()).flat_map(|(at, object)| {
                    old_names(object).map(move |name| (at, name))
                })))
            }
        }
    }
}

fn called(object: &Resource) -> Called {
    (object.gvk(), object.name())
}

/// What an object is sorted by, when its kind is known.
struct Key<'a> {
    gvk: &'a Gvk,
    name: &'a Str,
    namespace: Option<&'a Str>,
}

impl<'a> Key<'a> {
    fn of(object: &'a Resource) -> Option<Self> {
        let (gvk, _) = object.known_scope()?;
        Some(Self {
            gvk,
            name: &object.name_scalar()?.text,
            namespace: object.namespace_scalar().map(|scalar| &scalar.text),
        })
    }

    /// Whether it stands before another one of its kind and namespace. None for others.
    fn is_before(&self, other: &Self) -> Option<bool> {
        let alike = self.gvk == other.gvk && self.namespace == other.namespace;
        (alike && self.name != other.name && !self.name.is_empty() && !other.name.is_empty())
            .then(|| self.name < other.name)
    }
}

/// An object in its place in the order.
enum Stand<'a> {
    /// What stands beside it is known of any two of these.
    Untouched(usize),
    Changed(usize, Option<Key<'a>>),
}

impl Stand<'_> {
    fn at(&self) -> usize {
        match self {
            Self::Untouched(at) | Self::Changed(at, _) => *at,
        }
    }
}

impl Shared {
    pub(super) fn new(list: &[Resource]) -> Self {
        Self {
            list: list.to_vec(),
            order: OnceLock::new(),
            called: OnceLock::new(),
            places: Mutex::default(),
            names: OnceLock::new(),
            named: list.iter().map(|_| OnceLock::new()).collect(),
            quiet: list.iter().map(Resource::needs_nothing).collect(),
            spares: Spares::default(),
        }
    }

    /// Whether an object is the one with this number, as builds share it.
    #[inline]
    fn is_untouched(&self, at: usize, object: &Resource) -> bool {
        let known = self.list.get(at);
        known.is_some_and(|known| known.is_shared_with(object))
    }

    /// [`Shared::is_untouched`], and nothing is to be done about it.
    pub(super) fn is_quiet(&self, at: usize, object: &Resource) -> bool {
        self.is_untouched(at, object) && self.quiet[at]
    }

    /// Whether no object had names but those that it has here.
    fn have_known_names(&self, objects: &ResMap) -> bool {
        let is_known = |(known, object): (&Resource, &Resource)| {
            let own = known.name_scalar().map(|scalar| &scalar.text);
            let is_own = |name: &Str| {
                own.map_or(name.is_empty(), |own| own == name)
                    || old_names(known).any(|other| other == name)
            };
            known.is_shared_with(object) || old_names(object).all(is_own)
        };
        self.list.len() == objects.len() && self.list.iter().zip(objects.iter()).all(is_known)
    }

    fn names(&self) -> &HashMap<Str, Vec<usize>> {
        self.names.get_or_init(|| {
            let names = (0..).zip(&self.list).flat_map(|(at, object)| {
                let name = object.name_scalar().map(|scalar| &scalar.text);
                old_names(object).chain(name).map(move |name| (at, name))
            });
            by_name(names)
        })
    }

    /// The object with a number, as builds share it.
    pub(super) fn object(&self, at: usize) -> &Resource {
        &self.list[at]
    }

    /// Whether an object is the one with this number, with nothing but texts written into it.
    #[inline]
    pub(super) fn is_from(&self, at: usize, object: &State) -> bool {
        let known = self.list.get(at).and_then(|known| known.known());
        match (known, object.known()) {
            (Some(known), Some(other)) => {
                Arc::ptr_eq(known, other) && known.is_of(object.node.start())
            }
            _ => false,
        }
    }

    /// Where a task writes. None when there are too many of them.
    pub(super) fn places(&self, task: Task) -> Option<Arc<Places>> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = places.iter().find(|known| known.task == task) {
            return Some(Arc::clone(known));
        }
        let new = (places.len() < TASKS).then(|| Arc::new(Places::new(task, self.list.len())));
        places.extend(new.clone());
        new
    }

    /// Whether no two objects of a build are called alike, whatever namespaces they are in.
    pub(super) fn are_called_apart(&self, list: &[Resource]) -> bool {
        let known = self.called.get_or_init(|| {
            let places = self.list.iter().map(called).zip(0..);
            let places: HashMap<Called, usize> = places.collect();
            (places.len() == self.list.len()).then_some(places)
        });
        let Some(known) = known else {
            return false;
        };
        let mut others = HashSet::new();
        list.iter().enumerate().all(|(at, object)| {
            if self.is_untouched(at, object) {
                return true;
            }
            let called = called(object);
            known.get(&called).is_none_or(|known| *known == at) && others.insert(called)
        })
    }

    /// The places of the objects of a build in order, when they are in the order that is known:
    /// builds seldom change it. Those that are new find their places among them. `compare` is the
    /// same for all builds.
    pub(super) fn sorted(
        &self,
        list: &[Resource],
        compare: impl Fn(&Resource, &Resource) -> Ordering,
    ) -> Option<Vec<usize>> {
        let new = self.list.len()..list.len();
        if new.len() * USEFUL > list.len() {
            return None;
        }
        let before = |list: &[Resource], a: usize, b: usize| {
            compare(&list[a], &list[b]).then_with(|| a.cmp(&b))
        };
        let known = self.order.get_or_init(|| {
            let mut places: Vec<usize> = (0..self.list.len()).collect();
            places.sort_by(|a, b| before(&self.list, *a, *b));
            places
        });
        let mut places = known.clone();
        places.retain(|at| *at < list.len());
        // Most stand beside others of their kind and namespace.
        let mut last: Option<Stand<'_>> = None;
        for at in &places {
            let object = &list[*at];
            let next = if self.is_untouched(*at, object) {
                Stand::Untouched(*at)
            } else {
                Stand::Changed(*at, Key::of(object))
            };
            let is_before = match (&last, &next) {
                (None, _) | (Some(Stand::Untouched(_)), Stand::Untouched(_)) => Some(true),
                (Some(Stand::Changed(_, Some(a))), Stand::Changed(_, Some(b))) => a.is_before(b),
                _ => None,
            };
            let compare = |last: &Stand<'_>| before(list, last.at(), *at) == Ordering::Less;
            if !is_before.unwrap_or_else(|| last.as_ref().is_none_or(compare)) {
                return None;
            }
            last = Some(next);
        }
        for at in new {
            let to = places.partition_point(|other| before(list, *other, at) == Ordering::Less);
            places.insert(to, at);
        }
        Some(places)
    }
}
