//! The object that the chart comes from, and whether it can be used (H8.3, H8.4).

use common::artifact_client::ArtifactRef;
use common::conditions::{self, READY, STALLED};
use common::kube::{self, Client};
use common::object::{self, Object, ObjectKey};
use crds::helm::{ChartArtifactKind, HelmRelease};
use crds::meta::Artifact;
use crds::source::{ExternalArtifact, HelmChart, OciRepository};

use crate::names;

/// A source and what it has published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    /// Its kind.
    pub kind: Kind,
    /// Namespace and name.
    pub key: ObjectKey,
    /// The artifact.
    pub artifact: Artifact,
}

/// Kinds of sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    HelmChart,
    OciRepository,
    ExternalArtifact,
}

impl Kind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HelmChart => "HelmChart",
            Self::OciRepository => "OCIRepository",
            Self::ExternalArtifact => "ExternalArtifact",
        }
    }
}

impl Source {
    /// What is to be fetched.
    pub fn reference(&self) -> ArtifactRef {
        ArtifactRef {
            url: self.artifact.url.clone(),
            digest: self.artifact.digest.clone(),
        }
    }

    /// Whether its revision names the content: then the version of the chart gets the digest behind it (H8.6).
    pub fn has_digest(&self) -> bool {
        match self.kind {
            Kind::HelmChart => false,
            Kind::OciRepository => true,
            Kind::ExternalArtifact => self.artifact.revision.contains(':'),
        }
    }
}

/// The source that a release names; its kind is unknown when the API server was asked to admit another one.
pub(super) fn reference(object: &HelmRelease) -> Option<(Kind, ObjectKey)> {
    let own = object.metadata.namespace.as_deref().unwrap_or_default();
    let Some(reference) = &object.spec.chart_ref else {
        let key = ObjectKey::new(names::chart_namespace(object), &names::chart_name(object));
        return Some((Kind::HelmChart, key));
    };
    let kind = match reference.kind {
        ChartArtifactKind::HelmChart => Kind::HelmChart,
        ChartArtifactKind::OciRepository => Kind::OciRepository,
        ChartArtifactKind::ExternalArtifact => Kind::ExternalArtifact,
        ChartArtifactKind::Other(_) => return None,
    };
    let namespace = reference.namespace.as_deref().unwrap_or(own);
    Some((kind, ObjectKey::new(namespace, &reference.name)))
}

/// What was found of a source: its artifact, or why it cannot be used.
pub(super) type Found = Result<Artifact, String>;

/// Reads a source from the API server.
pub(super) async fn read(
    client: &Client,
    kind: Kind,
    key: &ObjectKey,
) -> Result<Found, kube::Error> {
    Ok(match kind {
        Kind::HelmChart => {
            let chart: HelmChart = object::read(client, &key.namespace, &key.name).await?;
            usable(&chart, chart.status.artifact.as_ref())
        }
        Kind::OciRepository => {
            let repository: OciRepository = object::read(client, &key.namespace, &key.name).await?;
            usable(&repository, repository.status.artifact.as_ref())
        }
        Kind::ExternalArtifact => {
            let external: ExternalArtifact =
                object::read(client, &key.namespace, &key.name).await?;
            let artifact = external.status.artifact.clone();
            artifact.ok_or_else(|| not_ready("ExternalArtifact", key, "does not have an artifact"))
        }
    })
}

/// The artifact of a source that has seen its spec and is not stalled.
pub(super) fn usable<K: Object>(source: &K, artifact: Option<&Artifact>) -> Found {
    let list = source.conditions();
    let message = |kind: &str| conditions::find(list, kind).map(|found| found.message.as_str());
    let why = if source.generation() != source.observed_generation() {
        let failed = conditions::is_false(list, READY)
            .then(|| message(READY))
            .flatten();
        failed.unwrap_or("latest generation of object has not been reconciled")
    } else if conditions::is_true(list, STALLED) {
        message(STALLED).unwrap_or_default()
    } else if let Some(artifact) = artifact {
        return Ok(artifact.clone());
    } else {
        "does not have an artifact"
    };
    Err(not_ready(&K::kind(&()), &source.key(), why))
}

fn not_ready(kind: &str, key: &ObjectKey, why: &str) -> String {
    format!("{kind} '{key}' is not ready: {why}")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn chart(status: Value) -> HelmChart {
        serde_json::from_value(json!({
            "metadata": {"name": "c", "namespace": "ns", "generation": 2},
            "spec": {"chart": "c", "interval": "1m", "sourceRef": {"kind": "HelmRepository", "name": "r"}},
            "status": status,
        }))
        .unwrap()
    }

    fn condition(kind: &str, status: &str) -> Value {
        json!({"type": kind, "status": status, "reason": "R", "message": "no such chart",
               "lastTransitionTime": "2026-01-01T00:00:00Z"})
    }

    #[test]
    fn h8_4_a_source_is_usable_once_it_has_seen_its_spec_and_published_something() {
        let why = |status: Value| {
            let chart = chart(status);
            usable(&chart, chart.status.artifact.as_ref()).unwrap_err()
        };
        assert_eq!(
            why(json!({"observedGeneration": 1})),
            "HelmChart 'ns/c' is not ready: latest generation of object has not been reconciled"
        );
        assert_eq!(
            why(json!({"observedGeneration": 1, "conditions": [condition("Ready", "False")]})),
            "HelmChart 'ns/c' is not ready: no such chart"
        );
        assert_eq!(
            why(json!({"observedGeneration": 2, "conditions": [condition("Stalled", "True")]})),
            "HelmChart 'ns/c' is not ready: no such chart"
        );
        assert_eq!(
            why(json!({"observedGeneration": 2})),
            "HelmChart 'ns/c' is not ready: does not have an artifact"
        );
        let ready = chart(json!({
            "observedGeneration": 2, "conditions": [condition("Ready", "False")],
            "artifact": {"path": "p", "url": "http://x/", "revision": "1.0.0", "digest": "sha256:a",
                         "lastUpdateTime": "2026-01-01T00:00:00Z"},
        }));
        assert!(usable(&ready, ready.status.artifact.as_ref()).is_ok());
    }
}
