//! The objects of a build in their order, found by identity without going through all of them.

use std::collections::HashMap;

use super::{Behavior, Resource, metadata};
use crate::error::Error;
use crate::id::{IdKey, ResId};
use crate::node::{self, Kind, Map, Node, Scalar, Style};
use crate::schema::Schemas;

/// Objects in order, with no two of one current identity.
#[derive(Clone, Debug, Default)]
pub(crate) struct ResMap {
    list: Vec<Resource>,
    /// By identity now and before; thrown away when identities may have changed.
    by_any_id: Option<HashMap<IdKey, Vec<usize>>>,
    by_id: Option<HashMap<IdKey, usize>>,
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

    pub(crate) fn into_vec(self) -> Vec<Resource> {
        self.list
    }

    /// The objects by themselves, to be put back in another order.
    pub(crate) fn take(&mut self) -> Vec<Resource> {
        self.forget_ids();
        std::mem::take(&mut self.list)
    }

    fn forget_ids(&mut self) {
        self.by_any_id = None;
        self.by_id = None;
    }

    /// Drops what patches deleted.
    pub(crate) fn drop_empty(&mut self) {
        if self.list.iter().any(Resource::is_empty) {
            self.forget_ids();
            self.list.retain(|resource| !resource.is_empty());
        }
    }

    pub(crate) fn retain(&mut self, keep: impl FnMut(&Resource) -> bool) {
        self.forget_ids();
        self.list.retain(keep);
    }

    /// Appends an object.
    ///
    /// # Errors
    ///
    /// When there is one of the same identity.
    pub(crate) fn append(&mut self, resource: Resource, schemas: &Schemas) -> Result<(), Error> {
        let id = resource.id(schemas);
        let key = id.key();
        let list = &self.list;
        let by_id = self.by_id.get_or_insert_with(|| {
            list.iter()
                .enumerate()
                .map(|(at, resource)| (resource.id(schemas).key(), at))
                .collect()
        });
        if by_id.contains_key(&key) {
            return Err(Error::Resource(format!(
                "may not add resource with an already registered id: {id}"
            )));
        }
        by_id.insert(key.clone(), self.list.len());
        if let Some(by_any_id) = &mut self.by_any_id {
            let mut keys = vec![key];
            keys.extend(resource.previous_ids().map(|id| id.key()));
            for key in keys {
                insert(by_any_id, key, self.list.len());
            }
        }
        self.list.push(resource);
        Ok(())
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

    /// The objects that have or had this identity.
    pub(crate) fn matching_any_id(&mut self, id: &ResId, schemas: &Schemas) -> Vec<usize> {
        let list = &self.list;
        let by_any_id = self.by_any_id.get_or_insert_with(|| {
            let mut index = HashMap::new();
            for (at, resource) in list.iter().enumerate() {
                if resource.is_empty() {
                    continue;
                }
                insert(&mut index, resource.id(schemas).key(), at);
                for id in resource.previous_ids() {
                    insert(&mut index, id.key(), at);
                }
            }
            index
        });
        by_any_id.get(&id.key()).cloned().unwrap_or_default()
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

fn insert(index: &mut HashMap<IdKey, Vec<usize>>, key: IdKey, at: usize) {
    let places = index.entry(key).or_default();
    if places.last() != Some(&at) {
        places.push(at);
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
