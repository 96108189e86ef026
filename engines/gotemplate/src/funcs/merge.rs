//! Merging dictionaries as mergo does it, what it shares included.

use super::dicts::plain;
use crate::exec::{FuncError, Functions, Rest};
use crate::value::{Kind, Map, Type, Value};

pub(super) fn add(functions: &mut Functions) {
    for (lenient, strict, priority) in [
        ("merge", "mustMerge", Priority::Target),
        ("mergeOverwrite", "mustMergeOverwrite", Priority::Source),
    ] {
        functions.add(
            lenient,
            move |target: Map, sources: Rest<Map>| match merge_all(&target, &sources.0, priority) {
                Err(MergeError::TypesDiffer) => Ok(Value::from("")),
                merged => merged,
            },
        );
        functions.add(strict, move |target: Map, sources: Rest<Map>| {
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

/// Why dictionaries cannot be merged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum MergeError {
    #[error("src and dst must be of same type")]
    TypesDiffer,
    #[error("a dictionary that holds itself cannot be merged")]
    TooDeep,
    #[error("{0}")]
    Insert(String),
}

impl From<MergeError> for FuncError {
    fn from(error: MergeError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<FuncError> for MergeError {
    fn from(error: FuncError) -> Self {
        Self::Insert(error.to_string())
    }
}

/// Dictionaries nest no deeper than this unless they hold themselves.
const MAX_DEPTH: usize = 1000;

fn merge_all(target: &Map, sources: &[Map], priority: Priority) -> Result<Value, MergeError> {
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
fn merge(target: &Map, source: &Map, priority: Priority, depth: usize) -> Result<(), MergeError> {
    let depth = depth.checked_sub(1).ok_or(MergeError::TooDeep)?;
    let is_assignable = target.map_type().element == Type::Any
        || target.map_type().element == source.map_type().element;
    // The source may be the target itself, so its entries are taken first.
    for (key, theirs) in source.to_vec() {
        let ours = target.get(&key);
        if !is_assignable && (ours.is_none() || priority == Priority::Source) {
            return Err(MergeError::Insert(format!(
                "reflect.Value.SetMapIndex: value of type {} is not assignable to type {}",
                source.map_type().element,
                target.map_type().element
            )));
        }
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
        if priority == Priority::Target
            && ours.as_ref().map(Value::kind) == Some(Kind::Pointer)
            && matches!(theirs.kind(), Kind::Map | Kind::Struct)
        {
            return Err(MergeError::TypesDiffer);
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
