//! A bound on how often loops turn.
//!
//! The interpreter runs a comprehension to its end. Before a program is kept, the condition of each of its loops is put behind
//! a call that counts: `cond` becomes `@step() ? cond : false`. When the steps are used up every loop ends at once, and the
//! run is reported as too expensive whatever value came out.

use std::cell::Cell;

use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, LiteralValue, operators};
use cel::common::types::CelBool;
use cel::common::value::CowVal;
use cel::{DeclarationError, Env, IdedExpr};

/// How many loop steps one run may take.
pub const MAX_STEPS: u64 = 1_000_000;

const STEP: &str = "@step";

thread_local! {
    /// Functions of the interpreter carry no state, and a run stays on its thread.
    static LEFT: Cell<u64> = const { Cell::new(0) };
}

/// Declares the counting function.
pub(crate) fn extension(env: &mut Env) -> Result<(), DeclarationError> {
    env.add_overload(STEP, "step", Vec::new(), |_| {
        let left = LEFT.get();
        LEFT.set(left.saturating_sub(1));
        Ok(CowVal::owned(CelBool::from(left > 0)))
    })
}

/// Runs `body` with a fresh count; `None` if it used up all steps.
pub(crate) fn bounded<R>(body: impl FnOnce() -> R) -> Option<R> {
    LEFT.set(MAX_STEPS);
    let result = body();
    (LEFT.get() > 0).then_some(result)
}

/// Makes every loop of `node` count.
pub(crate) fn instrument(node: &mut IdedExpr) {
    match &mut node.expr {
        Expr::Call(call) => {
            call.target.iter_mut().for_each(|target| instrument(target));
            call.args.iter_mut().for_each(instrument);
        }
        Expr::Comprehension(loops) => instrument_loop(loops),
        Expr::List(list) => list.elements.iter_mut().for_each(instrument),
        Expr::Map(map) => map
            .entries
            .iter_mut()
            .for_each(|entry| match &mut entry.expr {
                EntryExpr::MapEntry(entry) => {
                    instrument(&mut entry.key);
                    instrument(&mut entry.value);
                }
                EntryExpr::StructField(field) => instrument(&mut field.value),
            }),
        Expr::Select(select) => instrument(&mut select.operand),
        Expr::Struct(_) | Expr::Literal(_) | Expr::Ident(_) | Expr::Unspecified => {}
    }
}

fn instrument_loop(loops: &mut ComprehensionExpr) {
    for part in [
        &mut loops.iter_range,
        &mut loops.accu_init,
        &mut loops.loop_cond,
        &mut loops.loop_step,
        &mut loops.result,
    ] {
        instrument(part);
    }
    let condition = std::mem::take(&mut loops.loop_cond);
    let id = condition.id;
    let node = |expr| IdedExpr { id, expr };
    let step = Expr::Call(CallExpr {
        func_name: STEP.to_owned(),
        target: None,
        args: Vec::new(),
    });
    let stop = Expr::Literal(LiteralValue::Boolean(false.into()));
    loops.loop_cond = node(Expr::Call(CallExpr {
        func_name: operators::CONDITIONAL.to_owned(),
        target: None,
        args: vec![node(step), condition, node(stop)],
    }));
}
