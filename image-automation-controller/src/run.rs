//! From flags to the tasks of a process that leads.

use std::process::ExitCode;
use std::sync::Arc;

use common::context::Context;
use common::controller::Limits;
use common::runtime::{Program, StartError, Tasks};

use crate::MANAGER;
use crate::args::{Args, GATES, gates};
use crate::automation::{Automations, Options, watch};
use crate::checkout::{Base, Force};

const PROGRAM: Program<Args> = Program {
    name: MANAGER,
    gates: GATES,
    common: |args| &args.common,
};

/// Runs the controller to its end.
pub fn run() -> ExitCode {
    common::runtime::run(
        &PROGRAM,
        |args, context| async move { tasks(&args, context) },
    )
}

fn tasks(args: &Args, context: Arc<Context>) -> Result<Tasks, StartError> {
    args.check(&context.gates)?;
    let options = Options {
        jitter: args.common.jitter(),
        cross_namespace: args.cross_namespace(),
        algorithms: args.algorithms()?,
        temporary: std::env::temp_dir(),
        base: if context.gates.enabled(gates::GIT_ALL_BRANCH_REFERENCES) {
            Base::Remote
        } else {
            Base::Checkout
        },
        force: if context.gates.enabled(gates::GIT_FORCE_PUSH_BRANCH) {
            Force::Allowed
        } else {
            Force::Refused
        },
    };
    let limits = Limits {
        concurrent: usize::from(args.concurrent),
        backoff: args.common.backoff(),
        ..Limits::default()
    };
    let mut tasks = Tasks::default();
    tasks.add(watch::controller(Automations::new(options), context, limits).run());
    Ok(tasks)
}
