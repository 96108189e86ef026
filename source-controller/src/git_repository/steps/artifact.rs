//! Publishes the fetched commit (section 4, E5).

use std::sync::Arc;

use artifact::archive::{self, WriteError};
use artifact::store::ArtifactPath;
use common::reconcile::{Flow, Notice, Pass, Stop};
use crds::meta::Artifact;
use crds::source::well_known::reason;
use git::Checkout;
use select::ignore::{self, Matcher};

use super::super::conditions::{IN_STORAGE, OUTDATED, STORAGE_FAILED};
use super::super::{Error, GitRepositories, NEXT, content, directory};
use super::background;
use crate::storage::Storage;

/// Runs the step.
pub async fn run(
    repositories: &GitRepositories,
    pass: &mut Pass<GitRepositories>,
) -> Result<Flow, Stop> {
    let Some(revision) = pass.state.revision.as_ref().map(ToString::to_string) else {
        return NEXT;
    };
    let stored = pass.object.status.artifact.as_ref();
    let up_to_date = stored.is_some_and(|stored| stored.revision == revision)
        && !content::changed(&pass.object, &[]);
    if up_to_date {
        let message = format!("artifact up-to-date with remote revision: '{revision}'");
        pass.event(Notice::Trace, reason::ARTIFACT_UP_TO_DATE, &message, &[]);
    } else if let Some(checkout) = pass.state.checkout.clone() {
        let artifact = publish(repositories, pass, checkout).await?;
        let spec = pass.object.spec.clone();
        let status = &mut pass.object.status;
        status.artifact = Some(artifact);
        status.included_artifacts = Vec::new();
        status.observed_ignore = spec.ignore;
        status.observed_recurse_submodules = spec.recurse_submodules;
        status.observed_include = spec.include;
        status.observed_sparse_checkout = spec.sparse_checkout;
        pass.remove(STORAGE_FAILED);
    }
    pass.remove(OUTDATED);
    let message = format!("stored artifact for revision '{revision}'");
    pass.mark(IN_STORAGE, true, "Succeeded", &message);
    NEXT
}

async fn publish(
    repositories: &GitRepositories,
    pass: &Pass<GitRepositories>,
    checkout: Arc<Checkout>,
) -> Result<Artifact, Stop> {
    let directory = directory(&pass.object)?;
    let name = format!("{}.tar.gz", checkout.revision().hash());
    let path = directory.file(&name).map_err(Error::from)?;
    let storage = repositories.storage.clone();
    let ignore = pass.object.spec.ignore.clone().unwrap_or_default();
    let budget = repositories.options.budget.files;
    Ok(background(move || write(&storage, &path, &checkout, &ignore, budget)).await?)
}

fn write(
    storage: &Storage,
    path: &ArtifactPath,
    checkout: &Checkout,
    ignore: &str,
    budget: u64,
) -> Result<Artifact, Error> {
    storage.make_directory(path).map_err(Error::Directory)?;
    let _lock = storage.lock(path).map_err(Error::Lock)?;
    let files = checkout.files()?;
    let mut patterns = archive::source_patterns(&files).map_err(Error::Ignore)?;
    patterns.extend(ignore::parse(ignore.as_bytes(), &[]));
    let matcher = Matcher::for_source(patterns);
    let revision = checkout.revision().to_string();
    storage
        .write(path, revision, |out| {
            archive::write(&files, &matcher, budget, out).map(drop)
        })
        .map_err(|error: WriteError| Error::Archive(error))
}
