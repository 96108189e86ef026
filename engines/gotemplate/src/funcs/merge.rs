//! Merging dictionaries as mergo does it, what it shares included.

use super::dicts::plain;
use crate::exec::{FuncError, Functions, Rest};
use crate::value::{Kind, Map, Value};

pub(super) fn add(functions: &mut Functions) {
    for (name, priority) in [
        ("merge", Priority::Target),
        ("mustMerge", Priority::Target),
        ("mergeOverwrite", Priority::Source),
        ("mustMergeOverwrite", Priority::Source),
    ] {
        functions.add(name, move |target: Map, sources: Rest<Map>| {
            merge_all(&target, &sources.0, priority)
        });
    }
}

/// Whose value stays when both have one that is not empty.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Priority {
    Target,
    Source,
}

/// Dictionaries nest no deeper than this unless they hold themselves.
const MAX_DEPTH: usize = 1000;

fn merge_all(target: &Map, sources: &[Map], priority: Priority) -> Result<Value, FuncError> {
    let mut target = plain(target);
    for source in sources {
        if target.is_nil() && !source.is_nil() {
            target = Map::new();
        }
        merge(&target, source, priority, MAX_DEPTH)?;
    }
    Ok(Value::Map(target))
}

/// Changes `target`, and the maps in it, in place. What it takes from `source` is not copied: both hold the same lists and maps
/// afterwards.
fn merge(target: &Map, source: &Map, priority: Priority, depth: usize) -> Result<(), FuncError> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(FuncError::new(
            "a dictionary that holds itself cannot be merged",
        ));
    };
    // The source may be the target itself, so its entries are taken first.
    for (key, theirs) in source.to_vec() {
        let ours = target.get(&key);
        if theirs.is_nil() {
            if priority == Priority::Source {
                target.insert(key, theirs)?;
            }
            continue;
        }
        match (ours.as_ref().and_then(Value::as_map), theirs.as_map()) {
            (Some(ours), Some(theirs)) if !ours.is_nil() => {
                merge(&ours, &theirs, priority, depth)?;
            }
            _ => {}
        }
        let is_kept = match &ours {
            // Looked at after the merge: an empty map may have been filled by it.
            Some(ours) if !is_empty(ours) => {
                priority == Priority::Target
                    || (ours.kind() == Kind::Map && theirs.kind() == Kind::Map)
            }
            _ => false,
        };
        if !is_kept {
            target.insert(key, theirs)?;
        }
    }
    Ok(())
}

/// Whether mergo takes a value for unset; objects never are.
fn is_empty(value: &Value) -> bool {
    !value.is_true()
}
