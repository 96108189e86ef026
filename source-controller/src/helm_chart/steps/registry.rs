//! A chart of a registry (C4, H6).

use common::reconcile::Pass;
use crds::source::{HelmRepository, OciProvider};
use helm_repo::pick::pick_tag;
use oci::name::Version;
use oci::registry::{Access, Security};
use oci::{Keychain, Login, Registry, Repository};
use select::semver;
use transport::{Proxy, Tls};

use super::super::build::{self, Build};
use super::super::error::BuildError;
use super::super::{Error, HelmCharts};
use super::repository;
use crate::helm_repository::access;
use crate::source::secrets::Secrets;

/// What URLs begin with.
const SCHEME: &str = "oci://";

/// The type of layer that is a chart.
const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

/// The same in older charts.
const LEGACY_CHART: &str = "application/tar+gzip";

/// The header `User-Agent`.
const USER_AGENT: &str = "Helm/4.3.1";

/// Finds, pulls and, where values are merged, packages the chart.
pub async fn build(
    charts: &HelmCharts,
    pass: &Pass<HelmCharts>,
    source: &HelmRepository,
) -> Result<Build, Error> {
    let spec = &pass.object.spec;
    repository::check_name(&spec.chart)?;
    let registry = connect(pass, source).await?;
    let range = spec.version.as_deref().unwrap_or_default();
    let work = pull(charts, pass, &registry, range);
    match tokio::time::timeout(access::timeout(source), work).await {
        Ok(done) => done,
        Err(_) => Err(BuildError::Pull(format!(
            "'{}' did not answer in time",
            registry.repository()
        ))
        .of_repository()),
    }
}

async fn pull(
    charts: &HelmCharts,
    pass: &Pass<HelmCharts>,
    registry: &Registry,
    range: &str,
) -> Result<Build, Error> {
    let reference = |message: String| {
        BuildError::Pull(format!(
            "failed to get chart version for remote reference: {message}"
        ))
        .of_repository()
    };
    // An exact version needs no list (C4).
    let is_exact = semver::Version::parse_tag(range).is_ok();
    let version = if is_exact {
        range.to_owned()
    } else {
        let tags = registry.tags().await.map_err(|error| {
            let name = registry.repository();
            reference(format!("could not fetch tags for \"{name}\": {error}"))
        })?;
        pick_tag(&tags, &pass.object.spec.chart, range)
            .map_err(|error| reference(error.to_string()))?
    };
    let failed = |message: String| {
        BuildError::Pull(format!(
            "failed to download chart for remote reference: {message}"
        ))
        .of_repository()
    };
    let name = pass
        .object
        .spec
        .chart
        .rsplit('/')
        .next()
        .unwrap_or_default();
    let metadata = build::version_metadata(&pass.object, None);
    let full = build::with_metadata(&version, &metadata)?;
    if build::is_stored(&pass.object, name, &full) {
        let packaged = !build::values_files(&pass.object).is_empty();
        return Ok(build::stored(&pass.object, name.to_owned(), full, packaged));
    }
    let tag = Version::Tag(version.replace('+', "_"));
    // The digest first, so that what is pulled is what was found (N1).
    let digest = registry
        .resolve(&tag)
        .await
        .map_err(|error| failed(error.to_string()))?;
    let manifest = registry
        .image(&digest)
        .await
        .map_err(|error| failed(error.to_string()))?;
    let layer = manifest
        .layers
        .iter()
        .find(|layer| [CHART, LEGACY_CHART].contains(&&*layer.media_type))
        .ok_or_else(|| {
            failed(format!(
                "manifest does not contain a layer with mediatype {CHART}"
            ))
        })?;
    let bytes = registry
        .blob(layer, charts.kind.limits.chart)
        .await
        .map_err(|error| failed(error.to_string()))?;
    repository::finish(charts, pass, name.to_owned(), full, bytes).await
}

/// A conversation about the repository of the chart.
async fn connect(pass: &Pass<HelmCharts>, source: &HelmRepository) -> Result<Registry, Error> {
    let spec = &source.spec;
    let base = spec
        .url
        .strip_prefix(SCHEME)
        .ok_or_else(|| Error::Url(format!("invalid OCI registry URL: {}", spec.url)))?;
    let base = base.trim_end_matches('/');
    let name = format!("{base}/{}", pass.object.spec.chart.trim_end_matches('/'));
    let repository = Repository::parse(&name).map_err(|error| Error::Url(error.to_string()))?;
    let secrets = Secrets::of(pass);
    let provider = spec.provider.clone().unwrap_or(OciProvider::Generic);
    if spec.secret_ref.is_none() && provider != OciProvider::Generic {
        return Err(Error::Unsupported {
            field: format!(
                "spec.provider '{}' of the HelmRepository",
                provider.as_str()
            ),
            remedy: "use a Secret with credentials and provider 'generic'",
        });
    }
    let (login, in_secret) = login(&secrets, source, &repository).await?;
    let tls = match &spec.cert_secret_ref {
        Some(reference) => secrets.tls(&reference.name).await?,
        None => in_secret,
    };
    let access = Access {
        login,
        tls,
        proxy: Proxy::Environment,
        security: if spec.insecure {
            Security::HttpToo
        } else {
            Security::Https
        },
        user_agent: USER_AGENT,
    };
    Registry::new(repository, access).map_err(|error| Error::Client(error.to_string()))
}

/// User name and password, or a docker configuration that knows exactly this host (H6); and certificates beside them.
async fn login(
    secrets: &Secrets,
    source: &HelmRepository,
    repository: &Repository,
) -> Result<(Login, Tls), Error> {
    let Some(reference) = &source.spec.secret_ref else {
        return Ok((Login::Anonymous, Tls::default()));
    };
    let name = &reference.name;
    let data = secrets.data_in_full(name).await?;
    let tls = secrets.tls_in(name, &data)?;
    if let Some(config) = data.get(".dockerconfigjson") {
        let mut keychain = Keychain::default();
        keychain
            .add_config(config)
            .map_err(|error| Error::Registry(error.to_string()))?;
        let host = repository.registry();
        let login = keychain.for_host(host).ok_or_else(|| {
            Error::Registry(format!("no auth config for '{host}' in secret '{name}'"))
        })?;
        return Ok((login, tls));
    }
    let login = secrets.login(name, &data)?;
    Ok((login.map_or(Login::Anonymous, Login::Basic), tls))
}
