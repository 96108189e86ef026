//! From flags to the tasks of a process that leads.

use std::process::ExitCode;
use std::sync::Arc;

use common::context::Context;
use common::controller::{Controller, Limits};
use common::runtime::{Program, StartError, Tasks};

use crate::MANAGER;
use crate::args::{Args, GATES, gates};
use crate::database::{Database, Keeping};
use crate::image_policy::{ImagePolicies, watch};
use crate::image_repository::ImageRepositories;

const PROGRAM: Program<Args> = Program {
    name: MANAGER,
    gates: GATES,
    common: |args| &args.common,
};

/// Runs the controller to its end.
pub fn run() -> ExitCode {
    common::runtime::run(&PROGRAM, |args, context| async move {
        let (repositories, policies) = controllers(&args, &context)?;
        let mut tasks = Tasks::default();
        tasks.add(repositories.run());
        tasks.add(policies.run());
        Ok(tasks)
    })
}

/// The controllers of both kinds, over one database.
///
/// # Errors
/// When flags do not fit together, or the storage cannot be used.
pub fn controllers(
    args: &Args,
    context: &Arc<Context>,
) -> Result<(Controller<ImageRepositories>, Controller<ImagePolicies>), StartError> {
    args.check(&context.gates)?;
    let keeping = if context.gates.enabled(gates::FLUX_STORAGE) {
        Keeping::ByObject
    } else {
        Keeping::ByImage
    };
    let database = Database::open(&args.storage.path, keeping).map_err(|error| {
        let path = args.storage.path.display();
        StartError::Controller(format!("failed to open --storage-path {path}: {error}"))
    })?;
    let limits = Limits {
        concurrent: usize::from(args.concurrent),
        backoff: args.common.backoff(),
        ..Limits::default()
    };
    let repositories = ImageRepositories::new(database.clone());
    let repositories = Controller::new(repositories, context.clone(), limits, Vec::new());
    let policies = ImagePolicies::new(database, args.requeue_dependency, args.cross_namespace());
    let policies = watch::controller(policies, context.clone(), limits);
    Ok((repositories, policies))
}
