//! Publishes the fetched commit (section 4, E5).

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use artifact::archive::{self, WriteError};
use artifact::store::{ArtifactPath, ObjectDir};
use artifact::tree::{self, Tree};
use common::object::Object as _;
use common::reconcile::{Flow, Notice, Pass, Stop};
use crds::meta::Artifact;
use crds::source::well_known::reason;
use git::{Checkout, Sparse};
use select::ignore::{self, Matcher};

use super::super::conditions::{IN_STORAGE, OUTDATED, STORAGE_FAILED};
use super::super::{Error, GitRepositories, NEXT, content, directory};
use super::background;
use super::compose::{self, Include};
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
        && !content::changed(&pass.object, &pass.state.included);
    if up_to_date {
        let message = format!("artifact up-to-date with remote revision: '{revision}'");
        pass.event(Notice::Trace, reason::ARTIFACT_UP_TO_DATE, &message, &[]);
    } else if let Some(checkout) = pass.state.checkout.clone() {
        let artifact = publish(repositories, pass, checkout).await?;
        let spec = pass.object.spec.clone();
        let included = pass.state.included.clone();
        let status = &mut pass.object.status;
        status.artifact = Some(artifact);
        status.included_artifacts = included;
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
    let name = format!("{}.tar.gz", checkout.revision().hash());
    let path = directory(&pass.object)?.file(&name).map_err(Error::from)?;
    let spec = &pass.object.spec;
    let namespace = pass.object.key().namespace;
    let included = spec.include.iter().zip(&pass.state.included);
    let includes = included
        .map(|(spec, artifact)| {
            let home = ObjectDir::new("GitRepository", &namespace, &spec.repository.name)?;
            Ok(Include {
                spec: spec.clone(),
                artifact: artifact.clone(),
                home,
            })
        })
        .collect::<Result<_, Error>>()?;
    let publication = Publication {
        storage: repositories.storage.clone(),
        temporary: repositories.options.temporary.clone(),
        budget: repositories.options.budget.files,
        path,
        directories: spec.sparse_checkout.clone(),
        includes,
        ignore: spec.ignore.clone().unwrap_or_default(),
    };
    Ok(background(move || publication.write(&checkout)).await?)
}

/// What an artifact is made of, and where it goes.
struct Publication {
    storage: Storage,
    temporary: PathBuf,
    budget: u64,
    path: ArtifactPath,
    directories: Vec<String>,
    includes: Vec<Include>,
    ignore: String,
}

impl Publication {
    fn write(&self, checkout: &Checkout) -> Result<Artifact, Error> {
        self.storage
            .make_directory(&self.path)
            .map_err(Error::Directory)?;
        let _lock = self.storage.lock(&self.path).map_err(Error::Lock)?;
        let revision = checkout.revision().to_string();
        let files = checkout.files()?;
        if self.directories.is_empty() {
            self.with_includes(&files, revision)
        } else {
            self.with_includes(&Sparse::new(&files, &self.directories), revision)
        }
    }

    /// Files go straight from the pack to the archive; only includes need them on disk.
    fn with_includes(&self, files: &impl Tree, revision: String) -> Result<Artifact, Error> {
        if self.includes.is_empty() {
            return self.archive(files, revision);
        }
        let work = tempfile::Builder::new()
            .prefix("compose-")
            .tempdir_in(&self.temporary)
            .map_err(Error::Files)?;
        let composed = work.path().join("files");
        fs::create_dir(&composed).map_err(Error::Files)?;
        tree::write_to(files, &composed, self.budget).map_err(Error::Files)?;
        for include in &self.includes {
            compose::copy(&self.storage, include, &composed)?;
        }
        self.archive(&compose::open(&composed)?, revision)
    }

    fn archive(&self, files: &impl Tree, revision: String) -> Result<Artifact, Error> {
        let mut patterns = archive::source_patterns(files).map_err(Error::Ignore)?;
        patterns.extend(ignore::parse(self.ignore.as_bytes(), &[]));
        let matcher = Matcher::for_source(patterns);
        self.storage
            .write(&self.path, revision, |out| {
                archive::write(files, &matcher, self.budget, out).map(drop)
            })
            .map_err(|error: WriteError| Error::Archive(error))
    }
}
