//! The order of the output, found out once for objects that builds share.

use std::cmp::Ordering;
use std::sync::OnceLock;

use super::Resource;

/// One in so many objects may be new or changed for the known order to be of use.
const USEFUL: usize = 8;

/// Objects as they were when builds began to share them.
#[derive(Debug)]
pub(super) struct Shared {
    list: Vec<Resource>,
    /// Their places in the order of the output; the first build finds out.
    places: OnceLock<Vec<usize>>,
}

impl Shared {
    pub(super) fn new(list: &[Resource]) -> Self {
        Self {
            list: list.to_vec(),
            places: OnceLock::new(),
        }
    }

    /// The places of the objects of a build in order, when most of them are shared: those are in
    /// order already, and the others find their places among them. `compare` is the same for all
    /// builds.
    pub(super) fn sorted(
        &self,
        list: &[Resource],
        compare: impl Fn(&Resource, &Resource) -> Ordering,
    ) -> Option<Vec<usize>> {
        let is_shared = |(at, object): (usize, &Resource)| {
            let known = self.list.get(at);
            known.is_some_and(|known| known.is_shared_with(object))
        };
        let shared: Vec<bool> = list.iter().enumerate().map(is_shared).collect();
        let others = shared.iter().filter(|shared| !**shared).count();
        if others * USEFUL > list.len() {
            return None;
        }
        let before = |list: &[Resource], a: usize, b: usize| {
            compare(&list[a], &list[b]).then_with(|| a.cmp(&b))
        };
        let known = self.places.get_or_init(|| {
            let mut places: Vec<usize> = (0..self.list.len()).collect();
            places.sort_by(|a, b| before(&self.list, *a, *b));
            places
        });
        let is_there = |at: &usize| shared.get(*at).copied().unwrap_or_default();
        let mut places: Vec<usize> = known.iter().copied().filter(is_there).collect();
        for at in (0..list.len()).filter(|at| !shared[*at]) {
            let to = places.partition_point(|other| before(list, *other, at) == Ordering::Less);
            places.insert(to, at);
        }
        Some(places)
    }
}
