//! What all passes share.

use std::sync::Arc;
use std::time::Duration;

use artifact::Algorithm;
use common::access::{CrossNamespace, Identities, Verification};
use common::artifact_client::{Clients, Fetcher, HostOverrides, Patience, RetryPolicy};
use common::cluster::follow_definitions;
use common::context::Context;
use common::controller::Waiting;
use common::flags::FeatureGates;
use common::jitter::Jitter;
use common::runtime::StartError;

use super::charts::Charts;
use super::state::Seen;
use crate::args::Args;
use crate::args::gates::DEFAULT_TO_RETRY_ON_FAILURE;
use crate::policy::DefaultStrategy;

/// How long a file server may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Flags, gates and services.
pub struct Settings {
    /// Charts by the digest of their artifact.
    pub(super) charts: Charts,
    pub(super) identities: Identities,
    /// Who waits for dependencies.
    pub(super) waiting: Arc<Waiting>,
    /// The releases that were in sync when they were last looked at.
    pub(super) seen: Seen,
    pub(super) gates: FeatureGates,
    pub(super) jitter: Jitter,
    pub(super) cross_namespace: CrossNamespace,
    pub(super) requeue_dependency: Duration,
    pub(super) default_service_account: Option<String>,
    pub(super) override_managers: Vec<String>,
    /// Of the digests in status (H5.3).
    pub(super) algorithm: Algorithm,
    pub(super) default_strategy: DefaultStrategy,
}

impl Settings {
    /// From the command line.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(args: &Args, context: &Context) -> Result<Self, StartError> {
        let given = |text: &String| (!text.is_empty()).then(|| text.clone());
        let hosts = HostOverrides {
            source_controller: given(&args.source_controller_localhost),
            source_watcher: given(&args.source_watcher_localhost),
        };
        let patience = Patience {
            connect: CONNECT_TIMEOUT,
            read: args.http_timeout,
        };
        let clients = Clients::new(patience).map_err(|error| {
            StartError::Controller(format!("failed to set up the artifact client: {error}"))
        })?;
        let fetcher = Fetcher::new(clients, RetryPolicy::with_retries(args.http_retry), hosts);
        let verification = Verification::as_asked_if(args.insecure_kubeconfig_tls);
        Ok(Self {
            charts: Charts::new(fetcher),
            identities: Identities::new(context, verification),
            waiting: Arc::default(),
            seen: Seen::default(),
            gates: context.gates.clone(),
            jitter: args.common.jitter(),
            cross_namespace: CrossNamespace::blocked_if(args.no_cross_namespace_refs),
            requeue_dependency: args.requeue_dependency,
            default_service_account: given(&args.default_service_account),
            override_managers: args.override_managers.clone(),
            algorithm: args.snapshot_digest_algo,
            default_strategy: if context.gates.enabled(DEFAULT_TO_RETRY_ON_FAILURE) {
                DefaultStrategy::Retry
            } else {
                DefaultStrategy::Remediate
            },
        })
    }

    /// Keeps what is known of the kinds that this cluster serves up to date; runs until the process goes down.
    pub fn follow_definitions(&self, context: &Arc<Context>) -> impl Future<Output = ()> + use<> {
        follow_definitions(Arc::clone(context), self.identities.own())
    }
}
