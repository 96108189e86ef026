//! The *sets* extension: lists seen as sets.

use cel::common::types::{CelBool, LIST_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{DeclarationError, Env, ExecutionError, Value};

/// Elements are compared one with another.
const MAX_COMPARISONS: usize = 10_000_000;

/// Declares `sets.contains`, `sets.equivalent` and `sets.intersects`.
pub(crate) fn extension(env: &mut Env) -> Result<(), DeclarationError> {
    let pair = || vec![LIST_TYPE.to_owned(), LIST_TYPE.to_owned()];
    env.add_overload("sets.contains", "list_sets_contains_list", pair(), |args| {
        over(&args, contains)
    })?;
    env.add_overload(
        "sets.equivalent",
        "list_sets_equivalent_list",
        pair(),
        |args| over(&args, |a, b| contains(a, b) && contains(b, a)),
    )?;
    env.add_overload(
        "sets.intersects",
        "list_sets_intersects_list",
        pair(),
        |args| over(&args, |a, b| a.iter().any(|item| b.contains(item))),
    )
}

fn contains(all: &[Value], some: &[Value]) -> bool {
    some.iter().all(|item| all.contains(item))
}

fn over<'b, 'v>(
    args: &[CowVal<'b, 'v>],
    relation: fn(&[Value], &[Value]) -> bool,
) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let [left, right] = args else {
        return Err(ExecutionError::invalid_argument_count(2, args.len()));
    };
    let (left, right) = (items(left.as_ref())?, items(right.as_ref())?);
    if left.len().saturating_mul(right.len()) > MAX_COMPARISONS {
        return Err(ExecutionError::function_error(
            "sets",
            "lists are too long to compare",
        ));
    }
    let related = relation(&left, &right);
    Ok(CowVal::owned(CelBool::from(related)))
}

fn items(list: &dyn Val) -> Result<Vec<Value>, ExecutionError> {
    match Value::try_from(list)? {
        Value::List(items) => Ok(items.to_vec()),
        other => Err(ExecutionError::unsupported_target_type(other)),
    }
}
