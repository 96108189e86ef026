//! Lists. Nothing here changes a list in place; only `slice` shares its storage.

use super::NIL_POINTER;
use super::cast::to_i64;
use super::copies::deep_equal;
use super::typed::Lists;
use crate::exec::{Context, FuncError, Functions, Rest};
use crate::value::{List, ListType, UintKind, Value};

pub(super) fn add(functions: &mut Functions) {
    for name in ["list", "tuple"] {
        functions.add(name, |items: Rest<Value>| List::new(items.0));
    }
    for name in ["append", "push", "mustAppend", "mustPush"] {
        functions.add(name, push);
    }
    for name in ["prepend", "mustPrepend"] {
        functions.add(name, prepend);
    }
    for name in ["first", "mustFirst"] {
        functions.add(name, |list: Value| {
            items(&list, "Cannot find first on type ")
                .map(|items| items.into_iter().next().unwrap_or_default())
        });
    }
    for name in ["last", "mustLast"] {
        functions.add(name, |list: Value| {
            items(&list, "Cannot find last on type ")
                .map(|items| items.into_iter().next_back().unwrap_or_default())
        });
    }
    for name in ["rest", "mustRest"] {
        functions.add(name, |list: Value| {
            items(&list, "Cannot find rest on type ").map(|mut items| {
                if items.is_empty() {
                    return List::nil(ListType::ANY);
                }
                items.remove(0);
                List::new(items)
            })
        });
    }
    for name in ["initial", "mustInitial"] {
        functions.add(name, |list: Value| {
            items(&list, "Cannot find initial on type ").map(|mut items| match items.pop() {
                None => List::nil(ListType::ANY),
                Some(_) => List::new(items),
            })
        });
    }
    for name in ["reverse", "mustReverse"] {
        functions.add(name, |list: Value| {
            items(&list, "Cannot find reverse on type ").map(|mut items| {
                items.reverse();
                List::new(items)
            })
        });
    }
    for name in ["compact", "mustCompact"] {
        functions.add(name, |list: Value| {
            items(&list, "Cannot compact on type ").map(|mut items| {
                items.retain(Value::is_true);
                List::new(items)
            })
        });
    }
    for name in ["uniq", "mustUniq"] {
        functions.add(name, uniq);
    }
    for name in ["without", "mustWithout"] {
        functions.add(name, without);
    }
    for name in ["has", "mustHas"] {
        functions.add(name, has);
    }
    for name in ["slice", "mustSlice"] {
        functions.add(name, slice);
    }
    for name in ["chunk", "mustChunk"] {
        functions.add(name, chunk);
    }
    functions.add("concat", concat);
}

/// The items of a list of any type; `complaint` and the kind make the error for anything else.
fn items(value: &Value, complaint: &str) -> Result<Vec<Value>, FuncError> {
    items_in(value, complaint, "")
}

fn items_in(value: &Value, before: &str, after: &str) -> Result<Vec<Value>, FuncError> {
    match value {
        Value::Nil => Err(FuncError::new(NIL_POINTER)),
        Value::Bytes(bytes) => Ok(bytes
            .iter()
            .map(|byte| Value::Uint(UintKind::Uint8, u64::from(*byte)))
            .collect()),
        _ => match value.as_list() {
            Some(list) => Ok(list.to_vec()),
            None => Err(FuncError::new(format!("{before}{}{after}", value.kind()))),
        },
    }
}

fn push(list: Value, item: Value) -> Result<List, FuncError> {
    let mut items = items(&list, "Cannot push on type ")?;
    let len = items.len();
    items.push(item);
    // Go's `append` grows the storage; `slice` can reach into what it leaves empty.
    Ok(List::new(items).with_capacity(List::grown(len)))
}

fn prepend(list: Value, item: Value) -> Result<List, FuncError> {
    let mut items = items(&list, "Cannot prepend on type ")?;
    items.insert(0, item);
    Ok(List::new(items))
}

fn uniq(context: &mut Context, list: Value) -> Result<List, FuncError> {
    let items = items(&list, "Cannot find uniq on type ")?;
    let mut kept: Vec<Value> = Vec::new();
    for item in items {
        context.spend_steps(kept.len() as u64)?;
        if !kept.iter().any(|known| deep_equal(&item, known)) {
            kept.push(item);
        }
    }
    Ok(List::new(kept))
}

fn without(list: Value, omitted: Rest<Value>) -> Result<List, FuncError> {
    let mut items = items(&list, "Cannot find without on type ")?;
    items.retain(|item| !omitted.0.iter().any(|other| deep_equal(item, other)));
    Ok(List::new(items))
}

fn has(needle: Value, list: Value) -> Result<bool, FuncError> {
    if list.is_nil() {
        return Ok(false);
    }
    let items = items(&list, "Cannot find has on type ")?;
    Ok(items.iter().any(|item| deep_equal(&needle, item)))
}

/// An empty list gives nil; else a window that keeps the type of the list.
fn slice(list: Value, indices: Rest<Value>) -> Result<Value, FuncError> {
    let out_of_bounds = || FuncError::new("reflect.Value.Slice: slice index out of bounds");
    let index = |at: usize, default: usize| match indices.0.get(at) {
        Some(index) => usize::try_from(to_i64(index)).map_err(|_| out_of_bounds()),
        None => Ok(default),
    };
    if let Value::Bytes(bytes) = &list {
        if bytes.is_empty() {
            return Ok(Value::Nil);
        }
        let (start, end) = (index(0, 0)?, index(1, bytes.len())?);
        let part = bytes.get(start..end).ok_or_else(out_of_bounds)?;
        return Ok(Value::Bytes(part.into()));
    }
    let Some(items) = list.as_list() else {
        return Err(match list {
            Value::Nil => FuncError::new(NIL_POINTER),
            _ => FuncError::new(format!(
                "list should be type of slice or array but {}",
                list.kind()
            )),
        });
    };
    if items.is_empty() {
        return Ok(Value::Nil);
    }
    let (start, end) = (index(0, 0)?, index(1, items.len())?);
    items
        .window(start, end, items.capacity())
        .map(Value::List)
        .ok_or_else(out_of_bounds)
}

/// Groups of `size`, the last one shorter; of an empty list there are none.
fn chunk(size: i64, list: Value) -> Result<Lists, FuncError> {
    let items = items(&list, "Cannot chunk type ")?;
    let Some(size) = usize::try_from(size).ok().filter(|size| *size > 0) else {
        return chunks_of_nothing(size, items);
    };
    Ok(items
        .chunks(size)
        .map(|group| List::new(group.to_vec()))
        .collect())
}

/// Groups of none or of fewer than no items: what the arithmetic upstream comes to.
fn chunks_of_nothing(size: i64, items: Vec<Value>) -> Result<Lists, FuncError> {
    #[expect(clippy::cast_precision_loss, reason = "as upstream")]
    let groups = ((items.len() as f64 - 1.0) / size as f64).floor() + 1.0;
    if size < 0 && groups == 0.0 {
        return Ok(Lists::from_iter([]));
    }
    if size < -1 && items.len() == 1 {
        return Ok(Lists::from_iter([List::new(items)]));
    }
    Err(FuncError::new("runtime error: makeslice: len out of range"))
}

fn concat(lists: Rest<Value>) -> Result<Value, FuncError> {
    let mut all = Vec::new();
    for list in &lists.0 {
        all.extend(items_in(list, "Cannot concat type ", " as list")?);
    }
    if all.is_empty() {
        return Ok(Value::List(List::nil(ListType::ANY)));
    }
    Ok(Value::list(all))
}
