//! Where transformers write into the objects that builds share.

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

use super::place::Place;
use super::sorted::Shared;
use super::spare::Pool;
use super::writes::Written;
use super::{ResMap, Resource, State};
use crate::config::FieldSpec;
use crate::node::Scalar;
use crate::schema::Schemas;

/// What a transformer does, but for the text that it writes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Task {
    pub(crate) name: String,
    pub(crate) fields: Vec<FieldSpec>,
}

/// The places of a task in each object; none where it does more than to write a text.
#[derive(Debug)]
pub(super) struct Places {
    pub(super) task: Task,
    objects: Vec<OnceLock<Option<Vec<Arc<Place>>>>>,
}

impl Places {
    pub(super) fn new(task: Task, objects: usize) -> Self {
        let mut list = Vec::new();
        list.resize_with(objects, OnceLock::new);
        Self {
            task,
            objects: list,
        }
    }
}

/// The places of a task, for one build.
pub(crate) struct Plan {
    places: Option<(Arc<Shared>, Arc<Places>)>,
    /// For objects that change.
    spares: RefCell<Pool>,
}

impl ResMap {
    /// Where a task writes.
    pub(crate) fn plan(&self, schemas: &Schemas, task: impl FnOnce() -> Task) -> Plan {
        let shared = self.shared.as_ref().filter(|_| !schemas.is_custom());
        let places = shared.and_then(|shared| Some((Arc::clone(shared), shared.places(task())?)));
        let spares = places.as_ref().map(|(shared, _)| shared.spares.take());
        Plan {
            places,
            spares: spares.unwrap_or_default().into(),
        }
    }
}

impl Drop for Plan {
    fn drop(&mut self) {
        if let Some((shared, _)) = &self.places {
            shared.spares.put_back(self.spares.take());
        }
    }
}

impl Plan {
    /// The object with this number, to be changed.
    pub(crate) fn own<'o>(&self, at: usize, object: &'o mut Resource) -> &'o mut State {
        object.own(at, &mut self.spares.borrow_mut())
    }

    /// Where to write into the object with this number, which is all that is to be done: `find` tells
    /// the places. None where that is not all, or there is no room.
    pub(crate) fn places(
        &self,
        at: usize,
        object: &State,
        find: impl FnOnce(&Resource) -> Option<Vec<Place>>,
    ) -> Option<&[Arc<Place>]> {
        let (shared, places) = self.places.as_ref()?;
        let slot = places.objects.get(at)?;
        if !shared.is_from(at, object) {
            return None;
        }
        let found = slot.get_or_init(|| {
            let object = shared.object(at);
            object.known()?.own(find(object)?)
        });
        let has_room = |place| object.node.has_room(place);
        found
            .as_deref()
            .filter(|places| places.iter().all(has_room))
    }
}

impl State {
    /// Writes into places of what builds share, which have room: what comes there, given what stands
    /// there.
    pub(crate) fn write(
        &mut self,
        places: &[Arc<Place>],
        mut text: impl FnMut(Option<&Scalar>) -> Written,
    ) {
        for place in places {
            self.node.write(place, &mut text);
        }
    }

    /// Writes into places of which it is known that they have room.
    pub(crate) fn write_each(&mut self, texts: Vec<(Arc<Place>, Scalar)>) {
        for (place, scalar) in texts {
            self.node.write(&place, |_| scalar.into());
        }
    }
}
