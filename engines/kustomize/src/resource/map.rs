//! The objects of a build in their order, found by identity without going through all of them.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::Arc;

use super::index::Index;
use super::sorted::Shared;
use super::{Behavior, Resource, metadata};
use crate::error::Error;
use crate::id::ResId;
use crate::node::{self, Kind, Map, Node, Scalar, Style};
use crate::schema::Schemas;

/// Objects in order, with no two of one current identity. Clones are cheap.
#[derive(Clone, Debug, Default)]
pub(crate) struct ResMap {
    pub(super) list: Vec<Resource>,
    /// Thrown away when identities may have changed.
    index: Option<Index>,
    /// No two objects have one identity, for sure.
    unique: bool,
    /// What builds share of this map.
    pub(super) shared: Option<Arc<Shared>>,
}

impl ResMap {
    pub(crate) fn new(list: Vec<Resource>, schemas: &Schemas) -> Result<Self, Error> {
        let mut map = Self::default();
        map.append_all(list, schemas)?;
        Ok(map)
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Resource> {
        self.list.iter()
    }

    /// The objects, to change them in any way but to delete them.
    pub(crate) fn iter_mut(&mut self) -> std::slice::IterMut<'_, Resource> {
        self.forget_ids();
        self.list.iter_mut()
    }

    /// The objects, to change them so that no two get one identity.
    pub(crate) fn iter_mut_staying_unique(&mut self) -> std::slice::IterMut<'_, Resource> {
        self.index = None;
        self.list.iter_mut()
    }

    /// Whether it is known that no two objects are called alike, whatever namespaces they are in.
    pub(crate) fn are_called_apart(&self) -> bool {
        let shared = &self.shared;
        matches!(shared, Some(shared) if shared.are_called_apart(&self.list))
    }

    /// The objects, to change what is not part of an identity.
    pub(crate) fn iter_mut_keeping_ids(&mut self) -> std::slice::IterMut<'_, Resource> {
        self.list.iter_mut()
    }

    /// One object, to change it in any way.
    pub(crate) fn get_mut(&mut self, at: usize) -> &mut Resource {
        self.forget_ids();
        &mut self.list[at]
    }

    /// One object, to change what is not part of an identity.
    pub(crate) fn get_mut_keeping_ids(&mut self, at: usize) -> &mut Resource {
        &mut self.list[at]
    }

    /// Changes one object in any way. What is known of identities stays when its own does.
    pub(crate) fn update<T>(
        &mut self,
        at: usize,
        schemas: &Schemas,
        change: impl FnOnce(&mut Resource) -> T,
    ) -> T {
        let before = self.list[at].id(schemas).key();
        let result = change(&mut self.list[at]);
        if self.list[at].id(schemas).key() != before {
            self.forget_ids();
        }
        result
    }

    /// One object.
    pub(crate) fn get(&self, at: usize) -> &Resource {
        &self.list[at]
    }

    pub(crate) fn into_vec(self) -> Vec<Resource> {
        self.list
    }

    /// The objects by themselves, to be put back in another order.
    pub(crate) fn take(&mut self) -> Vec<Resource> {
        self.forget_ids();
        std::mem::take(&mut self.list)
    }

    fn forget_ids(&mut self) {
        self.index = None;
        self.unique = false;
    }

    /// Drops what patches deleted.
    pub(crate) fn drop_empty(&mut self) {
        if self.lively().any(|(_, object)| object.is_empty()) {
            self.forget_ids();
            self.list.retain(|resource| !resource.is_empty());
        }
    }

    /// Drops others than `keep` wants of those that are not as builds share them.
    pub(crate) fn retain_of_lively(&mut self, keep: impl Fn(&Resource) -> bool) {
        if !self.lively().all(|(_, object)| keep(object)) {
            self.forget_ids();
            self.list.retain(keep);
        }
    }

    /// Puts the objects in another order.
    ///
    /// # Errors
    ///
    /// When two have one identity.
    pub(crate) fn sort_by(
        &mut self,
        schemas: &Schemas,
        rank: impl Fn(&ResId) -> i32,
        compare: impl Fn(&ResId, &ResId) -> Ordering,
    ) -> Result<(), Error> {
        let unique = self.unique;
        let mut keyed: Vec<_> = self
            .take()
            .into_iter()
            .map(|resource| {
                let identity = resource.identity(schemas);
                (rank(&identity), identity, resource)
            })
            .collect();
        keyed.sort_by(|(a_rank, a, _), (b_rank, b, _)| {
            a_rank.cmp(b_rank).then_with(|| compare(a, b))
        });
        let sorted = keyed.into_iter().map(|(_, _, resource)| resource);
        if unique {
            (self.list, self.unique) = (sorted.collect(), true);
            return Ok(());
        }
        self.append_all(sorted, schemas)
    }

    /// [`ResMap::sort_by`] for an order that is the same in all builds; quick when most objects are
    /// shared with other builds.
    ///
    /// # Errors
    ///
    /// When two have one identity.
    pub(crate) fn sort_as_ever(
        &mut self,
        schemas: &Schemas,
        rank: impl Fn(&ResId) -> i32,
        compare: impl Fn(&ResId, &ResId) -> Ordering,
    ) -> Result<(), Error> {
        let usable = self.unique && !schemas.is_custom();
        let shared = self.shared.as_ref().filter(|_| usable);
        let places = shared.and_then(|shared| {
            shared.sorted(&self.list, |a, b| {
                let (a, b) = (a.identity(schemas), b.identity(schemas));
                rank(&a).cmp(&rank(&b)).then_with(|| compare(&a, &b))
            })
        });
        let Some(places) = places else {
            return self.sort_by(schemas, rank, compare);
        };
        let mut slots: Vec<_> = self.take().into_iter().map(Some).collect();
        self.list = places.iter().filter_map(|at| slots[*at].take()).collect();
        self.unique = true;
        Ok(())
    }

    /// Renames those objects that get a hash.
    pub(crate) fn rename_hashed(
        &mut self,
        schemas: &Schemas,
        rename: impl Fn(&mut Resource) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let hashed = self.lively().filter(|(_, object)| object.track.needs_hash);
        let places: Vec<usize> = hashed.map(|(at, _)| at).collect();
        if places.is_empty() {
            return Ok(());
        }
        self.index(schemas);
        let index = self.index.take();
        let mut unique = self.unique;
        let mut new_keys = HashSet::new();
        for at in places {
            rename(&mut self.list[at])?;
            let key = self.list[at].id(schemas).key();
            unique &= index.as_ref().is_some_and(|index| !index.has_current(&key));
            unique &= new_keys.insert(key);
        }
        self.unique = unique;
        Ok(())
    }

    /// Appends an object.
    ///
    /// # Errors
    ///
    /// When there is one of the same identity.
    pub(crate) fn append(&mut self, resource: Resource, schemas: &Schemas) -> Result<(), Error> {
        let id = resource.id(schemas);
        let key = id.key();
        let at = self.list.len();
        let index = self.index(schemas);
        if index.has_current(&key) {
            return Err(Error::Resource(format!(
                "may not add resource with an already registered id: {id}"
            )));
        }
        index.insert(at, key, &resource);
        self.unique |= at == 0;
        self.list.push(resource);
        Ok(())
    }

    fn index(&mut self, schemas: &Schemas) -> &mut Index {
        self.index
            .get_or_insert_with(|| Index::new(&self.list, schemas))
    }

    pub(crate) fn append_all(
        &mut self,
        resources: impl IntoIterator<Item = Resource>,
        schemas: &Schemas,
    ) -> Result<(), Error> {
        resources
            .into_iter()
            .try_for_each(|resource| self.append(resource, schemas))
    }

    /// Prepares the map to be cloned often; tells whether no two objects have one identity.
    pub(crate) fn share(&mut self, schemas: &Schemas) -> bool {
        let known = self.unique;
        let index = self.index(schemas);
        index.share();
        self.unique = known || index.is_unique();
        if self.unique {
            Resource::share_all(&mut self.list);
            self.shared = Some(Arc::new(Shared::new(&self.list)));
        }
        self.unique
    }

    /// Appends all of another map.
    pub(crate) fn append_map(&mut self, other: Self, schemas: &Schemas) -> Result<(), Error> {
        if self.list.is_empty() && other.unique {
            *self = other;
            return Ok(());
        }
        self.append_all(other.list, schemas)
    }

    /// The objects that have or had this identity.
    pub(crate) fn matching_any_id(&mut self, id: &ResId, schemas: &Schemas) -> Vec<usize> {
        let key = id.key();
        self.index(schemas);
        let places = self.index.iter().flat_map(|index| index.all(&key));
        places.filter(|at| !self.list[*at].is_empty()).collect()
    }

    /// The one object that has or had this identity.
    pub(crate) fn find_by_id(&mut self, id: &ResId, schemas: &Schemas) -> Result<usize, Error> {
        let matches = self.matching_any_id(id, schemas);
        let problem = match matches[..] {
            [at] => return Ok(at),
            [] => "no matches",
            _ => "multiple matches",
        };
        Err(Error::Transform(format!(
            "{problem} for Id {id}; failed to find unique target for patch {id}"
        )))
    }

    /// Takes in what generators made: appended, merged or in place of what is there.
    pub(crate) fn absorb(&mut self, resource: Resource, schemas: &Schemas) -> Result<(), Error> {
        let mut resource = resource;
        let id = resource.id(schemas);
        let behavior = resource.track.behavior.unwrap_or_default();
        let matches = self.matching_any_id(&id, schemas);
        let at = match (&matches[..], behavior) {
            ([], Behavior::Merge | Behavior::Replace) => {
                return Err(Error::Resource(format!(
                    "id {id} does not exist; cannot merge or replace"
                )));
            }
            ([], _) => return self.append(resource, schemas),
            ([at], Behavior::Merge | Behavior::Replace) => *at,
            ([_], _) => {
                return Err(Error::Resource(format!(
                    "id {id} exists; can not use behavior: '{}', behavior must be merge or replace",
                    behavior.name()
                )));
            }
            _ => {
                return Err(Error::Resource(format!(
                    "found multiple objects that could accept merge of {id}"
                )));
            }
        };
        let old = self.list[at].clone();
        if behavior == Behavior::Merge {
            merge_content(&mut resource, &old)?;
        } else {
            resource.take_metadata_from(&old)?;
        }
        *self.get_mut(at) = resource;
        Ok(())
    }
}

/// Puts the data of `old` below that of `new`, and gives it the metadata of `old`.
fn merge_content(new: &mut Resource, old: &Resource) -> Result<(), Error> {
    let mut old_data = old.clone();
    if new.api_version() == "v1" && new.kind() == "Secret" {
        encode_string_data(&mut old_data)?;
    }
    let origin = old
        .annotation(metadata::ORIGIN)
        .map(|node| node.text().to_owned());
    new.take_metadata_from(old)?;
    for field in ["data", "binaryData"] {
        let entries = metadata::merged(old_data.data(field), new.data(field));
        set_data(&mut new.node, field, entries)?;
    }
    if let Some(origin) = origin {
        new.set_annotation(metadata::ORIGIN, &origin)?;
    }
    Ok(())
}

/// Moves `stringData` of a Secret into `data`, as the API server would.
fn encode_string_data(secret: &mut Resource) -> Result<(), Error> {
    let Some(map) = secret.node.get("stringData").and_then(Node::as_map) else {
        return Ok(());
    };
    let mut encoded = Vec::new();
    for entry in map.entries() {
        let Some(scalar) = entry.value.as_scalar() else {
            return Err(Error::Resource(format!(
                "stringData value for key \"{}\" must be a scalar",
                entry.key.text
            )));
        };
        let text = if entry.value.is_null() {
            ""
        } else {
            &*scalar.text
        };
        let value = crate::generate::encode_base64(text.as_bytes());
        encoded.push((entry.key.text.clone(), value.into()));
    }
    let data = metadata::merged(secret.data("data"), encoded);
    node::clear(&mut secret.node, "stringData")?;
    set_data(&mut secret.node, "data", data)
}

/// Sets `data` or `binaryData`, sorted; takes it away when there is nothing in it.
pub(crate) fn set_data(
    node: &mut Node,
    field: &str,
    mut entries: Vec<(yaml::Str, yaml::Str)>,
) -> Result<(), Error> {
    node::clear(node, field)?;
    if entries.is_empty() {
        return Ok(());
    }
    entries.sort();
    let Some(slot) = node::lookup_create(node, Kind::Map, &[field])? else {
        return Ok(());
    };
    let mut map = Map::with_capacity(entries.len());
    for (key, value) in entries {
        let mut value = Scalar::string(value);
        if value.text.contains('\n') {
            value.style = Style::Literal;
        }
        value.quote_if_ambiguous();
        map.push(Scalar::untagged(key), Node::Scalar(value));
    }
    *slot = map.into();
    Ok(())
}
