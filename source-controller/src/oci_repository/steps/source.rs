//! What the registry has: credentials, tag, digest, layer (O1 to O5).

use std::path::Path;

use common::conditions;
use common::reconcile::{Flow, Pass, Stop};
use crds::source::well_known::condition;
use oci::name::Version;
use oci::{Descriptor, Manifest, Registry, Repository};
use tokio::io::AsyncWriteExt as _;

use super::super::conditions::{FETCH_FAILED, VERIFIED};
use super::super::content::{self, Layer, Revision};
use super::super::{Error, OciRepositories};
use super::{access, tag, verify};
use crate::source::{NEXT, announce};

/// What URLs begin with.
const SCHEME: &str = "oci://";

/// Runs the step.
pub async fn run(
    repositories: &OciRepositories,
    pass: &mut Pass<OciRepositories>,
) -> Result<Flow, Stop> {
    // What failed to verify is judged anew; what was verified stays until then (R11).
    if conditions::is_false(&pass.object.status.conditions, condition::SOURCE_VERIFIED) {
        pass.remove(VERIFIED);
    }
    let interrupt = pass.interrupt();
    tokio::select! {
        done = look(repositories, pass) => done?,
        interrupted = interrupt.overruled() => return Err(interrupted.into()),
    }
    pass.remove(FETCH_FAILED);
    NEXT
}

async fn look(
    repositories: &OciRepositories,
    pass: &mut Pass<OciRepositories>,
) -> Result<(), Stop> {
    let registry = connect(pass).await?;
    let url = pass.object.spec.url.clone();
    let media_type = content::media_type(&pass.object);
    let reference = tag::choose(&registry, pass.object.spec.reference.as_ref(), media_type)
        .await
        .map_err(|source| Error::Tag {
            url: url.clone(),
            source,
        })?;
    let digest = registry
        .resolve(&reference.version)
        .await
        .map_err(|error| Error::Digest(Box::new(error)))?;
    let revision = Revision {
        tag: match &reference.version {
            Version::Tag(tag) => Some(tag.clone()),
            Version::Digest(_) => None,
        },
        digest,
    };
    let text = revision.to_string();
    let message = format!("new revision '{text}' for '{reference}'");
    announce::revision(pass, &text, &message).await?;
    verify::run(pass, &registry, &revision.digest, &text).await?;
    pass.state.revision = Some(revision.clone());
    let published = pass.object.status.artifact.as_ref();
    if published.is_some_and(|artifact| artifact.revision == text)
        && !content::changed(&pass.object)
    {
        return Ok(());
    }
    let pull_failed = |error| Error::Pull {
        url: url.clone(),
        source: Box::new(error),
    };
    let manifest = registry
        .image(&revision.digest)
        .await
        .map_err(pull_failed)?;
    let layer = content::select(&manifest, content::media_type(&pass.object))?.clone();
    let options = &repositories.options;
    let file = pull(&registry, &layer, options.budget.pack, &options.temporary)
        .await?
        .map_err(pull_failed)?;
    tracing::debug!(revision = text, "layer of OCI artifact pulled");
    let Manifest { annotations, .. } = manifest;
    pass.state.layer = Some(Layer {
        file,
        digest: layer.digest,
        annotations,
    });
    Ok(())
}

/// A conversation about the repository of the spec.
async fn connect(pass: &Pass<OciRepositories>) -> Result<Registry, Error> {
    let url = &pass.object.spec.url;
    let (mut access, keychain) = access::read(pass).await?;
    let invalid = |message: String| Error::Url {
        url: url.clone(),
        message,
    };
    let name = url
        .strip_prefix(SCHEME)
        .ok_or_else(|| invalid("URL must be in format 'oci://<domain>/<org>/<repo>'".to_owned()))?;
    let repository = Repository::parse(name).map_err(|error| invalid(error.to_string()))?;
    access.login = keychain.resolve(&repository);
    Registry::new(repository, access).map_err(|error| Error::Client {
        url: url.clone(),
        source: Box::new(error),
    })
}

/// Pulls a layer into a file.
async fn pull(
    registry: &Registry,
    layer: &Descriptor,
    budget: u64,
    temporary: &Path,
) -> Result<Result<tempfile::NamedTempFile, oci::Error>, Error> {
    let file = tempfile::Builder::new()
        .prefix("layer-")
        .tempfile_in(temporary)
        .map_err(Error::Layer)?;
    let mut out = tokio::fs::File::from_std(file.reopen().map_err(Error::Layer)?);
    if let Err(error) = registry.pull(layer, budget, &mut out).await {
        return Ok(Err(error));
    }
    out.shutdown().await.map_err(Error::Layer)?;
    Ok(Ok(file))
}
