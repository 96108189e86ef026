//! What builds leave behind for those that come after them.
//!
//! Most of what an overlay over shared objects takes is memory, a little in many places for each
//! object. It takes over what those before it are done with.

use std::sync::{Arc, Mutex, PoisonError};

use super::links::Links;
use super::{Resource, State};

/// What no build has any more.
#[derive(Debug, Default)]
pub(super) struct Spares {
    states: Mutex<Pool>,
    text: Mutex<String>,
}

/// States, each in the place of the object that it was one of: what it has left of that need not be
/// made again.
#[derive(Debug, Default)]
pub(super) struct Pool(Vec<Option<Resource>>);

/// So many are kept.
const KEPT: usize = 4096;

impl Spares {
    /// All of them, for one build at a time.
    pub(super) fn take(&self) -> Pool {
        take(&self.states)
    }

    /// An empty text with room for what an overlay has.
    pub(super) fn take_text(&self) -> String {
        take(&self.text)
    }

    /// Takes the text of a build that is done with.
    pub(super) fn put_text(&self, mut text: String) {
        text.clear();
        let mut kept = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.capacity() < text.capacity() {
            *kept = text;
        }
    }

    /// Takes in those that nobody else has.
    pub(super) fn put(&self, objects: impl Iterator<Item = Resource>) {
        let mut pool = self.take();
        for mut object in objects {
            if let Some(state) = Arc::get_mut(&mut object.0) {
                state.rest();
                pool.put(object);
            }
        }
        self.put_back(pool);
    }

    /// Takes back what was not needed.
    pub(super) fn put_back(&self, pool: Pool) {
        let mut kept = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.0.is_empty() {
            *kept = pool;
        } else {
            pool.0
                .into_iter()
                .flatten()
                .for_each(|object| kept.put(object));
        }
    }
}

impl Pool {
    fn take(&mut self, at: usize) -> Option<Resource> {
        self.0.get_mut(at)?.take()
    }

    fn put(&mut self, object: Resource) {
        let Some(at) = object.slot.filter(|at| *at < KEPT) else {
            return;
        };
        if self.0.len() <= at {
            self.0.resize_with(at + 1, || None);
        }
        self.0[at] = Some(object);
    }
}

fn take<T: Default>(from: &Mutex<T>) -> T {
    std::mem::take(&mut from.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Makes a list a copy of another one, in the memory that it has.
pub(super) fn refill<T: Clone>(list: &mut Vec<T>, other: &[T]) {
    list.clear();
    if !other.is_empty() {
        list.extend_from_slice(other);
    }
}

impl State {
    /// Gives up what is of no use to another build.
    fn rest(&mut self) {
        let known = self.memo.known.as_deref();
        let is_known = known.map(|known| |start: &_| known.is_of(start));
        self.node
            .rest(|start| is_known.is_some_and(|is_known| is_known(start)));
        self.links = Links::default();
        self.memo.forget();
    }

    fn copy_from(&mut self, other: &Self) {
        let Self {
            node,
            track,
            ref_vars,
            links,
            memo,
            slot: _,
        } = other;
        self.node.copy_from(node);
        self.track.copy_from(track);
        refill(&mut self.ref_vars, ref_vars);
        self.links.clone_from(links);
        self.memo.copy_from(memo);
    }
}

impl Resource {
    /// Has a state of its own afterwards, to change: in the place of one that is to spare. `at` is
    /// its number among the objects that builds share, if it is one.
    pub(super) fn own(&mut self, at: usize, spares: &mut Pool) -> &mut State {
        if self.is_shared() {
            let spare = spares.take(at);
            let spare = spare.and_then(|spare| spare.into_copy_of(&self.0));
            *self = spare.unwrap_or_else(|| {
                Self(Arc::new(State {
                    slot: Some(at),
                    ..State::clone(&self.0)
                }))
            });
        }
        self
    }

    /// None when others have this state too.
    fn into_copy_of(mut self, other: &State) -> Option<Self> {
        Arc::get_mut(&mut self.0)?.copy_from(other);
        Some(self)
    }
}
