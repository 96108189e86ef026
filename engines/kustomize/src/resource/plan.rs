//! Where transformers write into the objects that builds share.

use std::sync::{Arc, OnceLock};

use super::place::Place;
use super::sorted::Shared;
use super::{ResMap, Resource};
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
    spares: Vec<Resource>,
}

impl ResMap {
    /// Where a task writes.
    pub(crate) fn plan(&self, schemas: &Schemas, task: impl FnOnce() -> Task) -> Plan {
        let shared = self.shared.as_ref().filter(|_| !schemas.is_custom());
        let places = shared.and_then(|shared| Some((Arc::clone(shared), shared.places(task())?)));
        let spares = places.as_ref().map(|(shared, _)| shared.spares.take());
        Plan {
            places,
            spares: spares.unwrap_or_default(),
        }
    }
}

impl Drop for Plan {
    fn drop(&mut self) {
        if let Some((shared, _)) = &self.places {
            shared.spares.put_back(std::mem::take(&mut self.spares));
        }
    }
}

impl Plan {
    /// Prepares an object to be changed.
    pub(crate) fn own(&mut self, object: &mut Resource) {
        object.own(&mut self.spares);
    }

    /// Writes into all places of the object with this number: `find` tells them, and `scalar` what
    /// comes there, given what stands there. False, and nothing written, where that is not all.
    pub(crate) fn write(
        &mut self,
        at: usize,
        object: &mut Resource,
        find: impl FnOnce(&Resource) -> Option<Vec<Place>>,
        scalar: impl FnMut(Option<&Scalar>) -> Scalar,
    ) -> bool {
        let Some((shared, places)) = &self.places else {
            return false;
        };
        let Some(slot) = places
            .objects
            .get(at)
            .filter(|_| shared.is_from(at, object))
        else {
            return false;
        };
        let found = slot.get_or_init(|| {
            let object = shared.object(at);
            object.known()?.own(find(object)?)
        });
        found
            .as_ref()
            .is_some_and(|places| object.write(places, &mut self.spares, scalar))
    }
}

impl Resource {
    /// Writes into places of what builds share. False, and nothing written, when more would change.
    fn write(
        &mut self,
        places: &[Arc<Place>],
        spares: &mut Vec<Self>,
        mut scalar: impl FnMut(Option<&Scalar>) -> Scalar,
    ) -> bool {
        let has_room = places.iter().all(|place| self.node.has_room(place));
        if has_room && !places.is_empty() {
            self.own(spares);
            let content = &mut self.node;
            for place in places {
                content.write(place, &mut scalar);
            }
        }
        has_room
    }

    /// Writes into places of which it is known that they have room.
    pub(crate) fn write_each(&mut self, texts: &[(Arc<Place>, Scalar)]) {
        let content = &mut self.node;
        for (place, scalar) in texts {
            content.write(place, |_| scalar.clone());
        }
    }
}
