//! What all passes share.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use apply::GroupKind;
use common::access::{CrossNamespace, Identities};
use common::artifact_client::{ArtifactCache, CacheOptions};
use common::context::Context;
use common::controller::{UnderWay, Waiting};
use common::flags::FeatureGates;
use common::jitter::Jitter;
use common::runtime::StartError;

use super::builds::{Builds, Parsed};
use super::memories::Memories;
use crate::args::Args;

/// Bytes of unpacked artifacts that are kept although no pass reads them.
const IDLE_ARTIFACTS: u64 = 512 << 20;
/// How long a file server may fall silent.
const SILENCE: Duration = Duration::from_mins(1);

/// Flags, gates and services.
pub struct Settings {
    pub(super) artifacts: ArtifactCache,
    pub(super) identities: Identities,
    /// The last build of every object.
    pub(super) builds: Arc<Builds>,
    /// What builds at the same time share.
    pub(super) parsed: Parsed,
    /// What is known of applied objects.
    pub(super) memories: Memories,
    /// Who waits for dependencies.
    pub(super) waiting: Arc<Waiting>,
    /// Who works on which revision.
    pub(super) under_way: Arc<UnderWay>,
    pub(super) gates: FeatureGates,
    pub(super) jitter: Jitter,
    pub(super) cross_namespace: CrossNamespace,
    pub(super) requeue_dependency: Duration,
    pub(super) concurrent_ssa: usize,
    pub(super) default_service_account: Option<String>,
    pub(super) override_managers: Vec<String>,
    pub(super) custom_stage_kinds: BTreeSet<GroupKind>,
}

impl Settings {
    /// From the command line.
    ///
    /// # Errors
    /// When the cache directory cannot be written.
    pub fn new(args: &Args, context: &Context) -> Result<Self, StartError> {
        let applier = &args.applier;
        let fetcher = applier.fetcher(SILENCE)?;
        let options = CacheOptions {
            directory: args.temporary_directory.clone(),
            idle_bytes: IDLE_ARTIFACTS,
        };
        Ok(Self {
            artifacts: ArtifactCache::open(&options, fetcher)?,
            identities: Identities::new(context, applier.verification()),
            builds: Arc::default(),
            parsed: Parsed::default(),
            memories: Memories::default(),
            waiting: Arc::default(),
            under_way: Arc::default(),
            gates: context.gates.clone(),
            jitter: args.common.jitter(),
            cross_namespace: applier.cross_namespace(),
            requeue_dependency: applier.requeue_dependency,
            concurrent_ssa: args.concurrent_ssa,
            default_service_account: applier.default_account(),
            override_managers: applier.override_managers.clone(),
            custom_stage_kinds: apply::parse_kinds(&args.custom_apply_stage_kinds),
        })
    }
}
