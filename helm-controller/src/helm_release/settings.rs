//! What all passes share.

use std::sync::Arc;
use std::time::Duration;

use artifact::Algorithm;
use common::access::{CrossNamespace, Identities};
use common::cluster::follow_definitions;
use common::context::Context;
use common::controller::{UnderWay, Waiting};
use common::flags::FeatureGates;
use common::jitter::Jitter;
use common::runtime::StartError;

use super::chart_objects::ChartObjects;
use super::charts::Charts;
use super::state::Seen;
use crate::args::Args;
use crate::args::gates::DEFAULT_TO_RETRY_ON_FAILURE;
use crate::policy::DefaultStrategy;

/// Flags, gates and services.
pub struct Settings {
    /// Charts by the digest of their artifact.
    pub(super) charts: Charts,
    /// The objects that they come from.
    pub(super) chart_objects: Arc<ChartObjects>,
    pub(super) identities: Identities,
    /// Who waits for dependencies.
    pub(super) waiting: Arc<Waiting>,
    /// Who is at work on which revision.
    pub(super) under_way: Arc<UnderWay>,
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
        let applier = &args.applier;
        let fetcher = applier.fetcher(args.http_timeout)?;
        Ok(Self {
            charts: Charts::new(fetcher),
            chart_objects: Arc::default(),
            identities: Identities::new(context, applier.verification()),
            waiting: Arc::default(),
            under_way: Arc::default(),
            seen: Seen::default(),
            gates: context.gates.clone(),
            jitter: args.common.jitter(),
            cross_namespace: applier.cross_namespace(),
            requeue_dependency: applier.requeue_dependency,
            default_service_account: applier.default_account(),
            override_managers: applier.override_managers.clone(),
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
