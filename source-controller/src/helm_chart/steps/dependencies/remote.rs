//! Charts of repositories and registries: those that a HelmRepository of the namespace stands for, with its credentials,
//! and those that everybody may read.

use common::kube::api::ListParams;
use common::kube::{self, Api};
use common::object::Object as _;
use common::reconcile::Pass;
use crds::source::HelmRepository;
use helm::chart::{Dependency, Package};
use helm_repo::{Index, RepositoryUrl};
use oci::name::Version as Tag;

use super::super::super::HelmCharts;
use super::super::super::error::RemoteError;
use super::super::source::in_storage;
use super::super::{registry, repository};
use super::DependencyError;
use crate::helm_repository::access;
use crate::source::background;
use crate::source::secrets::Secrets;

/// How addresses of registries begin.
const OCI: &str = "oci://";

/// Finds and downloads a chart.
pub async fn fetch(
    charts: &HelmCharts,
    pass: &Pass<HelmCharts>,
    dependency: &Dependency,
) -> Result<Package, DependencyError> {
    let url = &dependency.repository;
    if url.starts_with('@') {
        return Err(DependencyError::Alias(url.clone()));
    }
    if !["http://", "https://", OCI]
        .iter()
        .any(|scheme| url.starts_with(scheme))
    {
        return Err(DependencyError::Scheme(url.clone()));
    }
    let source = find(pass, url).await.map_err(|error| {
        let message = match error {
            kube::Error::Api(status) => status.message,
            other => other.to_string(),
        };
        DependencyError::Repository {
            url: url.clone(),
            message,
        }
    })?;
    let (version, bytes) = if url.starts_with(OCI) {
        from_registry(charts, pass, &source, dependency).await?
    } else {
        from_repository(charts, pass, &source, dependency).await?
    };
    let limits = charts.kind.limits;
    background(move || -> Result<_, DependencyError> {
        let failed = |message: String| DependencyError::Archive {
            version: version.clone(),
            message,
        };
        let package = Package::from_archive(&bytes).map_err(|error| failed(error.to_string()))?;
        match package.over(limits.file) {
            None => Ok(package),
            Some(name) => {
                let limit = limits.file;
                Err(failed(format!(
                    "size of '{name}' exceeds '{limit}' bytes limit"
                )))
            }
        }
    })
    .await
}

/// The HelmRepository of this address; one without credentials where there is none.
async fn find(pass: &Pass<HelmCharts>, url: &str) -> Result<HelmRepository, kube::Error> {
    let namespace = pass.object.key().namespace;
    let api: Api<HelmRepository> = Api::namespaced(pass.context.client.clone(), &namespace);
    let known = api.list(&ListParams::default()).await?;
    let is_same = |one: &HelmRepository| match RepositoryUrl::parse(url) {
        Ok(parsed) => parsed.is(&one.spec.url),
        Err(_) => one.spec.url.trim_end_matches('/') == url.trim_end_matches('/'),
    };
    Ok(known.into_iter().find(is_same).unwrap_or_else(|| {
        let mut anonymous = HelmRepository::default();
        url.clone_into(&mut anonymous.spec.url);
        anonymous
    }))
}

/// The version, and the archive.
async fn from_registry(
    charts: &HelmCharts,
    pass: &Pass<HelmCharts>,
    source: &HelmRepository,
    dependency: &Dependency,
) -> Result<(String, Vec<u8>), DependencyError> {
    let registry = registry::connect(&Secrets::of(pass), source, &dependency.name)
        .await
        .map_err(|error| unreachable(dependency, &error))?;
    let work = async {
        let version = registry::find(&registry, &dependency.name, &dependency.version)
            .await
            .map_err(|source| not_found(dependency, source))?;
        let limit = charts.kind.limits.chart;
        let tag = Tag::Tag(version.replace('+', "_"));
        let bytes = match registry.resolve(&tag).await {
            Ok(digest) => registry::download(&registry, &digest, limit).await,
            Err(error) => Err(error.into()),
        };
        match bytes {
            Ok(bytes) => Ok((version, bytes)),
            Err(error) => Err(not_downloaded(version, error)),
        }
    };
    match tokio::time::timeout(access::timeout(source), work).await {
        Ok(done) => done,
        Err(_) => Err(not_found(
            dependency,
            RemoteError::Late(registry.repository().to_string()),
        )),
    }
}

/// The version, and the archive. An index that is in storage is read there.
async fn from_repository(
    charts: &HelmCharts,
    pass: &Pass<HelmCharts>,
    source: &HelmRepository,
    dependency: &Dependency,
) -> Result<(String, Vec<u8>), DependencyError> {
    let url = RepositoryUrl::parse(&source.spec.url)?;
    let index = url.index();
    let access = access::read(&Secrets::of(pass), source)
        .await
        .map_err(|error| unreachable(dependency, &error))?;
    let fetcher =
        access::fetcher(source, url, access).map_err(|error| unreachable(dependency, &error))?;
    let (name, range) = (dependency.name.clone(), dependency.version.clone());
    let entry = if let Some(artifact) = in_storage(&charts.storage, source) {
        repository::find_in_storage(charts, &artifact, name, range).await
    } else {
        match fetcher.fetch(&index, charts.kind.limits.index).await {
            Err(error) => Err(error.into()),
            Ok(bytes) => {
                background(move || -> Result<_, RemoteError> {
                    let index = Index::read(&bytes)?;
                    repository::find(index.to_json().as_bytes(), &name, &range)
                })
                .await
            }
        }
    };
    let entry = entry.map_err(|source| not_found(dependency, source))?;
    let version = entry.version.clone();
    let limit = charts.kind.limits.chart;
    match repository::download(&fetcher, &entry, limit).await {
        Ok(bytes) => Ok((version, bytes)),
        Err(error) => Err(not_downloaded(version, error)),
    }
}

fn unreachable(dependency: &Dependency, error: &dyn std::error::Error) -> DependencyError {
    DependencyError::Repository {
        url: dependency.repository.clone(),
        message: error.to_string(),
    }
}

fn not_found(dependency: &Dependency, source: RemoteError) -> DependencyError {
    DependencyError::Find {
        name: dependency.name.clone(),
        range: dependency.version.clone(),
        url: dependency.repository.clone(),
        source: Box::new(source),
    }
}

fn not_downloaded(version: String, source: RemoteError) -> DependencyError {
    DependencyError::Download {
        version,
        source: Box::new(source),
    }
}
