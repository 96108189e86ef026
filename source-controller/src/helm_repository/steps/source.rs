//! What the repository has: credentials, fetch, read (H2, H3).

use artifact::{Algorithm, Digest};
use common::reconcile::{Flow, Pass, Stop};
use helm_repo::{Index, RepositoryUrl};

use super::super::conditions::FETCH_FAILED;
use super::super::{Error, HelmRepositories, access};
use crate::source::secrets::Secrets;
use crate::source::{NEXT, announce, background};

/// Runs the step.
pub async fn run(
    repositories: &HelmRepositories,
    pass: &mut Pass<HelmRepositories>,
) -> Result<Flow, Stop> {
    let interrupt = pass.interrupt();
    let bytes = tokio::select! {
        fetched = fetch(repositories, pass) => fetched?,
        interrupted = interrupt.overruled() => return Err(interrupted.into()),
    };
    // Compared with the algorithm of what is there, so that another default builds nothing anew (S7).
    let published = pass.object.status.artifact.as_ref();
    let published = published.and_then(|artifact| Digest::parse(&artifact.revision).ok());
    if let Some(published) = published
        && published.algorithm().digest(&bytes) == published
    {
        pass.remove(FETCH_FAILED);
        pass.state.revision = Some(published.to_string());
        return NEXT;
    }
    let (revision, index) = background(move || -> Result<_, Error> {
        let index = Index::read(&bytes).map_err(Error::Index)?;
        Ok((Algorithm::Sha256.digest(&bytes).to_string(), index))
    })
    .await?;
    pass.remove(FETCH_FAILED);
    let message = format!("new index revision '{revision}'");
    announce::revision(pass, &revision, &message).await?;
    pass.state.revision = Some(revision);
    pass.state.index = Some(index);
    NEXT
}

async fn fetch(
    repositories: &HelmRepositories,
    pass: &Pass<HelmRepositories>,
) -> Result<Vec<u8>, Error> {
    let object = &pass.object;
    if object.spec.url.starts_with("oci://") {
        let message = "'oci' URL scheme cannot be used with 'default' HelmRepository type";
        return Err(Error::Url(message.to_owned()));
    }
    let url =
        RepositoryUrl::parse(&object.spec.url).map_err(|error| Error::Url(error.to_string()))?;
    let index = url.index();
    let access = access::read(&Secrets::of(pass), object).await?;
    let fetcher = access::fetcher(object, url, access).map_err(Error::Client)?;
    fetcher
        .fetch(&index, repositories.kind.index_limit)
        .await
        .map_err(Error::Fetch)
}
