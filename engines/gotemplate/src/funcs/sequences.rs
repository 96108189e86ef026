//! Rows of numbers.

use super::typed::Ints;
use crate::exec::{Context, FuncError, Functions, Rest};

pub(super) fn add(functions: &mut Functions) {
    functions.add("until", |context: &mut Context, count: i64| {
        let step = if count < 0 { -1 } else { 1 };
        list(context, 0, count, step)
    });
    functions.add(
        "untilStep",
        |context: &mut Context, start: i64, stop: i64, step: i64| list(context, start, stop, step),
    );
    functions.add("seq", |context: &mut Context, bounds: Rest<i64>| {
        seq(context, &bounds.0)
    });
}

/// From `start` on, as long as `stop` is not reached; a step that leads away from it gives nothing.
fn numbers(
    context: &mut Context,
    start: i64,
    stop: i64,
    step: i64,
) -> Result<impl Iterator<Item = i64> + use<>, FuncError> {
    let distance = i128::from(stop) - i128::from(start);
    let step = i128::from(step);
    let count = if distance == 0 || step == 0 || (distance < 0) != (step < 0) {
        0
    } else {
        u64::try_from(distance.unsigned_abs().div_ceil(step.unsigned_abs())).unwrap_or(u64::MAX)
    };
    context.spend_steps(count)?;
    let bytes = usize::try_from(count).unwrap_or(usize::MAX);
    context.spend_bytes(bytes.saturating_mul(size_of::<i64>()))?;
    Ok((0..count).map(move |index| {
        i64::try_from(i128::from(start) + step * i128::from(index)).unwrap_or_default()
    }))
}

fn list(context: &mut Context, start: i64, stop: i64, step: i64) -> Result<Ints, FuncError> {
    Ok(numbers(context, start, stop, step)?.collect())
}

/// As the command of that name: first, step, last, both ends included.
fn seq(context: &mut Context, bounds: &[i64]) -> Result<String, FuncError> {
    let direction = |start: i64, end: i64| if end < start { -1 } else { 1 };
    let (start, end, step) = match *bounds {
        [end] => (1, end, direction(1, end)),
        [start, end] => (start, end, direction(start, end)),
        [start, step, end] if end < start && step > 0 => return Ok(String::new()),
        [start, step, end] => (start, end, step),
        _ => return Ok(String::new()),
    };
    let stop = end.wrapping_add(direction(start, end));
    let shown: Vec<String> = numbers(context, start, stop, step)?
        .map(|number| number.to_string())
        .collect();
    Ok(shown.join(" "))
}
