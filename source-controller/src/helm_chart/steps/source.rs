//! Where the chart comes from (C2).

use common::kube;
use common::object::{self, Object as _};
use common::reconcile::{Flow, Pass, Stop};
use crds::meta::Artifact;
use crds::source::{ChartSourceKind, GitRepository, HelmRepository, HelmRepositoryType};

use super::super::{Error, HelmCharts};
use crate::source::{NEXT, Published};
use crate::storage::Storage;

/// Where a chart comes from.
pub enum Source {
    /// An index, which is in storage.
    Index(Box<HelmRepository>, Artifact),
    /// A registry.
    Registry(Box<HelmRepository>),
    /// A tarball, which is in storage.
    Tarball(Artifact),
}

/// Runs the step.
pub async fn run(charts: &HelmCharts, pass: &mut Pass<HelmCharts>) -> Result<Flow, Stop> {
    let source = look_up(&charts.storage, pass).await?;
    if let Source::Index(_, artifact) | Source::Tarball(artifact) = &source {
        let revision = artifact.revision.clone();
        pass.object.status.observed_source_artifact_revision = Some(revision);
    }
    pass.state.source = Some(source);
    NEXT
}

async fn look_up(storage: &Storage, pass: &Pass<HelmCharts>) -> Result<Source, Error> {
    let reference = &pass.object.spec.source_ref;
    let client = &pass.context.client;
    let namespace = pass.object.key().namespace;
    let name = &reference.name;
    match &reference.kind {
        ChartSourceKind::HelmRepository => {
            let found = object::read(client, &namespace, name).await;
            let repository: Box<HelmRepository> = Box::new(found.map_err(unavailable)?);
            if repository.spec.r#type == Some(HelmRepositoryType::Oci) {
                return Ok(Source::Registry(repository));
            }
            let artifact = in_storage(storage, &*repository);
            let artifact = artifact.ok_or_else(|| missing(pass))?;
            Ok(Source::Index(repository, artifact))
        }
        ChartSourceKind::GitRepository => {
            let found = object::read(client, &namespace, name).await;
            let repository: GitRepository = found.map_err(unavailable)?;
            let artifact = in_storage(storage, &repository);
            Ok(Source::Tarball(artifact.ok_or_else(|| missing(pass))?))
        }
        other => Err(Error::Kind(other.as_str().to_owned())),
    }
}

/// The artifact of a source, if its file is there.
pub(super) fn in_storage(storage: &Storage, source: &impl Published) -> Option<Artifact> {
    let artifact = source.artifact()?;
    let path = storage.path_of(&source.directory().ok()?, artifact)?;
    storage.contains(&path).then(|| artifact.clone())
}

fn missing(pass: &Pass<HelmCharts>) -> Error {
    let reference = &pass.object.spec.source_ref;
    Error::NoArtifact {
        kind: reference.kind.as_str().to_owned(),
        name: reference.name.clone(),
    }
}

fn unavailable(error: kube::Error) -> Error {
    Error::Source(match error {
        kube::Error::Api(status) => status.message,
        other => other.to_string(),
    })
}
