//! What builds leave behind for those that come after them.
//!
//! Most of what an overlay over shared objects takes is memory, a little in many places for each
//! object. It takes over what those before it are done with.

use std::sync::{Arc, Mutex, PoisonError};

use super::links::Links;
use super::memo::Memo;
use super::{Resource, State, Track};
use crate::node::Node;

/// What no build has any more.
#[derive(Debug, Default)]
pub(super) struct Spares {
    /// Empty ones.
    states: Mutex<Vec<Resource>>,
    text: Mutex<String>,
}

/// So many are kept.
const KEPT: usize = 4096;

impl Spares {
    /// All of them, for one build at a time.
    pub(super) fn take(&self) -> Vec<Resource> {
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
        let empty = State::empty();
        let mut own = Vec::new();
        for mut object in objects {
            if let Some(state) = Arc::get_mut(&mut object.0) {
                state.copy_from(&empty);
                own.push(object);
            }
        }
        self.put_back(own);
    }

    /// Takes back what was not needed.
    pub(super) fn put_back(&self, mut spares: Vec<Resource>) {
        let mut kept = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.is_empty() {
            *kept = spares;
        } else {
            kept.append(&mut spares);
        }
        kept.truncate(KEPT);
    }
}

fn take<T: Default>(from: &Mutex<T>) -> T {
    std::mem::take(&mut from.lock().unwrap_or_else(PoisonError::into_inner))
}

impl State {
    fn empty() -> Self {
        Self {
            node: Node::null().into(),
            track: Track::default(),
            ref_vars: Vec::new(),
            links: Links::default(),
            memo: Memo::default(),
        }
    }

    fn copy_from(&mut self, other: &Self) {
        let Self {
            node,
            track,
            ref_vars,
            links,
            memo,
        } = other;
        self.node.copy_from(node);
        self.track.copy_from(track);
        self.ref_vars.clone_from(ref_vars);
        self.links.clone_from(links);
        self.memo.clone_from(memo);
    }
}

impl Resource {
    /// Has a state of its own afterwards, in the place of one that is to spare.
    pub(super) fn own(&mut self, spares: &mut Vec<Self>) {
        while self.is_shared()
            && let Some(mut spare) = spares.pop()
        {
            if let Some(state) = Arc::get_mut(&mut spare.0) {
                state.copy_from(&self.0);
                *self = spare;
            }
        }
    }
}
