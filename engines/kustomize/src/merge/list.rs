//! Lists that merge element by element.
//!
//! Elements are matched by the values of their merge keys. With several keys, an element may leave
//! some out, and matches what agrees on the others (`kyaml/yaml/walk/associative_sequence.go`).

use super::directive::{self, Directive};
use super::{MergeError, Merged, Merger};
use crate::node::{self, Kind, Node, NodeError, Scalar};
use crate::schema::Schema;

/// The values of the merge keys of one element.
type Values = Vec<String>;

impl<'a> Merger<'a> {
    pub(super) fn walk_list(
        &self,
        dest: Option<Node>,
        mut patch: Option<Node>,
        schema: Option<&Schema<'a>>,
    ) -> Result<Merged, MergeError> {
        let Some(dest) = dest.filter(|dest| !dest.is_null()) else {
            let Some(patch) = patch else {
                return Ok(Merged::Gone);
            };
            return self.merge_elements(patch.clone(), Some(&patch), schema);
        };
        if patch.as_ref().is_some_and(Node::is_null) {
            return Ok(Merged::Gone);
        }
        let directive = match patch.as_mut() {
            Some(patch) => directive::of_list(patch)?,
            None => None,
        };
        match (directive, patch) {
            (Some(Directive::Delete), _) => Ok(Merged::Gone),
            (Some(Directive::Replace), Some(patch)) => {
                self.merge_elements(patch.clone(), Some(&patch), schema)
            }
            (_, patch) => self.merge_elements(dest, patch.as_ref(), schema),
        }
    }

    fn merge_elements(
        &self,
        dest: Node,
        patch: Option<&Node>,
        schema: Option<&Schema<'a>>,
    ) -> Result<Merged, MergeError> {
        let keys: Vec<String> = schema
            .and_then(Schema::merge_keys)
            .unwrap_or_default()
            .iter()
            .map(ToString::to_string)
            .collect();
        let element = schema.and_then(Schema::element);
        let element = element.as_ref();
        let sources = [patch, Some(&dest)];
        if keys.is_empty() {
            let values = primitive_values(&sources);
            return self.set_elements(dest, patch, values, &[String::new()], element);
        }
        let values = element_values(&sources, &keys);
        self.set_elements(dest, patch, values, &keys, element)
    }

    fn set_elements(
        &self,
        mut dest: Node,
        patch: Option<&Node>,
        mut list: Vec<Values>,
        keys: &[String],
        schema: Option<&Schema<'a>>,
    ) -> Result<Merged, MergeError> {
        if keys.len() > 1 {
            unify(&mut list);
        }
        let mut merged = Node::seq();
        let mut valid_keys: Vec<String> = Vec::new();
        for at in 0..list.len() {
            if list[at].is_empty() {
                continue;
            }
            let (used, values) = valid(&list, &list[at], keys);
            valid_keys = used;
            let (match_keys, match_values) =
                valid(std::slice::from_ref(&values), &values, &valid_keys);
            let in_dest = find(&dest, &match_keys, &match_values);
            let in_patch = patch.and_then(|patch| find(patch, &match_keys, &match_values));
            let dest_element = in_dest.and_then(|at| take(&mut dest, at));
            let patch_element = patch
                .and_then(|patch| patch.as_seq()?.get(in_patch?))
                .cloned();
            // Only what is merged in place comes out changed: a deletion by keys that an element
            // lacks does not find it again, and a replacement gives way to what it replaces.
            let stays = |patch: &Node| {
                let directive = patch.get(directive::KEY).map(Node::text);
                patch.as_map().is_none() || matches!(directive, Some("delete" | "replace"))
            };
            let mut kept = patch_element
                .as_ref()
                .filter(|patch| stays(patch))
                .and(dest_element.clone());
            // In a tree that is merged with itself, a directive that is read is gone.
            if let (Some(kept), Some(patch)) = (&mut kept, &patch_element)
                && kept.is_shared_with(patch)
            {
                directive::elide_from_map(kept);
            }
            let element = self
                .walk(dest_element, patch_element, schema.cloned())?
                .into_node();
            let Some(mut element) = element.filter(|node| !node.is_null() && !node.is_empty_map())
            else {
                if let (Some(at), Some(kept)) = (in_dest, kept) {
                    put(&mut dest, at, kept);
                }
                set_element(&mut dest, None, &valid_keys, &values)?;
                continue;
            };
            complete(&mut element, &valid_keys, &values)?;
            if let Some(at) = in_dest {
                put(&mut dest, at, kept.unwrap_or_else(|| element.clone()));
            }
            set_element(&mut merged, Some(&element), &valid_keys, &values)?;
        }
        if !list.is_empty() {
            append(&mut merged, &dest, &valid_keys)?;
            dest = merged;
        }
        Ok(if dest.is_null() {
            Merged::Gone
        } else {
            Merged::Is(dest)
        })
    }
}

/// Takes an element out, leaving null in its place.
fn take(list: &mut Node, at: usize) -> Option<Node> {
    let slot = list.as_seq_mut()?.get_mut(at)?;
    Some(std::mem::replace(slot, Node::null()))
}

fn put(list: &mut Node, at: usize, element: Node) {
    if let Some(slot) = list.as_seq_mut().and_then(|items| items.get_mut(at)) {
        *slot = element;
    }
}

/// Gives an element the keys it was matched by.
fn complete(element: &mut Node, keys: &[String], values: &[String]) -> Result<(), NodeError> {
    for (key, value) in keys.iter().zip(values) {
        if element.get(key).is_some() || value.is_empty() {
            continue;
        }
        if key.is_empty() {
            node::set_scalar(element, Scalar::untagged(value.as_str()))?;
        } else {
            node::set_field_str(element, key, value)?;
        }
    }
    Ok(())
}

/// The key values of all elements, each once, those of the patch first.
fn element_values(sources: &[Option<&Node>], keys: &[String]) -> Vec<Values> {
    let mut out: Vec<Values> = Vec::new();
    for item in items(sources) {
        let values: Values = keys
            .iter()
            .map(|key| {
                item.get(key)
                    .filter(|value| !value.is_null_or_empty())
                    .map_or_else(String::new, |value| value.text().to_owned())
            })
            .collect();
        if !out.contains(&values) {
            out.push(values);
        }
    }
    out
}

fn primitive_values(sources: &[Option<&Node>]) -> Vec<Values> {
    let mut out: Vec<Values> = Vec::new();
    for item in items(sources) {
        let values = vec![item.text().to_owned()];
        if !out.contains(&values) {
            out.push(values);
        }
    }
    out
}

fn items<'n>(sources: &'n [Option<&'n Node>]) -> impl Iterator<Item = &'n Node> {
    sources
        .iter()
        .flatten()
        .flat_map(|source| source.as_seq().unwrap_or_default())
}

/// Completes key values from each other where they agree on some and contradict on none.
fn unify(list: &mut [Values]) {
    for i in 0..list.len() {
        let ours = list[i].clone();
        for j in 0..list.len() {
            if let Some(both) = agree(&ours, &list[j]) {
                list[i].clone_from(&both);
                list[j] = both;
            }
        }
    }
}

fn agree(a: &[String], b: &[String]) -> Option<Values> {
    if a.len() != b.len() {
        return None;
    }
    let mut common = false;
    let mut out = Vec::with_capacity(a.len());
    for (a, b) in a.iter().zip(b) {
        if a == b {
            common = true;
        } else if !a.is_empty() && !b.is_empty() {
            return None;
        }
        out.push(if a.is_empty() { b.clone() } else { a.clone() });
    }
    common.then_some(out)
}

/// The keys that any element has a value for, and the values for those; all when there are none.
fn valid(list: &[Values], values: &[String], keys: &[String]) -> (Vec<String>, Values) {
    let used: Vec<bool> = (0..keys.len())
        .map(|at| {
            list.iter()
                .any(|values| values.get(at).is_some_and(|value| !value.is_empty()))
        })
        .collect();
    if !used.contains(&true) {
        return (keys.to_vec(), values.to_vec());
    }
    let valid_keys = keys
        .iter()
        .zip(&used)
        .filter(|(_, used)| **used)
        .map(|(key, _)| key.clone())
        .collect();
    let valid_values = values
        .iter()
        .enumerate()
        .filter(|(at, value)| !value.is_empty() || used.get(*at).copied().unwrap_or(false))
        .map(|(_, value)| value.clone())
        .collect();
    (valid_keys, valid_values)
}

/// The first element with these key values.
fn find(list: &Node, keys: &[String], values: &[String]) -> Option<usize> {
    let items = list.as_seq()?;
    if keys.first().is_none_or(String::is_empty) {
        let wanted = values.first().map_or("", String::as_str);
        return items.iter().position(|item| item.text() == wanted);
    }
    if keys.len() != values.len() {
        return None;
    }
    items.iter().position(|item| {
        item.kind() == Kind::Map
            && keys
                .iter()
                .zip(values)
                .all(|(key, value)| item.get(key).is_some_and(|found| found.text() == value))
    })
}

/// Puts `element` in place of those that match, or at the end; without one they go away. Null and
/// empty elements go away in any case (`ElementSetter`).
fn set_element(
    list: &mut Node,
    element: Option<&Node>,
    keys: &[String],
    values: &[String],
) -> Result<(), NodeError> {
    list.expect(Kind::Seq)?;
    let by_field = keys.first().is_some_and(|key| !key.is_empty())
        && values.first().is_some_and(|value| !value.is_empty());
    let Some(items) = list.as_seq_mut() else {
        return Ok(());
    };
    let mut kept = Vec::with_capacity(items.len() + 1);
    let mut matched = false;
    for item in items.drain(..) {
        if item.is_null() || item.is_empty_map() {
            continue;
        }
        if item.kind() != Kind::Map && by_field {
            kept.push(item);
            continue;
        }
        if !matches_keys(&item, keys, values)? {
            if !values.is_empty() {
                kept.push(item);
            }
            continue;
        }
        matched = true;
        kept.extend(element.cloned());
    }
    if let Some(element) = element
        && !matched
    {
        kept.push(element.clone());
    }
    *items = kept;
    Ok(())
}

fn matches_keys(item: &Node, keys: &[String], values: &[String]) -> Result<bool, NodeError> {
    let mut matches = false;
    for (at, key) in keys.iter().enumerate() {
        if let Some(value) = values.get(at) {
            matches = if key.is_empty() {
                item.expect(Kind::Scalar)?;
                item.text() == value
            } else {
                item.expect(Kind::Map)?;
                item.get(key)
                    .is_some_and(|found| value.is_empty() || found.text() == value)
            };
        }
        if !matches {
            return Ok(false);
        }
    }
    Ok(matches)
}

/// Puts the elements of `from` behind those of `list`, each in place of its match.
fn append(list: &mut Node, from: &Node, keys: &[String]) -> Result<(), NodeError> {
    for item in from.as_seq().unwrap_or_default() {
        if keys.first().is_none_or(String::is_empty) {
            let value = [item.text().to_owned()];
            set_element(list, Some(item), &[String::new()], &value)?;
            continue;
        }
        item.expect(Kind::Map)?;
        let mut values = Vec::new();
        for key in keys {
            match item.get(key) {
                Some(value) => values.push(value.text().to_owned()),
                None => {
                    if let Some(items) = list.as_seq_mut() {
                        items.push(item.clone());
                    }
                }
            }
        }
        if keys.len() > 1 {
            set_element(list, None, keys, &values)?;
        }
        set_element(list, Some(item), keys, &values)?;
    }
    Ok(())
}
