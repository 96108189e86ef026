//! From flags to the tasks of a process that leads.

use std::process::ExitCode;
use std::sync::Arc;

use artifact::Store;
use common::context::Context;
use common::controller::{Controller, Limits};
use common::runtime::{Program, StartError, Tasks};

use crate::advertise::Advertised;
use crate::args::{Args, OBJECT_LEVEL_WORKLOAD_IDENTITY};
use crate::git_repository::{Budget, GitRepositories, MANAGER, Options};
use crate::scratch::Scratch;
use crate::server;
use crate::storage::Storage;

const PROGRAM: Program<Args> = Program {
    name: MANAGER,
    gates: &[
        ("CacheSecretsAndConfigMaps", false),
        (OBJECT_LEVEL_WORKLOAD_IDENTITY, false),
    ],
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
    let refused = |error: &dyn std::fmt::Display| StartError::Controller(error.to_string());
    let store = Store::open(&args.storage.path).map_err(|error| refused(&error))?;
    let host_name = args.storage.host_name();
    let advertised = Advertised::new(
        &args.storage.advertised,
        &args.storage.address,
        host_name.as_deref(),
    )
    .map_err(|error| refused(&error))?;
    let storage = Storage::new(
        store,
        advertised,
        args.storage.artifact_digest_algo,
        args.storage.retention(),
    );
    let scratch = Scratch::create(&std::env::temp_dir()).map_err(|error| refused(&error))?;
    let options = Options {
        jitter: args.common.jitter(),
        requeue_dependency: args.requeue_dependency,
        temporary: scratch.path(),
        budget: Budget::default(),
    };
    let limits = Limits {
        concurrent: usize::from(args.concurrent),
        backoff: args.common.backoff(),
        ..Limits::default()
    };
    let mut tasks = Tasks::default();
    tasks.add_essential(serve(
        args.storage.address.clone(),
        storage.clone(),
        context.clone(),
    ));
    let reconciler = GitRepositories::new(storage, options);
    let controller = Controller::new(reconciler, context, limits, Vec::new());
    tasks.add(async move {
        controller.run().await;
        drop(scratch);
    });
    Ok(tasks)
}

/// Serves artifacts while this process leads (S9). Without its server the controller is of no use, so a failure ends
/// the process.
async fn serve(address: String, storage: Storage, context: Arc<Context>) -> Result<(), String> {
    let served = async {
        let listener = server::bind(&address).await?;
        tracing::info!(address, "serving artifacts");
        server::serve(
            listener,
            storage.root().to_owned(),
            context.shutdown.clone(),
        )
        .await
    };
    served
        .await
        .map_err(|error| format!("failed to serve artifacts on --storage-addr {address}: {error}"))
}
