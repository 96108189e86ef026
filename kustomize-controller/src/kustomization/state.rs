//! What the steps of one pass hand to each other.

use std::path::PathBuf;
use std::sync::Arc;

use apply::{ChangeSet, Cluster, Object, ObjectId, ObjectRef};
use common::access::Target;
use common::artifact_client::{ArtifactRef, Tree};
use common::reconcile::{Class, Stop};
use crds::meta::Artifact;
use health::Readers;
use tokio::time::Instant;

/// Metadata of events (K7.3).
pub(super) const REVISION: &str = "kustomize.toolkit.fluxcd.io/revision";
pub(super) const ORIGIN_REVISION: &str = "kustomize.toolkit.fluxcd.io/originRevision";
pub(super) const COMMIT_STATUS: &str = "kustomize.toolkit.fluxcd.io/commit_status";

/// Filled in from step to step.
#[derive(Default)]
pub struct State {
    /// From the step `check`.
    pub(super) readers: Readers,
    /// From the step `source`.
    source: Option<Source>,
    /// When the object was last written with news of this pass, or its work began; none while there is no news.
    pub(super) announced: Option<Instant>,
    /// When the work on this revision began.
    pub(super) started: Option<Instant>,
    /// From the step `fetch`.
    pub(super) fetched: Option<Fetched>,
    /// From the step `identity`: as whom `cluster` is spoken to.
    target: Option<Target>,
    /// From the step `identity`.
    cluster: Option<Arc<dyn Cluster>>,
    /// From the step `build`.
    pub(super) built: Option<Built>,
    /// From the step `apply`.
    pub(super) changes: ChangeSet,
    /// What is no longer wanted; from the step `apply`.
    pub(super) stale: Vec<ObjectRef>,
}

/// The source of a Kustomization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    /// What it has published.
    pub artifact: Artifact,
}

/// Files to build from.
#[derive(Clone)]
pub(super) struct Fetched {
    /// The artifact.
    pub tree: Arc<Tree>,
    /// The absolute path inside it.
    pub directory: PathBuf,
}

/// Objects to apply.
pub(super) struct Built {
    /// In the order of the build, with owner labels and common metadata.
    pub objects: Vec<Object>,
    /// What the history knows them by (K3.6).
    pub digest: String,
    /// Jobs that delete themselves: being gone is being done (K16.4).
    pub jobs_with_ttl: Vec<ObjectId>,
}

impl Source {
    /// Where the source itself got it from.
    pub fn origin_revision(&self) -> Option<String> {
        self.artifact.origin_revision().map(str::to_owned)
    }

    /// What is to be fetched.
    pub fn reference(&self) -> ArtifactRef {
        ArtifactRef {
            url: self.artifact.url.clone(),
            digest: self.artifact.digest.clone(),
        }
    }
}

impl State {
    /// Takes the source.
    pub(super) fn set_source(&mut self, source: Source) {
        self.source = Some(source);
    }

    /// The source, in steps after the one that finds it.
    pub(super) fn source(&self) -> &Source {
        self.source
            .as_ref()
            .expect("the step `source` stops the pass where there is none")
    }

    /// The files, in steps after the one that fetches them.
    pub(super) fn fetched(&self) -> &Fetched {
        self.fetched
            .as_ref()
            .expect("the step `fetch` stops the pass where there are none")
    }

    /// Takes the cluster and as whom it is spoken to.
    pub(super) fn set_cluster(&mut self, target: Target, cluster: Arc<dyn Cluster>) {
        (self.target, self.cluster) = (Some(target), Some(cluster));
    }

    /// As whom the cluster is spoken to, in steps after the one that chooses it.
    pub(super) fn target(&self) -> Target {
        self.target
            .clone()
            .expect("the step `identity` stops the pass where there is none")
    }

    /// The cluster, in steps after the one that chooses the identity.
    pub(super) fn cluster(&self) -> Arc<dyn Cluster> {
        self.cluster
            .clone()
            .expect("the step `identity` stops the pass where there is none")
    }

    /// Metadata for events of this pass: revision and origin revision, once they are known.
    pub(super) fn metadata(&self) -> Vec<(String, String)> {
        let source = self.source.as_ref();
        let origin = source.and_then(Source::origin_revision);
        metadata(
            source.map(|source| source.artifact.revision.as_str()),
            origin.as_deref(),
        )
    }

    /// A stop that carries the revision.
    pub(super) fn stop(
        &self,
        class: Class,
        reason: &'static str,
        message: impl AsRef<str>,
    ) -> Stop {
        let stop = Stop::new(class, reason, message);
        self.metadata()
            .into_iter()
            .fold(stop, |stop, (key, value)| stop.with_metadata(key, value))
    }
}

/// Event metadata for a revision.
pub(super) fn metadata(revision: Option<&str>, origin: Option<&str>) -> Vec<(String, String)> {
    [(REVISION, revision), (ORIGIN_REVISION, origin)]
        .into_iter()
        .filter_map(|(key, value)| {
            Some((
                key.to_owned(),
                value.filter(|text| !text.is_empty())?.to_owned(),
            ))
        })
        .collect()
}
