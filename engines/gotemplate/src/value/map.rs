//! Maps with string keys.

use std::cell::{Ref, RefCell, RefMut};
use std::fmt;
use std::rc::Rc;

use super::{MapType, Str, Value};
use crate::exec::FuncError;
use crate::stack::with_room;

/// A handle on a map: clones share the entries, as Go's maps do. Entries are kept in the order of their keys, in which Go's
/// templates, printing and encoders show them.
#[derive(Debug, Clone)]
pub struct Map {
    map_type: &'static MapType,
    entries: Rc<RefCell<Entries>>,
}

struct Entries {
    is_nil: bool,
    sorted: Vec<(Str, Value)>,
    /// What makes the entries of a map that nobody has looked into.
    later: Option<Later>,
}

type Later = Box<dyn FnOnce() -> Vec<(Str, Value)>>;

impl Map {
    /// An empty `map[string]interface {}`.
    pub fn new() -> Self {
        Self::typed(MapType::ANY)
    }

    /// An empty map of a type.
    pub fn typed(map_type: &'static MapType) -> Self {
        Self::from_entries(map_type, Vec::new())
    }

    /// A map with these entries; of two with the same key the later one stays. They must be of the type's element type.
    pub fn from_entries(map_type: &'static MapType, entries: Vec<(Str, Value)>) -> Self {
        Self::holding(map_type, sorted(entries), None)
    }

    /// A map as [`Map::from_entries`] makes it, once something looks into it.
    pub fn filled_later(
        map_type: &'static MapType,
        entries: impl FnOnce() -> Vec<(Str, Value)> + 'static,
    ) -> Self {
        Self::holding(map_type, Vec::new(), Some(Box::new(entries)))
    }

    /// The nil map of a type.
    pub fn nil(map_type: &'static MapType) -> Self {
        let map = Self::holding(map_type, Vec::new(), None);
        map.entries.borrow_mut().is_nil = true;
        map
    }

    fn holding(
        map_type: &'static MapType,
        sorted: Vec<(Str, Value)>,
        later: Option<Later>,
    ) -> Self {
        Self {
            map_type,
            entries: Rc::new(RefCell::new(Entries {
                is_nil: false,
                sorted,
                later,
            })),
        }
    }

    fn read(&self) -> Ref<'_, Entries> {
        let entries = self.entries.borrow();
        if entries.later.is_none() {
            return entries;
        }
        drop(entries);
        drop(self.write());
        self.entries.borrow()
    }

    fn write(&self) -> RefMut<'_, Entries> {
        let mut entries = self.entries.borrow_mut();
        if let Some(later) = entries.later.take() {
            entries.sorted = sorted(later());
        }
        entries
    }

    /// Its type.
    pub fn map_type(&self) -> &'static MapType {
        self.map_type
    }

    /// The same entries under another type.
    #[must_use]
    pub fn with_type(&self, map_type: &'static MapType) -> Self {
        Self {
            map_type,
            entries: Rc::clone(&self.entries),
        }
    }

    /// Whether it is a nil map, which JSON shows as `null` and which takes no entry.
    pub fn is_nil(&self) -> bool {
        self.entries.borrow().is_nil
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.read().sorted.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value under `key`.
    pub fn get(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        let entries = self.read();
        let at = entries.find(key.as_ref())?;
        Some(entries.sorted[at].1.clone())
    }

    /// Whether there is a value under `key`.
    pub fn contains_key(&self, key: impl AsRef<[u8]>) -> bool {
        self.read().find(key.as_ref()).is_some()
    }

    /// Sets the value under `key` for everyone who holds the map; fails for a nil map as Go panics.
    pub fn insert(
        &self,
        key: impl Into<Str>,
        value: impl Into<Value>,
    ) -> Result<Option<Value>, FuncError> {
        let mut entries = self.write();
        if entries.is_nil {
            return Err(FuncError::new("assignment to entry in nil map"));
        }
        let key = key.into();
        Ok(match entries.position(&key) {
            Ok(at) => Some(std::mem::replace(&mut entries.sorted[at].1, value.into())),
            Err(at) => {
                entries.sorted.insert(at, (key, value.into()));
                None
            }
        })
    }

    /// Takes the entry of `key` out for everyone who holds the map.
    pub fn remove(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        let mut entries = self.write();
        let at = entries.position(key.as_ref()).ok()?;
        Some(entries.sorted.remove(at).1)
    }

    /// The entries in the order of their keys. Do not hold them while a function is called that may change the map.
    pub fn entries(&self) -> Ref<'_, [(Str, Value)]> {
        Ref::map(self.read(), |entries| entries.sorted.as_slice())
    }

    /// A copy of the entries in the order of their keys.
    pub fn to_vec(&self) -> Vec<(Str, Value)> {
        self.entries().to_vec()
    }

    /// The keys in their order.
    pub fn keys(&self) -> Vec<Str> {
        self.entries().iter().map(|(key, _)| key.clone()).collect()
    }

    /// Whether both are the same map, not only equal ones.
    pub fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.entries, &other.entries)
    }
}

/// The entries in the order of their keys; of two with the same key the later one stays.
fn sorted(mut entries: Vec<(Str, Value)>) -> Vec<(Str, Value)> {
    if !entries.is_sorted_by(|(a, _), (b, _)| a < b) {
        // The sort is stable, so of equal keys the last one is the latest: `dedup_by` keeps the first, hence the swap.
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        entries.dedup_by(|later, kept| {
            let same = later.0 == kept.0;
            if same {
                std::mem::swap(later, kept);
            }
            same
        });
    }
    entries
}

impl fmt::Debug for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entries")
            .field("is_nil", &self.is_nil)
            .field("sorted", &self.sorted)
            .finish_non_exhaustive()
    }
}

impl Default for Map {
    fn default() -> Self {
        Self::new()
    }
}

/// Maps may nest so deep that dropping one inside the other would use up the stack.
impl Drop for Entries {
    fn drop(&mut self) {
        if !self.sorted.is_empty() {
            with_room(|| self.sorted.clear());
        }
    }
}

/// Up to so many entries are looked through one by one: their lengths lie beside each other, the texts of their keys do not.
const FEW: usize = 64;

impl Entries {
    fn find(&self, key: &[u8]) -> Option<usize> {
        if self.sorted.len() > FEW {
            return self.position(key).ok();
        }
        let mut keys = self.sorted.iter().map(|(known, _)| known.as_bytes());
        keys.position(|known| known.len() == key.len() && known == key)
    }

    fn position(&self, key: &[u8]) -> Result<usize, usize> {
        self.sorted
            .binary_search_by(|(known, _)| known.as_bytes().cmp(key))
    }
}

/// A `map[string]interface {}`.
impl<K: Into<Str>, V: Into<Value>> FromIterator<(K, V)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let entries = entries
            .into_iter()
            .map(|(key, value)| (key.into(), value.into()))
            .collect();
        Self::from_entries(MapType::ANY, entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_that_is_filled_later_is_filled_once_for_all_who_hold_it() {
        let map = Map::filled_later(MapType::ANY, || {
            let entry = |key: &str, value: &str| (Str::from(key), Value::from(value));
            vec![entry("b", "1"), entry("a", "2"), entry("b", "3")]
        });
        let other = map.clone();
        map.insert("c", "4").unwrap();
        assert_eq!(other.keys(), ["a", "b", "c"]);
        let value = other.get("b").and_then(|value| value.as_str().cloned());
        assert_eq!(value, Some(Str::from("3")));
    }
}
