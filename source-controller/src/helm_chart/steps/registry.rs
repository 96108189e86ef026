//! A chart of a registry (C4, H6).

use artifact::Digest;
use common::reconcile::Pass;
use crds::source::{HelmRepository, OciProvider};
use helm_repo::pick::pick_tag;
use oci::name::Version;
use oci::registry::{Access, Security};
use oci::{Keychain, Login, Registry, Repository};
use select::semver;
use signature::cosign::Keys;
use transport::{Proxy, Tls};

use super::super::build::{self, Build};
use super::super::error::{BuildError, RemoteError};
use super::super::{Error, HelmCharts};
use super::{repository, verify};
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
    let registry = connect(&Secrets::of(pass), source, &spec.chart).await?;
    let keys = verify::keys(pass).await?;
    let work = pull(charts, pass, &registry, keys.as_ref());
    if let Ok(done) = tokio::time::timeout(access::timeout(source), work).await {
        return done;
    }
    let late = RemoteError::Late(registry.repository().to_string());
    Err(BuildError::Pull(late.to_string()).of_repository())
}

async fn pull(
    charts: &HelmCharts,
    pass: &Pass<HelmCharts>,
    registry: &Registry,
    keys: Option<&Keys>,
) -> Result<Build, Error> {
    let spec = &pass.object.spec;
    let range = spec.version.as_deref().unwrap_or_default();
    let version = find(registry, &spec.chart, range).await.map_err(|error| {
        BuildError::Pull(format!(
            "failed to get chart version for remote reference: {error}"
        ))
        .of_repository()
    })?;
    let failed = |error: RemoteError| BuildError::pull(&error).of_repository();
    let tag = Version::Tag(version.replace('+', "_"));
    let resolve = async || registry.resolve(&tag).await.map_err(|e| failed(e.into()));
    // The digest first, so that what is pulled is what was verified (N1). A stored chart is verified too (C12).
    let verified = match keys {
        None => None,
        Some(keys) => {
            let digest = resolve().await?;
            verify::check(registry, &digest, keys).await?;
            Some(digest)
        }
    };
    let name = spec.chart.rsplit('/').next().unwrap_or_default();
    let metadata = build::version_metadata(&pass.object, None);
    let full = build::with_metadata(&version, &metadata)?;
    if build::is_stored(&pass.object, name, &full) {
        let packaged = !build::values_files(&pass.object).is_empty();
        return Ok(build::stored(&pass.object, name.to_owned(), full, packaged));
    }
    let digest = match verified {
        Some(digest) => digest,
        None => resolve().await?,
    };
    let bytes = download(registry, &digest, charts.kind.limits.chart)
        .await
        .map_err(failed)?;
    repository::finish(charts, pass, name.to_owned(), full, bytes).await
}

/// The version that a range means. An exact one needs no list (C4).
pub async fn find(registry: &Registry, chart: &str, range: &str) -> Result<String, RemoteError> {
    if semver::Version::parse_tag(range).is_ok() {
        return Ok(range.to_owned());
    }
    let tags = registry.tags().await.map_err(|source| RemoteError::Tags {
        name: registry.repository().to_string(),
        source: Box::new(source),
    })?;
    Ok(pick_tag(&tags, chart, range)?)
}

/// Downloads the archive that the manifest of this digest names.
pub async fn download(
    registry: &Registry,
    digest: &Digest,
    limit: u64,
) -> Result<Vec<u8>, RemoteError> {
    let manifest = registry.image(digest).await?;
    let mut layers = manifest.layers.iter();
    let layer = layers.find(|layer| [CHART, LEGACY_CHART].contains(&&*layer.media_type));
    let layer = layer.ok_or(RemoteError::NoLayer(CHART))?;
    Ok(registry.blob(layer, limit).await?)
}

/// A conversation about a chart of the registry.
pub async fn connect(
    secrets: &Secrets,
    source: &HelmRepository,
    chart: &str,
) -> Result<Registry, Error> {
    let spec = &source.spec;
    let base = spec
        .url
        .strip_prefix(SCHEME)
        .ok_or_else(|| Error::Url(format!("invalid OCI registry URL: {}", spec.url)))?;
    let base = base.trim_end_matches('/');
    let name = format!("{base}/{}", chart.trim_end_matches('/'));
    let repository = Repository::parse(&name).map_err(|error| Error::Url(error.to_string()))?;
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
    let (login, in_secret) = login(secrets, source, &repository).await?;
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
