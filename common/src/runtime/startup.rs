//! From flags to a context.

use std::sync::Arc;
use std::time::Duration;

use kube::Client;
use tokio_util::sync::CancellationToken;

use super::main::StartError;
use super::{client_from, infer};
use crate::context::{Context, Scope};
use crate::events::{Delivery, Recorder, Settings};
use crate::flags::{CommonArgs, FeatureGates};
use crate::http::{Readiness, health, listen, metrics, serve};
use crate::metrics::Metrics;

/// First pause between tries to reach the API server; doubled up to [`MAX_PAUSE`].
const MIN_PAUSE: Duration = Duration::from_millis(50);
const MAX_PAUSE: Duration = Duration::from_secs(5);

/// A process that is up, but does not work yet.
pub(super) struct Started {
    pub context: Arc<Context>,
    pub delivery: Delivery,
    pub readiness: Readiness,
    pub namespace: String,
}

/// Servers, client, recorder.
pub(super) async fn start(
    name: &str,
    args: &CommonArgs,
    gates: FeatureGates,
    shutdown: CancellationToken,
) -> Result<Started, StartError> {
    let counted = Metrics::new();
    let readiness = Readiness::default();
    if let Some(listener) = listen("metrics-addr", &args.servers.metrics_addr).await? {
        tokio::spawn(serve(listener, metrics(counted.clone()), shutdown.clone()));
    }
    if let Some(listener) = listen("health-addr", &args.servers.health_addr).await? {
        tokio::spawn(serve(listener, health(readiness.clone()), shutdown.clone()));
    }
    let config = infer().await?;
    let namespace = match &*args.watch.runtime_namespace {
        "" => config.default_namespace.clone(),
        namespace => namespace.to_owned(),
    };
    let client = client_from(config.clone(), counted.requests())?;
    let settings = Settings {
        controller: name.to_owned(),
        instance: host_name(),
        address: args.servers.events_addr.clone(),
    };
    let (recorder, delivery) = Recorder::start(client.clone(), &settings)?;
    let scope = scope(args)?;
    let context = Context {
        client,
        config,
        recorder,
        metrics: counted,
        gates,
        scope,
        shutdown,
    };
    Ok(Started {
        context: Arc::new(context),
        delivery,
        readiness,
        namespace,
    })
}

/// Waits until the API server answers anything at all; says whether it did before the shutdown.
pub(super) async fn first_answer(client: &Client, shutdown: &CancellationToken) -> bool {
    let mut pause = MIN_PAUSE;
    loop {
        match client.apiserver_version().await {
            Ok(version) => {
                tracing::debug!(version = version.git_version, "the API server answers");
                return true;
            }
            // It is there, but does not talk to us about its version: good enough.
            Err(kube::Error::Api(status)) if status.code < 500 => return true,
            Err(error) => tracing::warn!(%error, "the API server does not answer, trying again"),
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => pause = (pause * 2).min(MAX_PAUSE),
            () = shutdown.cancelled() => return false,
        }
    }
}

fn scope(args: &CommonArgs) -> Result<Scope, StartError> {
    let watch = &args.watch;
    let namespace = if watch.all_namespaces {
        None
    } else if watch.runtime_namespace.is_empty() {
        return Err(StartError::NoNamespace);
    } else {
        Some(watch.runtime_namespace.as_str().into())
    };
    Ok(Scope {
        namespace,
        label_selector: watch.label_selector.clone(),
        configs_label_selector: watch.configs_label_selector.clone(),
    })
}

/// The name of the host, as the kernel has it; the variable only where there is no `/proc`.
pub(super) fn host_name() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .map(|name| name.trim().to_owned())
        .ok()
        .filter(|name| !name.is_empty())
        .or_else(|| std::env::var("HOSTNAME").ok())
        .unwrap_or_else(|| "localhost".to_owned())
}
