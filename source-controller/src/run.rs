//! From flags to the tasks of a process that leads.

use std::process::ExitCode;
use std::sync::Arc;

use artifact::Store;
use common::context::Context;
use common::controller::Limits;
use common::runtime::{Program, StartError, Tasks};

use crate::advertise::Advertised;
use crate::args::{Args, OBJECT_LEVEL_WORKLOAD_IDENTITY};
use crate::git_repository::Git;
use crate::helm_chart::{self, Charts};
use crate::helm_repository::Helm;
use crate::oci_repository::Oci;
use crate::scratch::Scratch;
use crate::server;
use crate::source::{Budget, MANAGER, Options, Setup};
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
    let mut tasks = Tasks::default();
    tasks.add_essential(serve(
        args.storage.address.clone(),
        storage.clone(),
        context.clone(),
    ));
    let setup = Setup {
        storage,
        options: Options {
            jitter: args.common.jitter(),
            requeue_dependency: args.requeue_dependency,
            temporary: scratch.path(),
            budget: Budget::default(),
            algorithms: args.ssh_algorithms()?,
        },
        context,
        limits: Limits {
            concurrent: usize::from(args.concurrent),
            backoff: args.common.backoff(),
            ..Limits::default()
        },
    };
    let helm = Helm {
        index_limit: args.other_kinds.helm_index_max_size,
    };
    let charts = Charts {
        limits: helm_chart::Limits {
            chart: args.other_kinds.helm_chart_max_size,
            file: args.other_kinds.helm_chart_file_max_size,
            index: args.other_kinds.helm_index_max_size,
        },
    };
    let scratch = Arc::new(scratch);
    tasks.add(hold(Arc::clone(&scratch), setup.controller(Git).run()));
    tasks.add(hold(Arc::clone(&scratch), setup.controller(Oci).run()));
    tasks.add(hold(scratch, setup.controller(charts).run()));
    tasks.add(setup.controller(helm).run());
    Ok(tasks)
}

/// Runs a controller that uses the temporary directory.
async fn hold(scratch: Arc<Scratch>, controller: impl Future<Output = ()>) {
    controller.await;
    drop(scratch);
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
