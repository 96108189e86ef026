//! A mapping that keeps the order of insertion.

use std::collections::HashMap;

use super::{Str, Value};

/// Maps of at most this many entries are searched from the front; that is faster than hashing.
const SCANNED: usize = 12;

/// A mapping from text to [`Value`] in the order of insertion.
///
/// Lookups take constant time on large maps. Equality ignores the order. Replacing the value of a
/// key keeps its place; a removed key closes the gap.
#[derive(Clone, Default)]
pub struct Map {
    entries: Vec<(Str, Value)>,
    /// Where each key is, once the map is too large to be searched from the front.
    index: Option<HashMap<Str, usize>>,
}

/// The entries of a [`Map`] in order.
pub type Entries<'a> = std::iter::Map<
    std::slice::Iter<'a, (Str, Value)>,
    fn(&'a (Str, Value)) -> (&'a Str, &'a Value),
>;

impl Map {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty map with room for `capacity` entries.
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            entries: Vec::with_capacity(capacity),
            index: None,
        }
    }

    /// A map of entries whose keys all differ.
    pub fn from_distinct(entries: Vec<(Str, Value)>) -> Self {
        let mut map = Self {
            entries,
            index: None,
        };
        map.reindex();
        map
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The place of `key` in the order, when it is there.
    pub fn position(&self, key: &str) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(key).copied(),
            None => self
                .entries
                .iter()
                .position(|(name, _)| name.as_str() == key),
        }
    }

    /// Whether `key` is there.
    pub fn contains_key(&self, key: &str) -> bool {
        self.position(key).is_some()
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.position(key).map(|at| &self.entries[at].1)
    }

    /// The value of `key`, for changes.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.position(key).map(|at| &mut self.entries[at].1)
    }

    /// The entry at place `at` of the order.
    pub fn get_index(&self, at: usize) -> Option<(&Str, &Value)> {
        self.entries.get(at).map(|(key, value)| (key, value))
    }

    /// Sets `key` to `value`, in its old place or at the end; gives the value that was there.
    pub fn insert(&mut self, key: impl Into<Str>, value: impl Into<Value>) -> Option<Value> {
        let (key, value) = (key.into(), value.into());
        if let Some(at) = self.position(&key) {
            return Some(std::mem::replace(&mut self.entries[at].1, value));
        }
        self.append(key, value);
        None
    }

    /// The value of `key`, set to `default` first when it is missing.
    pub fn get_or_insert(&mut self, key: &str, default: impl FnOnce() -> Value) -> &mut Value {
        let at = match self.position(key) {
            Some(at) => at,
            None => self.append(Str::from(key), default()),
        };
        &mut self.entries[at].1
    }

    /// Takes `key` out; the entries after it move up.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        self.remove_entry(key).map(|(_, value)| value)
    }

    /// Takes `key` out with its value; the entries after it move up.
    pub fn remove_entry(&mut self, key: &str) -> Option<(Str, Value)> {
        let at = self.position(key)?;
        let entry = self.entries.remove(at);
        self.reindex();
        Some(entry)
    }

    /// Keeps the entries for which `keep` says so.
    pub fn retain(&mut self, mut keep: impl FnMut(&Str, &mut Value) -> bool) {
        self.entries.retain_mut(|(key, value)| keep(key, value));
        self.reindex();
    }

    /// Drops every entry.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.index = None;
    }

    /// Sorts the entries by key, byte by byte.
    pub fn sort_keys(&mut self) {
        self.entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        self.reindex();
    }

    /// The entries in order.
    pub fn iter(&self) -> Entries<'_> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// The entries in order, values for changes.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&Str, &mut Value)> {
        self.entries.iter_mut().map(|(key, value)| (&*key, value))
    }

    /// The keys in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Str> + ExactSizeIterator {
        self.entries.iter().map(|(key, _)| key)
    }

    /// The values in order.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value> + ExactSizeIterator {
        self.entries.iter().map(|(_, value)| value)
    }

    /// The values in order, for changes.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.entries.iter_mut().map(|(_, value)| value)
    }

    /// Adds an entry whose key is not there yet; gives its place.
    fn append(&mut self, key: Str, value: Value) -> usize {
        let at = self.entries.len();
        if let Some(index) = &mut self.index {
            index.insert(key.clone(), at);
        }
        self.entries.push((key, value));
        if self.index.is_none() && self.entries.len() > SCANNED {
            self.reindex();
        }
        at
    }

    fn reindex(&mut self) {
        self.index = (self.entries.len() > SCANNED).then(|| {
            self.entries
                .iter()
                .enumerate()
                .map(|(at, (key, _))| (key.clone(), at))
                .collect()
        });
    }
}

impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self
                .iter()
                .all(|(key, value)| other.get(key).is_some_and(|theirs| value == theirs))
    }
}

impl std::fmt::Debug for Map {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Into<Str>, V: Into<Value>> FromIterator<(K, V)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

impl<K: Into<Str>, V: Into<Value>> Extend<(K, V)> for Map {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl IntoIterator for Map {
    type Item = (Str, Value);
    type IntoIter = std::vec::IntoIter<(Str, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<'a> IntoIterator for &'a Map {
    type Item = (&'a Str, &'a Value);
    type IntoIter = Entries<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(count: i64) -> Map {
        (0..count).map(|n| (format!("key{n}"), n)).collect()
    }

    #[test]
    fn keys_keep_the_order_of_insertion_through_replacement_and_removal() {
        for count in [5, 100] {
            let mut map = numbered(count);
            assert_eq!(map.insert("key3", "new"), Some(Value::Int(3)));
            assert_eq!(map.remove("key1"), Some(Value::Int(1)));
            assert_eq!(map.remove("key1"), None);
            map.insert("key1", 7);
            let keys: Vec<&str> = map.keys().map(Str::as_str).collect();
            assert_eq!(keys[..3], ["key0", "key2", "key3"]);
            assert_eq!(*keys.last().unwrap(), "key1");
            assert_eq!(map.get("key3"), Some(&Value::from("new")));
            assert_eq!(map.get("key1"), Some(&Value::Int(7)));
            assert_eq!(map.get("key4"), Some(&Value::Int(4)));
            assert_eq!(map.len(), usize::try_from(count).unwrap());
        }
    }

    #[test]
    fn lookups_follow_a_map_that_shrinks_and_is_sorted() {
        let mut map = numbered(40);
        map.retain(|_, value| value.as_i64().unwrap() % 2 == 0);
        assert_eq!(map.len(), 20);
        assert!(!map.contains_key("key3"));
        map.sort_keys();
        assert_eq!(
            map.get_index(1),
            Some((&Str::from("key10"), &Value::Int(10)))
        );
        assert_eq!(map.position("key10"), Some(1));
        assert_eq!(*map.get_or_insert("fresh", || Value::Null), Value::Null);
        map.clear();
        assert!(map.is_empty());
        assert_eq!(map.get("key0"), None);
    }
}
