//! A chart of an index (C3, C5 to C8).

use std::fs;

use artifact::store::ArtifactPath;
use common::object::Object as _;
use common::reconcile::Pass;
use crds::meta::Artifact;
use crds::source::HelmRepository;
use helm::chart::Package;
use helm_repo::index::{self, Entry};
use helm_repo::{Fetcher, PickError, RepositoryUrl, pick};

use super::super::build::{self, Build};
use super::super::error::{BuildError, RemoteError};
use super::super::values::{self, Found, Missing};
use super::super::{Error, HelmCharts, Limits};
use crate::helm_repository::access;
use crate::source::secrets::Secrets;
use crate::source::{StorageError, background};

/// Finds, pulls and, where values are merged, packages the chart.
pub async fn build(
    charts: &HelmCharts,
    pass: &Pass<HelmCharts>,
    repository: &HelmRepository,
    artifact: &Artifact,
) -> Result<Build, Error> {
    let url = RepositoryUrl::parse(&repository.spec.url)
        .map_err(|error| Error::Url(error.to_string()))?;
    let access = access::read(&Secrets::of(pass), repository).await?;
    let spec = &pass.object.spec;
    check_name(&spec.chart)?;
    let (name, range) = (spec.chart.clone(), spec.version.clone().unwrap_or_default());
    let entry = find_in_storage(charts, artifact, name, range)
        .await
        .map_err(lookup)?;
    if spec.verify.is_some() {
        // Signatures are those of registries (C12).
        return Err(BuildError::Verification("not implemented".to_owned()).into());
    }
    let metadata = build::version_metadata(&pass.object, None);
    let version = build::with_metadata(&entry.version, &metadata)?;
    let packaged = !build::values_files(&pass.object).is_empty();
    if build::is_stored(&pass.object, &entry.name, &version) {
        return Ok(build::stored(&pass.object, entry.name, version, packaged));
    }
    let fetcher = access::fetcher(repository, url, access)
        .map_err(|error| Error::Client(error.to_string()))?;
    let bytes = download(&fetcher, &entry, charts.kind.limits.chart)
        .await
        .map_err(|error| BuildError::pull(&error).of_repository())?;
    finish(charts, pass, entry.name, version, bytes).await
}

/// A chart that is not in the index is a wrong reference; an index that cannot be read is a failed pull (C10).
fn lookup(error: RemoteError) -> Error {
    let message = format!("failed to get chart version for remote reference: {error}");
    match error {
        RemoteError::Pick(_) => BuildError::Reference(message).into(),
        RemoteError::Storage(error) => error.into(),
        _ => BuildError::Pull(message).into(),
    }
}

/// The entry that a range means, from an index in storage.
pub async fn find_in_storage(
    charts: &HelmCharts,
    artifact: &Artifact,
    chart: String,
    range: String,
) -> Result<Entry, RemoteError> {
    let path = ArtifactPath::parse(&artifact.path).map_err(StorageError::Path)?;
    let path = charts.storage.local_path(&path);
    background(move || find(&fs::read(path)?, &chart, &range)).await
}

/// The entry that a range means, from an index in the form in which it is stored.
pub fn find(index: &[u8], chart: &str, range: &str) -> Result<Entry, RemoteError> {
    let entries = index::find(index, chart)?.ok_or(PickError::NoName)?;
    Ok(pick(entries, chart, range)?)
}

/// Downloads the archive of an entry.
pub async fn download(
    fetcher: &Fetcher,
    entry: &Entry,
    limit: u64,
) -> Result<Vec<u8>, RemoteError> {
    let reference = entry.urls.first();
    let reference = reference.ok_or_else(|| RemoteError::NoUrl(entry.name.clone()))?;
    let url = fetcher.repository().resolve(reference)?;
    Ok(fetcher.fetch(&url, limit).await?)
}

/// Whether the name can be that of a chart in a repository.
pub fn check_name(name: &str) -> Result<(), BuildError> {
    if name.is_empty() {
        return Err(BuildError::Reference(
            "no name set for remote chart reference".to_owned(),
        ));
    }
    // ^([-a-z0-9]+/?\.?)+$
    let parts = name.trim_end_matches(['/', '.']);
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let has_parts = parts
        .split(['/', '.'])
        .all(|part| part.chars().all(is_plain))
        && name.starts_with(is_plain)
        && !["//", "..", "./"].iter().any(|pair| name.contains(pair));
    if has_parts {
        return Ok(());
    }
    Err(BuildError::Reference(format!(
        "invalid chart name '{name}': a valid name must be lower case letters and numbers and MAY be separated with dashes (-), slashes (/) or periods (.)"
    )))
}

/// A pulled chart: checked and kept as it is, or packaged with merged values (C6, C7).
pub async fn finish(
    charts: &HelmCharts,
    pass: &Pass<HelmCharts>,
    name: String,
    version: String,
    bytes: Vec<u8>,
) -> Result<Build, Error> {
    let files = build::values_files(&pass.object).to_vec();
    let missing = missing(pass);
    let limits = charts.kind.limits;
    let key = pass.object.key();
    tracing::debug!(chart = name, version, object = %key, "chart pulled");
    background(move || -> Result<_, Error> {
        let mut build = Build {
            name,
            version,
            values_files: Vec::new(),
            packaged: false,
            resolved: 0,
            archive: None,
        };
        if files.is_empty() {
            check(&bytes, limits)?;
            build.archive = Some(bytes);
            return Ok(build);
        }
        let failed = |message: String| BuildError::Package(message);
        let mut package = Package::from_archive(&bytes)
            .map_err(|error| failed(format!("failed to load downloaded chart: {error}")))?;
        let merged = values::merge(&files, missing, |path| {
            Ok(match package.file(&values::clean(path)) {
                Some(bytes) => Found::Bytes(bytes.to_vec()),
                None => Found::Missing(format!(
                    "failed to merge chart values: no values file found at path '{path}'"
                )),
            })
        });
        let (text, used) = merged?;
        package
            .set_values(text)
            .map_err(|error| BuildError::Values(error.to_string()))?;
        package
            .set_version(&build.version)
            .map_err(|error| failed(error.to_string()))?;
        let archive = package.to_archive(&build.name);
        build.archive = Some(archive.map_err(|error| failed(error.to_string()))?);
        build.values_files = used;
        build.packaged = true;
        Ok(build)
    })
    .await
}

/// Whether the spec lets files of values be missing.
pub fn missing(pass: &Pass<HelmCharts>) -> Missing {
    if pass.object.spec.ignore_missing_values_files {
        Missing::Ignored
    } else {
        Missing::Refused
    }
}

/// Whether an archive is a chart within the budgets (C6).
fn check(bytes: &[u8], limits: Limits) -> Result<(), BuildError> {
    let package = Package::from_archive(bytes).map_err(|error| {
        BuildError::Pull(format!(
            "failed to load chart metadata from written chart: {error}"
        ))
    })?;
    if let Some(name) = package.over(limits.file) {
        let limit = limits.file;
        return Err(BuildError::Pull(format!(
            "size of '{name}' exceeds '{limit}' bytes limit"
        )));
    }
    package.metadata().map(drop).map_err(|error| {
        BuildError::Pull(format!(
            "failed to validate metadata of written chart: {error}"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_charts_are_checked() {
        for name in ["app", "my-app", "org/app", "a.b", "app/", "app2"] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in ["", "App", "a b", "a//b", "../a", "/a", ".a", "a_b"] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }
}
